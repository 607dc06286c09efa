//! Log lines of runs: what is kept of them, and how much.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Lines of a job that are kept per attempt. The scheduler's own come on top.
pub const LINES_PER_ATTEMPT: u32 = 500;
/// Longest message, in characters.
const MAX_MESSAGE: usize = 4_096;
/// Longest code, in characters.
const MAX_CODE: usize = 64;
/// Largest fields, in bytes of JSON.
const MAX_FIELDS: usize = 16 * 1024;

/// How serious a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As expected.
    Info,
    /// Worth a look.
    Warn,
    /// Something did not work.
    Error,
}

impl Level {
    /// Stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Warn, Self::Error].into_iter().find(|level| level.as_str() == name)
    }
}

/// A line that can be kept: whatever it was made of, it is within the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    level: Level,
    code: String,
    message: String,
    fields: Map<String, Value>,
}

impl Line {
    /// A line of these parts, each cut to what can be kept. Fields that are too large are replaced
    /// by a note of their size.
    #[must_use]
    pub fn new(level: Level, code: &str, message: &str, fields: Map<String, Value>) -> Self {
        let size = json_size(&fields);
        let fields = if size > MAX_FIELDS {
            Map::from_iter([("omitted_bytes".to_owned(), size.into())])
        } else {
            fields
        };
        let code = code_of(code);
        let message: String = printable(message).take(MAX_MESSAGE).collect();
        let message = if message.trim().is_empty() { code.clone() } else { message };
        Self { level, code, message, fields: without_nul(fields) }
    }

    /// A line that all is well.
    #[must_use]
    pub fn info(code: &str, message: &str) -> Self {
        Self::new(Level::Info, code, message, Map::new())
    }

    /// A line worth a look.
    #[must_use]
    pub fn warn(code: &str, message: &str) -> Self {
        Self::new(Level::Warn, code, message, Map::new())
    }

    /// A line that something did not work.
    #[must_use]
    pub fn error(code: &str, message: &str) -> Self {
        Self::new(Level::Error, code, message, Map::new())
    }

    /// The line with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Bytes of text it takes, nearly.
    #[must_use]
    pub fn size(&self) -> usize {
        self.code.len() + self.message.len() + json_size(&self.fields)
    }

    /// How serious it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Stable, snake case.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// 1 to 4,096 characters.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Figures, for reading by machines.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

fn json_size(fields: &Map<String, Value>) -> usize {
    serde_json::to_string(fields).map_or(usize::MAX, |text| text.len())
}

/// A line as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptLine {
    /// Attempt it belongs to; 0 before the first.
    pub attempt: i32,
    /// Counts up from 1 in the run.
    pub sequence: i32,
    /// When, by the database's clock.
    pub time: DateTime<Utc>,
    /// What it says.
    pub line: Line,
}

/// Letters, digits and underscores, in lower case; `log` when nothing is left.
fn code_of(text: &str) -> String {
    let keep = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let code: String =
        text.chars().filter(keep).take(MAX_CODE).map(|c| c.to_ascii_lowercase()).collect();
    if code.is_empty() { "log".to_owned() } else { code }
}

/// PostgreSQL keeps no NUL, neither in text nor in JSON.
fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| *c != '\0')
}

fn without_nul(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (printable(&name).collect(), clean(value))).collect()
}

fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(printable(&text).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(clean).collect()),
        Value::Object(fields) => Value::Object(without_nul(fields)),
        other => other,
    }
}

/// Counts the lines of one attempt against the limit.
#[derive(Debug, Default)]
pub struct Quota {
    kept: u32,
    truncated: u32,
}

impl Quota {
    /// Whether one more line is kept.
    pub fn admit(&mut self) -> bool {
        let room = self.kept < LINES_PER_ATTEMPT;
        if room {
            self.kept += 1;
        } else {
            self.truncated = self.truncated.saturating_add(1);
        }
        room
    }

    /// Lines that were not kept.
    #[must_use]
    pub const fn truncated(&self) -> u32 {
        self.truncated
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_cut_to_what_can_be_kept() {
        let line = Line::info("", " ");
        assert_eq!((line.code(), line.message()), ("log", "log"));
        let line = Line::info("Sessions Purged!", "a\0b");
        assert_eq!((line.code(), line.message()), ("sessionspurged", "ab"));

        let large = Map::from_iter([("x".to_owned(), json!("y".repeat(MAX_FIELDS)))]);
        let line = Line::new(Level::Warn, "x", "x", large);
        assert_eq!(line.fields().keys().collect::<Vec<_>>(), ["omitted_bytes"]);
        let nul = Map::from_iter([("a\0".to_owned(), json!([{"b": "\0c"}]))]);
        assert_eq!(
            json!(Line::new(Level::Warn, "x", "x", nul).fields()),
            json!({"a": [{"b": "c"}]})
        );
    }

    #[test]
    fn beyond_the_quota_lines_are_counted() {
        let mut quota = Quota::default();
        let kept = (0..LINES_PER_ATTEMPT + 3).filter(|_| quota.admit()).count();
        assert_eq!((kept, quota.truncated()), (LINES_PER_ATTEMPT as usize, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_makes_a_line_within_the_limits(code: String, message in ".{0,5000}") {
            let line = Line::info(&code, &message);
            prop_assert!((1..=MAX_CODE).contains(&line.code().chars().count()));
            prop_assert!((1..=MAX_MESSAGE).contains(&line.message().chars().count()));
        }
    }
}
