//! The filter a person's list of tickets opens with, as the names and values of query parameters.

use std::collections::BTreeMap;

/// Names a filter may have.
const NAMES: [&str; 18] = [
    "status",
    "priority",
    "queueId",
    "companyId",
    "assigneeId",
    "requesterId",
    "deviceId",
    "category",
    "tag",
    "watcherId",
    "createdFrom",
    "createdTo",
    "updatedFrom",
    "updatedTo",
    "resolvedFrom",
    "resolvedTo",
    "q",
    "sort",
];
/// Most bytes of a filter.
const BYTES: usize = 16 * 1024;
/// Most values of a name.
const VALUES: usize = 100;
/// Most characters of a value.
const CHARS: usize = 200;

/// Why a filter cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Not JSON of the right form.
    #[error("must be an object of lists of texts")]
    Form,
    /// A name no list of tickets knows.
    #[error("has an unknown name, {0:?}")]
    Name(String),
    /// Too much of it.
    #[error("is too long")]
    TooLong,
}

/// Reads a filter and writes it in one form: names in order, none without values. An empty text is no
/// filter, and stays so.
///
/// # Errors
/// [`FilterError`].
pub fn parse(json: &str) -> Result<String, FilterError> {
    if json.len() > BYTES {
        return Err(FilterError::TooLong);
    }
    if json.is_empty() {
        return Ok(String::new());
    }
    let filter: BTreeMap<String, Vec<String>> =
        serde_json::from_str(json).map_err(|_| FilterError::Form)?;
    if let Some(name) = filter.keys().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(FilterError::Name(name.chars().take(CHARS).collect()));
    }
    let long = |value: &String| value.chars().nth(CHARS).is_some();
    if filter.values().any(|values| values.len() > VALUES || values.iter().any(long)) {
        return Err(FilterError::TooLong);
    }
    let filter: BTreeMap<_, _> =
        filter.into_iter().filter(|(_, values)| !values.is_empty()).collect();
    serde_json::to_string(&filter).map_err(|_| FilterError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_one_form() {
        let read = parse(r#" {"tag": ["b","a"], "queueId": [], "assigneeId": ["none"]} "#);
        assert_eq!(read.as_deref(), Ok(r#"{"assigneeId":["none"],"tag":["b","a"]}"#));
        assert_eq!(parse("{}").as_deref(), Ok("{}"), "all tickets, on purpose");
        assert_eq!(parse("").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for form in ["null", "[]", r#"{"tag": "a"}"#, r#"{"tag": [1]}"#, "{", r#"{"tag": null}"#] {
            assert_eq!(parse(form), Err(FilterError::Form), "{form}");
        }
        assert_eq!(parse(r#"{"tags": []}"#), Err(FilterError::Name("tags".to_owned())));
        let of = |values: &[String]| serde_json::json!({"tag": values}).to_string();
        assert_eq!(parse(&of(&["x".repeat(201)])), Err(FilterError::TooLong));
        assert!(parse(&of(&["é".repeat(200)])).is_ok());
        assert_eq!(parse(&of(&vec!["x".to_owned(); 101])), Err(FilterError::TooLong));
        assert_eq!(parse(&of(&vec!["x".repeat(200); 100])), Err(FilterError::TooLong), "in all");
    }
}
