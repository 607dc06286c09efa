//! `RunService`.

use chamados_chassis::{auth::Role, id::TenantId};
use chamados_proto::scheduler::v1::{self as pb, RunState, RunTrigger};
use chamados_testkit::{TestDatabase, store_suite};
use tonic::Code;
use uuid::Uuid;

use crate::{
    rows::Spec,
    support::{World, person, quick, reason},
};

store_suite!(pages_come_newest_first, only_admins_of_the_tenant_see_runs);

async fn pages_come_newest_first(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    Spec::new("job", "test.ok").insert(&world.db).await?;
    let _replica = world.replica(quick()).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        let id = world.run_now("job").await;
        made.insert(0, id.clone());
        let run = world.until(&id, RunState::Succeeded).await;
        assert_eq!(run.trigger(), RunTrigger::Manual);
        assert!(run.start_time.is_some() && run.end_time.is_some() && run.due_time.is_some());
    }
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListRunsRequest { schedule_key: "job".into(), page_size: 2, page_token };
        let page = world.runs().list_runs(world.request(request)).await?.into_inner();
        assert_eq!(page.total_size, 5);
        assert!(page.runs.iter().all(|run| run.log_lines.is_empty() && run.schedule_key == "job"));
        seen.extend(page.runs.into_iter().map(|run| run.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, made);
    Ok(())
}

async fn only_admins_of_the_tenant_see_runs(database: &TestDatabase) -> anyhow::Result<()> {
    let world = World::new(database).await?;
    let tenant = world.admin.tenant()?;
    let mut own = Spec::new("own", "test.ok");
    own.tenant = Some(tenant.as_uuid());
    own.insert(&world.db).await?;
    let id = world.run_now("own").await;
    assert!(world.run(&id).await.is_ok());

    let get = |id: &str| pb::GetRunRequest { id: id.to_owned() };
    let list = || pb::ListRunsRequest { schedule_key: "own".into(), ..Default::default() };
    let stranger = person(TenantId::new(), Role::Admin);
    assert_eq!(reason(world.runs().get_run(world.by(&stranger, get(&id))).await), "run_not_found");
    let listed = world.runs().list_runs(world.by(&stranger, list())).await;
    assert_eq!(reason(listed), "schedule_not_found");
    for role in [Role::Agent, Role::Manager, Role::Collaborator] {
        let denied = world.runs().get_run(world.by(&person(tenant, role), get(&id))).await;
        assert_eq!(reason(denied), "permission_denied");
    }
    assert_eq!(reason(world.run(&Uuid::now_v7().to_string()).await), "run_not_found");
    assert_eq!(world.run("7").await.unwrap_err().code(), Code::InvalidArgument);
    let bad_page = pb::ListRunsRequest { page_token: "x".into(), ..list() };
    let bad_page = world.runs().list_runs(world.request(bad_page)).await;
    assert_eq!(reason(bad_page), "invalid_argument");
    Ok(())
}
