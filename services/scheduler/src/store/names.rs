//! The names under which rows keep what the domain has as enums.

use chamados_store_kit::StoreError;

use crate::domain::{
    run::{self, Trigger},
    schedule::{self, Misfire, Overlap},
    timing::Kind,
};

/// Kept in a row by name.
pub(crate) trait Named: Sized {
    /// Its name.
    fn name(self) -> &'static str;

    /// What has this name.
    fn read(name: &str) -> Result<Self, StoreError>;
}

macro_rules! named {
    ($type:ty { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl Named for $type {
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            fn read(name: &str) -> Result<Self, StoreError> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(StoreError::Corrupt(
                        format!("{name:?} is no {}", stringify!($type)),
                    )),
                }
            }
        }
    };
}

named!(Kind { Cron = "cron", Interval = "interval", OnDemand = "on_demand" });
named!(Overlap { Skip = "skip", BufferOne = "buffer_one", Allow = "allow" });
named!(Misfire { FireOnce = "fire_once", Skip = "skip", FireAll = "fire_all" });
named!(schedule::State { Active = "active", Paused = "paused" });
named!(Trigger { Schedule = "schedule", Manual = "manual", CatchUp = "catch_up" });
named!(run::State {
    Ready = "ready",
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
    Cancelled = "cancelled",
    Skipped = "skipped",
});
