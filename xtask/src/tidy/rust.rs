//! Just enough of Rust's grammar to see which paths a file names.

/// A path such as `sea_orm::EntityTrait`, wherever it stands; groups are taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamedPath<'a> {
    /// From 1.
    pub(super) line: usize,
    pub(super) segments: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// `::`
    Separator,
    Sign(char),
}

/// The code of a file: comments, literals and what is for tests only are blanked, and every line
/// stays where it is.
pub(super) fn code(text: &str) -> String {
    without_tests(&without_literals(text))
}

/// The words of such code, with their lines.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    tokens(code).into_iter().filter_map(|(line, token)| match token {
        Token::Word(word) => Some((line, word)),
        _ => None,
    })
}

/// The paths of such code: all of two segments or more, and what `use` names.
pub(super) fn paths(code: &str) -> Vec<NamedPath<'_>> {
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while let Some(&(_, token)) = tokens.get(at) {
        let begin = at;
        match token {
            Token::Word("use") => {
                at += 1;
                if matches!(tokens.get(at), Some((_, Token::Separator))) {
                    at += 1;
                }
                at = read(&tokens, at, &[], true, &mut paths);
            }
            Token::Word(_) => at = read(&tokens, at, &[], false, &mut paths),
            _ => {}
        }
        at = at.max(begin + 1);
    }
    paths
}

/// Reads the path at `at` and gives the place behind it. `single` keeps one of one segment.
fn read<'a>(
    tokens: &[(usize, Token<'a>)],
    mut at: usize,
    prefix: &[&'a str],
    single: bool,
    paths: &mut Vec<NamedPath<'a>>,
) -> usize {
    let mut segments = prefix.to_vec();
    let mut last = at;
    while let Some(&(_, token)) = tokens.get(at) {
        match token {
            Token::Word(word) => {
                segments.push(word);
                last = at;
                at += 1;
                if !matches!(tokens.get(at), Some((_, Token::Separator))) {
                    break;
                }
                at += 1;
            }
            Token::Sign('{') if single || !segments.is_empty() => {
                return read_group(tokens, at + 1, &segments, paths);
            }
            _ => break,
        }
    }
    if segments.len() > 1 || (single && !segments.is_empty()) {
        paths.push(NamedPath { line: tokens[last.min(tokens.len() - 1)].0, segments });
    }
    at
}

fn read_group<'a>(
    tokens: &[(usize, Token<'a>)],
    mut at: usize,
    prefix: &[&'a str],
    paths: &mut Vec<NamedPath<'a>>,
) -> usize {
    while let Some(&(_, token)) = tokens.get(at) {
        match token {
            Token::Sign('}') => return at + 1,
            Token::Word("as") => at += 2,
            Token::Word(_) => at = read(tokens, at, prefix, true, paths),
            _ => at += 1,
        }
    }
    at
}

fn tokens(code: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let length = if is_word(c) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push((line, Token::Word(&rest[..length])));
            length
        } else if rest.starts_with("::") {
            tokens.push((line, Token::Separator));
            2
        } else {
            line += usize::from(c == '\n');
            if !c.is_whitespace() {
                tokens.push((line, Token::Sign(c)));
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let in_word = code.chars().next_back().is_some_and(is_word);
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if c == '"' {
            quoted(rest, '"')
        } else if c == 'r' && !in_word {
            raw_string(rest).unwrap_or(0)
        } else if c == '\'' {
            character_or_lifetime(rest)
        } else {
            0
        };
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            blank(&rest[..length], &mut code);
            rest = &rest[length..];
        }
    }
    code
}

fn blank(text: &str, code: &mut String) {
    code.push(' ');
    code.extend(text.chars().filter(|c| *c == '\n'));
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of a literal that begins and ends with `quote`.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].find(|c| c != '#')?;
    let begin = text[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(begin.find(&end).map_or(text.len(), |at| 2 + hashes + at + end.len()))
}

fn character_or_lifetime(text: &str) -> usize {
    let mut chars = text.chars().skip(1);
    let (first, second) = (chars.next(), chars.next());
    if first == Some('\\') || second == Some('\'') {
        return quoted(text, '\'');
    }
    text[1..].find(|c| !is_word(c)).map_or(text.len(), |length| length + 1)
}

/// Blanks the items after `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        let (before, item) = rest.split_at(at);
        kept.push_str(before);
        let length = item_length(item);
        blank(&item[..length], &mut kept);
        rest = &item[length..];
    }
    kept + rest
}

/// Up to the `;` or the closing brace of an item.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, ';' | '}') {
            return at + 1;
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(usize, String)> {
        let code = code(text);
        paths(&code).iter().map(|path| (path.line, path.segments.join("::"))).collect()
    }

    #[test]
    fn groups_are_taken_apart() {
        let text = "use sea_orm;\npub use crate::{app, store::{self, Row as R},\n    domain::*};\n";
        let expected = [
            (1, "sea_orm"),
            (2, "crate::app"),
            (2, "crate::store::self"),
            (2, "crate::store::Row"),
            (3, "crate::domain"),
        ];
        assert_eq!(named(text), expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn paths_are_found_wherever_they_stand() {
        let text = "fn f(x: &'a ::http::Uri) -> Vec<tonic::Status> {\n    let y = z::<u8>(redis::cmd(x));\n}\n";
        let expected = [(1, "http::Uri"), (1, "tonic::Status"), (2, "redis::cmd")];
        assert_eq!(named(text), expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn comments_literals_and_tests_are_not_code() {
        let text = r##"
// a::b
/* c::d /* e::f */ g::h */
const S: &str = "i::j \" k::l";
const R: &str = r#"m::n " o::p"#;
const C: [char; 3] = ['"', '\'', 'x'];
fn real<'a>() { q::r(); }
#[cfg(test)]
mod tests { use s::t; fn f() { u::v(); } }
fn after() { w::x(); }
"##;
        let expected = [(7, "q::r"), (10, "w::x")];
        assert_eq!(named(text), expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn words_have_lines() {
        let code = code("async fn f() {\n    g().await\n}");
        assert_eq!(words(&code).collect::<Vec<_>>()[..2], [(1, "async"), (1, "fn")]);
        assert!(words(&code).any(|word| word == (2, "await")));
    }
}
