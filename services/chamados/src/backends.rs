//! What a process stands on: the key ring, the bus, the signals and the hot store's Redis, each in
//! memory or shared, by configuration alone.

use std::{fs, io::Write as _, path::Path, sync::Arc};

use anyhow::Context as _;
use chamados_chassis::{
    auth::Keyring,
    bus::{EventBus, SignalBus},
    clock::SharedClock,
    shutdown::Shutdown,
};
use chamados_store_kit::{
    bus_local::LocalBus, bus_redis::RedisBus, redis::Redis, signal_local::LocalSignals,
    signal_redis::RedisSignals,
};

use crate::config::Config;

/// What the services of a process share.
pub(crate) struct Backends {
    pub(crate) clock: SharedClock,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) bus: Arc<dyn EventBus>,
    pub(crate) signals: Arc<dyn SignalBus>,
    pub(crate) redis: Option<Redis>,
}

impl Backends {
    pub(crate) fn open(
        config: &Config,
        clock: SharedClock,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let redis = config.redis()?.map(|redis| Redis::connect(&redis)).transpose()?;
        let (bus, signals): (Arc<dyn EventBus>, Arc<dyn SignalBus>) = match &redis {
            Some(redis) => (
                Arc::new(RedisBus::new(redis.clone(), clock.clone(), shutdown.clone())),
                Arc::new(RedisSignals::start(redis.clone(), shutdown)),
            ),
            None => (Arc::new(LocalBus::new()), Arc::new(LocalSignals::new())),
        };
        Ok(Self { clock, keyring: Arc::new(keyring(config)?), bus, signals, redis })
    }
}

/// The configured ring, or one made in the data directory.
fn keyring(config: &Config) -> anyhow::Result<Keyring> {
    if let Some(file) = &config.auth.keyring_file {
        return Ok(Keyring::from_file(file)?);
    }
    let file = config.data_dir.join("keyring");
    if !file.exists() {
        fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("cannot make {}", config.data_dir.display()))?;
        create(&file, &Keyring::generate()?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(Keyring::from_file(&file)?)
}

/// Writes a file that only its owner can read, whole or not at all. Of two processes that start at
/// once, one's ring stays and both read that.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}
