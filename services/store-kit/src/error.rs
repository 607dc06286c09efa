//! How the store fails.

use std::borrow::Cow;

use chamados_chassis::error::{Describe, Kind, Violation};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Why something could not be read from or written to a database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, has no free connection, or is locked. Worth another try.
    #[error("the database is away")]
    Unavailable(#[source] DbErr),
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
        if is_unavailable(&error) { Self::Unavailable(error) } else { Self::Internal(error) }
    }
}

impl Describe for StoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable(_) => Kind::Unavailable,
            Self::RequestIdReused => Kind::Precondition,
            Self::InvalidRequestId => Kind::Invalid,
            Self::Corrupt(_) | Self::Internal(_) => Kind::Internal,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unavailable(_) => "store_unavailable",
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

/// Whether the database, rather than the statement, is at fault.
fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match &**error {
                sqlx::Error::Database(error) => {
                    error.code().is_some_and(|code| is_unavailable_code(&code))
                }
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// SQLSTATE of PostgreSQL (five characters) or extended result code of SQLite (a number).
fn is_unavailable_code(code: &str) -> bool {
    /// Low byte of SQLite's extended codes: BUSY, LOCKED, IOERR, FULL, CANTOPEN.
    const SQLITE: [u32; 5] = [5, 6, 10, 13, 14];
    /// Connection exceptions, insufficient resources, operator intervention (which includes the
    /// statement timeout), and deadlocks and serialisation failures.
    const POSTGRES: [&str; 4] = ["08", "53", "57", "40"];

    match code.parse::<u32>() {
        Ok(number) if code.len() != 5 => SQLITE.contains(&(number & 0xff)),
        _ => POSTGRES.iter().any(|class| code.starts_with(class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worth_another_try() {
        for code in ["5", "517", "13", "08006", "53300", "57P01", "57014", "40P01", "40001"] {
            assert!(is_unavailable_code(code), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42P01", "22001"] {
            assert!(!is_unavailable_code(code), "{code}");
        }
    }

    #[test]
    fn reused_request_ids_are_a_precondition() {
        assert_eq!(StoreError::RequestIdReused.kind(), Kind::Precondition);
        assert_eq!(StoreError::RequestIdReused.reason(), "request_id_reused");
        assert_eq!(StoreError::InvalidRequestId.violations()[0].field, "request_id");
    }
}
