//! Peers that do not say what they want, each over a socket. Time stands until all wait, then leaps.
#![allow(clippy::disallowed_methods, reason = "the clock is the runtime's own, which leaps")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, routing::get};
use chamados_chassis::{http, tls::Listener};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::{Instant, timeout},
};
use tokio_stream::StreamExt as _;

/// No peer is waited for any longer.
const LIMIT: Duration = Duration::from_secs(80);
/// What a proxy keeps a connection for between two requests.
const IDLE: Duration = Duration::from_secs(60);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Tells callers their address.
fn router() -> Router {
    let tell = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
    Router::new().route("/", get(tell))
}

async fn listener() -> (Listener, SocketAddr) {
    let tcp = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = tcp.local_addr().unwrap();
    (Listener::new(tcp, None), address)
}

/// How long a peer who says this, and nothing more, is borne.
async fn borne(address: SocketAddr, said: &[u8]) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said).await.unwrap();
    let begin = Instant::now();
    let mut answers = Vec::new();
    // An answer may come first, or a reset when not all was read.
    let closed = timeout(2 * LIMIT, stream.read_to_end(&mut answers)).await;
    let _reset = closed.expect("borne for ever");
    begin.elapsed()
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_say_what_they_want_is_given_up() {
    let (listener, address) = listener().await;
    tokio::spawn(http::serve(listener, router(), std::future::pending()));
    for said in [
        &b""[..],
        b"G",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: a",
        // Where HTTP/2 begins, but does not.
        b"PRI * HTTP/2.0\r\n",
        // One that was answered and asks no more.
        REQUEST,
    ] {
        let borne = borne(address, said).await;
        let said = String::from_utf8_lossy(said);
        assert!((IDLE..LIMIT).contains(&borne), "{said:?}: {borne:?}");
    }
}

/// Asks over a connection that is kept open.
async fn ask(stream: &mut TcpStream) {
    stream.write_all(REQUEST).await.unwrap();
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 1024];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_in_time_is_answered() {
    let (listener, address) = listener().await;
    tokio::spawn(http::serve(listener, router(), std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        ask(&mut stream).await;
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n127.0.0.1"), "{answer}");
        tokio::time::advance(IDLE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_is_finished() {
    let (listener, address) = listener().await;
    let (begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let work = {
        let (begun, may_end) = (Arc::clone(&begun), Arc::clone(&may_end));
        async move || {
            begun.notify_one();
            may_end.notified().await;
            "done"
        }
    };
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop).notified_owned();
    let serving = tokio::spawn(http::serve(listener, Router::new().route("/", get(work)), stopped));
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream).await;
    begun.notified().await;
    stop.notify_one();
    // Longer than a peer may be silent: one that waits is not.
    tokio::time::sleep(2 * LIMIT).await;
    assert!(!serving.is_finished());
    assert!(TcpStream::connect(address).await.is_err(), "nothing new is taken");
    may_end.notify_one();
    assert!(answer(&mut stream).await.ends_with("done"));
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_begin_to_speak_grpc_is_given_up() {
    let (listener, address) = listener().await;
    let mut incoming = Box::pin(listener.into_stream());
    for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said).await.unwrap();
        let mut connection = incoming.next().await.unwrap().unwrap();
        let mut heard = Vec::new();
        let reading = timeout(LIMIT, connection.read_to_end(&mut heard)).await;
        let error = reading.expect("borne for ever").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(heard, said);
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut connection = incoming.next().await.unwrap().unwrap();
    let mut heard = [0; 24];
    connection.read_exact(&mut heard).await.unwrap();
    let more = timeout(10 * LIMIT, connection.read_u8()).await;
    assert!(more.is_err(), "whoever has begun may be silent: {more:?}");
}
