//! Where the bytes of attachments are: a directory, or a bucket that speaks S3. The rows that tell
//! of them are in [`crate::store::attachments`].

use std::{io, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use chamados_chassis::id::TenantId;
use chamados_store_kit::archive::{self, Content, FileError};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path as Key,
};
use secrecy::ExposeSecret as _;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::{Config, domain::AttachmentId};

/// Bytes kept in memory before a file is written in parts, and the size of a part: the least S3 takes.
const PART: usize = 5 * 1024 * 1024;
/// How often, and for how long, a bucket that fails is asked again before whoever waits is told.
const RETRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes in MiB.
const MEBIBYTE: u64 = 1024 * 1024;

/// The place could not be opened, or a file not be written or read. Callers are not told why.
#[derive(Debug, thiserror::Error)]
#[error("the place of files is away")]
pub struct FilesError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl FilesError {
    fn of(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// Of something that was asked of an open place: logged here, as whoever asked hears no cause.
    fn logged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let error = error.into();
        tracing::warn!(%error, "the place of files is away");
        Self(error)
    }

    /// Whether the disk that the directory is on has no room left.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&*self.0);
        while let Some(error) = cause {
            if error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::StorageFull)
            {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

/// The place. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    place: Arc<dyn ObjectStore>,
    most_bytes: u64,
}

impl Files {
    /// Opens the place that `config` names, and makes it if it is a directory.
    ///
    /// # Errors
    /// [`FilesError`] when the directory cannot be made or the bucket's settings cannot be right.
    pub fn open(config: &Config, data_dir: &Path) -> Result<Self, FilesError> {
        let named = config.attachment_directory.clone();
        let place = place(config, &named.unwrap_or_else(|| data_dir.join("attachments")))?;
        Ok(Self { place, most_bytes: config.attachment_mebibytes * MEBIBYTE })
    }

    /// Largest file, in bytes.
    #[must_use]
    pub const fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Begins to write a file. It is there once [`Writing::finish`] is through, and not before.
    #[must_use]
    pub fn write(&self, tenant: TenantId, id: AttachmentId) -> Writing {
        let parts = BufWriter::with_capacity(self.place.clone(), key(tenant, id), PART);
        Writing { parts, ended: false }
    }

    /// The bytes of a file, in order.
    ///
    /// # Errors
    /// [`FilesError`] when it is not there or the place is away; in the stream when it goes away.
    pub async fn read(
        &self,
        tenant: TenantId,
        id: AttachmentId,
    ) -> Result<impl Stream<Item = Result<Bytes, FilesError>> + Send + use<>, FilesError> {
        let found = self.place.get(&key(tenant, id)).await.map_err(FilesError::logged)?;
        Ok(found.into_stream().map_err(FilesError::logged))
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`FilesError`] when the place is away.
    pub async fn remove(&self, tenant: TenantId, id: AttachmentId) -> Result<(), FilesError> {
        match self.place.delete(&key(tenant, id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(FilesError::logged(error)),
        }
    }
}

/// The bucket that `config` names, or else a directory, which is made.
///
/// # Errors
/// [`FilesError`] when the directory cannot be made or the bucket's settings cannot be right.
pub fn place(config: &Config, directory: &Path) -> Result<Arc<dyn ObjectStore>, FilesError> {
    let Some(bucket) = &config.attachment_bucket else {
        std::fs::create_dir_all(directory).map_err(FilesError::of)?;
        return Ok(Arc::new(LocalFileSystem::new_with_prefix(directory).map_err(FilesError::of)?));
    };
    let secret = bucket.secret_access_key.resolve().map_err(FilesError::of)?;
    let secret = secret.ok_or_else(|| FilesError::of("the bucket has no secret key"))?;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(secret.expose_secret())
        .with_retry(RetryConfig {
            max_retries: RETRIES,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        });
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(true);
    }
    Ok(Arc::new(builder.build().map_err(FilesError::of)?))
}

/// Ids are random enough that nobody guesses one, and no name of a user is in a path.
fn key(tenant: TenantId, id: AttachmentId) -> Key {
    Key::from_iter([tenant.to_string(), id.to_string()])
}

/// A file that is being written.
#[derive(Debug)]
pub struct Writing {
    parts: BufWriter,
    /// Whether its end was written, with or without success: then there is nothing to throw away.
    ended: bool,
}

impl Writing {
    /// Adds bytes.
    ///
    /// # Errors
    /// [`FilesError`] when the place is away or full.
    pub async fn add(&mut self, bytes: Bytes) -> Result<(), FilesError> {
        self.parts.put(bytes).await.map_err(FilesError::logged)
    }

    /// Makes the file be there.
    ///
    /// # Errors
    /// [`FilesError`] when the place is away or full.
    pub async fn finish(&mut self) -> Result<(), FilesError> {
        self.ended = true;
        self.parts.shutdown().await.map_err(FilesError::logged)
    }

    /// Throws away what was written.
    pub async fn abandon(mut self) {
        if self.ended {
            return;
        }
        if let Err(error) = self.parts.abort().await {
            tracing::warn!(%error, "part of an upload stays behind");
        }
    }
}

#[tonic::async_trait]
impl archive::Files for Files {
    fn kind(&self) -> &'static str {
        "attachment"
    }

    async fn open(&self, tenant: TenantId, id: Uuid) -> Result<Content, FileError> {
        let found = self.place.get(&key(tenant, id.into())).await?;
        Ok(Box::pin(found.into_stream().map_err(FileError::from)))
    }

    async fn put(&self, tenant: TenantId, id: Uuid, mut content: Content) -> Result<(), FileError> {
        let mut writing = self.write(tenant, id.into());
        while let Some(bytes) = content.next().await {
            let added = match bytes {
                Ok(bytes) => writing.add(bytes).await.map_err(FileError::from),
                Err(error) => Err(error),
            };
            if let Err(error) = added {
                writing.abandon().await;
                return Err(error);
            }
        }
        Ok(writing.finish().await?)
    }
}
