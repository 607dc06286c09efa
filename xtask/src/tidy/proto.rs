//! Contracts explain themselves: every message, service, RPC and enum has a comment before it, and
//! every field whose name does not say it all.

use super::{Finding, SourceFile};

/// Fields that mean the same everywhere; `proto/README.md` says what.
const SELF_EVIDENT: [&str; 10] = [
    "id",
    "name",
    "version",
    "email",
    "role",
    "subject",
    "page_size",
    "page_token",
    "next_page_token",
    "total_size",
];

pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".proto") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut documented = false;
    let mut blocks: Vec<Block> = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let (code, comment) = line.split_once("//").map_or((line, false), |(code, _)| (code, true));
        let code = code.trim();
        if code.is_empty() {
            documented = comment;
            continue;
        }
        if let Some(item) = Item::parse(code, blocks.last())
            && !documented
            && !comment
        {
            findings.push(Finding::error(file, number, format!("{item} has no comment")));
        }
        for c in code.chars() {
            match c {
                '{' => blocks.push(Block::of(code)),
                '}' => drop(blocks.pop()),
                _ => {}
            }
        }
        documented = false;
    }
    findings
}

/// What a brace opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Message,
    /// The answer of a list or batch: its lists hold what the RPC's name says.
    Response,
    Other,
}

impl Block {
    fn of(code: &str) -> Self {
        match code.split([' ', '{']).collect::<Vec<_>>()[..] {
            ["message", name, ..] if name.ends_with("Response") => Self::Response,
            ["message" | "oneof", ..] => Self::Message,
            _ => Self::Other,
        }
    }
}

/// Something that needs a comment.
#[derive(Debug)]
struct Item<'a> {
    kind: &'a str,
    name: &'a str,
}

impl std::fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)
    }
}

impl<'a> Item<'a> {
    fn parse(code: &'a str, block: Option<&Block>) -> Option<Self> {
        let (first, rest) = code.split_once(' ')?;
        if matches!(first, "message" | "service" | "enum" | "rpc") {
            let name = rest.split(|c: char| !is_name(c)).next()?;
            return Some(Self { kind: first, name });
        }
        let block = *block?;
        if block == Block::Other || matches!(first, "option" | "reserved" | "oneof") {
            return None;
        }
        let name = code.split_once('=')?.0.split_whitespace().next_back()?;
        let listed = block == Block::Response && first == "repeated";
        let evident = SELF_EVIDENT.contains(&name) || name.ends_with("_time") || listed;
        (!evident && name.chars().all(is_name)).then_some(Self { kind: "field", name })
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{file, lines},
        *,
    };

    fn found(text: &str) -> Vec<usize> {
        lines(&check(&file("proto/a.proto", text)))
    }

    #[test]
    fn items_without_a_comment_are_found() {
        assert_eq!(found("service S {\n  rpc Get(A) returns (B);\n}\n"), [1, 2]);
        assert_eq!(found("message M {}\nenum E {\n  E_UNSPECIFIED = 0;\n}\n"), [1, 2]);
        assert_eq!(found("// Stray.\n\nmessage M {}\n"), [3]);
    }

    #[test]
    fn comments_before_or_behind_are_enough() {
        let text = "// S.\nservice S {\n  // Gets.\n  rpc Get(A) returns (B) {\n    option x = 1;\n  }\n}\n";
        assert!(found(text).is_empty());
        assert!(found("// M.\nmessage M {\n  int32 port = 1; // Of the server.\n}\n").is_empty());
    }

    #[test]
    fn fields_need_a_comment_unless_the_name_says_it() {
        let text = "// M.\nmessage M {\n  string id = 1;\n  google.protobuf.Timestamp due_time = 2;\n  \
                    string note = 3;\n  repeated string tags = 4;\n  map<string, string> labels = 5;\n  \
                    oneof kind {\n    int32 size = 6;\n  }\n  reserved 7;\n}\n";
        assert_eq!(found(text), [5, 6, 7, 9]);
    }

    #[test]
    fn the_list_of_a_response_is_plain() {
        let text =
            "// R.\nmessage ListResponse {\n  repeated Thing things = 1;\n  int64 sum = 2;\n}\n";
        assert_eq!(found(text), [4]);
    }

    #[test]
    fn other_files_are_not_contracts() {
        assert!(check(&file("proto/a.rs", "message M {}")).is_empty());
    }
}
