//! What a database itself says of writes to it.

use chamados_proto::event::v1::Event;
use chamados_store_kit::{Db, inbox::Fact};
use chamados_testkit::{TestDatabase, eventually};
use prost::{Message, Name};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::LIMIT;

/// Watches a database over a connection of its own.
pub(crate) struct Witness {
    connection: DatabaseConnection,
}

/// Rows written, as PostgreSQL counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) inserted: i64,
    pub(crate) updated: i64,
    pub(crate) deleted: i64,
}

impl Witness {
    pub(crate) async fn call(database: &TestDatabase) -> anyhow::Result<Self> {
        let url = match database.url().strip_prefix("sqlite://") {
            Some(directory) => format!("sqlite://{directory}/device.db?mode=ro"),
            None => format!("{}?options=-c%20search_path%3Ddevice", database.url()),
        };
        let mut options = sea_orm::ConnectOptions::new(url);
        // SQLite counts the commits of others per connection.
        options.max_connections(1).min_connections(1);
        Ok(Self { connection: Database::connect(options).await? })
    }

    /// Changes with every commit that wrote anything. On SQLite the count of commits by other
    /// connections; on PostgreSQL the writing transaction and place of every row of every table.
    pub(crate) async fn state(&self) -> anyhow::Result<String> {
        if self.connection.get_database_backend() == DbBackend::Sqlite {
            return self.text("SELECT CAST(data_version AS TEXT) FROM pragma_data_version").await;
        }
        let mut all = String::new();
        for table in [
            "device",
            "device_link",
            "device_token",
            "revoked_token",
            "software",
            "software_part",
            "timeline_entry",
            "ordinal_counter",
            "outbox",
            "inbox",
            "processed_request",
            "job_run",
        ] {
            let rows = format!(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(xmin::text || ctid::text, ',' ORDER BY ctid)), '') FROM {table}"
            );
            all.push_str(&format!("{table}: {}\n", self.text(&rows).await?));
        }
        Ok(all)
    }

    /// Rows written since the database was made, once every other connection has ended and told its
    /// counts. PostgreSQL only.
    pub(crate) async fn settled(&self) -> anyhow::Result<Rows> {
        let others = "SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        eventually(LIMIT, "nobody else is connected", async || {
            (self.text(others).await.ok()? == "0").then_some(())
        })
        .await;
        // Of our tables only: autovacuum's analysis writes to the catalogue whenever it likes.
        let counts = "SELECT sum(n_tup_ins) || ' ' || sum(n_tup_upd) || ' ' || sum(n_tup_del) \
                      FROM pg_stat_user_tables";
        let counts = self.text(counts).await?;
        let counts: Vec<i64> = counts.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Rows { inserted: counts[0], updated: counts[1], deleted: counts[2] })
    }

    async fn text(&self, sql: &str) -> anyhow::Result<String> {
        let statement =
            Statement::from_string(self.connection.get_database_backend(), sql.to_owned());
        let row = self.connection.query_one_raw(statement).await?.expect("a row");
        Ok(row.try_get_by_index(0)?)
    }
}

/// The one number a query gives.
pub(crate) async fn number(db: &Db, sql: &str) -> anyhow::Result<i64> {
    let statement = Statement::from_string(db.backend(), sql.to_owned());
    let row = db.read().query_one_raw(statement).await?.expect("a row");
    Ok(row.try_get_by_index(0)?)
}

/// The facts of one kind told so far.
pub(crate) async fn told<M: Message + Name + Default>(db: &Db) -> anyhow::Result<Vec<Fact<M>>> {
    let sql = "SELECT event FROM outbox ORDER BY seq";
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await?;
    let events = rows.iter().map(|row| {
        let event: Vec<u8> = row.try_get_by_index(0)?;
        anyhow::Ok(Event::decode(&*event)?)
    });
    let events: Vec<Event> = events.collect::<Result<_, _>>()?;
    let told = events.iter().filter(|event| event.r#type == M::full_name());
    Ok(told.map(Fact::open).collect::<Result<_, _>>()?)
}

/// Runs a statement, as another replica's code would.
pub(crate) async fn execute(db: &Db, sql: &str) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    tx.execute_unprepared(sql).await?;
    Ok(tx.commit().await?)
}
