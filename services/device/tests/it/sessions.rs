//! Streams: who may open one, what ends it, and what beats cost.

use chamados_proto::device::v1::{
    self as pb, CloseReason, agent_message::Message as Up, server_message::Message as Down,
};
use chamados_testkit::{TestDatabase, store_suite};
use tokio_stream::wrappers::ReceiverStream;
use tonic_prost::ProstCodec;

use crate::support::{
    LIMIT, Replica, World,
    agent::{close_reason, hello},
    evidence::Witness,
    replica::heard,
};

store_suite!(
    a_stream_is_welcomed_and_makes_the_device_online,
    the_newest_stream_wins,
    bad_first_messages_end_the_stream,
    unknown_tokens_get_one_answer,
    a_thousand_beats_write_nothing,
    a_stopping_server_says_so,
);

async fn a_stream_is_welcomed_and_makes_the_device_online(
    database: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let before = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(before.presence(), pb::Presence::Offline);
    assert_eq!(before.last_seen_time, None);

    let mut signals = replica.listen();
    let (mut stream, welcome) = agent.welcomed(&enrolled.token).await?;
    assert_eq!((welcome.interval_seconds, welcome.acknowledge_every), (60, 8));
    assert!(welcome.phase_millis < 60_000);
    let signal = heard(&mut signals, "device.presence").await;
    assert_eq!(signal.ids, [enrolled.device_id.as_str()]);
    let audience = signal.audience.clone().unwrap();
    assert_eq!(audience.company_id, Some(world.company.to_string()));
    assert_eq!(audience.user_ids, before.assigned_user_id.into_iter().collect::<Vec<_>>());

    let online = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(online.presence(), pb::Presence::Online);
    assert!(online.last_seen_time.is_some() && online.presence_since.is_some());
    assert_eq!(online.version, before.version, "presence is no change of the record");
    for sequence in 1..=16 {
        stream.beat(sequence).await?;
    }
    for sequence in [8, 16] {
        assert_eq!(stream.hear().await, Down::Ack(pb::Ack { sequence }));
    }

    stream.say(Up::Bye(pb::Bye { reason: "stop".into() })).await?;
    stream.ended().await;
    heard(&mut signals, "device.presence").await;
    let gone = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(gone.presence(), pb::Presence::Offline);
    assert_eq!(
        replica.timeline(&world, &enrolled.device_id).await?,
        ["offline", "online", "enrolled"]
    );
    Ok(())
}

async fn the_newest_stream_wins(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut old, first) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    let (mut new, second) = agent.welcomed(&enrolled.token).await?;
    assert!(second.epoch > first.epoch);
    assert_eq!(old.closed().await, CloseReason::Superseded);
    // What the old one still says is heard by nobody: a good-bye would make the device offline.
    drop(old.say(Up::Bye(pb::Bye::default())).await);
    for sequence in 1..=8 {
        new.beat(sequence).await?;
    }
    assert_eq!(new.hear().await, Down::Ack(pb::Ack { sequence: 8 }));
    let device = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(device.presence(), pb::Presence::Online);
    assert_eq!(replica.timeline(&world, &enrolled.device_id).await?, ["online", "enrolled"]);
    Ok(())
}

async fn bad_first_messages_end_the_stream(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let token = agent.enroll(1).await?.token;

    let mut silent = agent.open().await?;
    assert_eq!(silent.closed().await, CloseReason::Protocol);
    let mut beat = agent.open().await?;
    beat.beat(1).await?;
    assert_eq!(beat.closed().await, CloseReason::Protocol);
    let mut empty = agent.open().await?;
    empty.up.send(pb::AgentMessage::default()).await?;
    assert_eq!(empty.closed().await, CloseReason::Protocol);

    let future = pb::Hello { protocol: 2, ..hello(&token) };
    let short = pb::Section { kind: 1, digest: vec![1; 3].into(), ..Default::default() };
    let crooked = pb::Hello { digests: vec![short], ..hello(&token) };
    let huge = pb::Hello { agent_version: "x".repeat(300 * 1024), ..hello(&token) };
    for refused in [future, crooked, huge] {
        let (_, answer) = agent.hello_with(refused).await?;
        assert_eq!(close_reason(&answer), CloseReason::Protocol);
    }

    let (mut twice, _) = agent.welcomed(&token).await?;
    twice.say(Up::Hello(hello(&token))).await?;
    assert_eq!(twice.closed().await, CloseReason::Protocol);
    assert_eq!(garbage(&replica).await?, CloseReason::Protocol);
    Ok(())
}

/// Sends bytes that are no message of the contract: in field 1 a text instead of a Hello.
async fn garbage(replica: &Replica) -> anyhow::Result<CloseReason> {
    let address = format!("http://{}", replica.address);
    let channel = tonic::transport::Endpoint::new(address)?.connect().await?;
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await?;
    let (up, receiver) = tokio::sync::mpsc::channel(1);
    let text = pb::Fingerprint { smbios_uuid: "\u{1}garbage".into(), ..Default::default() };
    up.send(text).await?;
    let path = http::uri::PathAndQuery::from_static("/chamados.device.v1.AgentService/Session");
    let codec = ProstCodec::<pb::Fingerprint, pb::ServerMessage>::default();
    let request = tonic::Request::new(ReceiverStream::new(receiver));
    let mut answers = grpc.streaming(request, path, codec).await?.into_inner();
    let answer = tokio::time::timeout(LIMIT, answers.message()).await??.expect("an answer");
    Ok(close_reason(&answer.message.expect("a content")))
}

async fn unknown_tokens_get_one_answer(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start(&world).await?;
    let agent = replica.agent().await?;
    let token = agent.enroll(1).await?.token;
    let unknown = format!("chd_{}", "A".repeat(43));
    let mut answers = Vec::new();
    for bad in ["", "x", "chd_", &unknown, &token[..46], &token.to_uppercase(), &token[4..]] {
        let (mut stream, answer) = agent.hello(bad).await?;
        stream.ended().await;
        answers.push(answer);
    }
    assert_eq!(close_reason(&answers[0]), CloseReason::BadIdentity);
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    Ok(())
}

async fn a_thousand_beats_write_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;

    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    let mut heard = replica.device(&world, &enrolled.device_id).await?.last_seen_time;
    for round in 0..10 {
        for beat in 1..=104 {
            stream.beat(round * 104 + beat).await?;
        }
        for _ in 0..13 {
            assert!(matches!(stream.hear().await, Down::Ack(_)));
        }
        let now = replica.device(&world, &enrolled.device_id).await?.last_seen_time;
        assert!(
            now.as_ref().map(|t| (t.seconds, t.nanos))
                >= heard.as_ref().map(|t| (t.seconds, t.nanos))
        );
        heard = now;
    }
    assert_eq!(witness.state().await?, before, "beats are not written");

    // The witness is awake: a real change is seen.
    let edit =
        pb::Device { id: enrolled.device_id.clone(), notes: "seen".into(), ..Default::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["notes".into()] });
    let request = pb::UpdateDeviceRequest { device: Some(edit), update_mask };
    replica.devices().update_device(world.as_staff(request)).await?;
    assert_ne!(witness.state().await?, before);
    Ok(())
}

async fn a_stopping_server_says_so(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let mut streams = Vec::new();
    for n in 1..=5 {
        let token = agent.enroll(n).await?.token;
        streams.push((agent.welcomed(&token).await?.0, token));
    }
    replica.stop();
    for (stream, _) in &mut streams {
        assert_eq!(stream.closed().await, CloseReason::Drain);
    }
    let (_, answer) = agent.hello(&streams[0].1).await?;
    assert_eq!(close_reason(&answer), CloseReason::Drain);
    Ok(())
}
