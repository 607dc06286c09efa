//! What is installed: told to a server that wants to know it, and to no other.

use std::fs;

use chamados_proto::device::v1::{
    SoftwareDigests, SoftwarePart, WantSoftware, Welcome, agent_message::Message as Up,
    server_message::Message,
};

use crate::{
    fixture::Computer,
    server::{Session, TestServer, welcome},
};

fn install(computer: &Computer, packages: &[(&str, &str)]) {
    let paragraph = |(name, version): &(&str, &str)| {
        format!("Package: {name}\nStatus: install ok installed\nVersion: {version}\n")
    };
    let status: Vec<_> = packages.iter().map(paragraph).collect();
    let folder = computer.root().join("var/lib/dpkg");
    fs::create_dir_all(&folder).unwrap();
    // Whole at once, as dpkg does it: the agent may be reading.
    fs::write(folder.join("new"), status.join("\n")).unwrap();
    fs::rename(folder.join("new"), folder.join("status")).unwrap();
}

enum Told {
    Digests(SoftwareDigests),
    Part(SoftwarePart),
}

/// What is told next of software; what comes before it is passed over.
async fn told(session: &mut Session) -> Told {
    loop {
        match session.next().await {
            Some(Up::SoftwareDigests(digests)) => return Told::Digests(digests),
            Some(Up::SoftwarePart(part)) => return Told::Part(part),
            Some(_) => {}
            None => panic!("the stream ended"),
        }
    }
}

async fn digests(session: &mut Session) -> SoftwareDigests {
    match told(session).await {
        Told::Digests(digests) => digests,
        Told::Part(part) => panic!("not asked for: {part:?}"),
    }
}

#[tokio::test]
async fn what_is_wanted_is_told_and_later_what_changed() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    install(&computer, &[("bash", "5.2"), ("curl", "8.1")]);
    let agent = computer.run();
    let (mut session, _) = server.welcomed(Welcome { collect_software: true, ..welcome() }).await;
    let first = digests(&mut session).await;
    assert_eq!(first.digests.len(), 16);

    let mut programs = Vec::new();
    for asked in [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]] {
        session.say(Message::WantSoftware(WantSoftware { parts: asked.into() })).await;
        for number in asked {
            // A look in between tells the digests once more.
            let part = loop {
                match told(&mut session).await {
                    Told::Part(part) => break part,
                    Told::Digests(same) => assert_eq!(same, first),
                }
            };
            assert_eq!((part.part, &part.digest), (number, &first.digests[number as usize]));
            programs.extend(part.software.into_iter().map(|p| (p.name, p.version)));
        }
        assert_eq!(digests(&mut session).await, first, "so that more can be asked for");
    }
    programs.sort_unstable();
    let expected = [("bash", "5.2"), ("curl", "8.1")];
    assert_eq!(programs, expected.map(|(name, version)| (name.to_owned(), version.to_owned())));

    install(&computer, &[("bash", "5.2"), ("curl", "8.2")]);
    let changed = loop {
        let now = digests(&mut session).await;
        if now != first {
            break now;
        }
    };
    let pairs = first.digests.iter().zip(&changed.digests);
    assert_eq!(pairs.filter(|(before, after)| before != after).count(), 1);
    agent.stop();
    agent.exit().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_want_it_is_told_nothing() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    install(&computer, &[("bash", "5.2")]);
    let agent = computer.run();
    let (mut session, _) = server.welcomed(welcome()).await;
    session.say(Message::WantSoftware(WantSoftware { parts: vec![0] })).await;
    // The computer is looked at all the time; some changes of it arrive, and no programs.
    for name in ["one", "two", "three"] {
        computer.set_host_name(name);
        loop {
            match session.next().await {
                Some(Up::Sections(_)) => break,
                Some(Up::SoftwareDigests(_) | Up::SoftwarePart(_)) => panic!("told unasked"),
                Some(_) => {}
                None => panic!("the stream ended"),
            }
        }
    }
    agent.stop();
    agent.exit().await.unwrap();
}
