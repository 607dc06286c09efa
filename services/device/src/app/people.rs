//! What the device service asks identity of people, on the caller's behalf.

use chamados_chassis::{
    context::CallContext,
    error::{Describe as _, Kind, Remote},
};
use chamados_proto::identity::v1::{GetUserByEmailRequest, Role};

use super::App;
use crate::{
    domain::link::Person,
    error::{Error, Result},
};

/// The person of an e-mail address.
///
/// # Errors
/// [`Error::UserNotFound`], and [`Error::Remote`] when identity is away or refuses.
pub(super) async fn by_email(app: &App, cx: &CallContext, email: String) -> Result<Person> {
    let request = cx.request(GetUserByEmailRequest { email }, &*app.clock);
    let user = match app.people.clone().get_user_by_email(request).await.map_err(Remote) {
        Ok(response) => response.into_inner(),
        Err(remote) if remote.kind() == Kind::NotFound => return Err(Error::UserNotFound),
        Err(remote) => return Err(remote.into()),
    };
    let is_staff = match user.role() {
        Role::Admin | Role::Agent => true,
        Role::Manager | Role::Collaborator => false,
        // A device's account is no person.
        Role::Machine | Role::Unspecified => return Err(Error::UserNotFound),
    };
    let bad = |_| Error::BadAnswer("identity knows a user without an id");
    let company = user.company_id.as_deref().map(str::parse).transpose().map_err(bad)?;
    Ok(Person { user: user.id.parse().map_err(bad)?, is_staff, company, active: user.active })
}
