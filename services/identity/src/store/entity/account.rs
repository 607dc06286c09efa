//! Rows of `account`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) name: String,
    /// Folded, for sorting and searching.
    pub(crate) name_key: String,
    pub(crate) email: Option<String>,
    /// Lower case, unique in the tenant.
    pub(crate) email_key: Option<String>,
    pub(crate) role: String,
    pub(crate) company_id: Option<Uuid>,
    pub(crate) active: bool,
    pub(crate) device_id: Option<Uuid>,
    /// PHC string of Argon2id; none until the person chose a password.
    pub(crate) password_hash: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) theme: Option<String>,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) version: i64,
    /// Whether this admin may move users between tenants.
    pub(crate) platform: bool,
    /// The account this one was merged into.
    pub(crate) merged_into: Option<Uuid>,
    /// JSON.
    pub(crate) default_ticket_filter: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
