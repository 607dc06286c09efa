//! Values of columns as JSON, and back: ids and texts are strings, times RFC 3339 in UTC with
//! microseconds, bytes Base64, JSON is itself.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ColumnTrait, DbErr, QueryResult, TryGetable, Value, sea_query::ColumnType};
use uuid::Uuid;

/// A record.
pub type Object = serde_json::Map<String, serde_json::Value>;

/// Why a record is none of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The table needs a value.
    #[error("the field {0:?} is missing")]
    Missing(&'static str),
    /// A value of another type.
    #[error("the field {0:?} is not {1}")]
    Wrong(&'static str, &'static str),
    /// This version does not know it.
    #[error("the field {0:?} is unknown")]
    Unknown(String),
    /// It belongs to somebody else.
    #[error("it belongs to another tenant")]
    Foreign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Id,
    Text,
    Small,
    Big,
    Flag,
    Time,
    Json,
    Bytes,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    kind: Type,
    pub(super) nullable: bool,
}

impl Column {
    pub(super) fn of(column: &impl ColumnTrait) -> Self {
        let definition = column.def();
        let kind = match definition.get_column_type() {
            ColumnType::Uuid => Type::Id,
            ColumnType::String(_) | ColumnType::Text => Type::Text,
            ColumnType::Integer => Type::Small,
            ColumnType::BigInteger => Type::Big,
            ColumnType::Boolean => Type::Flag,
            ColumnType::TimestampWithTimeZone => Type::Time,
            ColumnType::Json | ColumnType::JsonBinary => Type::Json,
            ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => Type::Bytes,
            other => panic!("{}: records have no values of type {other:?}", column.as_str()),
        };
        Self { name: column.as_str(), kind, nullable: definition.is_null() }
    }

    pub(super) fn read(self, row: &QueryResult) -> Result<Value, DbErr> {
        Ok(match self.kind {
            Type::Id => get::<Uuid>(row, self.name)?.into(),
            Type::Text => get::<String>(row, self.name)?.into(),
            Type::Small => get::<i32>(row, self.name)?.into(),
            Type::Big => get::<i64>(row, self.name)?.into(),
            Type::Flag => get::<bool>(row, self.name)?.into(),
            Type::Time => get::<DateTime<Utc>>(row, self.name)?.into(),
            Type::Json => get::<serde_json::Value>(row, self.name)?.into(),
            Type::Bytes => get::<Vec<u8>>(row, self.name)?.into(),
        })
    }

    pub(super) fn parse(self, record: &mut Object) -> Result<Value, Malformed> {
        let field = match record.remove(self.name) {
            None if !self.nullable => return Err(Malformed::Missing(self.name)),
            None => serde_json::Value::Null,
            Some(field) => field,
        };
        if field.is_null() && self.nullable {
            return Ok(self.null());
        }
        let text = || field.as_str();
        let (value, name) = match self.kind {
            Type::Id => (text().and_then(|id| Uuid::try_parse(id).ok()).map(Value::from), "an id"),
            Type::Text => (text().map(Value::from), "a text"),
            Type::Small => {
                let number = field.as_i64().and_then(|number| i32::try_from(number).ok());
                (number.map(Value::from), "a whole number of 32 bits")
            }
            Type::Big => (field.as_i64().map(Value::from), "a whole number"),
            Type::Flag => (field.as_bool().map(Value::from), "true or false"),
            Type::Time => {
                let time = text().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
                (time.map(|time| time.to_utc().into()), "a time")
            }
            Type::Bytes => {
                let bytes = text().and_then(|bytes| BASE64_STANDARD.decode(bytes).ok());
                (bytes.map(Value::from), "Base64")
            }
            Type::Json => return Ok(field.into()),
        };
        value.ok_or(Malformed::Wrong(self.name, name))
    }

    fn null(self) -> Value {
        match self.kind {
            Type::Id => None::<Uuid>.into(),
            Type::Text => None::<String>.into(),
            Type::Small => None::<i32>.into(),
            Type::Big => None::<i64>.into(),
            Type::Flag => None::<bool>.into(),
            Type::Time => None::<DateTime<Utc>>.into(),
            Type::Json => None::<serde_json::Value>.into(),
            Type::Bytes => None::<Vec<u8>>.into(),
        }
    }
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    row.try_get("", column)
}

pub(super) fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Uuid(Some(id)) => id.to_string().into(),
        Value::String(Some(text)) => text.into(),
        Value::Int(Some(number)) => number.into(),
        Value::BigInt(Some(number)) => number.into(),
        Value::Bool(Some(flag)) => flag.into(),
        Value::ChronoDateTimeUtc(Some(time)) => {
            time.to_rfc3339_opts(SecondsFormat::Micros, true).into()
        }
        Value::Json(Some(json)) => *json,
        Value::Bytes(Some(bytes)) => BASE64_STANDARD.encode(bytes).into(),
        _ => serde_json::Value::Null,
    }
}
