//! Takes from HTML what makes parsing it dear, before the parser sees it. The result is no safer,
//! only tamer: 64 KiB of ill will can keep a browser's parsing algorithm busy for seconds, or make
//! it build gigabytes of nodes.
//!
//! - Attributes go, but those of links and who a `span` mentions: formatting tags that differ in them are opened again in
//!   every block that follows; equal ones at most three times.
//! - Tags that would not survive the cleaning go, a `span` without a mention too, and so do levels beyond [`MOST_LEVELS`]: the
//!   parser looks through all open elements at every block.
//! - A bare `&` is written as `&amp;`: the parser reads on and back again at each.

use uuid::Uuid;

use super::MENTION;

/// Deepest nesting that is kept.
const MOST_LEVELS: usize = 100;

/// Elements without content, and those that end where the next of their kind begins.
const LEVEL: [&str; 4] = ["br", "hr", "p", "li"];

/// The same HTML, tame. Of its tags it keeps those that `keep` says.
pub(super) fn tame(html: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(html.len());
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, markup) = rest.split_at(start);
        push_text(&mut out, text);
        rest = match Markup::read(markup) {
            Markup::Tag { name, closing, source } => {
                let name = name.to_ascii_lowercase();
                let means = closing || name != "span" || mentioned(source).is_some();
                if keep(&name) && means && balance(&mut open, &name, closing) {
                    push_tag(&mut out, &name, closing, source);
                }
                &markup[source.len()..]
            }
            Markup::Comment { length } => &markup[length..],
            Markup::Text => {
                out.push_str("&lt;");
                &markup[1..]
            }
        };
    }
    push_text(&mut out, rest);
    out
}

/// What a `<` begins.
enum Markup<'a> {
    /// A tag, from `<` to `>`.
    Tag { name: &'a str, closing: bool, source: &'a str },
    /// A comment, or what browsers take for one.
    Comment { length: usize },
    /// Nothing; it stands for itself.
    Text,
}

impl<'a> Markup<'a> {
    fn read(markup: &'a str) -> Self {
        if markup.starts_with("<!--") {
            let length = markup.find("-->").map_or(markup.len(), |at| at + 3);
            return Self::Comment { length };
        }
        let inner = &markup[1..];
        let closing = inner.starts_with('/');
        let name = inner.strip_prefix('/').unwrap_or(inner);
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let length = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
            match (length, tag_length(markup)) {
                (Some(length), Some(end)) => {
                    Self::Tag { name: &name[..length], closing, source: &markup[..end] }
                }
                _ => Self::Text,
            }
        } else if closing || inner.starts_with(['!', '?']) {
            markup.find('>').map_or(Self::Text, |at| Self::Comment { length: at + 1 })
        } else {
            Self::Text
        }
    }
}

/// Length of the tag at the start of `html`, up to the `>` that is in no quoted value.
fn tag_length(html: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, b' ');
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// Counts levels; false for a tag that would open one too many, or that closes none.
fn balance(open: &mut Vec<String>, name: &str, closing: bool) -> bool {
    if LEVEL.contains(&name) {
        return true;
    }
    if !closing {
        let fits = open.len() < MOST_LEVELS;
        if fits {
            open.push(name.to_owned());
        }
        return fits;
    }
    // Not what is above it: the parser may keep that open.
    let last = open.iter().rposition(|level| level == name);
    last.map(|at| open.remove(at)).is_some()
}

fn push_tag(out: &mut String, name: &str, closing: bool, source: &str) {
    match (name, closing) {
        ("a", false) => push_text(out, source),
        ("span", false) => {
            let id = mentioned(source).unwrap_or_default();
            out.extend(["<span ", MENTION, "=\"", &id.to_string(), "\">"]);
        }
        (_, true) => out.extend(["</", name, ">"]),
        (_, false) => out.extend(["<", name, ">"]),
    }
}

/// Whom a tag mentions. What is read here only decides what is kept; cleaning makes it safe.
fn mentioned(source: &str) -> Option<Uuid> {
    /// Length of an id.
    const ID: usize = 36;

    let lower = source.to_ascii_lowercase();
    let (_, value) = lower.split_once(MENTION)?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    Uuid::try_parse(value.get(..ID)?).ok()
}

fn push_text(out: &mut String, mut text: &str) {
    while let Some(at) = text.find('&') {
        let (before, reference) = text.split_at(at);
        out.push_str(before);
        out.push_str(if is_reference(reference) { "&" } else { "&amp;" });
        text = &reference[1..];
    }
    out.push_str(text);
}

/// Whether a character reference, such as `&lt;`, is at the start.
fn is_reference(text: &str) -> bool {
    /// The longest name there is has 31 letters.
    const LONGEST: usize = 33;

    let name =
        text.bytes().skip(1).take(LONGEST).position(|b| !(b.is_ascii_alphanumeric() || b == b'#'));
    name.is_some_and(|length| length > 0 && text.as_bytes()[length + 1] == b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_meaning_and_loses_what_is_dear() {
        for (html, expected) in [
            ("a & b &amp; c &lt &#39; &;", "a &amp; b &amp; c &amp;lt &#39; &amp;;"),
            ("<P class='a>b' id=x>x</P >", "<p>x</p>"),
            ("<a href=\"?a=1&b=2\">x</a>", "<a href=\"?a=1&amp;b=2\">x</a>"),
            ("<div>x</div><br/>", "x<br>"),
            ("1 < 2 <b>x</b>", "1 &lt; 2 <b>x</b>"),
            ("<!-- <b> --><!doctype html></ b>x", "x"),
            ("<b", "&lt;b"),
            ("<b '>it's</b>", "<b>it's</b>"),
            ("</b>x", "x"),
            ("<span>x</span>", "x"),
        ] {
            let keep = |name: &str| ["p", "a", "b", "br", "span"].contains(&name);
            assert_eq!(tame(html, keep), expected, "{html}");
        }
    }

    #[test]
    fn levels_are_bounded() {
        let deep = tame(&"<ul><b></b>".repeat(1_000), |_| true);
        assert!(deep.matches("<ul>").count() <= MOST_LEVELS);
    }
}
