//! `chamados admin …`: what the operator does on the machine.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use chamados::operator::Operator;
use chamados_chassis::{auth::Role, error::Describe as _, id::TenantId};
use chamados_identity::{
    Error,
    app::{operator, passwords::Issued},
    domain::{email::Email, name::Name, password::NewPassword, service_account::Scopes},
};
use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::place::Place;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Support organisations
    #[command(subcommand)]
    Tenant(Tenant),
    /// People
    #[command(subcommand)]
    User(User),
    /// Keys of automation
    #[command(subcommand)]
    ApiKey(ApiKey),
}

#[derive(Subcommand)]
pub(crate) enum Tenant {
    /// Make a tenant, and print its id
    #[command(after_help = "Example:\n  chamados admin tenant create --name \"Suporte Norte\"")]
    Create(CreateTenant),
    /// List every tenant: id and name
    #[command(after_help = "Example:\n  chamados admin tenant list --json")]
    List(Place),
}

#[derive(Subcommand)]
pub(crate) enum User {
    /// Make a person, and print their id and, without --password-file, a one-time link
    #[command(after_help = CREATE_USER)]
    Create(CreateUser),
    /// Let a person in again, and print a one-time link for a new password
    #[command(after_help = RESET_ACCESS)]
    ResetAccess(ResetAccess),
    /// Let an admin move users between tenants, or no more
    #[command(after_help = SET_PLATFORM)]
    SetPlatform(SetPlatform),
}

#[derive(Subcommand)]
pub(crate) enum ApiKey {
    /// Make a key of the service account of a name, and print it; it is not shown again
    #[command(after_help = CREATE_KEY)]
    Create(CreateKey),
}

const CREATE_USER: &str = "Examples:
  chamados admin user create --email ana@example.com --name Ana --role admin
      The link by which Ana chooses her password is printed
  pass show ana | chamados admin user create --email ana@example.com --name Ana --role admin --password-file -
  chamados admin user create --email bia@acme.com --name Bia --role collaborator --company acme";

const RESET_ACCESS: &str = "Examples:
  chamados admin user reset-access --email ana@example.com
      Reactivates Ana, ends her sessions, voids her password, prints a link
  chamados admin user reset-access --email bia@example.com --make-admin
      For when no admin is left";

const SET_PLATFORM: &str = "Examples:
  chamados admin user set-platform --email ana@example.com
  chamados admin user set-platform --email ana@example.com --off";

const CREATE_KEY: &str = "Examples:
  chamados admin api-key create --name backup --scope tickets.read --scope devices.read
  chamados admin api-key create --name import --scope users.manage --expires-days 7 --json";

/// Which tenant.
#[derive(Args)]
pub(crate) struct Of {
    /// Id or name of the tenant; needed when there are several
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(crate) struct CreateTenant {
    /// 1 to 120 characters
    #[arg(long, value_parser = Name::parse)]
    name: Name,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(crate) struct CreateUser {
    /// Address, unique in the tenant
    #[arg(long, value_parser = Email::parse)]
    email: Email,
    /// Display name
    #[arg(long, value_parser = Name::parse)]
    name: Name,
    /// admin, agent, manager or collaborator
    #[arg(long)]
    role: Role,
    /// Nickname of the company; needed for managers and collaborators
    #[arg(long, value_name = "NICKNAME")]
    company: Option<String>,
    /// Let the admin move users between tenants
    #[arg(long)]
    platform: bool,
    /// File with the password; - is standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub(crate) struct ResetAccess {
    /// Address of the person
    #[arg(long, value_parser = Email::parse)]
    email: Email,
    /// Make the person an admin
    #[arg(long)]
    make_admin: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub(crate) struct SetPlatform {
    /// Address of the admin
    #[arg(long, value_parser = Email::parse)]
    email: Email,
    /// Take the flag away
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub(crate) struct CreateKey {
    /// Name of the service account; it is made when there is none
    #[arg(long, value_parser = Name::parse)]
    name: Name,
    /// What the key may do, for example tickets.read; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// Days until it stops working; never, without
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    expires_days: Option<u16>,
    #[command(flatten)]
    of: Of,
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let place = self.place();
        let (json, config) = (place.json, place.load()?);
        let said = super::run::runtime()?.block_on(async {
            let operator = Operator::open(&config).await?;
            let said = self.act(&operator).await;
            operator.close();
            said
        })?;
        if json {
            println!("{}", said.json);
        } else {
            println!("{}", said.text);
        }
        Ok(())
    }

    const fn place(&self) -> &Place {
        match self {
            Self::Tenant(Tenant::Create(command)) => &command.place,
            Self::Tenant(Tenant::List(place)) => place,
            Self::User(User::Create(command)) => &command.of.place,
            Self::User(User::ResetAccess(command)) => &command.of.place,
            Self::User(User::SetPlatform(command)) => &command.of.place,
            Self::ApiKey(ApiKey::Create(command)) => &command.of.place,
        }
    }

    async fn act(self, on: &Operator) -> anyhow::Result<Said> {
        match self {
            Self::Tenant(Tenant::Create(command)) => create_tenant(on, &command).await,
            Self::Tenant(Tenant::List(_)) => list_tenants(on).await,
            Self::User(User::Create(command)) => create_user(on, command).await,
            Self::User(User::ResetAccess(command)) => reset_access(on, &command).await,
            Self::User(User::SetPlatform(command)) => set_platform(on, &command).await,
            Self::ApiKey(ApiKey::Create(command)) => create_key(on, &command).await,
        }
    }
}

/// What a command has to say, for people and for scripts.
struct Said {
    text: String,
    json: Value,
}

async fn create_tenant(on: &Operator, command: &CreateTenant) -> anyhow::Result<Said> {
    let tenant = operator::create_tenant(on.identity.app(), &on.cx, &command.name).await;
    let tenant = tenant.map_err(advice)?;
    let json = json!({ "id": tenant.id.to_string(), "name": tenant.name });
    Ok(Said { text: tenant.id.to_string(), json })
}

async fn list_tenants(on: &Operator) -> anyhow::Result<Said> {
    let tenants = operator::list_tenants(on.identity.app(), &on.cx).await.map_err(advice)?;
    let lines: Vec<_> = tenants.iter().map(|t| format!("{}  {}", t.id, t.name)).collect();
    let json = tenants.iter().map(|t| json!({ "id": t.id.to_string(), "name": t.name })).collect();
    Ok(Said { text: lines.join("\n"), json: Value::Array(json) })
}

async fn create_user(on: &Operator, command: CreateUser) -> anyhow::Result<Said> {
    let password = command.password_file.as_deref().map(read_password).transpose()?;
    let tenant = tenant(on, &command.of).await?;
    let new = operator::NewUser {
        name: command.name,
        email: command.email,
        role: command.role,
        company: command.company,
        platform: command.platform,
        password,
    };
    let created = operator::create_user(on.identity.app(), &on.cx, tenant, new).await;
    let (user, issued) = created.map_err(advice)?;
    let mut json = json!({
        "id": user.id.to_string(),
        "tenant_id": tenant.to_string(),
        "email": user.email,
        "role": user.role.as_str(),
        "platform": user.platform,
    });
    let mut text = user.id.to_string();
    if let Some(issued) = issued {
        text = format!("{text}\n{}", said_link(&issued, &mut json));
    }
    Ok(Said { text, json })
}

async fn reset_access(on: &Operator, command: &ResetAccess) -> anyhow::Result<Said> {
    let tenant = tenant(on, &command.of).await?;
    let (app, admin) = (on.identity.app(), command.make_admin);
    let reset = operator::reset_access(app, &on.cx, tenant, &command.email, admin).await;
    let (user, issued) = reset.map_err(advice)?;
    let mut json = json!({ "id": user.id.to_string(), "role": user.role.as_str() });
    let text = said_link(&issued, &mut json);
    Ok(Said { text, json })
}

async fn set_platform(on: &Operator, command: &SetPlatform) -> anyhow::Result<Said> {
    let tenant = tenant(on, &command.of).await?;
    let (app, flag) = (on.identity.app(), !command.off);
    let user = operator::set_platform(app, &on.cx, tenant, &command.email, flag).await;
    let user = user.map_err(advice)?;
    let may = if user.platform { "may move" } else { "may not move" };
    let text = format!("{} {may} users between tenants.", user.name);
    Ok(Said { text, json: json!({ "id": user.id.to_string(), "platform": user.platform }) })
}

async fn create_key(on: &Operator, command: &CreateKey) -> anyhow::Result<Said> {
    let scopes = Scopes::parse(&command.scopes).map_err(|error| {
        let known = chamados_chassis::auth::Permission::scopes().map(|scope| scope.name());
        anyhow!("--scope: {error}; there are {}", known.collect::<Vec<_>>().join(", "))
    })?;
    let tenant = tenant(on, &command.of).await?;
    let days = command.expires_days.map(|days| TimeDelta::days(days.into()));
    let end = days.map(|days| on.clock.now() + days);
    let app = on.identity.app();
    let issued = operator::create_api_key(app, &on.cx, tenant, &command.name, scopes, end).await;
    let issued = issued.map_err(advice)?;
    let secret = issued.secret.expose_secret();
    let json = json!({
        "id": issued.key.id.to_string(),
        "service_account_id": issued.key.account.to_string(),
        "tenant_id": tenant.to_string(),
        "scopes": issued.key.scopes.names().collect::<Vec<_>>(),
        "expire_time": end.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "secret": secret,
    });
    Ok(Said { text: secret.to_owned(), json })
}

async fn tenant(on: &Operator, of: &Of) -> anyhow::Result<TenantId> {
    let named = of.tenant.as_deref();
    operator::find_tenant(on.identity.app(), &on.cx, named).await.map_err(advice)
}

fn said_link(issued: &Issued, json: &mut Value) -> String {
    let link = issued.link.url.expose_secret();
    let end = issued.reset.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json["link"] = link.into();
    json["expire_time"] = end.into();
    link.to_owned()
}

/// A password from a file or from standard input, without the line's end.
fn read_password(file: &Path) -> anyhow::Result<NewPassword> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().read_to_string(&mut text).context("--password-file: standard input")?;
    } else {
        text = fs::read_to_string(file)
            .with_context(|| format!("--password-file: cannot read {}", file.display()))?;
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    NewPassword::parse(line).map_err(|error| anyhow!("the password {error}"))
}

/// What went wrong, and what to do about it.
fn advice(error: Error) -> anyhow::Error {
    let todo = match &*error.reason() {
        "tenant_not_found" => {
            "`chamados admin tenant list` shows those there are, `tenant create` makes one"
        }
        "user_not_found" => "check --email and --tenant",
        "company_not_found" => "check --company; it is the company's nickname",
        "email_taken" => "`chamados admin user reset-access` gives its person a new link",
        "not_an_admin" => "give them the role admin first",
        "user_merged" => "use the address of the account it was merged into",
        "service_account_inactive" => "activate it in the panel, or take another --name",
        "too_many_keys" => "revoke one in the panel, or take another --name",
        "stale_version" => "try again",
        _ => return error.into(),
    };
    anyhow!("{error}; {todo}")
}
