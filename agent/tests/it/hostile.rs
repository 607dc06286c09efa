//! Servers that answer what no server should. The agent says so, and tries again.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use chamados_agent::Exit;
use chamados_chassis::task;
use chamados_proto::device::v1::{Ack, Close, Pace, Welcome, server_message::Message};
use http_body_util::Full;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::task::AbortOnDropHandle;
use tonic::{
    body::Body,
    codegen::{Service, http},
    server::NamedService,
    transport::Server,
};

use crate::{
    fixture::Computer,
    server::{TestServer, welcome, within},
};

#[tokio::test]
async fn absurd_numbers_are_brought_within_bounds() {
    let server = &mut TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(server).await;
    let agent = computer.run();
    let absurd = Welcome {
        epoch: u64::MAX,
        interval_seconds: 0,
        phase_millis: u32::MAX,
        acknowledge_every: u32::MAX,
        reconnect_spread_seconds: 0,
        wanted_sections: vec![i32::MIN, -1, 0, 77],
        collect_software: true,
    };
    let (mut session, _) = server.welcomed(absurd).await;
    session.say(Message::Ack(Ack { sequence: u32::MAX })).await;
    session.say(Message::Pace(Pace { interval_seconds: 0 })).await;
    session.beat().await;
    agent.stop();
    assert_eq!(session.bye().await, "stop");
}

#[tokio::test]
async fn too_large_and_out_of_turn_end_only_the_stream() {
    let server = &mut TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(server).await;
    let agent = computer.run();

    let (session, _) = server.welcomed(welcome()).await;
    let large = Close { message: "x".repeat(300 * 1024), reason: 1, ..Close::default() };
    session.say(Message::Close(large)).await;

    let mut session = server.session().await;
    session.hello().await;
    session.say(Message::Ack(Ack { sequence: 1 })).await;

    let (session, _) = server.welcomed(welcome()).await;
    session.say(Message::Welcome(welcome())).await;

    let (mut session, _) = server.welcomed(welcome()).await;
    session.beat().await;
    agent.stop();
    session.bye().await;
    drop(session);
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
}

#[tokio::test]
async fn garbage_is_survived() {
    let computer = Computer::new();
    let server = TestServer::start().await;
    computer.enroll(&server).await;

    // A server that speaks no HTTP at all.
    let listener = TcpListener::bind(server.stop().await).await.unwrap();
    let agent = computer.run();
    for _ in 0..2 {
        let (mut socket, _) = within(listener.accept()).await.unwrap();
        // The agent may have hung up already.
        let _ = socket.write_all(b"220 mail.example.com ESMTP\r\n").await;
    }

    // One that speaks gRPC and sends what is no message.
    let (sender, mut calls) = mpsc::channel(16);
    let serve = Server::builder()
        .add_service(Garbage(sender))
        .serve_with_incoming(TcpListenerStream::new(listener));
    let garbage = AbortOnDropHandle::new(task::spawn("garbage", async { serve.await.unwrap() }));
    for _ in 0..2 {
        within(calls.recv()).await.unwrap();
    }
    agent.stop();
    assert_eq!(agent.exit().await.unwrap(), Exit::Stopped);
    drop(garbage);
}

/// Answers every call with a frame of random bytes.
#[derive(Clone)]
struct Garbage(mpsc::Sender<()>);

impl NamedService for Garbage {
    const NAME: &'static str = "chamados.device.v1.AgentService";
}

impl Service<http::Request<Body>> for Garbage {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _request: http::Request<Body>) -> Self::Future {
        // The test stops listening when it has seen enough.
        let _ = self.0.try_send(());
        // Not compressed, four bytes, and a field of a wire type that does not exist.
        const FRAME: &[u8] = &[0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff];
        let body = Body::new(Full::<tonic::codegen::Bytes>::from(FRAME));
        let response = http::Response::builder().header("content-type", "application/grpc");
        std::future::ready(Ok(response.body(body).unwrap()))
    }
}
