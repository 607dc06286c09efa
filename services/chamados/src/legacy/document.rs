//! A document of the old system: its fields are taken one by one, and what nobody took is told.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::mapping::{Kind, Mapping};

/// Fields that every document has there and that say nothing.
const SILENT: [&str; 2] = ["_id", "_creationTime"];

/// A document.
pub(super) struct Document<'a> {
    mapping: &'a Mapping,
    kind: Kind,
    fields: Map<String, Value>,
}

impl<'a> Document<'a> {
    pub(super) const fn new(mapping: &'a Mapping, kind: Kind, fields: Map<String, Value>) -> Self {
        Self { mapping, kind, fields }
    }

    /// The value of a field of ours: of its names there the first that is present. All of them are taken.
    pub(super) fn take(&mut self, field: &str) -> Option<Value> {
        let names = self.mapping.names(self.kind, field).iter();
        let mut found = None;
        for value in names.filter_map(|name| take(&mut self.fields, name)) {
            found = found.or(Some(value));
        }
        found
    }

    /// A text; numbers and flags as they are written. Not an empty one.
    pub(super) fn text(&mut self, field: &str) -> Option<String> {
        let text = match self.take(field)? {
            Value::String(text) => text,
            value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
            _ => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, field: &str) -> Vec<String> {
        let Some(Value::Array(values)) = self.take(field) else { return Vec::new() };
        values.into_iter().filter_map(|value| Some(value.as_str()?.to_owned())).collect()
    }

    /// A flag.
    pub(super) fn flag(&mut self, field: &str) -> Option<bool> {
        self.take(field)?.as_bool()
    }

    /// A time: milliseconds since 1970, or RFC 3339.
    pub(super) fn time(&mut self, field: &str) -> Option<DateTime<Utc>> {
        match self.take(field)? {
            // Whole milliseconds: more is not meant.
            Value::Number(number) => DateTime::from_timestamp_millis(number.as_f64()? as i64),
            Value::String(text) => Some(DateTime::parse_from_rfc3339(&text).ok()?.to_utc()),
            _ => None,
        }
    }

    /// Names of what nobody took.
    pub(super) fn rest(self) -> impl Iterator<Item = String> {
        self.fields.into_iter().flat_map(|(name, value)| match value {
            _ if SILENT.contains(&name.as_str()) => Vec::new(),
            Value::Object(inner) => inner.keys().map(|key| format!("{name}.{key}")).collect(),
            _ => vec![name],
        })
    }
}

/// Takes what a name with dots leads to. Nulls are not there, and objects nothing is left in are gone.
fn take(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let Some((first, rest)) = name.split_once('.') else {
        // An object is more than the one value asked for.
        let value = fields.get(name).filter(|value| !value.is_object())?;
        let present = !value.is_null();
        return fields.remove(name).filter(|_| present);
    };
    let inner = fields.get_mut(first)?.as_object_mut()?;
    let value = take(inner, rest);
    if inner.is_empty() {
        fields.remove(first);
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_taken_by_any_of_their_names_and_the_rest_is_told() {
        let mapping = Mapping::load(None).unwrap();
        let fields = json!({
            "_id": "m1", "_creationTime": 1_700_000_000_000.5, "hostname": "pc",
            "os": {"name": "Windows 11 Pro", "build": "26100", "sku": 48},
            "metadata": {"hostname": "other", "machineId": "x"}, "colour": "blue", "notes": null,
        });
        let Value::Object(fields) = fields else { panic!("no object") };
        let mut machine = Document::new(&mapping, Kind::Machines, fields);
        assert_eq!(machine.text("id").as_deref(), Some("m1"));
        let created = DateTime::from_timestamp_millis(1_700_000_000_000);
        assert_eq!(machine.time("created"), created);
        assert_eq!(machine.text("host").as_deref(), Some("pc"), "the first name counts");
        assert_eq!(machine.text("os").as_deref(), Some("Windows 11 Pro"));
        assert_eq!(machine.text("os_build").as_deref(), Some("26100"));
        assert_eq!(machine.text("machine_id").as_deref(), Some("x"));
        assert_eq!(machine.text("assigned"), None);
        let rest: Vec<_> = machine.rest().collect();
        assert_eq!(rest, ["colour", "notes", "os.sku"]);
    }
}
