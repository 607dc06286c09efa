//! Readiness: which parts of the process can do their work now. Liveness never depends on it.
//!
//! Over gRPC ([`service`]) it is told by the health protocol
//! (<https://github.com/grpc/grpc/blob/master/doc/health-checking.md>): the empty name is the whole process,
//! `liveness` whether it lives at all, anything else a part (`ticket`) or a service of one (`chamados.ticket.v1.TicketService`).

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use futures::{Stream, StreamExt as _};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_check_response::ServingStatus,
    health_server::{self, HealthServer},
};

/// The part that is ready from when the process serves until it is asked to stop.
pub const SERVING: &str = "serving";
/// The name by which is asked whether the process lives.
const LIVENESS: &str = "liveness";

type Parts = BTreeMap<&'static str, bool>;

/// Parts of a process and whether each is ready. Clones share one state.
#[derive(Debug, Clone)]
pub struct Health {
    parts: Arc<watch::Sender<Parts>>,
}

impl Default for Health {
    fn default() -> Self {
        Self { parts: Arc::new(watch::Sender::new(Parts::new())) }
    }
}

impl Health {
    /// Registers a part, not ready yet. Dropping it makes it not ready for good.
    #[must_use]
    pub fn register(&self, name: &'static str) -> Part {
        let part = Part { name, health: self.clone() };
        part.set(false);
        part
    }

    /// Every part, by name, with whether it is ready.
    #[must_use]
    pub fn report(&self) -> BTreeMap<&'static str, bool> {
        self.parts.borrow().clone()
    }

    /// Whether every part is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        all(&self.parts.borrow())
    }

    /// The same over gRPC.
    #[must_use]
    pub fn service(&self) -> HealthServer<Service> {
        HealthServer::new(Service { health: self.clone() })
    }
}

/// A part of a process.
#[derive(Debug)]
pub struct Part {
    name: &'static str,
    health: Health,
}

impl Part {
    /// Says whether the part is ready, and comes back with what was said before.
    pub fn set(&self, ready: bool) -> bool {
        let mut before = false;
        self.health.parts.send_if_modified(|parts| {
            let told = parts.insert(self.name, ready);
            before = told.unwrap_or(false);
            told != Some(ready)
        });
        before
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.set(false);
    }
}

fn all(parts: &Parts) -> bool {
    parts.values().all(|ready| *ready)
}

/// What is told of `name`; nothing when there is no such part.
fn status(parts: &Parts, name: &str) -> Option<ServingStatus> {
    let ready = match name {
        "" => all(parts),
        LIVENESS => true,
        name => {
            let part = name.strip_prefix("chamados.").map_or(name, |service| {
                service.split_once('.').map_or(service, |(package, _)| package)
            });
            // A process that stops takes nothing more, whatever its parts could do.
            *parts.get(part)? && parts.get(SERVING).copied().unwrap_or(true)
        }
    };
    Some(if ready { ServingStatus::Serving } else { ServingStatus::NotServing })
}

/// `grpc.health.v1.Health`.
#[derive(Debug)]
pub struct Service {
    health: Health,
}

#[tonic::async_trait]
impl health_server::Health for Service {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = status(&self.health.parts.borrow(), &request.get_ref().service)
            .ok_or_else(|| Status::not_found("no such part here"))?;
        Ok(Response::new(HealthCheckResponse { status: status.into() }))
    }

    type WatchStream =
        Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send + 'static>>;

    /// Tells the status at once and at every change; of a part that is not here, that it is unknown.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let name = request.into_inner().service;
        let mut told = None;
        let changes = WatchStream::new(self.health.parts.subscribe()).filter_map(move |parts| {
            let now = status(&parts, &name).unwrap_or(ServingStatus::ServiceUnknown);
            let news = (told.replace(now) != Some(now))
                .then(|| Ok(HealthCheckResponse { status: now.into() }));
            std::future::ready(news)
        });
        Ok(Response::new(Box::pin(changes)))
    }
}

#[cfg(test)]
mod tests {
    use health_server::Health as _;

    use super::*;

    fn asked(service: &str) -> Request<HealthCheckRequest> {
        Request::new(HealthCheckRequest { service: service.to_owned() })
    }

    #[test]
    fn ready_when_every_part_is() {
        let health = Health::default();
        let (database, redis) = (health.register("database"), health.register("redis"));
        database.set(true);
        assert!(!health.is_ready());
        assert!(!redis.set(true));
        assert!(health.is_ready());
        assert!(redis.set(true));
        drop(redis);
        assert!(!health.report()["redis"]);
    }

    #[tokio::test]
    async fn each_part_answers_for_itself() {
        let health = Health::default();
        let (ticket, device) = (health.register("ticket"), health.register("device"));
        let serving = health.register(SERVING);
        serving.set(true);
        ticket.set(true);
        let service = Service { health: health.clone() };
        let check = async |name: &str| {
            let answer = service.check(asked(name)).await;
            answer.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
        };
        use ServingStatus::{NotServing, Serving};
        for (name, expected) in [
            ("", NotServing),
            ("liveness", Serving),
            ("ticket", Serving),
            ("chamados.ticket.v1.TicketService", Serving),
            ("device", NotServing),
        ] {
            assert_eq!(check(name).await, Ok(expected), "{name}");
        }
        assert_eq!(check("mail").await, Err(tonic::Code::NotFound));
        device.set(true);
        assert_eq!(check("").await, Ok(Serving));
        serving.set(false);
        assert_eq!(check("ticket").await, Ok(NotServing), "it stops");
        assert_eq!(check("liveness").await, Ok(Serving), "and lives until then");
    }

    #[tokio::test]
    async fn changes_are_told_once_each() {
        let health = Health::default();
        let (ticket, other) = (health.register("ticket"), health.register("other"));
        let service = Service { health: health.clone() };
        let mut told = service.watch(asked("ticket")).await.unwrap().into_inner();
        let mut next = async || told.next().await.unwrap().unwrap().status();
        assert_eq!(next().await, ServingStatus::NotServing);
        other.set(true);
        ticket.set(true);
        assert_eq!(next().await, ServingStatus::Serving);
        drop(ticket);
        assert_eq!(next().await, ServingStatus::NotServing);
        let mut unknown = service.watch(asked("mail")).await.unwrap().into_inner();
        assert_eq!(unknown.next().await.unwrap().unwrap().status(), ServingStatus::ServiceUnknown);
    }
}
