//! Texts people write, in the forms that are kept.

use std::fmt;

use super::fold::fold;

/// Most characters of a subject.
pub const SUBJECT_CHARS: usize = 200;
/// Most characters of the name of a queue or category.
pub const NAME_CHARS: usize = 80;
/// Most characters of a note or reason.
pub const NOTE_CHARS: usize = 500;
/// Most characters of a search.
pub const QUERY_CHARS: usize = 200;

/// Why a text cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Too many characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Too many bytes of HTML, before or after cleaning.
    #[error("must have at most 64 KiB")]
    TooLarge,
    /// Characters that are not text.
    #[error("must not contain control characters")]
    Control,
}

/// What a ticket is about: one line of 1 to [`SUBJECT_CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// Reads a subject; white space around it is dropped.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long, or not one line of text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        bounded(text, SUBJECT_CHARS, char::is_control).map(Self)
    }

    /// A subject that was parsed before, from the database.
    pub(crate) const fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line somebody is still writing: like a [`Subject`], but empty if it is, and with white space around
/// it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// [`TextError`] when it is too long for a subject, or not one line of text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text, SUBJECT_CHARS, char::is_control).map(Self)
    }

    /// A line that was parsed before, from the database.
    pub(crate) const fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a queue or category is called: one line of 1 to [`NAME_CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Reads a name; white space around it is dropped.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long, or not one line of text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() || fold(text).trim().is_empty() {
            return Err(TextError::Empty);
        }
        bounded(text, NAME_CHARS, char::is_control).map(Self)
    }

    /// A name that was parsed before, from the database.
    pub(crate) const fn trusted(text: String) -> Self {
        Self(text)
    }

    /// What it is compared by.
    #[must_use]
    pub fn key(&self) -> String {
        fold(&self.0)
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A remark of at most [`NOTE_CHARS`] characters; may be empty and may have several lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// Reads a note; white space around it is dropped.
    ///
    /// # Errors
    /// [`TextError`] when it is too long or not text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        lines(text.trim(), NOTE_CHARS).map(Self)
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// What somebody searches for: words, or a ticket's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(String);

impl Query {
    /// Reads a search; nothing but white space is no search.
    ///
    /// # Errors
    /// [`TextError`] when it is too long or not text.
    pub fn parse(text: &str) -> Result<Option<Self>, TextError> {
        let text = bounded(text.trim(), QUERY_CHARS, char::is_control)?;
        Ok(if text.is_empty() { None } else { Some(Self(text)) })
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number it may stand for: `42` or `#42`.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        let digits = self.0.strip_prefix('#').unwrap_or(&self.0);
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    }
}

/// A text of at most `most` characters that may have several lines.
pub(super) fn lines(text: &str, most: usize) -> Result<String, TextError> {
    bounded(text, most, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn bounded(text: &str, most: usize, forbidden: impl Fn(char) -> bool) -> Result<String, TextError> {
    if text.chars().nth(most).is_some() {
        return Err(TextError::TooLong(most));
    }
    if text.contains(forbidden) {
        return Err(TextError::Control);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        assert_eq!(Subject::parse("  Sem rede ").unwrap().as_str(), "Sem rede");
        assert_eq!(Subject::parse(&"á".repeat(200)).unwrap().as_str().chars().count(), 200);
        assert_eq!(Subject::parse(&"á".repeat(201)), Err(TextError::TooLong(200)));
        assert_eq!(Subject::parse(" \n "), Err(TextError::Empty));
        assert_eq!(Subject::parse("a\0b"), Err(TextError::Control));
        assert_eq!(Subject::parse("a\nb"), Err(TextError::Control));
    }

    #[test]
    fn lines_are_kept_as_they_are_typed() {
        assert_eq!(Line::parse(" Sem r").unwrap().as_str(), " Sem r");
        assert_eq!(Line::parse("").unwrap(), Line::default());
        assert_eq!(Line::parse(&"á".repeat(201)), Err(TextError::TooLong(200)));
        assert_eq!(Line::parse("a\0b"), Err(TextError::Control));
    }

    #[test]
    fn names_are_compared_without_case_and_accents() {
        assert_eq!(Name::parse(" Água ").unwrap().key(), "agua");
        for (text, error) in
            [("", TextError::Empty), ("\u{301}", TextError::Empty), ("a\nb", TextError::Control)]
        {
            assert_eq!(Name::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(Name::parse(&"x".repeat(81)), Err(TextError::TooLong(80)));
    }

    #[test]
    fn notes_may_be_empty_and_have_lines() {
        assert!(Note::parse(" ").unwrap().is_empty());
        assert_eq!(String::from(Note::parse("a\nb").unwrap()), "a\nb");
        assert_eq!(Note::parse("a\0"), Err(TextError::Control));
        assert_eq!(Note::parse(&"x".repeat(501)), Err(TextError::TooLong(500)));
    }

    #[test]
    fn searches_may_be_numbers() {
        assert_eq!(Query::parse(" ").unwrap(), None);
        let number = |text| Query::parse(text).unwrap().unwrap().number();
        assert_eq!(number("42"), Some(42));
        assert_eq!(number("#42"), Some(42));
        assert_eq!(number("#"), None);
        assert_eq!(number("+42"), None);
        assert_eq!(number("42 monitores"), None);
        assert_eq!(number(&"9".repeat(30)), None);
        assert!(Query::parse("a\0").is_err());
    }
}
