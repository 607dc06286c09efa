//! What an agent takes of the computer it runs on, which belongs to somebody else.

use std::{fs, process::Stdio};

use chamados_proto::device::v1::{SectionKind, WantSections, server_message};
use tokio::process::Command;

use crate::{
    fixture::Computer,
    server::{TestServer, welcome},
};

/// The most it may ever take, in KiB, of a build without optimisation; the unit kills it at 64 MiB.
const MOST: u64 = 48 * 1024;
/// How much more it may take after [`ROUNDS`] than before them, for what an allocator keeps back.
const GROWTH: u64 = 4 * 1024;
/// As many messages each way as in two hours of heartbeats.
const ROUNDS: usize = 250;

/// A figure of `/proc/PID/status`, in KiB.
fn kibibytes(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_agent_stays_small() {
    let mut server = TestServer::start().await;
    let computer = Computer::new();
    computer.enroll(&server).await;
    let mut agent = Command::new(env!("CARGO_BIN_EXE_chamados-agent"))
        .args(["run", "--log-filter", "warn", "--inventory-interval", "1", "--state-dir"])
        .arg(computer.state_dir())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let pid = agent.id().unwrap();
    let (mut session, _) = server.welcomed(welcome()).await;
    let kinds = [SectionKind::Os, SectionKind::Hardware, SectionKind::Disks, SectionKind::Network];
    let want = WantSections { kinds: kinds.map(i32::from).to_vec() };
    let mut round = async || {
        session.say(server_message::Message::WantSections(want.clone())).await;
        assert!(!session.sections().await.is_empty());
    };
    // Whatever is made once is made now.
    for _ in 0..10 {
        round().await;
    }
    let before = kibibytes(pid, "VmRSS");
    for _ in 0..ROUNDS {
        round().await;
    }
    let after = kibibytes(pid, "VmRSS");
    assert!(after <= before + GROWTH, "{before} KiB have become {after}");
    let peak = kibibytes(pid, "VmHWM");
    assert!(peak <= MOST, "{peak} KiB");
    agent.kill().await.unwrap();
}
