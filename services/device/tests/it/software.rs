//! What is installed: asked for where it is collected, written as it differs, told to staff.

use chamados_chassis::{
    auth::{Principal, Role},
    id::UserId,
};
use chamados_device::Config;
use chamados_proto::device::v1::{
    self as pb, agent_message::Message as Up, server_message::Message as Down,
};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::{Code, Status};

use crate::support::{
    Replica, World,
    agent::Stream,
    evidence::{Witness, number},
    replica::heard,
};

store_suite!(
    nothing_is_collected_unless_it_is_switched_on,
    only_parts_that_differ_are_asked_for_and_only_changes_written,
    what_a_reset_voided_is_not_written,
    programs_are_found_page_by_page,
    who_may_know_what_is_installed,
    crooked_parts_end_the_stream,
);

/// As many as the contract says.
const PARTS: usize = 16;

fn collecting() -> Config {
    Config { collect_software: true, ..World::patient() }
}

fn part_of(name: &str) -> usize {
    usize::from(blake3::hash(name.as_bytes()).as_bytes()[0]) % PARTS
}

/// A computer's list as an agent cuts it.
fn parts(programs: &[(&str, &str)]) -> Vec<pb::SoftwarePart> {
    let of = |number: usize| {
        let own = programs.iter().filter(|(name, _)| part_of(name) == number);
        let software: Vec<_> = own
            .map(|(name, version)| pb::InstalledSoftware {
                name: (*name).into(),
                version: (*version).into(),
                publisher: "Debian".into(),
            })
            .collect();
        let content = format!("{software:?}");
        let digest = blake3::hash(content.as_bytes()).as_bytes()[..16].to_vec().into();
        pb::SoftwarePart { part: number as u32, digest, software }
    };
    (0..PARTS).map(of).collect()
}

async fn tell(stream: &Stream, parts: &[pb::SoftwarePart]) -> anyhow::Result<()> {
    let digests = parts.iter().map(|part| part.digest.clone()).collect();
    stream.say(Up::SoftwareDigests(pb::SoftwareDigests { digests })).await
}

/// Tells digests and sends what is wanted until nothing more is; gives the numbers of what was sent.
async fn converse(stream: &mut Stream, parts: &[pb::SoftwarePart]) -> anyhow::Result<Vec<u32>> {
    let (mut sent, mut sequence) = (Vec::new(), 0);
    loop {
        tell(stream, parts).await?;
        // Behind eight beats comes an answer in any case.
        for _ in 0..8 {
            sequence += 1;
            stream.beat(sequence).await?;
        }
        let mut wanted = Vec::new();
        loop {
            match stream.hear().await {
                Down::Ack(_) => break,
                Down::WantSoftware(want) => wanted = want.parts,
                other => anyhow::bail!("not expected: {other:?}"),
            }
        }
        if wanted.is_empty() {
            return Ok(sent);
        }
        assert!(wanted.len() <= 4, "few at once: {wanted:?}");
        for number in wanted {
            stream.say(Up::SoftwarePart(parts[number as usize].clone())).await?;
            sent.push(number);
        }
    }
}

async fn list(
    world: &World,
    replica: &Replica,
    by: &Principal,
    request: pb::ListDeviceSoftwareRequest,
) -> Result<pb::ListDeviceSoftwareResponse, Status> {
    let answer = replica.devices().list_device_software(world.request(by, request)).await?;
    Ok(answer.into_inner())
}

fn of(device: &str) -> pb::ListDeviceSoftwareRequest {
    pb::ListDeviceSoftwareRequest { device_id: device.into(), ..Default::default() }
}

fn names(answer: &pb::ListDeviceSoftwareResponse) -> Vec<(&str, &str)> {
    answer.software.iter().map(|p| (p.name.as_str(), p.version.as_str())).collect()
}

async fn nothing_is_collected_unless_it_is_switched_on(db: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, World::patient()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, welcome) = agent.welcomed(&enrolled.token).await?;
    assert!(!welcome.collect_software);
    // An agent that tells all the same is heard and nothing comes of it.
    let parts = parts(&[("bash", "5.2")]);
    stream.say(Up::SoftwarePart(parts[part_of("bash")].clone())).await?;
    assert_eq!(converse(&mut stream, &parts).await?, [] as [u32; 0]);
    let answer = list(&world, &replica, &world.staff(), of(&enrolled.device_id)).await?;
    assert_eq!(answer, pb::ListDeviceSoftwareResponse::default());
    Ok(())
}

async fn only_parts_that_differ_are_asked_for_and_only_changes_written(
    db: &TestDatabase,
) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, collecting()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let id = &enrolled.device_id;
    let (mut stream, welcome) = agent.welcomed(&enrolled.token).await?;
    assert!(welcome.collect_software);
    replica.wait_for(&world, id, pb::Presence::Online).await;
    let waiting = list(&world, &replica, &world.staff(), of(id)).await?;
    assert!(waiting.is_collected && waiting.report_time.is_none());

    let before = parts(&[("bash", "5.2"), ("curl", "8.1"), ("vim", "")]);
    let sent = converse(&mut stream, &before).await?;
    assert_eq!(
        sent.iter().map(|n| *n as usize).collect::<Vec<_>>(),
        (0..PARTS).collect::<Vec<_>>()
    );
    let answer = list(&world, &replica, &world.staff(), of(id)).await?;
    assert_eq!(names(&answer), [("bash", "5.2"), ("curl", "8.1"), ("vim", "")]);
    assert!(answer.report_time.is_some());
    let told = async || {
        let entries = replica.timeline_entries(&world, id).await?;
        anyhow::Ok(
            entries.into_iter().filter(|e| e.r#type == "software_changed").collect::<Vec<_>>(),
        )
    };
    assert_eq!(told().await?, [], "what is told for the first time is no change");

    // The same again, on this stream and on the next, writes nothing.
    let witness = Witness::call(db).await?;
    let state = witness.state().await?;
    stream.say(Up::SoftwarePart(before[part_of("curl")].clone())).await?;
    assert_eq!(converse(&mut stream, &before).await?, [] as [u32; 0]);
    assert_eq!(witness.state().await?, state);
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    assert_eq!(converse(&mut stream, &before).await?, [] as [u32; 0]);

    let mut signals = replica.listen();
    let after = parts(&[("bash", "5.2"), ("curl", "8.2"), ("nano", "7")]);
    let mut differ: Vec<_> = ["curl", "vim", "nano"].map(part_of).into();
    differ.sort_unstable();
    differ.dedup();
    let sent = converse(&mut stream, &after).await?;
    assert_eq!(sent.iter().map(|n| *n as usize).collect::<Vec<_>>(), differ);
    let signal = heard(&mut signals, "device.changed").await;
    assert_eq!(signal.ids, [id.as_str()], "open browsers hear of it");
    let answer = list(&world, &replica, &world.staff(), of(id)).await?;
    assert_eq!(names(&answer), [("bash", "5.2"), ("curl", "8.2"), ("nano", "7")]);
    let told = told().await?;
    let mut changes: Vec<_> = told
        .iter()
        .flat_map(|entry| &entry.changes)
        .map(|c| (c.field.as_str(), c.old_value.as_deref(), c.new_value.as_deref()))
        .collect();
    changes.sort_unstable();
    let expected = [
        ("software.curl", Some("8.1"), Some("8.2")),
        ("software.nano", None, Some("7")),
        ("software.vim", Some("?"), None),
    ];
    assert_eq!(changes, expected);
    let record = replica.device(&world, id).await?;
    assert!(!format!("{record:?}").contains("curl"), "never in the device's record");
    Ok(())
}

async fn what_a_reset_voided_is_not_written(db: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, collecting()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    replica.reset(&world, &enrolled.device_id).await?;
    let parts = parts(&[("bash", "5.2")]);
    // It may be closed before it is heard.
    stream.say(Up::SoftwarePart(parts[part_of("bash")].clone())).await.ok();
    assert_eq!(stream.closed().await, pb::CloseReason::Reset);
    assert_eq!(number(&replica.db, "SELECT count(*) FROM software").await?, 0);
    Ok(())
}

async fn programs_are_found_page_by_page(db: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, collecting()).await?;
    let agent = replica.agent().await?;
    let (one, other) = (agent.enroll(1).await?, agent.enroll(2).await?);
    let (mut stream, _) = agent.welcomed(&one.token).await?;
    let programs = [("Árvore", "1"), ("árvore", "2"), ("libx", "1"), ("LibY", "1"), ("100%", "1")];
    converse(&mut stream, &parts(&programs)).await?;
    let (mut stream, _) = agent.welcomed(&other.token).await?;
    converse(&mut stream, &parts(&[("libz", "9")])).await?;

    let staff = world.staff();
    let (mut token, mut found) = (String::new(), Vec::new());
    loop {
        let request =
            pb::ListDeviceSoftwareRequest { page_size: 2, page_token: token, ..of(&one.device_id) };
        let page = list(&world, &replica, &staff, request).await?;
        assert_eq!(page.total_size, 5);
        assert!(page.software.len() <= 2 && found.len() < 5);
        found.extend(page.software.into_iter().map(|program| program.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let mut expected: Vec<_> = programs.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort_by_key(|name| (chamados_store_kit::text::fold(name), name.clone()));
    assert_eq!(found, expected);
    for (query, expected) in [("LIB", 2), ("arvore", 2), ("%", 1), ("libz", 0)] {
        let request = pb::ListDeviceSoftwareRequest { query: query.into(), ..of(&one.device_id) };
        assert_eq!(list(&world, &replica, &staff, request).await?.total_size, expected, "{query}");
    }
    for request in [
        pb::ListDeviceSoftwareRequest { query: "x".repeat(201), ..of(&one.device_id) },
        pb::ListDeviceSoftwareRequest { page_token: "x".into(), ..of(&one.device_id) },
        pb::ListDeviceSoftwareRequest { page_size: -1, ..of(&one.device_id) },
    ] {
        let refused = list(&world, &replica, &staff, request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    Ok(())
}

async fn who_may_know_what_is_installed(db: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, collecting()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let ask = async |by: &Principal, id: &str| list(&world, &replica, by, of(id)).await;
    let id = &enrolled.device_id;
    assert!(ask(&world.person(Role::Agent, None, UserId::new()), id).await.is_ok());
    for role in [Role::Manager, Role::Collaborator, Role::Machine] {
        let person = world.person(role, Some(world.company), UserId::new());
        assert_eq!(ask(&person, id).await.unwrap_err().code(), Code::PermissionDenied);
    }
    let elsewhere = World::new(db)?.staff();
    assert_eq!(ask(&elsewhere, id).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(ask(&world.staff(), "x").await.unwrap_err().code(), Code::NotFound);
    Ok(())
}

async fn crooked_parts_end_the_stream(db: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(db)?;
    let replica = Replica::start_with(&world, collecting()).await?;
    let agent = replica.agent().await?;
    let enrolled = agent.enroll(1).await?;
    let whole = parts(&[("bash", "5.2")]).swap_remove(part_of("bash"));
    let digests = |digests| Up::SoftwareDigests(pb::SoftwareDigests { digests });
    for crooked in [
        Up::SoftwarePart(pb::SoftwarePart { part: 16, ..whole.clone() }),
        Up::SoftwarePart(pb::SoftwarePart { digest: vec![1; 15].into(), ..whole.clone() }),
        digests(vec![whole.digest.clone(); 15]),
        digests(vec![vec![1; 17].into(); 16]),
    ] {
        let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
        stream.say(crooked).await?;
        assert_eq!(stream.closed().await, pb::CloseReason::Protocol);
    }
    // What belongs to another part is passed over, and texts are cut.
    let number = (part_of("bash") as u32 + 1) % PARTS as u32;
    let (mut stream, _) = agent.welcomed(&enrolled.token).await?;
    stream.say(Up::SoftwarePart(pb::SoftwarePart { part: number, ..whole.clone() })).await?;
    let long = pb::InstalledSoftware { version: "9".repeat(500), ..whole.software[0].clone() };
    stream.say(Up::SoftwarePart(pb::SoftwarePart { software: vec![long], ..whole })).await?;
    for sequence in 1..=8 {
        stream.beat(sequence).await?;
    }
    assert!(matches!(stream.hear().await, Down::Ack(_)));
    let answer = list(&world, &replica, &world.staff(), of(&enrolled.device_id)).await?;
    assert_eq!(names(&answer), [("bash", "9".repeat(64).as_str())]);
    Ok(())
}
