//! Bytes that nobody would send: a short form of `cargo xtask bench fuzz`. The seed is fixed, so that what is
//! red today is red tomorrow; the long form takes others.

use chamados_bench::{
    browser::Browser,
    fuzz::{self, Inputs, decoders, ports},
};
use chamados_testkit::{Sandbox, sandbox::PASSWORD, sandbox_suite};
use serde_json::json;

use crate::fixture::Desk;

const SEED: u64 = 20_260_101;

sandbox_suite!(embedded: AllInOne on SqliteMemory; ports_refuse_or_take_what_comes);

#[test]
fn decoders_refuse_or_take_what_comes() {
    for decoder in decoders::ALL {
        fuzz::decode(decoder, Inputs { seed: SEED, first: 0, count: 4_000 }).unwrap();
    }
}

async fn ports_refuse_or_take_what_comes(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let _desk = Desk::open(sandbox).await?;
    let origin = sandbox.browser().url("");
    let admin = json!({"email": "admin@desk.example", "password": PASSWORD});
    let admin = Browser::enter(origin.trim_end_matches('/'), "/api/auth/sign-in/email", &admin);
    let ports = ports::Ports::open(admin.await?, &sandbox.agent_url()).await?;
    for name in ports::NAMES {
        let tally = ports.knock(name, Inputs { seed: SEED, first: 0, count: 1_500 }).await?;
        assert!(tally.refused > 100, "{name}: {tally}");
    }
    Ok(())
}
