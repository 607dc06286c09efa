//! JSON as contracts carry it, and as rows keep it.

use prost_types::{ListValue, Struct, Value, value::Kind};
use serde_json::{Map, Number};

/// The fields of an object.
pub(crate) fn to_struct(fields: &Map<String, serde_json::Value>) -> Struct {
    Struct { fields: fields.iter().map(|(name, value)| (name.clone(), to_value(value))).collect() }
}

/// The object of some fields.
pub(crate) fn from_struct(fields: Struct) -> Map<String, serde_json::Value> {
    fields.fields.into_iter().map(|(name, value)| (name, from_value(value))).collect()
}

fn to_value(value: &serde_json::Value) -> Value {
    let kind = match value {
        serde_json::Value::Null => Kind::NullValue(0),
        serde_json::Value::Bool(flag) => Kind::BoolValue(*flag),
        serde_json::Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Kind::StringValue(text.clone()),
        serde_json::Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(to_value).collect() })
        }
        serde_json::Value::Object(fields) => Kind::StructValue(to_struct(fields)),
    };
    Value { kind: Some(kind) }
}

/// Whole numbers become integers again, so that 3 is not shown as 3.0; what JSON cannot say (NaN,
/// infinity, nothing) becomes null.
fn from_value(value: Value) -> serde_json::Value {
    /// Beyond this a double is not exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    match value.kind {
        Some(Kind::BoolValue(flag)) => flag.into(),
        Some(Kind::NumberValue(n)) if n.fract() == 0.0 && n.abs() <= EXACT => (n as i64).into(),
        Some(Kind::NumberValue(n)) => Number::from_f64(n).into(),
        Some(Kind::StringValue(text)) => text.into(),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(from_value).collect(),
        Some(Kind::StructValue(fields)) => from_struct(fields).into(),
        Some(Kind::NullValue(_)) | None => serde_json::Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_survive_the_way() {
        let object = json!({"n": 3, "x": 0.5, "t": "é", "b": true, "l": [1, null], "o": {"k": -1}});
        let fields = object.as_object().unwrap();
        assert_eq!(json!(from_struct(to_struct(fields))), object);
    }

    #[test]
    fn what_json_cannot_say_becomes_null() {
        for kind in
            [None, Some(Kind::NumberValue(f64::NAN)), Some(Kind::NumberValue(f64::INFINITY))]
        {
            assert_eq!(from_value(Value { kind }), json!(null));
        }
    }
}
