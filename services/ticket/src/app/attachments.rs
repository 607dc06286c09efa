//! Files of tickets and comments.

use bytes::Bytes;
use chamados_chassis::{
    auth::{Actor, Permission},
    context::CallContext,
    error::Invalid,
    id::{TenantId, TicketId},
    page::{Page, PageRequest},
};
use chamados_store_kit::{Tx, jobs};
use futures::Stream;

use super::{App, tickets};
use crate::{
    domain::{
        Attachment, AttachmentId, FileName, Place, TicketRef, Visibility,
        attachment::{self, HEAD, LOOSE_FOR, MOST_LOOSE},
    },
    error::{Error, Result},
    files::{FilesError, Writing},
    store::{self, TimeKey},
};

/// A file on its way in. Either [`finish`](Self::finish) or [`abandon`](Self::abandon) ends it; what a
/// crash leaves is removed as any file that is attached nowhere.
pub struct Upload {
    app: App,
    tenant: TenantId,
    file: Attachment,
    /// Bytes that were announced; 0 for not.
    announced: u64,
    head: Vec<u8>,
    hasher: blake3::Hasher,
    writing: Writing,
}

impl Upload {
    /// Begins to take a file.
    ///
    /// # Errors
    /// [`Error::AttachmentTooLarge`] when too much is announced, [`Error::TooManyUploads`].
    pub async fn begin(
        app: &App,
        cx: &CallContext,
        file_name: FileName,
        announced: u64,
    ) -> Result<Self> {
        let tenant = cx.require(Permission::TicketsComment)?;
        if announced > app.files.most_bytes() {
            return Err(Error::AttachmentTooLarge);
        }
        let file = Attachment {
            id: AttachmentId::new(),
            file_name,
            content_type: String::new(),
            size: 0,
            blake3: String::new(),
            uploader: cx.actor()?,
            created_at: app.clock.now(),
            place: None,
        };
        let tx = app.db.begin().await?;
        if !store::attachments::announce(&tx, tenant, &file, MOST_LOOSE).await? {
            return Err(Error::TooManyUploads);
        }
        tx.commit().await?;
        let writing = app.files.write(tenant, file.id);
        let (head, hasher) = (Vec::new(), blake3::Hasher::new());
        Ok(Self { app: app.clone(), tenant, file, announced, head, hasher, writing })
    }

    /// Takes more of its bytes.
    ///
    /// # Errors
    /// [`Error::AttachmentTooLarge`], [`Error::Files`].
    pub async fn add(&mut self, bytes: Bytes) -> Result<()> {
        self.file.size += bytes.len() as u64;
        if self.file.size > self.app.files.most_bytes() {
            return Err(Error::AttachmentTooLarge);
        }
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.hasher.update(&bytes);
        Ok(self.writing.add(bytes).await?)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are no bytes or others than announced, [`Error::Files`].
    pub async fn finish(&mut self) -> Result<Attachment> {
        if self.file.size == 0 || (self.announced != 0 && self.announced != self.file.size) {
            let message =
                if self.file.size == 0 { "is empty" } else { "is not what was announced" };
            return Err(Invalid::field("size", message).into());
        }
        self.file.content_type = attachment::content_type(&self.head).to_owned();
        self.file.blake3 = self.hasher.finalize().to_hex().to_string();
        self.writing.finish().await?;
        let tx = self.app.db.begin().await?;
        if !store::attachments::store(&tx, self.tenant, &self.file).await? {
            return Err(Error::AttachmentNotFound);
        }
        tx.commit().await?;
        Ok(self.file.clone())
    }

    /// Throws it away.
    pub async fn abandon(self) {
        let Self { app, tenant, file, writing, .. } = self;
        writing.abandon().await;
        let removed = async {
            let tx = app.db.begin().await?;
            store::attachments::withdraw(&tx, tenant, &file.uploader, file.id).await?;
            tx.commit().await?;
            remove(&app, &[(tenant, file.id)]).await
        };
        if let Err(error) = removed.await {
            tracing::warn!(%error, "an upload that broke off is removed tomorrow");
        }
    }
}

/// A file the caller may see.
///
/// # Errors
/// [`Error::AttachmentNotFound`].
pub async fn get(app: &App, cx: &CallContext, id: AttachmentId) -> Result<Attachment> {
    let tenant = cx.require(Permission::TicketsRead)?;
    let (visibility, caller) = (Visibility::of(cx.principal()), cx.actor()?);
    let file = store::attachments::get(app.db.read(), tenant, visibility, &caller, id).await?;
    file.ok_or(Error::AttachmentNotFound)
}

/// A file the caller may see, and its bytes.
///
/// # Errors
/// [`Error::AttachmentNotFound`], [`Error::Files`].
pub async fn read(
    app: &App,
    cx: &CallContext,
    id: AttachmentId,
) -> Result<(Attachment, impl Stream<Item = Result<Bytes, FilesError>> + Send + use<>)> {
    let file = get(app, cx, id).await?;
    let bytes = app.files.read(cx.require(Permission::TicketsRead)?, id).await?;
    Ok((file, bytes))
}

/// Files of a ticket the caller may see, oldest first.
///
/// # Errors
/// [`Error::TicketNotFound`].
pub async fn list(
    app: &App,
    cx: &CallContext,
    ticket: TicketId,
    page: &PageRequest<TimeKey>,
) -> Result<Page<Attachment>> {
    let ticket = tickets::get(app, cx, TicketRef::Id(ticket)).await?;
    let (db, visibility) = (app.db.read(), Visibility::of(cx.principal()));
    Ok(store::attachments::list(db, ticket.tenant, visibility, ticket.id, page).await?)
}

/// Removes a file the caller uploaded and attached nowhere.
///
/// # Errors
/// [`Error::AttachmentNotFound`], [`Error::AttachmentAttached`].
pub async fn delete(app: &App, cx: &CallContext, id: AttachmentId) -> Result<()> {
    let tenant = cx.require(Permission::TicketsComment)?;
    let file = get(app, cx, id).await?;
    if file.place.is_some() {
        return Err(Error::AttachmentAttached);
    }
    let tx = app.db.begin().await?;
    if !store::attachments::withdraw(&tx, tenant, &cx.actor()?, id).await? {
        return Err(Error::AttachmentAttached);
    }
    tx.commit().await?;
    remove(app, &[(tenant, id)]).await
}

/// Attaches files in the transaction of what they come with.
pub(super) async fn attach(
    tx: &Tx,
    tenant: TenantId,
    by: &Actor,
    ids: &[AttachmentId],
    place: Place,
) -> Result<()> {
    if store::attachments::attach(tx, tenant, by, ids, place).await? {
        Ok(())
    } else {
        Err(Error::AttachmentNotFound)
    }
}

/// Removes files that were withdrawn: the bytes, then the rows that tell of them.
async fn remove(app: &App, files: &[(TenantId, AttachmentId)]) -> Result<()> {
    for (tenant, id) in files {
        app.files.remove(*tenant, *id).await?;
    }
    let ids: Vec<AttachmentId> = files.iter().map(|(_, id)| *id).collect();
    let tx = app.db.begin().await?;
    store::attachments::forget(&tx, &ids).await?;
    tx.commit().await?;
    Ok(())
}

/// The job that removes files that are attached nowhere.
pub struct PurgeAttachments(pub App);

#[tonic::async_trait]
impl jobs::Job for PurgeAttachments {
    fn name(&self) -> &'static str {
        "ticket.purge_attachments"
    }

    fn description(&self) -> &'static str {
        "Removes uploaded files that were attached nowhere within a day"
    }

    async fn run(&self, context: jobs::Context) -> Result<jobs::Done, jobs::JobError> {
        /// Files removed between two commits.
        const BATCH: u64 = 100;

        let mut removed = 0;
        loop {
            let tx = context.db.begin().await?;
            let before = context.now - LOOSE_FOR;
            let old = store::attachments::withdraw_old(&tx, before, BATCH).await?;
            tx.commit().await?;
            remove(&self.0, &old).await?;
            removed += old.len() as u64;
            if (old.len() as u64) < BATCH {
                break;
            }
        }
        let tx = context.db.begin().await?;
        let done =
            jobs::Done::new(tx, format!("{removed} files that were attached nowhere removed"));
        Ok(done.with_line("purged", "Files attached nowhere", &[("files", removed)]))
    }
}
