//! The contracts of Chamados: messages and services, generated from the `.proto` files
//! beside this crate, and nothing else. How they are written: `README.md`.

#![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated code")]

/// Facts and signals that travel between services.
pub mod event {
    pub mod v1 {
        tonic::include_proto!("chamados.event.v1");
    }
}

/// People, companies, sessions.
pub mod identity {
    pub mod v1 {
        tonic::include_proto!("chamados.identity.v1");
    }
}

/// Tickets, comments, queues.
pub mod ticket {
    pub mod v1 {
        tonic::include_proto!("chamados.ticket.v1");
    }
}

/// Devices and their agents.
pub mod device {
    pub mod v1 {
        tonic::include_proto!("chamados.device.v1");
    }
}

/// Schedules and runs.
pub mod scheduler {
    pub mod v1 {
        tonic::include_proto!("chamados.scheduler.v1");
    }
}

/// Scheduled work, as its owners implement it.
pub mod jobs {
    pub mod v1 {
        tonic::include_proto!("chamados.jobs.v1");
    }
}

/// Rows of a tenant, as their owners tell them for an archive.
pub mod archive {
    pub mod v1 {
        tonic::include_proto!("chamados.archive.v1");
    }
}

/// The encoded descriptor set of every contract, for reflection and for tests that walk all RPCs.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/chamados.fds"));
