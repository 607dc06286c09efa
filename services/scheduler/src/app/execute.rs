//! Has a run's owner do it.

use std::time::Duration;

use chamados_chassis::{auth::Principal, context::CallContext, error::reason_of};
use chamados_proto::jobs::v1::{
    ExecuteRequest, ExecuteResponse, LogLevel, LogLine, execute_response::Event,
    job_handler_client::JobHandlerClient,
};
use tonic::{Code, Status, Streaming};

use super::{
    App,
    claim::{Claim, hold},
    json,
    run_log::RunLog,
    settle,
};
use crate::domain::{
    log::{Level, Line},
    run::{Failure, Outcome, Run},
};

/// Log lines wait at most this long to be written.
const FLUSH: Duration = Duration::from_millis(500);

/// Works on a claimed run until it ends, its lease is lost, or `stop` completes.
pub async fn run(app: &App, claim: &Claim, stop: impl Future<Output = ()>) {
    let mut log = RunLog::new(app, claim);
    let outcome = tokio::select! {
        outcome = attempt(app, claim, &mut log) => outcome,
        () = hold(app, claim) => {
            tracing::warn!(run = %claim.run.id, "lost the lease of a run");
            return;
        }
        () = stop => Outcome::Failed(Failure::passing("interrupted", "the scheduler stopped")),
    };
    log.flush().await;
    settle::finish(app, claim, outcome, log.truncated()).await;
}

/// One attempt, within its deadline.
async fn attempt(app: &App, claim: &Claim, log: &mut RunLog<'_>) -> Outcome {
    let left = claim.time_left(app.clock.instant());
    match tokio::time::timeout(left, call(app, claim, log)).await {
        Ok(Ok(summary)) => Outcome::Succeeded(summary),
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(_) => Outcome::Failed(Failure::overtime()),
    }
}

/// Calls the owner and reads its stream to the end; its summary.
async fn call(app: &App, claim: &Claim, log: &mut RunLog<'_>) -> Result<String, Failure> {
    let run = &claim.run;
    let owner = run.job_type.split_once('.').map_or("", |(owner, _)| owner);
    let Some(channel) = app.owners.get(owner) else {
        let message = format!("no service here does {:?}", run.job_type);
        return Err(Failure::lasting("owner_unknown", &message));
    };
    let request = context(app, claim)?.request(message(run), &*app.clock);
    let mut client = JobHandlerClient::new(channel.clone());
    let mut events = client.execute(request).await.map_err(|s| failure(&s))?.into_inner();
    let mut summary = None;
    while let Some(event) = next(&mut events, log).await? {
        match event {
            Event::Log(line) => log.push(kept(line)).await,
            // For people who watch; a run has no place to keep it.
            Event::Progress(_) => {}
            Event::Result(result) => summary = Some(result.summary),
        }
    }
    summary.ok_or_else(|| Failure::passing("no_result", "the job ended without a result"))
}

/// The scheduler calls on its own behalf, with the run's id as request id, until the deadline.
fn context(app: &App, claim: &Claim) -> Result<CallContext, Failure> {
    let principal = Principal::Service { name: "scheduler".to_owned(), tenant: claim.run.tenant };
    let token = app
        .keyring
        .sign(&principal, app.clock.now())
        .map_err(|e| Failure::lasting("no_token", &e.to_string()))?;
    let request_id = claim.run.id.to_string().into();
    Ok(CallContext::new(principal, Some(token.into()), request_id, claim.deadline()))
}

fn message(run: &Run) -> ExecuteRequest {
    ExecuteRequest {
        run_id: run.id.to_string(),
        job_type: run.job_type.clone(),
        fence: run.fence,
        attempt: run.attempt,
        payload: run.payload.as_object().map(json::to_struct),
    }
}

/// The next event; meanwhile lines do not wait for ever.
async fn next(
    events: &mut Streaming<ExecuteResponse>,
    log: &mut RunLog<'_>,
) -> Result<Option<Event>, Failure> {
    loop {
        match tokio::time::timeout(FLUSH, events.message()).await {
            Err(_) => log.flush().await,
            Ok(Ok(Some(ExecuteResponse { event: None }))) => {}
            Ok(Ok(message)) => return Ok(message.and_then(|message| message.event)),
            Ok(Err(status)) => return Err(failure(&status)),
        }
    }
}

fn kept(line: LogLine) -> Line {
    let level = match line.level() {
        LogLevel::Warn => Level::Warn,
        LogLevel::Error => Level::Error,
        LogLevel::Info | LogLevel::Unspecified => Level::Info,
    };
    let fields = line.fields.map(json::from_struct).unwrap_or_default();
    Line::new(level, &line.code, &line.message, fields)
}

fn failure(status: &Status) -> Failure {
    let code = reason_of(status).unwrap_or_else(|| name_of(status.code()).to_owned());
    let message = match status.message() {
        "" => status.code().description(),
        message => message,
    };
    if may_pass(status.code()) {
        Failure::passing(&code, message)
    } else {
        Failure::lasting(&code, message)
    }
}

/// Whether another attempt may go better. Not when the owner understood the request and will not do
/// it; but when it broke off in the middle, which it shows as internal, unknown or cancelled.
const fn may_pass(code: Code) -> bool {
    match code {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::ResourceExhausted
        | Code::Cancelled
        | Code::Internal
        | Code::Unknown => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// The code as contracts write it, in lower case.
const fn name_of(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "cancelled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_failures_are_worth_another_try() {
        for code in
            [Code::Unavailable, Code::DeadlineExceeded, Code::Aborted, Code::ResourceExhausted]
        {
            assert!(failure(&Status::new(code, "x")).may_retry, "{code:?}");
        }
        for code in [
            Code::InvalidArgument,
            Code::FailedPrecondition,
            Code::PermissionDenied,
            Code::Unimplemented,
            Code::NotFound,
        ] {
            assert!(!failure(&Status::new(code, "x")).may_retry, "{code:?}");
        }
        let silent = failure(&Status::new(Code::Unavailable, ""));
        assert_eq!(silent.code, "unavailable");
        assert!(!silent.message.is_empty());
    }
}
