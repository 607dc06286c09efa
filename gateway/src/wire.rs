//! Between the contracts' messages and JSON: lists, times, enumerations, field masks.

use chrono::{DateTime, Utc};
use http::{HeaderName, StatusCode, header::LOCATION};
use prost_types::{FieldMask, Struct, Timestamp, Value, value::Kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, Result};

/// One page of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<T> {
    /// The records of this page.
    pub(crate) items: Vec<T>,
    /// Hand it in as `pageToken` for the next page; null on the last.
    pub(crate) next_page_token: Option<String>,
    /// All records that match, on every page together.
    pub(crate) total: i64,
}

impl<T> List<T> {
    pub(crate) fn page(items: Vec<T>, next_page_token: String, total: i64) -> Self {
        Self { items, next_page_token: non_empty(next_page_token), total }
    }

    /// A list that is not paged.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, next_page_token: None, total }
    }
}

/// Where a list begins, for those without a filter.
#[derive(Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Records a page; 25 when left out, and never more than 100.
    pub(crate) page_size: i32,
    /// `nextPageToken` of the page before.
    pub(crate) page_token: String,
}

/// 201 with the address of what was made.
pub(crate) type Created<T> = (StatusCode, [(HeaderName, String); 1], T);

/// The answer to whoever made something.
pub(crate) fn created<T>(location: String, body: T) -> Created<T> {
    (StatusCode::CREATED, [(LOCATION, location)], body)
}

/// The text, unless it is empty: the contracts' way to say that there is none.
pub(crate) fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A time that the contract says is always there.
pub(crate) fn time(timestamp: Option<Timestamp>) -> Result<DateTime<Utc>> {
    optional_time(timestamp).ok_or_else(|| Problem::internal("a service left a time out"))
}

/// A time, if there is one.
pub(crate) fn optional_time(timestamp: Option<Timestamp>) -> Option<DateTime<Utc>> {
    let Timestamp { seconds, nanos } = timestamp?;
    DateTime::from_timestamp(seconds, u32::try_from(nanos).ok()?)
}

/// A time as the contracts carry it.
pub(crate) fn timestamp(time: DateTime<Utc>) -> Timestamp {
    // Less than two thousand million, leap seconds included.
    let nanos = i32::try_from(time.timestamp_subsec_nanos()).unwrap_or(i32::MAX);
    Timestamp { seconds: time.timestamp(), nanos }
}

/// Which fields a patch sets, collected while the message is filled.
#[derive(Default)]
pub(crate) struct Mask(Vec<String>);

impl Mask {
    /// Notes `path` when the patch has a value for it. The value, or the default.
    pub(crate) fn set<T: Default>(&mut self, path: &'static str, value: Option<T>) -> T {
        value.map_or_else(T::default, |value| {
            self.0.push(path.to_owned());
            value
        })
    }

    /// The mask.
    ///
    /// # Errors
    /// When the patch sets nothing: an empty mask would mean "everything" to the services.
    pub(crate) fn finish(self) -> Result<Option<FieldMask>> {
        if self.0.is_empty() {
            return Err(Problem::invalid("body", "must have at least one field to change"));
        }
        Ok(Some(FieldMask { paths: self.0 }))
    }
}

/// A `Struct` as plain JSON.
pub(crate) fn json(object: Option<Struct>) -> serde_json::Map<String, serde_json::Value> {
    let fields = object.map(|object| object.fields).unwrap_or_default();
    fields.into_iter().map(|(name, value)| (name, json_value(value))).collect()
}

fn json_value(Value { kind }: Value) -> serde_json::Value {
    match kind {
        None | Some(Kind::NullValue(_)) => serde_json::Value::Null,
        Some(Kind::BoolValue(value)) => value.into(),
        Some(Kind::NumberValue(value)) => value.into(),
        Some(Kind::StringValue(value)) => value.into(),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(json_value).collect(),
        Some(Kind::StructValue(object)) => json(Some(object)).into(),
    }
}

/// An enumeration of a contract as lower snake case text, without its "unspecified".
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident = $pb:ty { $($(#[$variant_doc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq,
                 ::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The value a service gave, if it is a known one.
            pub(crate) fn known(value: i32) -> Option<Self> {
                match <$pb>::try_from(value).ok()? {
                    $(<$pb>::$variant => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The value a service gave, where the contract says there is one.
            #[allow(dead_code, reason = "not every enumeration is always set")]
            pub(crate) fn of(value: i32) -> $crate::problem::Result<Self> {
                Self::known(value).ok_or_else(|| $crate::problem::Problem::internal(
                    concat!("a service gave an unknown ", stringify!($name))))
            }
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> Self {
                (match value { $($name::$variant => <$pb>::$variant,)* }) as Self
            }
        }
    };
}
pub(crate) use mirror;
