//! What was asked and answered, with everything that differs from run to run replaced, so that two
//! runs can be compared word for word.

use std::{collections::HashMap, fmt::Write as _};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Answer;

/// Length of a UUID as text.
const UUID_LENGTH: usize = 36;
/// Fields whose values are a matter of chance, of this machine or of the moment.
const VARYING: &[&str] = &[
    "agentVersion",
    "provisioningCode",
    "requestId",
    "workedSeconds",
    "inventory",
    "osLabel",
    "presence",
    "presenceSince",
    "lastSeenAt",
];

/// The answers of a scenario, in order.
#[derive(Debug, Default)]
pub struct Transcript {
    text: String,
    ids: HashMap<Uuid, usize>,
    /// What this machine is called.
    host_name: String,
}

impl Transcript {
    /// An empty one, of a machine with this name.
    #[must_use]
    pub fn new(host_name: &str) -> Self {
        Self { host_name: host_name.to_owned(), ..Self::default() }
    }

    /// Notes what happens next, in words.
    pub fn say(&mut self, words: &str) {
        let _infallible = writeln!(self.text, "\n# {words}");
    }

    /// Notes an answer and hands it on.
    #[must_use]
    pub fn note(&mut self, answer: Answer) -> Answer {
        let request = self.in_text(&answer.request);
        let body = self.value("", answer.body.clone());
        let _infallible = writeln!(self.text, "\n{request}\n{} {body:#}", answer.status);
        answer
    }

    /// Notes a part of an answer.
    pub fn note_value(&mut self, what: &str, value: Value) {
        let what = self.in_text(what);
        let value = self.value("", value);
        let _infallible = writeln!(self.text, "\n{what}\n{value:#}");
    }

    /// The whole.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.trim_start()
    }

    fn value(&mut self, field: &str, value: Value) -> Value {
        match value {
            Value::Null => Value::Null,
            _ if VARYING.contains(&field) => Value::from(format!("<{field}>")),
            Value::String(text) => Value::from(self.in_text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(field, item)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter();
                let fields: Map<_, _> = fields
                    .map(|(name, value)| {
                        let value = self.value(&name, value);
                        (name, value)
                    })
                    .collect();
                Value::Object(fields)
            }
            plain => plain,
        }
    }

    /// A text with ids numbered by their first appearance, and without times and this machine's name.
    fn in_text(&mut self, text: &str) -> String {
        if chrono::DateTime::parse_from_rfc3339(text).is_ok() {
            return "<time>".to_owned();
        }
        if text == self.host_name {
            return "<host>".to_owned();
        }
        let mut plain = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let id = rest.get(..UUID_LENGTH).and_then(|start| Uuid::try_parse(start).ok());
            let length = match id {
                Some(id) => {
                    let next = self.ids.len() + 1;
                    let number = self.ids.entry(id).or_insert(next);
                    let _infallible = write!(plain, "<id {number}>");
                    UUID_LENGTH
                }
                None => {
                    plain.push(first);
                    first.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_runs_of_one_story_read_the_same() {
        let tell = |host: &str, id: Uuid, other: Uuid, time: &str| {
            let mut transcript = Transcript::new(host);
            transcript.say("it begins");
            let body = json!({
                "id": id, "at": time, "name": host, "other": [other, id], "presence": "online",
                "resolvedAt": null,
            });
            transcript.note_value(&format!("GET /api/things/{id}/parts"), body);
            transcript.text().to_owned()
        };
        let one = tell("atlas", Uuid::new_v4(), Uuid::new_v4(), "2026-01-01T00:00:00Z");
        let two = tell("zeus", Uuid::new_v4(), Uuid::new_v4(), "2026-02-01T10:00:00.123456Z");
        assert_eq!(one, two);
        assert!(one.contains("<id 2>") && one.contains("\"resolvedAt\": null"), "{one}");
    }
}
