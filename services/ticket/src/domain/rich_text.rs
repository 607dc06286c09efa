//! Formatted text: a small, fixed subset of HTML, cleaned here and nowhere else, so that whatever
//! is stored is safe to show.

mod tame;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::LazyLock,
};

use ammonia::Builder;
use chamados_chassis::id::UserId;

use super::text::TextError;

/// Most bytes of a text, before and after cleaning.
pub const MAX_BYTES: usize = 64 * 1024;

/// Most people one text can mention.
pub const MOST_MENTIONS: usize = 50;

/// What the panel's editor makes, and no more. Images come with attachments. A `span` stays where it
/// mentions somebody.
const TAGS: [&str; 20] = [
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "s",
    "a",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "span",
];
/// What names a mentioned person, on a `span`.
const MENTION: &str = "data-mention";
/// Tags within a word or line.
const INLINE: [&str; 9] = ["strong", "b", "em", "i", "u", "s", "a", "code", "span"];
/// What goes with its content.
const CODE: [&str; 2] = ["script", "style"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("span", HashSet::from([MENTION])),
        ]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean_content_tags(HashSet::from(CODE));
    cleaner
});

static TEXT_ONLY: LazyLock<Builder<'static>> = LazyLock::new(Builder::empty);

/// Safe HTML of at most [`MAX_BYTES`]. Without any visible text it is the empty string.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RichText(String);

impl RichText {
    /// Cleans HTML from outside: what is not in the subset is removed, its text stays.
    ///
    /// # Errors
    /// [`TextError::TooLarge`].
    pub fn parse(html: &str) -> Result<Self, TextError> {
        let tame = tame::tame(bounded(html)?, is_kept);
        let clean = CLEANER.clean(bounded(&tame)?).to_string();
        if has_text(&clean) {
            // Cleaning closes what is open and escapes what is bare.
            bounded(&clean)?;
            Ok(Self(clean))
        } else {
            Ok(Self::default())
        }
    }

    /// A text with something in it.
    ///
    /// # Errors
    /// [`TextError::TooLarge`], and [`TextError::Empty`] when no text remains.
    pub fn parse_filled(html: &str) -> Result<Self, TextError> {
        let text = Self::parse(html)?;
        if text.is_empty() { Err(TextError::Empty) } else { Ok(text) }
    }

    /// A text that was cleaned before, from the database.
    pub(crate) const fn trusted(html: String) -> Self {
        Self(html)
    }

    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a reader reads, with a blank where a block begins or ends.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        // Clean HTML has a bare `<` and `>` in tags only.
        while let Some((text, tag)) = rest.split_once('<') {
            let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
            plain.push_str(text);
            let name = tag.trim_start_matches('/');
            let name = name.split_once(' ').map_or(name, |(name, _)| name);
            if !INLINE.contains(&name) {
                plain.push(' ');
            }
            rest = after;
        }
        plain.push_str(rest);
        let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        entities.into_iter().fold(plain, |text, (entity, c)| text.replace(entity, c))
    }

    /// Whom it mentions, in the order of the text and each once. They are who the writer named: whether
    /// there are such people is not known here.
    #[must_use]
    pub fn mentions(&self) -> Vec<UserId> {
        let mut people = Vec::new();
        // Clean HTML has a bare `<` in tags only, and one attribute in this one.
        for rest in self.0.split("<span data-mention=\"").skip(1) {
            let id = rest.split_once('"').and_then(|(id, _)| id.parse().ok());
            people.extend(id.filter(|id| !people.contains(id)));
        }
        people
    }

    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RichText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn bounded(html: &str) -> Result<&str, TextError> {
    if html.len() > MAX_BYTES { Err(TextError::TooLarge) } else { Ok(html) }
}

fn is_kept(tag: &str) -> bool {
    TAGS.contains(&tag) || CODE.contains(&tag)
}

fn has_text(html: &str) -> bool {
    let text = TEXT_ONLY.clean(html).to_string().replace("&nbsp;", " ");
    text.contains(|c: char| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chamados_chassis::clock::{Clock as _, SystemClock};
    use proptest::prelude::*;

    use super::*;

    fn clean(html: &str) -> String {
        RichText::parse(html).unwrap().0
    }

    #[test]
    fn keeps_the_editors_subset() {
        let html = "<h2>A</h2><p>Um <strong>dois</strong> <em>três</em> <u>x</u><br>y</p>\
                    <ul><li>1</li></ul><ol><li>2</li></ol><pre><code>a &lt; b</code></pre>";
        assert_eq!(clean(html), html);
        assert_eq!(
            clean(r#"<a href="https://example.com/?a=1&amp;b=%3E" title="x">site</a>"#),
            r#"<a href="https://example.com/?a=1&amp;b=%3E" rel="noopener noreferrer nofollow">site</a>"#
        );
    }

    #[test]
    fn reads_as_text() {
        for (html, plain) in [
            ("<p>im<b>press</b>ora</p><p>azul<br>1</p>", " impressora  azul 1 "),
            (r#"<a href="https://x.example/?a=1">a &lt; b &amp;amp; c</a>"#, "a < b &amp; c"),
            ("", ""),
        ] {
            assert_eq!(RichText::parse(html).unwrap().plain(), plain, "{html}");
        }
    }

    #[test]
    fn mentions_are_kept_and_read() {
        let (a, b) = (UserId::new(), UserId::new());
        let html = format!(
            r#"<p><span data-mention="{a}">@Ana</span> e <span data-mention="{b}">@Bia</span>, <span data-mention="{a}">@Ana</span></p>"#
        );
        let text = RichText::parse(&html).unwrap();
        assert_eq!(text.as_str(), html);
        assert_eq!(text.mentions(), [a, b]);
        assert_eq!(text.plain().trim(), "@Ana e @Bia, @Ana");
        for (html, expected) in [
            (format!("<span class=x data-mention='{a}' onclick=y()>@Ana</span>"), 1),
            (format!("<SPAN DATA-MENTION={a}>@Ana</SPAN>"), 1),
            (format!("<div data-mention=\"{a}\">@Ana</div>"), 0),
            ("<span data-mention=\"x\">@Ana</span>".to_owned(), 0),
            (format!("<a href=\"https://x.example/?q=<span data-mention=%22{a}%22>\">@Ana</a>"), 0),
        ] {
            let text = RichText::parse(&html).unwrap();
            assert_eq!(text.mentions().len(), expected, "{html} → {text}");
            assert_eq!(text.plain().trim(), "@Ana", "{html}");
        }
        let spelt = RichText::parse(&format!("&lt;span data-mention=\"{a}\"&gt;@Ana")).unwrap();
        assert!(spelt.mentions().is_empty(), "{spelt}");
        assert_eq!(clean("<span>a</span><span id=x>b</span>"), "ab");
    }

    #[test]
    fn removes_everything_else() {
        for (html, expected) in [
            ("<script>alert(1)</script>ok", "ok"),
            ("<style>p{}</style>ok", "ok"),
            ("<p onclick=\"x()\" style='color:red' class=a>ok</p>", "<p>ok</p>"),
            ("<p title=\"a > b\">ok</p>", "<p>ok</p>"),
            ("<img src=x onerror=alert(1)>ok", "ok"),
            ("<svg/onload=alert(1)>ok", "ok"),
            ("<iframe src=//evil></iframe>ok", "ok"),
            (
                "<a href=\"javascript:alert(1)\">ok</a>",
                "<a rel=\"noopener noreferrer nofollow\">ok</a>",
            ),
            ("<a href=\"/api/x\">ok</a>", "<a rel=\"noopener noreferrer nofollow\">ok</a>"),
            ("<!-- a --><!DOCTYPE html>ok", "ok"),
            ("1 < 2 and 3 > 2", "1 &lt; 2 and 3 &gt; 2"),
            ("it's <b>o'k", "it's <b>o'k</b>"),
            ("a\0b", "ab"),
            ("<b", "&lt;b"),
            ("a & b &copy; &lt;i&gt;", "a &amp; b © &lt;i&gt;"),
        ] {
            assert_eq!(clean(html), expected, "{html}");
        }
    }

    #[test]
    fn text_decides_what_is_empty() {
        for html in [
            "",
            " ",
            "<p></p>",
            "<p>&nbsp;<br></p>",
            "<hr>",
            "<script>x</script>",
            "<p>\u{200b}</p>",
        ] {
            assert_eq!(RichText::parse(html), Ok(RichText::default()), "{html}");
            assert_eq!(RichText::parse_filled(html), Err(TextError::Empty), "{html}");
        }
    }

    #[test]
    fn is_bounded_before_and_after_cleaning() {
        assert!(RichText::parse(&"a".repeat(MAX_BYTES)).is_ok());
        assert_eq!(RichText::parse(&"a".repeat(MAX_BYTES + 1)), Err(TextError::TooLarge));
        assert_eq!(RichText::parse(&"&".repeat(MAX_BYTES)), Err(TextError::TooLarge));
    }

    #[test]
    fn ill_will_costs_little() {
        let differing: String = (0..4_000).map(|n| format!("<b {n}>")).collect();
        let reopened = format!("<p>{differing}{}", "</p><p>x".repeat(4_000));
        for html in [reopened, "<blockquote>".repeat(5_000), "&".repeat(MAX_BYTES / 5)] {
            let begin = SystemClock.instant();
            let _either = RichText::parse(&html[..html.len().min(MAX_BYTES)]);
            let took = SystemClock.instant() - begin;
            // A hundredth of what it took untamed, in an optimised build far less.
            assert!(took < Duration::from_secs(5), "{took:?}: {}…", &html[..40]);
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(html in "(<[a-z/]{1,5}( [a-z]{1,6}=\"?[a-z:/>']{0,6}\"?)?>|[a-z<>&'\" ]{0,6}){0,12}") {
            let once = clean(&html);
            prop_assert_eq!(&clean(&once), &once);
            prop_assert!(!once.contains("<script"));
        }
    }
}
