//! Many devices at once, as if each had been enrolled: copies of the record of one that was.

use anyhow::{Context as _, Result, ensure};
use chamados_chassis::auth::secret;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
    TransactionTrait as _,
};
use secrecy::ExposeSecret as _;

use crate::{devices::Known, place::Place};

/// How every device token begins.
const TOKEN_PREFIX: &str = "chd_";
/// Tokens in one statement.
const BATCH: usize = 500;

/// Copies the only device of a place until there are so many.
pub(super) async fn fill(place: &Place, first: Known, devices: usize) -> Result<Vec<Known>> {
    let (url, schema) = match place.postgres_url() {
        Some(url) => (url.to_owned(), "device"),
        None => (format!("sqlite://{}/device.db?mode=rw", place.data().display()), "main"),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.context("cannot reach the database")?;
    let known = copy(&db, schema, first, devices).await?;
    db.close().await?;
    Ok(known)
}

async fn copy(
    db: &DatabaseConnection,
    schema: &str,
    first: Known,
    devices: usize,
) -> Result<Vec<Known>> {
    let columns = columns(db, schema).await?;
    let more = devices.saturating_sub(1);
    let (names, values): (Vec<_>, Vec<_>) =
        columns.iter().map(|name| (format!("\"{name}\""), value(db, name))).unzip();
    let tx = db.begin().await?;
    let copied = tx
        .execute_unprepared(&format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {more}) \
             INSERT INTO {schema}.device ({}) SELECT {} FROM {schema}.device AS d, numbers \
             WHERE {more} > 0",
            names.join(", "),
            values.join(", "),
        ))
        .await?;
    ensure!(copied.rows_affected() == more as u64, "there is another than the one device");
    tx.execute_unprepared(&format!("UPDATE {schema}.ordinal_counter SET next = next + {more}"))
        .await?;

    let mut known = vec![first];
    for ordinals in (1..=more).collect::<Vec<_>>().chunks(BATCH) {
        let tokens: Vec<_> = ordinals.iter().map(|_| secret::generate(TOKEN_PREFIX)).collect();
        let rows: Vec<String> = ordinals
            .iter()
            .zip(&tokens)
            .map(|(ordinal, token)| {
                let hash = secret::hash(token.expose_secret());
                format!("({ordinal}, {})", blob(db, &hash))
            })
            .collect();
        tx.execute_unprepared(&format!(
            "WITH made(ordinal, hash) AS (VALUES {}) \
             INSERT INTO {schema}.device_token (hash, device_id, generation, created_at) \
             SELECT made.hash, d.id, d.token_generation, d.created_at \
             FROM made JOIN {schema}.device AS d ON d.ordinal = made.ordinal",
            rows.join(", "),
        ))
        .await?;
        let numbers = ordinals.iter().map(|ordinal| *ordinal as u64 + 1);
        known.extend(numbers.zip(tokens).map(|(number, token)| Known {
            number,
            device: String::new(),
            token: token.expose_secret().to_owned(),
        }));
    }
    tx.commit().await?;
    if db.get_database_backend() == DbBackend::Postgres {
        // As autovacuum leaves it, without waiting for that.
        db.execute_unprepared("VACUUM ANALYZE device.device, device.device_token").await?;
    }
    Ok(known)
}

async fn columns(db: &DatabaseConnection, schema: &str) -> Result<Vec<String>> {
    let backend = db.get_database_backend();
    let select = match backend {
        DbBackend::Sqlite => "SELECT name FROM pragma_table_info('device')".to_owned(),
        _ => format!(
            "SELECT column_name::text FROM information_schema.columns \
             WHERE table_schema = '{schema}' AND table_name = 'device'"
        ),
    };
    let rows = db.query_all_raw(Statement::from_string(backend, select)).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// What a copy has in a column.
fn value(db: &DatabaseConnection, column: &str) -> String {
    let is_sqlite = db.get_database_backend() == DbBackend::Sqlite;
    match column {
        "id" if is_sqlite => "randomblob(16)".to_owned(),
        "id" => "gen_random_uuid()".to_owned(),
        "ordinal" => "d.ordinal + n".to_owned(),
        "host_name" | "name_key" | "smbios_uuid" => format!("d.{column} || '-' || n"),
        _ => format!("d.\"{column}\""),
    }
}

fn blob(db: &DatabaseConnection, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match db.get_database_backend() {
        DbBackend::Sqlite => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'::bytea"),
    }
}
