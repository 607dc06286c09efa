//! How the store fails.

use std::borrow::Cow;

use chamados_chassis::error::{Describe, Kind, STORAGE_FULL, Violation};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Why something could not be read from or written to a database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, has no free connection, or is locked. Worth another try.
    #[error("the database is away")]
    Unavailable(#[source] DbErr),
    /// The database has no room left on its disk. What is there can be read.
    #[error("the database has no room left")]
    Full(#[source] DbErr),
    /// A request id was used before, for a request that said something else.
    #[error("this request id was used for another request")]
    RequestIdReused,
    /// A request id that is too long.
    #[error("the request id is not valid")]
    InvalidRequestId,
    /// A row that the code cannot read.
    #[error("{0}")]
    Corrupt(String),
    /// Anything else; our fault.
    #[error(transparent)]
    Internal(DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match fault(&error) {
            Fault::Away => Self::Unavailable(error),
            Fault::Full => Self::Full(error),
            Fault::Other => Self::Internal(error),
        }
    }
}

impl Describe for StoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable(_) | Self::Full(_) => Kind::Unavailable,
            Self::RequestIdReused => Kind::Precondition,
            Self::InvalidRequestId => Kind::Invalid,
            Self::Corrupt(_) | Self::Internal(_) => Kind::Internal,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unavailable(_) => "store_unavailable",
            Self::Full(_) => STORAGE_FULL,
            Self::RequestIdReused => "request_id_reused",
            Self::InvalidRequestId => "invalid_argument",
            Self::Corrupt(_) | Self::Internal(_) => "internal",
        })
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::InvalidRequestId => vec![Violation {
                field: Cow::Borrowed("request_id"),
                message: "must have 1 to 128 characters".to_owned(),
            }],
            _ => Vec::new(),
        }
    }
}

impl StoreError {
    /// Whether a value that must be unique was there already.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Internal(error) if is_unique_violation(error))
    }
}

/// Whether a value that must be unique was there already.
#[must_use]
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// What is to blame when a statement fails.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    /// The database, or the way to it. Worth another try.
    Away,
    /// The database's disk.
    Full,
    /// The statement, or what it met.
    Other,
}

fn fault(error: &DbErr) -> Fault {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Fault::Away,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match &**error {
                sqlx::Error::Database(error) => {
                    error.code().map_or(Fault::Other, |code| fault_of_code(&code))
                }
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => Fault::Away,
                _ => Fault::Other,
            }
        }
        _ => Fault::Other,
    }
}

/// By the SQLSTATE of PostgreSQL (five characters) or the extended result code of SQLite (a number).
fn fault_of_code(code: &str) -> Fault {
    /// Low byte of SQLite's extended codes: BUSY, LOCKED, IOERR, CANTOPEN.
    const SQLITE: [u32; 4] = [5, 6, 10, 14];
    const SQLITE_FULL: u32 = 13;
    /// Connection exceptions, insufficient resources, operator intervention (which includes the
    /// statement timeout), and deadlocks and serialisation failures.
    const POSTGRES: [&str; 4] = ["08", "53", "57", "40"];
    const POSTGRES_FULL: &str = "53100";

    match code.parse::<u32>() {
        Ok(number) if code.len() != 5 => match number & 0xff {
            SQLITE_FULL => Fault::Full,
            low if SQLITE.contains(&low) => Fault::Away,
            _ => Fault::Other,
        },
        _ if code == POSTGRES_FULL => Fault::Full,
        _ if POSTGRES.iter().any(|class| code.starts_with(class)) => Fault::Away,
        _ => Fault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_who_is_to_blame() {
        for code in ["5", "517", "778", "08006", "53300", "57P01", "57014", "40P01", "40001"] {
            assert_eq!(fault_of_code(code), Fault::Away, "{code}");
        }
        for code in ["13", "53100"] {
            assert_eq!(fault_of_code(code), Fault::Full, "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42P01", "22001"] {
            assert_eq!(fault_of_code(code), Fault::Other, "{code}");
        }
    }

    #[test]
    fn reused_request_ids_are_a_precondition() {
        assert_eq!(StoreError::RequestIdReused.kind(), Kind::Precondition);
        assert_eq!(StoreError::RequestIdReused.reason(), "request_id_reused");
        assert_eq!(StoreError::InvalidRequestId.violations()[0].field, "request_id");
    }
}
