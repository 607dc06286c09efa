//! What may be done with USB storage on a device.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0103_usb_policy"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            string_null("usb_policy"),
            big_integer_null("usb_policy_revision"),
            string_null("usb_policy_state"),
            text_null("usb_policy_reason"),
            text_null("usb_policy_detail"),
            timestamp_with_time_zone_null("usb_policy_set_at"),
            string_null("usb_policy_actor_kind"),
            string_null("usb_policy_actor_id"),
            timestamp_with_time_zone_null("usb_policy_reported_at"),
        ];
        // SQLite adds one column a statement.
        for column in columns {
            let alter = Table::alter().table("device").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        for (name, columns) in [
            // The poll for policies that no signal told of.
            ("device_by_usb_policy_set_at", &["usb_policy_set_at"] as &[_]),
            // The search for those that nobody answered.
            ("device_by_usb_policy_state", &["usb_policy_state", "usb_policy_set_at"]),
        ] {
            let mut index = Index::create().name(name).table("device").take();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
