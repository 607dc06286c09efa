//! A tenant's rows as records that go into an archive and come back from one.
//!
//! A record is a JSON object with the columns of a row. [`Kind`] says which table, which rows of it are a
//! tenant's and which columns stay here; [`Snapshot`] reads them page by page, and [`write()`] puts them into
//! empty tables. What is derived from records is not in the archive: its [`Owner`] makes it anew.
//! [`Source`] tells all of it part by part, and serves that as `chamados.archive.v1.ArchiveService`.

mod column;
mod kind;
mod read;
mod serve;
mod source;
mod write;

use std::{error::Error, pin::Pin, sync::Arc};

use bytes::Bytes;
use chamados_chassis::id::TenantId;
use chrono::{DateTime, Utc};
use futures::stream::Stream;
use uuid::Uuid;

use crate::{db::Tx, entity::merged_account, error::StoreError, migrate::Migrations};

pub use column::{Malformed, Object};
pub use kind::Kind;
pub use read::{Entry, Page, Snapshot};
pub use source::{Part, Parts, Source};
pub use write::{WriteError, begin, clear, mend, write};

/// A service whose rows go into archives.
#[tonic::async_trait]
pub trait Owner: Send + Sync + 'static {
    /// The migrations of its tables; the name of the last one is the version of its records.
    fn migrations(&self) -> Migrations;

    /// What it owns, in the order of writing: what is referred to before what refers to it.
    fn kinds(&self) -> Vec<Kind>;

    /// Removes what was derived from records of a tenant, before they are removed themselves.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget(&self, _tx: &Tx, _tenant: TenantId) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes what is derived from records, after they were written.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn derive(
        &self,
        _tx: &Tx,
        _tenant: TenantId,
        _now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    /// The files that some of its records tell of.
    fn files(&self) -> Option<Arc<dyn Files>> {
        None
    }
}

/// Why a file could not be read or written.
pub type FileError = Box<dyn Error + Send + Sync>;
/// The bytes of a file, in order.
pub type Content = Pin<Box<dyn Stream<Item = Result<Bytes, FileError>> + Send>>;

/// Files beside the rows, each under the id of the record that tells of it.
#[tonic::async_trait]
pub trait Files: Send + Sync + 'static {
    /// The kind whose records tell of files.
    fn kind(&self) -> &'static str;

    /// Opens a file.
    ///
    /// # Errors
    /// When it is not there, or the place is away.
    async fn open(&self, tenant: TenantId, id: Uuid) -> Result<Content, FileError>;

    /// Writes a file, whole or not at all, over one of this id.
    ///
    /// # Errors
    /// What `content` failed with, or when the place is away.
    async fn put(&self, tenant: TenantId, id: Uuid, content: Content) -> Result<(), FileError>;
}

/// Name of the newest migration.
#[must_use]
pub fn schema(owner: &dyn Owner) -> String {
    let list = (owner.migrations().list)();
    list.last().map(|migration| migration.name().to_owned()).unwrap_or_default()
}

/// Who accounts became, for the services that refer to users.
#[must_use]
pub fn merged_accounts() -> Kind {
    Kind::of::<merged_account::Entity>("merged_account")
}
