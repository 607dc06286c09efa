//! Tags: words people put on tickets to find them again.

use super::{fold::fold, text::TextError};

/// Most tags of a ticket.
pub const MOST: usize = 20;
/// Most characters of a tag.
pub const CHARS: usize = 50;

/// Why tags cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagsError {
    /// One of them is no tag.
    #[error("a tag {0}")]
    Tag(TextError),
    /// More than [`MOST`].
    #[error("must have at most {MOST} tags")]
    TooMany,
}

/// A word on a ticket: one line of 1 to [`CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag; white space around it is dropped and within it is one blank.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long, or not text.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || fold(&text).is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().nth(CHARS).is_some() {
            return Err(TextError::TooLong(CHARS));
        }
        if text.contains(char::is_control) { Err(TextError::Control) } else { Ok(Self(text)) }
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is compared by.
    #[must_use]
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

/// The tags of a ticket: sorted, and none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// Reads tags; of those that differ in case and accents alone the first is kept.
    ///
    /// # Errors
    /// [`TagsError`].
    pub fn parse(texts: &[String]) -> Result<Self, TagsError> {
        // A list far beyond the limit is not worth reading.
        if texts.len() > 5 * MOST {
            return Err(TagsError::TooMany);
        }
        let tags = texts.iter().map(|text| Tag::parse(text)).collect::<Result<_, _>>();
        Self(Vec::new()).with(&Self(tags.map_err(TagsError::Tag)?))
    }

    /// These and `more`.
    ///
    /// # Errors
    /// [`TagsError::TooMany`].
    pub fn with(&self, more: &Self) -> Result<Self, TagsError> {
        let mut tags = self.0.clone();
        for tag in &more.0 {
            if !tags.iter().any(|known| known.key() == tag.key()) {
                tags.push(tag.clone());
            }
        }
        if tags.len() > MOST {
            return Err(TagsError::TooMany);
        }
        tags.sort_by_cached_key(Tag::key);
        Ok(Self(tags))
    }

    /// These without `fewer`.
    #[must_use]
    pub fn without(&self, fewer: &Self) -> Self {
        let gone: Vec<String> = fewer.0.iter().map(Tag::key).collect();
        Self(self.0.iter().filter(|tag| !gone.contains(&tag.key())).cloned().collect())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Tag> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Result<Tags, TagsError> {
        Tags::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    fn texts(tags: &Tags) -> Vec<&str> {
        tags.iter().map(Tag::as_str).collect()
    }

    #[test]
    fn tags_are_sorted_and_none_is_twice() {
        assert_eq!(
            texts(&tags(&[" rede  sem fio ", "Água", "agua", "ÁGUA"]).unwrap()),
            ["Água", "rede sem fio"]
        );
        assert_eq!(tags(&["a", " "]), Err(TagsError::Tag(TextError::Empty)));
        assert_eq!(tags(&["\u{301}"]), Err(TagsError::Tag(TextError::Empty)));
        assert_eq!(tags(&["a\0"]), Err(TagsError::Tag(TextError::Control)));
        assert!(tags(&[&"á".repeat(50)]).is_ok());
        assert_eq!(tags(&[&"á".repeat(51)]), Err(TagsError::Tag(TextError::TooLong(50))));
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert_eq!(Tags::parse(&many), Err(TagsError::TooMany));
        assert!(Tags::parse(&many[1..]).is_ok());
    }

    #[test]
    fn tags_come_and_go() {
        let some = tags(&["b", "Ç"]).unwrap();
        assert_eq!(texts(&some.with(&tags(&["a", "B"]).unwrap()).unwrap()), ["a", "b", "Ç"]);
        assert_eq!(texts(&some.without(&tags(&["c", "x"]).unwrap())), ["b"]);
    }
}
