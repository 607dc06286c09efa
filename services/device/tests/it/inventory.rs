//! What agents report: asked for when it is unknown, written when it changed.

use chamados_proto::device::v1::{self as pb, agent_message::Message as Up};
use chamados_testkit::{TestDatabase, store_suite};

use crate::support::{
    Replica, World,
    agent::{Stream, hello},
    evidence::Witness,
    inventory::{hardware, network, os, users},
    replica::heard,
};

store_suite!(
    only_unknown_sections_are_asked_for,
    only_what_changed_is_told,
    people_log_in_and_out,
    repeats_write_nothing,
    crooked_sections_end_the_stream,
);

/// The sections without their content, as Hello carries them.
fn digests(sections: &[pb::Section]) -> Vec<pb::Section> {
    sections.iter().map(|section| pb::Section { content: None, ..section.clone() }).collect()
}

async fn report(stream: &Stream, sections: Vec<pb::Section>) -> anyhow::Result<()> {
    stream.say(Up::Sections(pb::Sections { sections })).await
}

async fn only_unknown_sections_are_asked_for(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let sections = vec![os("6.1.0", 1), hardware(8 << 30, 2), network("192.0.2.7/24", 3)];
    let greeting = pb::Hello { digests: digests(&sections), ..hello(&enrolled.token) };
    let wanted = |answer| match answer {
        pb::server_message::Message::Welcome(welcome) => welcome.wanted_sections,
        other => panic!("not welcome: {other:?}"),
    };

    let (stream, answer) = agent.hello_with(greeting.clone()).await?;
    assert_eq!(wanted(answer), [1, 2, 4]);
    let mut signals = replica.listen();
    report(&stream, sections.clone()).await?;
    let signal = heard(&mut signals, "device.changed").await;
    assert_eq!(signal.ids, [enrolled.device_id.as_str()]);

    let device = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(device.os_label, "Debian GNU/Linux 12 (6.1.0)");
    assert_eq!(device.host_name, "pc-true", "as the system says");
    let inventory = device.inventory.unwrap();
    assert_eq!(inventory.hardware.unwrap().memory_bytes, 8 << 30);
    assert_eq!(inventory.interfaces[0].addresses, ["192.0.2.7/24"]);

    let (_, answer) = agent.hello_with(greeting).await?;
    assert_eq!(wanted(answer), [] as [i32; 0]);
    let changed = vec![sections[0].clone(), hardware(16 << 30, 9)];
    let greeting = pb::Hello { digests: digests(&changed), ..hello(&enrolled.token) };
    let (_, answer) = agent.hello_with(greeting).await?;
    assert_eq!(wanted(answer), [2]);
    Ok(())
}

async fn only_what_changed_is_told(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    let mut signals = replica.listen();
    report(&stream, vec![os("6.1.0", 1), hardware(8 << 30, 2)]).await?;
    heard(&mut signals, "device.changed").await;
    let before = replica.device(&world, &enrolled.device_id).await?;
    report(&stream, vec![os("6.1.0", 1), hardware(16 << 30, 3)]).await?;
    heard(&mut signals, "device.changed").await;

    let after = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(after.version, before.version + 1);
    let entry = &replica.timeline_entries(&world, &enrolled.device_id).await?[0];
    assert_eq!(entry.r#type, "inventory_changed");
    let expected = pb::DeviceFieldChange {
        field: "hardware.memory_bytes".into(),
        old_value: Some((8_u64 << 30).to_string()),
        new_value: Some((16_u64 << 30).to_string()),
    };
    assert_eq!(entry.changes, [expected]);
    Ok(())
}

async fn people_log_in_and_out(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let sections = vec![users(&[("ana", true, false), ("rui", false, true)], 1)];
    let greeting = pb::Hello { digests: digests(&sections), ..hello(&enrolled.token) };
    let (stream, answer) = agent.hello_with(greeting).await?;
    let pb::server_message::Message::Welcome(welcome) = answer else { panic!("{answer:?}") };
    assert_eq!(welcome.wanted_sections, [5]);
    let mut signals = replica.listen();
    report(&stream, sections).await?;
    heard(&mut signals, "device.changed").await;
    let inventory = replica.device(&world, &enrolled.device_id).await?.inventory.unwrap();
    let told: Vec<_> = inventory.users.iter().map(|u| (&*u.name, u.local, u.remote)).collect();
    assert_eq!(told, [("ana", true, false), ("rui", false, true)]);

    report(&stream, vec![users(&[("ana", true, true)], 2)]).await?;
    heard(&mut signals, "device.changed").await;
    let entry = &replica.timeline_entries(&world, &enrolled.device_id).await?[0];
    let change = |field: &str, old: &str, new: Option<&str>| pb::DeviceFieldChange {
        field: field.into(),
        old_value: Some(old.into()),
        new_value: new.map(Into::into),
    };
    let expected =
        [change("users.ana", "local", Some("local, remote")), change("users.rui", "remote", None)];
    assert_eq!(entry.changes, expected);
    report(&stream, vec![users(&[], 3)]).await?;
    heard(&mut signals, "device.changed").await;
    let inventory = replica.device(&world, &enrolled.device_id).await?.inventory.unwrap();
    assert!(inventory.users.is_empty(), "nobody is left");
    Ok(())
}

/// A message that comes twice, or whose content is as before, has no effect.
async fn repeats_write_nothing(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.wait_for(&world, &enrolled.device_id, pb::Presence::Online).await;
    let mut signals = replica.listen();
    report(&stream, vec![os("6.1.0", 1)]).await?;
    heard(&mut signals, "device.changed").await;
    // The account takes the new host name over in the background.
    chamados_testkit::eventually(crate::support::LIMIT, "the account is renamed", async || {
        let open = "SELECT count(*) FROM device WHERE account_ready = false";
        (crate::support::evidence::number(&replica.db, open).await.ok()? == 0).then_some(())
    })
    .await;

    let witness = Witness::call(database).await?;
    let before = witness.state().await?;
    for _ in 0..5 {
        report(&stream, vec![os("6.1.0", 1)]).await?;
    }
    for sequence in 1..=8 {
        stream.beat(sequence).await?;
    }
    stream.hear().await;
    assert_eq!(witness.state().await?, before);
    Ok(())
}

async fn crooked_sections_end_the_stream(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let lie = pb::Section { kind: 2, ..os("6.1.0", 1) };
    let short = pb::Section { digest: vec![1].into(), ..os("6.1.0", 1) };
    let hollow = pb::Section { content: None, ..os("6.1.0", 1) };
    for crooked in [lie, short, hollow] {
        let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
        report(&stream, vec![crooked]).await?;
        assert_eq!(stream.closed().await, pb::CloseReason::Protocol);
    }
    let device = replica.device(&world, &enrolled.device_id).await?;
    assert_eq!(device.inventory, Some(pb::Inventory::default()));
    Ok(())
}
