//! Hashing passwords, off the runtime's threads and few at a time: each hash costs 19 MiB.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::{
    domain::password::NewPassword,
    error::{Error, Result},
};

/// Hashes at once.
const PARALLEL: usize = 2;

/// Hashes passwords with Argon2id.
#[derive(Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    /// Hash of a password that nobody has, checked for unknown e-mails so that they take as long.
    decoy: Arc<str>,
    computed: Arc<AtomicU64>,
}

impl Hasher {
    /// Makes the decoy, which takes as long as one hash.
    ///
    /// # Errors
    /// [`Error::Hashing`].
    pub fn new() -> Result<Self> {
        let nobody = chamados_chassis::auth::secret::generate("");
        let decoy = digest(nobody.expose_secret())?;
        let permits = Arc::new(Semaphore::new(PARALLEL));
        Ok(Self { permits, decoy: decoy.into(), computed: Arc::default() })
    }

    /// Hashes begun since the start. What a refusal costs must not tell why it was refused.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// PHC string of a password.
    ///
    /// # Errors
    /// [`Error::Hashing`].
    pub async fn hash(&self, password: NewPassword) -> Result<String> {
        self.blocking(move || digest(password.expose())).await?
    }

    /// Whether `password` is the one of `hash`. Takes as long when there is no hash.
    ///
    /// # Errors
    /// [`Error::Hashing`] when it cannot be computed.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let matches = self.blocking(move || verify(password.expose_secret(), &hash)).await??;
        Ok(known && matches)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|e| Error::Hashing(e.to_string()))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        // The permit goes along: when the caller gives up, the hash is still being computed.
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        task.await.map_err(|e| Error::Hashing(e.to_string()))
    }
}

fn digest(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|e| Error::Hashing(e.to_string()))
}

fn verify(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|e| Error::Hashing(e.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
