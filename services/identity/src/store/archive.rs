//! What of identity goes into archives.
//!
//! People keep their passwords and automation its keys, as hashes. Sessions, links and what waits to be
//! mailed stay behind: an invite that is still open gets a link nobody has, and is to be resent.

use chamados_chassis::id::TenantId;
use chamados_store_kit::{
    Migrations, StoreError, Tx,
    archive::{self, Kind},
};
use chrono::{DateTime, Utc};

use sea_orm_migration::async_trait;

use super::{
    entity::{
        account, api_key, audit_entry, company, former_member, invite, service_account, tenant,
        user_merge, user_merge_moved,
    },
    setup,
};

/// Bytes of the hash of a link's token.
const HASH: usize = 32;

/// Identity's rows in archives.
#[derive(Debug, Clone, Copy)]
pub struct Owner;

#[async_trait::async_trait]
impl archive::Owner for Owner {
    fn migrations(&self) -> Migrations {
        super::migrations::migrations()
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![
            Kind::of::<tenant::Entity>("tenant").by("id"),
            Kind::of::<company::Entity>("company"),
            Kind::of::<account::Entity>("account").refers("company_id", "company"),
            // Those who were moved to another tenant are told of there.
            Kind::of::<former_member::Entity>("former_member").needs("account_id", "account"),
            Kind::of::<invite::Entity>("invite")
                .refers("company_id", "company")
                .fresh("token_hash", HASH),
            Kind::of::<service_account::Entity>("service_account"),
            Kind::of::<api_key::Entity>("api_key").refers("service_account_id", "service_account"),
            Kind::of::<user_merge::Entity>("user_merge")
                .needs("from_id", "account")
                .needs("into_id", "account"),
            Kind::of::<user_merge_moved::Entity>("user_merge_moved")
                .within("merge_id", "user_merge"),
            Kind::of::<audit_entry::Entity>("audit_entry").append_only(),
        ]
    }

    async fn derive(
        &self,
        tx: &Tx,
        _tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        setup::close(tx, now).await
    }
}
