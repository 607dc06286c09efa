//! What the device service asks identity of people, on the caller's behalf.

use chamados_chassis::{
    context::CallContext,
    error::{Describe as _, Kind, Remote},
    id::CompanyId,
};
use chamados_proto::identity::v1::{CreateUserRequest, GetUserByEmailRequest, Role, User};

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
    match app.people.clone().get_user_by_email(request).await.map_err(Remote) {
        Ok(response) => person(&response.into_inner()),
        Err(remote) if remote.kind() == Kind::NotFound => Err(Error::UserNotFound),
        Err(remote) => Err(remote.into()),
    }
}

/// The person of an e-mail address; a new collaborator of `company` when nobody has it, called by what
/// stands before the `@` until somebody knows better.
///
/// # Errors
/// [`Error::UserNotFound`] for the address of a device's account, and [`Error::Remote`] when identity is
/// away or refuses: also what the caller may not make.
pub(super) async fn by_email_or_new(
    app: &App,
    cx: &CallContext,
    request_id: &str,
    email: String,
    company: CompanyId,
) -> Result<Person> {
    let request = cx.request(GetUserByEmailRequest { email: email.clone() }, &*app.clock);
    match app.people.clone().get_user_by_email(request).await.map_err(Remote) {
        Ok(response) => return person(&response.into_inner()),
        Err(remote) if remote.kind() == Kind::NotFound => {}
        Err(remote) => return Err(remote.into()),
    }
    let newcomer = CreateUserRequest {
        // Of its own, and as short as the longest may be.
        request_id: blake3::hash(request_id.as_bytes()).to_hex().to_string(),
        name: email.split('@').next().unwrap_or_default().to_owned(),
        email: email.clone(),
        role: Role::Collaborator.into(),
        company_id: Some(company.to_string()),
    };
    let request = cx.request(newcomer, &*app.clock);
    match app.people.clone().create_user(request).await.map_err(Remote) {
        Ok(response) => person(&response.into_inner()),
        // Somebody else made them in between.
        Err(remote) if remote.kind() == Kind::Exists => by_email(app, cx, email).await,
        Err(remote) => Err(remote.into()),
    }
}

fn person(user: &User) -> Result<Person> {
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
