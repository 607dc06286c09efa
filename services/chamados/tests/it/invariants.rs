//! The checker of invariants: it finds nothing in the rows of a product that works, and names each row that
//! is then made wrong.

use chamados::Target;
use chamados_bench::invariants::{
    self, Moment, Rows, Violation,
    devices::{Durable, devices_are_kept, heartbeats_write_nothing},
    runs::runs_are_forgotten,
    tickets::{Acknowledged, acknowledged_are_kept},
};
use chamados_chassis::clock;
use chamados_store_kit::Db;
use chamados_testkit::{Sandbox, eventually, sandbox_suite};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Desk, SOON, text};

sandbox_suite!(embedded: AllInOne on SqliteMemory; what_is_wrong_is_named);
sandbox_suite!(all_in_one: AllInOne on PostgresRedis; what_is_wrong_is_named);

/// An invariant, what is told of its violation, whose rows, what makes them wrong and what right again.
type Case = (&'static str, &'static str, Owner, &'static str, &'static str);

#[derive(Clone, Copy)]
enum Owner {
    Identity,
    Ticket,
    Device,
    Scheduler,
}
use Owner::{Device, Identity, Scheduler, Ticket};

impl Owner {
    const fn of(self, rows: &Rows) -> &Db {
        match self {
            Identity => &rows.identity,
            Ticket => &rows.ticket,
            Device => &rows.device,
            Scheduler => &rows.scheduler,
        }
    }
}

/// The database itself refuses these; the checker must not rely on it.
const GUARDS: [(Owner, &str); 4] = [
    (Ticket, "DROP INDEX ticket_number"),
    (Scheduler, "DROP INDEX run_occurrence"),
    (Scheduler, "DROP INDEX run_exclusive"),
    (
        Identity,
        "INSERT INTO tenant (id, name, created_at) SELECT id, 'Other', created_at FROM account WHERE role = 'admin'",
    ),
];

#[rustfmt::skip]
const CASES: [Case; 29] = [
    ("T2", "given twice", Ticket, "UPDATE ticket SET number = 1", "UPDATE ticket SET number = 2 WHERE subject = 'two'"),
    ("T2", "given again", Ticket, "UPDATE ticket_counter SET last = 1", "UPDATE ticket_counter SET last = 2"),
    ("T3", "no legal state", Ticket, "UPDATE ticket SET pause_reason = 'break' WHERE number = 2", "UPDATE ticket SET pause_reason = NULL WHERE number = 2"),
    ("T3", "do not fit its state", Ticket, "UPDATE work_session SET ended_at = NULL", "UPDATE work_session SET ended_at = started_at"),
    ("T3", "not the sum", Ticket, "UPDATE ticket SET worked_seconds = worked_seconds + 1 WHERE number = 2", "UPDATE ticket SET worked_seconds = worked_seconds - 1 WHERE number = 2"),
    ("T3", "ends before it begins", Ticket, "UPDATE work_session SET seconds = seconds - 100000", "UPDATE work_session SET seconds = seconds + 100000"),
    ("T3", "updated made", Ticket, "UPDATE ticket_event SET kind = 'updated' WHERE kind = 'resolved'", "UPDATE ticket_event SET kind = 'resolved' WHERE kind = 'updated'"),
    ("T4", "subject is not what", Ticket, "UPDATE ticket SET subject = 'three' WHERE number = 2", "UPDATE ticket SET subject = 'two' WHERE number = 2"),
    ("T4", "version", Ticket, "UPDATE ticket SET version = version + 1 WHERE number = 2", "UPDATE ticket SET version = version - 1 WHERE number = 2"),
    ("T8", "reached twice", Ticket, "UPDATE ticket_event SET version = version - 1 WHERE kind = 'resolved'", "UPDATE ticket_event SET version = version + 1 WHERE kind = 'resolved'"),
    ("T5", "company_id is another", Identity, "UPDATE company SET tenant_id = (SELECT id FROM tenant WHERE name = 'Other')", "UPDATE company SET tenant_id = (SELECT id FROM tenant WHERE name <> 'Other')"),
    ("T6", "0 times ticket_opened", Device, "UPDATE timeline_entry SET kind = 'updated', note = 'was' WHERE kind = 'ticket_opened'", "UPDATE timeline_entry SET kind = 'ticket_opened', note = '' WHERE note = 'was'"),
    ("T6", "never sent", Ticket, "UPDATE outbox SET sent_at = NULL", "UPDATE outbox SET sent_at = '2099-01-01T00:00:00+00:00'"),
    ("T7", "that was merged", Identity, "UPDATE account SET merged_into = id WHERE role = 'admin'", "UPDATE account SET merged_into = NULL"),
    ("T7", "is forgotten", Ticket, "UPDATE comment SET author_id = '00000000-0000-7000-8000-000000000000', body = author_id", "UPDATE comment SET author_id = body"),
    ("D3", "to come", Device, "UPDATE device_token SET generation = generation + 9", "UPDATE device_token SET generation = generation - 9"),
    ("D3", "revoked token", Device, "INSERT INTO revoked_token (hash, revoked_at) SELECT hash, created_at FROM device_token", "DELETE FROM revoked_token"),
    ("D4", "given again", Device, "UPDATE ordinal_counter SET next = 0", "UPDATE ordinal_counter SET next = 9"),
    ("D4", "twice", Device, "UPDATE timeline_entry SET kind = 'enrolled', note = kind WHERE kind <> 'enrolled'", "UPDATE timeline_entry SET kind = note, note = '' WHERE note <> ''"),
    ("D5", "linked to it too", Device, "INSERT INTO device_link (device_id, user_id, tenant_id, created_at) SELECT id, assigned_user_id, tenant_id, created_at FROM device", "DELETE FROM device_link"),
    ("D7", "once a revision", Device, "UPDATE device SET usb_policy_revision = 5", "UPDATE device SET usb_policy_revision = NULL"),
    ("S1", "another run", Scheduler, "UPDATE run SET occurrence_key = 'same'", "UPDATE run SET occurrence_key = CAST(id AS text)"),
    ("S2", "beyond its bound", Scheduler, "UPDATE run SET state = 'running', deadline_at = '2020-01-01T00:00:00+00:00' WHERE trigger = 'manual'", "UPDATE run SET state = 'succeeded' WHERE trigger = 'manual'"),
    ("S4", "without a lease", Scheduler, "UPDATE run SET state = 'running' WHERE trigger = 'manual'", "UPDATE run SET state = 'succeeded', deadline_at = NULL WHERE trigger = 'manual'"),
    ("S4", "runs beside it", Scheduler, "UPDATE run SET state = 'running', exclusive = (1 = 1) WHERE trigger = 'manual'", "UPDATE run SET state = 'succeeded' WHERE trigger = 'manual'"),
    ("S6", "long past", Scheduler, "UPDATE schedule SET next_fire_at = '2020-01-01T00:00:00+00:00'", "UPDATE schedule SET next_fire_at = '2099-01-01T00:00:00+00:00'"),
    ("Y1", "another tenant's", Ticket, "UPDATE comment SET tenant_id = id", "UPDATE comment SET tenant_id = (SELECT tenant_id FROM ticket WHERE number = 1)"),
    ("Y3", "kept too long", Device, "UPDATE inbox SET accepted_at = '2020-01-01T00:00:00+00:00'", "UPDATE inbox SET accepted_at = '2099-01-01T00:00:00+00:00'"),
    // Lines that are gone stay gone, so this is the last.
    ("S5", "left no line", Scheduler, "DELETE FROM run_log", "DELETE FROM run"),
];

async fn what_is_wrong_is_named(sandbox: &mut Sandbox) -> anyhow::Result<()> {
    let rows = a_days_work(sandbox).await?;
    sandbox.stop(Target::Gateway).await?;
    assert_eq!(found(&rows).await, [], "everything is as the product left it");
    for (owner, sql) in GUARDS {
        change(owner.of(&rows), sql).await;
    }
    let before = Durable::read(&rows.device).await?;
    for (invariant, what, owner, wrong, right) in CASES {
        change(owner.of(&rows), wrong).await;
        let named = found(&rows).await;
        let named_it =
            named.iter().any(|found| found.invariant == invariant && found.what.contains(what));
        assert!(named_it, "{invariant} {what}: {named:#?}");
        change(owner.of(&rows), right).await;
        let left = found(&rows).await;
        assert_eq!(left, [], "after {right}");
    }
    assert_eq!(heartbeats_write_nothing(&before, &Durable::read(&rows.device).await?), []);
    Ok(())
}

/// Some of everything, at rest; and the invariants that need to know what callers were told.
async fn a_days_work(sandbox: &mut Sandbox) -> anyhow::Result<Rows> {
    let desk = Desk::open(sandbox).await?;
    let (computer, device) = desk.computer(sandbox, "ana@acme.example").await?;
    let one = json!({"subject": "one", "deviceId": device, "tags": ["net", "Ção"]});
    let one = desk.admin.post("/api/tickets", one).await.ok();
    let _two = desk.ticket("two").await;
    let path = format!("/api/tickets/{}", text(&one, "id"));
    let _started = desk.admin.press(&format!("{path}/start")).await.ok();
    let comment = json!({"body": "<p>so</p>", "visibility": "public"});
    let comment = desk.admin.post(&format!("{path}/comments"), comment).await.ok();
    let _paused = desk.admin.post(&format!("{path}/pause"), json!({"reason": "break"})).await.ok();
    let _resolved = desk.admin.press(&format!("{path}/resolve")).await.ok();
    for _ in 0..2 {
        let job = "/api/admin/jobs/device-settle-presence/run";
        let run = desk.admin.press(job).await.text("runId");
        eventually(SOON, "the job ran", async || {
            let run = desk.admin.get(&format!("/api/admin/runs/{run}")).await.ok();
            (!run["endedAt"].is_null()).then_some(())
        })
        .await;
    }
    let rows = Rows::open(sandbox.database_url()).await?;
    eventually(SOON, "facts have arrived", async || {
        let waits = |found: &Violation| found.invariant == "T6";
        (!found(&rows).await.iter().any(waits)).then_some(())
    })
    .await;

    let id = |value: &serde_json::Value| text(value, "id").parse::<Uuid>();
    let mut told = Acknowledged { tickets: vec![(id(&one)?, 1)], comments: vec![id(&comment)?] };
    assert_eq!(acknowledged_are_kept(&rows.ticket, &told).await?, []);
    told.tickets.extend([(id(&one)?, 7), (Uuid::nil(), 1)]);
    told.comments.push(Uuid::nil());
    let lost = acknowledged_are_kept(&rows.ticket, &told).await?;
    let names: Vec<_> = lost.iter().map(|found| found.invariant).collect();
    assert_eq!(names, ["T2", "T1", "T1"], "{lost:?}");
    let devices = [device.parse()?, Uuid::nil()];
    assert_eq!(devices_are_kept(&rows.device, &devices[..1]).await?, []);
    assert_eq!(devices_are_kept(&rows.device, &devices).await?.len(), 1);

    let before = Durable::read(&rows.device).await?;
    let agent = desk.online(&computer, &device).await;
    agent.stop().await?;
    let after = Durable::read(&rows.device).await?;
    let written = heartbeats_write_nothing(&before, &after);
    assert!(written.iter().any(|found| found.id == "entries of timelines"), "{written:?}");
    desk.is(&device, "offline", SOON).await;

    let later = clock::system().now() + chrono::TimeDelta::days(92);
    assert_eq!(runs_are_forgotten(&rows.scheduler, clock::system().now(), 0).await?, []);
    assert!(!runs_are_forgotten(&rows.scheduler, later, 0).await?.is_empty());
    assert_eq!(runs_are_forgotten(&rows.scheduler, later, 200).await?, [], "the newest stay");
    a_run_done_by_two(&rows).await?;
    Ok(rows)
}

/// S3 needs an id of another service's row, which no single statement knows.
async fn a_run_done_by_two(rows: &Rows) -> anyhow::Result<()> {
    let run = rows.scheduler.read().query_one_raw(Statement::from_string(
        rows.scheduler.backend(),
        "SELECT id, created_at FROM run WHERE trigger = 'manual'",
    ));
    let run = run.await?.map(|row| row.try_get_by_index::<Uuid>(0)).transpose()?.unwrap();
    for owner in [&rows.ticket, &rows.identity] {
        let sql = "INSERT INTO job_run (run_id, fence, created_at) VALUES ($1, 1, $2)";
        let values: [sea_orm::Value; 2] = [run.into(), clock::system().now().into()];
        let tx = owner.begin().await?;
        tx.execute_raw(Statement::from_sql_and_values(owner.backend(), sql, values)).await?;
        tx.commit().await?;
    }
    let named = found(rows).await;
    assert!(named.iter().any(|found| found.invariant == "S3"), "{named:?}");
    for owner in [&rows.ticket, &rows.identity] {
        change(owner, "DELETE FROM job_run").await;
    }
    Ok(())
}

async fn found(rows: &Rows) -> Vec<Violation> {
    invariants::all(rows, Moment::After, clock::system().now()).await.unwrap()
}

async fn change(db: &Db, sql: &str) {
    let tx = db.begin().await.unwrap();
    let done = tx.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert!(done.rows_affected() > 0 || sql.starts_with("DROP"), "{sql} touched nothing");
    tx.commit().await.unwrap();
}
