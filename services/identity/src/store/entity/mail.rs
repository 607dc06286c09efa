//! Rows of `mail`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// What it says: "invite" or "password_reset".
    pub(crate) template: String,
    /// The invite or reset. The link is made of it when the mail is sent, and is not kept here.
    pub(crate) subject_id: Uuid,
    /// Number of the subject's token.
    pub(crate) generation: i32,
    /// Address it goes to.
    pub(crate) recipient: String,
    pub(crate) attempts: i32,
    pub(crate) created_at: DateTimeUtc,
    /// Not before this; while it is being sent, when another may take it over.
    pub(crate) next_attempt_at: DateTimeUtc,
    /// When it was sent, or given up.
    pub(crate) ended_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
