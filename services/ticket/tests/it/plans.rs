//! How SQLite finds the rows of lists: never by looking at every ticket of the tenant.

use std::sync::Mutex;

use chamados_chassis::{
    id::{CompanyId, UserId},
    page::PageRequest,
};
use chamados_testkit::TestDatabase;
use chamados_ticket::{
    domain::{Query, TicketFilter, TicketSort, Visibility},
    store::listing,
};
use chrono::DateTime;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use crate::support::{Desk, about};

#[tokio::test]
async fn no_list_looks_at_every_ticket() -> anyhow::Result<()> {
    let database = TestDatabase::sqlite()?;
    let desk = Desk::open(&database).await?;
    let user = UserId::new();
    desk.create(&desk.agent(), about("Teclado zircônio azul")).await?;
    let search = |words: &str| -> anyhow::Result<_> {
        Ok(TicketFilter { query: Query::parse(words)?, ..Default::default() })
    };
    let now = DateTime::UNIX_EPOCH;
    let (all, any) = (Visibility::All, TicketFilter::default());
    for (what, visibility, filter) in [
        ("of a collaborator", Visibility::Own(user), any.clone()),
        ("of a manager", Visibility::Company(CompanyId::new(), user), any.clone()),
        ("found by a word", all, search("zirconio")?),
        ("found by two words", all, search("zirconio azul")?),
        ("found by a number", all, search("4200")?),
        ("found by a collaborator", Visibility::Own(user), search("4200")?),
        ("tagged", all, TicketFilter { tag_keys: vec!["vip".to_owned()], ..any.clone() }),
        ("watched", all, TicketFilter { watchers: vec![user], ..any.clone() }),
        ("assigned", all, TicketFilter { assignees: vec![user], ..any.clone() }),
        (
            "resolved in a time",
            all,
            TicketFilter { resolved_from: Some(now), resolved_to: Some(now), ..any },
        ),
    ] {
        for sort in [TicketSort::Newest, TicketSort::Updated, TicketSort::Priority] {
            let db = Explaining { db: desk.db.read(), steps: Mutex::default() };
            let page = PageRequest { size: 20, after: None };
            listing::list(&db, desk.tenant, visibility, &filter, sort, &page).await?;
            let steps = db.steps.into_inner().expect("no panic while locked");
            assert!(steps.iter().any(|step| step.contains(" ticket ")), "{what}: {steps:#?}");
            let all = |step: &&String| {
                step.contains(" ticket ")
                    && (step.ends_with("(tenant_id=?)") || step.starts_with("SCAN"))
            };
            assert_eq!(steps.iter().find(all), None, "{what}, {sort}: {steps:#?}");
        }
    }
    Ok(())
}

/// Asks for the plan of each query before it is run.
struct Explaining<'a> {
    db: &'a DatabaseConnection,
    steps: Mutex<Vec<String>>,
}

impl Explaining<'_> {
    async fn explain(&self, query: &Statement) -> Result<(), DbErr> {
        let mut explain = query.clone();
        explain.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = self.db.query_all_raw(explain).await?;
        let steps = rows.iter().map(|row| row.try_get::<String>("", "detail"));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        self.steps.lock().expect("no panic while locked").extend(steps);
        Ok(())
    }
}

#[tonic::async_trait]
impl ConnectionTrait for Explaining<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.explain(&statement).await?;
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.explain(&statement).await?;
        self.db.query_all_raw(statement).await
    }
}
