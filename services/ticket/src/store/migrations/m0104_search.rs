//! Full-text search: the words of each ticket and comment, found by PostgreSQL's and SQLite's own means.

use sea_orm::{DbBackend, FromQueryResult, Statement, Value};
use sea_orm_migration::{prelude::*, schema::*};
use uuid::Uuid;

use crate::domain::{RichText, search};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0104_search"
    }
}

/// The words are the lexemes, as they are; no parser or dictionary of PostgreSQL sees them.
const POSTGRES: &str = "
    ALTER TABLE search_doc ADD COLUMN lexemes tsvector
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
    CREATE INDEX search_doc_lexemes ON search_doc USING gin (lexemes);
";

/// The tokenizer `ascii` takes every character beyond ASCII for a part of a word, so it divides at the
/// blanks alone. Neither place nor number of a word matters, hence `detail=none`.
const SQLITE: &str = "
    CREATE VIRTUAL TABLE search_word USING fts5(
        words, content='search_doc', content_rowid='id', tokenize='ascii', detail='none',
        prefix='2 3 4'
    );
    CREATE TRIGGER search_doc_added AFTER INSERT ON search_doc BEGIN
        INSERT INTO search_word (rowid, words) VALUES (new.id, new.words);
    END;
    CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc BEGIN
        INSERT INTO search_word (search_word, rowid, words) VALUES ('delete', old.id, old.words);
    END;
    CREATE TRIGGER search_doc_changed AFTER UPDATE OF words ON search_doc BEGIN
        INSERT INTO search_word (search_word, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO search_word (rowid, words) VALUES (new.id, new.words);
    END;
";

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("search_doc")
            .col(big_integer("id").primary_key().auto_increment())
            .col(uuid("tenant_id"))
            .col(uuid("ticket_id"))
            .col(uuid("entity_id"))
            .col(boolean("internal"))
            .col(text("words"))
            .foreign_key(ForeignKey::create().from("search_doc", "ticket_id").to("ticket", "id"))
            .take();
        manager.create_table(table).await?;
        let mut one = Index::create();
        one.name("search_doc_entity").table("search_doc").col("entity_id").unique();
        manager.create_index(one).await?;
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        db.execute_unprepared(if postgres { POSTGRES } else { SQLITE }).await?;
        fill(manager, TICKETS).await?;
        fill(manager, COMMENTS).await
    }
}

const TICKETS: &str = "SELECT id, tenant_id, id AS ticket_id, FALSE AS internal, subject, \
                       description AS body FROM ticket WHERE id > $1 ORDER BY id LIMIT 500";
const COMMENTS: &str = "SELECT id, tenant_id, ticket_id, visibility = 'internal' AS internal, \
                        '' AS subject, body FROM comment WHERE id > $1 ORDER BY id LIMIT 500";

#[derive(FromQueryResult)]
struct Source {
    id: Uuid,
    tenant_id: Uuid,
    ticket_id: Uuid,
    internal: bool,
    subject: String,
    body: String,
}

/// Takes in what was written before there was a search.
async fn fill(manager: &SchemaManager<'_>, select: &str) -> Result<(), DbErr> {
    let (db, backend) = (manager.get_connection(), manager.get_database_backend());
    let mut last = Uuid::nil();
    loop {
        let select = Statement::from_sql_and_values(backend, select, [Value::from(last)]);
        let rows = Source::find_by_statement(select).all(db).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.id;
        for row in rows {
            let body = RichText::trusted(row.body).plain();
            let values: [Value; 5] = [
                row.tenant_id.into(),
                row.ticket_id.into(),
                row.id.into(),
                row.internal.into(),
                search::index(&[&row.subject, &body]).into(),
            ];
            let insert = "INSERT INTO search_doc (tenant_id, ticket_id, entity_id, internal, words) \
                          VALUES ($1, $2, $3, $4, $5)";
            db.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
        }
    }
}
