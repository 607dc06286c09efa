//! Certificates as they are on the disk now: read at the start, looked at again every so often, and
//! used from the next connection on. What is already open stays as it is.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use opentelemetry::{KeyValue, metrics::Meter};

use super::{Files, Material, TlsError};
use crate::shutdown::Shutdown;

/// What was made of certificates the last time that they could be used. Clones share it.
pub struct Watched<C> {
    state: Arc<RwLock<State<C>>>,
    files: Files,
    build: fn(&Material) -> Result<C, TlsError>,
}

// Derived, it would ask `C` to be one too.
impl<C> Clone for Watched<C> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), files: self.files.clone(), build: self.build }
    }
}

struct State<C> {
    material: Material,
    made: Arc<C>,
    not_after: i64,
}

impl<C: Send + Sync + 'static> Watched<C> {
    /// Reads the files and makes of them what `build` says.
    ///
    /// # Errors
    /// [`TlsError`]: a start with certificates that cannot be used is refused.
    pub fn open(
        files: Files,
        build: fn(&Material) -> Result<C, TlsError>,
    ) -> Result<Self, TlsError> {
        let state = State::read(&files, build)?;
        Ok(Self { state: Arc::new(RwLock::new(state)), files, build })
    }

    /// What is in force.
    #[must_use]
    pub fn current(&self) -> Arc<C> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner).made)
    }

    /// Reads the files again; whether they had changed. When they cannot be used, what was in force
    /// stays so.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn reload(&self) -> Result<bool, TlsError> {
        let material = Material::read(&self.files)?;
        if self.state.read().unwrap_or_else(PoisonError::into_inner).material == material {
            return Ok(false);
        }
        let state = State::of(material, self.build)?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        Ok(true)
    }

    /// Looks at the files every `period` until shutdown, and tells by `tls.certificate.not_after` when the
    /// certificate ends. `name` is what it is for, as in the configuration.
    pub fn start(&self, name: &'static str, period: Duration, meter: &Meter, shutdown: &Shutdown) {
        let told = Arc::clone(&self.state);
        meter
            .i64_observable_gauge("tls.certificate.not_after")
            .with_unit("s")
            .with_description("When a certificate in force ends, as Unix time")
            .with_callback(move |gauge| {
                let ends = told.read().unwrap_or_else(PoisonError::into_inner).not_after;
                gauge.observe(ends, &[KeyValue::new("listener", name)]);
            })
            .build();
        let (watched, stop) = (self.clone(), shutdown.clone());
        shutdown.spawn("certificates", async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(period) => {}
                    () = stop.requested() => break,
                }
                match watched.reload() {
                    Ok(true) => tracing::info!(listener = name, "a new certificate is in force"),
                    Ok(false) => {}
                    Err(error) => tracing::error!(
                        listener = name,
                        %error,
                        "the new certificate cannot be used, the old one stays in force"
                    ),
                }
            }
        });
    }
}

impl<C> State<C> {
    fn read(files: &Files, build: fn(&Material) -> Result<C, TlsError>) -> Result<Self, TlsError> {
        Self::of(Material::read(files)?, build)
    }

    fn of(
        material: Material,
        build: fn(&Material) -> Result<C, TlsError>,
    ) -> Result<Self, TlsError> {
        let made = Arc::new(build(&material)?);
        Ok(Self { made, not_after: material.not_after()?, material })
    }
}
