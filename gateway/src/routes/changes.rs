//! A field of a record that changed, as both timelines show it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{names::Names, problem::camel_case};

/// One field that changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// Name of the field; those that hold an id end in `Id`, for example `assigneeId`.
    field: String,
    /// As text; null when there was none.
    old_value: Option<String>,
    /// As text; null when there is none.
    new_value: Option<String>,
    /// Name of what `oldValue` is the id of, when it is one and can be told.
    old_label: Option<String>,
    /// Name of what `newValue` is the id of, when it is one and can be told.
    new_label: Option<String>,
}

/// A field's name as shown. An item of a list has its own name, which nothing may change.
fn shown(field: &str) -> String {
    match field.split_once('.') {
        Some(("disks" | "network" | "users" | "software", _)) => field.to_owned(),
        _ => camel_case(field),
    }
}

impl Change {
    /// A change of `field`, named as in the contracts.
    pub(super) fn of(
        field: &str,
        old_value: Option<String>,
        new_value: Option<String>,
        names: &Names,
    ) -> Self {
        Self {
            field: shown(field),
            old_label: names.label(field, old_value.as_ref()),
            new_label: names.label(field, new_value.as_ref()),
            old_value,
            new_value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_items_stay_as_they_are() {
        assert_eq!(shown("os.host_name"), "os.hostName");
        assert_eq!(shown("assignee_id"), "assigneeId");
        assert_eq!(shown("disks./mnt/my_disk"), "disks./mnt/my_disk");
        assert_eq!(shown("software.xz_utils"), "software.xz_utils");
    }
}
