//! What happens once everything is connected: the set-up link, while there is no admin.

use std::time::Duration;

use chamados_chassis::{
    auth::{Keyring, Principal},
    clock::SharedClock,
    context::CallContext,
    grpc::GrpcChannel,
};
use chamados_proto::identity::v1::{
    IssueSetupTokenRequest, setup_service_client::SetupServiceClient,
};
use tonic::Code;

/// How long asking for a token may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The link by which the first admin is made; none once there is one.
///
/// # Errors
/// When identity cannot say.
pub(crate) async fn setup_link(
    identity: GrpcChannel,
    keyring: &Keyring,
    clock: &SharedClock,
    public_url: &str,
) -> anyhow::Result<Option<String>> {
    let principal = Principal::Service { name: "chamados".to_owned(), tenant: None };
    let token = keyring.sign(&principal, clock.now())?;
    let deadline = clock.instant() + TIMEOUT;
    let cx = CallContext::new(principal, Some(token.into()), "start".into(), deadline);
    let request = cx.request(IssueSetupTokenRequest {}, &**clock);
    match SetupServiceClient::new(identity).issue_setup_token(request).await {
        Ok(answer) => {
            let token = answer.into_inner().token;
            Ok(Some(format!("{}/setup?token={token}", public_url.trim_end_matches('/'))))
        }
        Err(status) if status.code() == Code::FailedPrecondition => Ok(None),
        Err(status) => Err(status.into()),
    }
}
