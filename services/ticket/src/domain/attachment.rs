//! Files that come with tickets and comments: what they are called, and what they are.

use chamados_chassis::{auth::Actor, id::TicketId};
use chrono::{DateTime, TimeDelta, Utc};

use super::{AttachmentId, CommentId};

/// Most files of a description or a comment.
pub const MOST: usize = 20;
/// Most files somebody has that are attached nowhere.
pub const MOST_LOOSE: u64 = 100;
/// How long a file may be attached nowhere.
pub const LOOSE_FOR: TimeDelta = TimeDelta::hours(24);
/// Bytes of a file that say what it is.
pub const HEAD: usize = 8 * 1024;
/// Most characters of a file's name.
const NAME_CHARS: usize = 200;
/// What a file without a name is called.
const NAMELESS: &str = "arquivo";
/// What browsers may show in place: formats that carry no script.
const INLINE_SAFE: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// For showing only.
    pub file_name: FileName,
    /// What its bytes say it is.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3, in hexadecimal.
    pub blake3: String,
    /// Who uploaded it.
    pub uploader: Actor,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What it is attached to, once it is.
    pub place: Option<Place>,
}

/// What a file is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The ticket.
    pub ticket: TicketId,
    /// The comment; none for the description.
    pub comment: Option<CommentId>,
    /// For staff alone, because the comment is.
    pub internal: bool,
}

impl Attachment {
    /// Whether browsers may show it in place.
    #[must_use]
    pub fn is_inline_safe(&self) -> bool {
        INLINE_SAFE.contains(&self.content_type.as_str())
    }
}

/// What a file is called: no path, nothing that cannot be seen, 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Cleans a name from outside. There is always something left.
    #[must_use]
    pub fn clean(name: &str) -> Self {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = last.chars().filter(|c| !is_hidden(*c)).collect();
        let name = visible.trim_matches(|c: char| c.is_whitespace() || c == '.');
        let count = name.chars().count();
        if count == 0 {
            return Self(NAMELESS.to_owned());
        }
        if count <= NAME_CHARS {
            return Self(name.to_owned());
        }
        // Of a name that is too long, the ending is worth more than the middle.
        let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let ending =
            if ending.chars().count() <= 16 { format!(".{ending}") } else { String::new() };
        let kept = NAME_CHARS - ending.chars().count();
        Self(name.chars().take(kept).chain(ending.chars()).collect())
    }

    /// A name that was cleaned before, from the database.
    pub(crate) const fn trusted(name: String) -> Self {
        Self(name)
    }

    /// The bare text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that are not seen, or make what follows read backwards.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What a file that begins with `head` is. Text of every sort is plain text: nothing that is shown may
/// be taken for a page or a script.
#[must_use]
pub fn content_type(head: &[u8]) -> &'static str {
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some(known) if !known.starts_with("text/") => known,
        _ if is_text(head) => "text/plain",
        _ => "application/octet-stream",
    }
}

fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        for (name, clean) in [
            ("foto.png", "foto.png"),
            ("C:\\Users\\ana\\foto.png", "foto.png"),
            ("../../etc/passwd", "passwd"),
            ("a\0b\r\nc.txt", "abc.txt"),
            ("fatura\u{202e}gpj.exe", "faturagpj.exe"),
            (" . ", "arquivo"),
            ("..", "arquivo"),
            ("", "arquivo"),
            ("dir/", "arquivo"),
            (".bashrc", "bashrc"),
            ("São João.pdf", "São João.pdf"),
        ] {
            assert_eq!(FileName::clean(name).as_str(), clean, "{name:?}");
        }
        let long = FileName::clean(&format!("{}.pdf", "á".repeat(500)));
        assert_eq!(long.as_str().chars().count(), 200);
        assert!(long.as_str().ends_with("á.pdf"));
        let endless = FileName::clean(&format!("a.{}", "x".repeat(500)));
        assert_eq!(endless.as_str().chars().count(), 200);
    }

    #[test]
    fn bytes_say_what_a_file_is() {
        for (bytes, kind) in [
            (b"\x89PNG\r\n\x1a\n\0\0".as_slice(), "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04", "application/zip"),
            (b"<!DOCTYPE html><script>", "text/plain"),
            (b"<?xml version=\"1.0\"?><svg/>", "text/plain"),
            ("olá\n".as_bytes(), "text/plain"),
            (&"á".as_bytes()[..1], "text/plain"),
            (b"\0\x01\x02", "application/octet-stream"),
            (b"\xc3\x28", "application/octet-stream"),
        ] {
            assert_eq!(content_type(bytes), kind, "{bytes:?}");
        }
    }
}
