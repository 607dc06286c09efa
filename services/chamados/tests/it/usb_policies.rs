//! USB policies, from the panel's API to the files that a computer's system obeys.

use chamados_testkit::{Sandbox, eventually, sandbox::Computer, sandbox_suite};
use serde_json::{Value, json};

use crate::fixture::{Desk, SOON, pluck};

sandbox_suite!(
    embedded: AllInOne on SqliteMemory;
    a_policy_reaches_the_computer,
    a_computer_that_cannot_says_why,
);
sandbox_suite!(replicated: Replicated on PostgresRedis; a_policy_reaches_the_computer);
sandbox_suite!(split: Split on PostgresRedis; a_policy_reaches_the_computer);

fn path(device: &str) -> String {
    format!("/api/admin/devices/{device}/usb-policy")
}

/// The policy, once it is in this state.
async fn in_state(desk: &Desk, device: &str, state: &str) -> Value {
    eventually(SOON, &format!("the policy is {state}"), async || {
        let policy = desk.device(device).await["usbPolicy"].take();
        (policy["state"] == state).then_some(policy)
    })
    .await
}

fn rules(computer: &Computer) -> Option<String> {
    let path = computer.usb_root().join("etc/udev/rules.d/90-chamados-usb.rules");
    std::fs::read_to_string(path).ok()
}

async fn a_policy_reaches_the_computer(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    assert_eq!(desk.device(&device).await["usbPolicy"], Value::Null);

    // Set while the computer is away, it is obeyed as soon as it comes.
    let set = desk.admin.put(&path(&device), json!({"policy": "block"})).await.ok();
    let policy = &set["usbPolicy"];
    assert_eq!((&policy["policy"], &policy["state"]), (&json!("block"), &json!("pending")));
    assert_eq!((&policy["reason"], &policy["reportedAt"]), (&Value::Null, &Value::Null));
    assert_eq!(policy["setBy"]["kind"], "user");
    assert_ne!(policy["setBy"]["name"], "");
    assert_eq!(rules(&computer), None);
    let agent = desk.online(&computer, &device).await;
    let policy = in_state(&desk, &device, "applied").await;
    assert!(policy["reportedAt"].is_string(), "{policy:#}");
    assert!(rules(&computer).expect("rules").contains("authorized"));

    // Set while it is here, down its open stream.
    let _set = desk.admin.put(&path(&device), json!({"policy": "read_only"})).await.ok();
    in_state(&desk, &device, "applied").await;
    assert!(rules(&computer).expect("rules").contains("--setro"));
    let list = desk.admin.get("/api/admin/devices").await.ok();
    assert_eq!(list["items"][0]["usbPolicy"]["policy"], "read_only");

    let _set = desk.admin.put(&path(&device), json!({"policy": "allow"})).await.ok();
    in_state(&desk, &device, "applied").await;
    assert_eq!(rules(&computer), None);
    let timeline = format!("/api/admin/devices/{device}/timeline?pageSize=100");
    let timeline = desk.admin.get(&timeline).await.ok();
    let mut told = pluck(&timeline, "type");
    told.retain(|kind| kind.starts_with("usb_policy"));
    assert_eq!(told, ["usb_policy_applied", "usb_policy_set"].repeat(3));
    let audit = desk.admin.get("/api/admin/audit-log?action=device.usb_policy_set").await.ok();
    assert_eq!(audit["total"], 3);

    desk.admin.put(&path(&device), json!({"policy": "deny"})).await.refused_field("policy");
    desk.admin.put(&path(&device), json!({})).await.refused_field("policy");
    let manager = desk.person(sandbox, "manager", "caio@acme.example").await?;
    let refused = manager.put(&path(&device), json!({"policy": "allow"})).await;
    refused.refused(403, "permission_denied");
    agent.stop().await?;
    Ok(())
}

async fn a_computer_that_cannot_says_why(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    // A file where the system's folders should be.
    std::fs::write(computer.usb_root(), "")?;
    let agent = desk.online(&computer, &device).await;
    let _set = desk.admin.put(&path(&device), json!({"policy": "block"})).await.ok();
    let policy = in_state(&desk, &device, "failed").await;
    assert_eq!(policy["reason"], "other");
    assert!(policy["detail"].as_str().is_some_and(|said| said.contains("cannot write")));

    // Repaired, and asked again.
    std::fs::remove_file(computer.usb_root())?;
    let _set = desk.admin.put(&path(&device), json!({"policy": "block"})).await.ok();
    let policy = in_state(&desk, &device, "applied").await;
    assert_eq!((&policy["reason"], &policy["detail"]), (&Value::Null, &Value::Null));
    agent.stop().await?;
    Ok(())
}
