//! Nothing unfinished, and nothing that is true on one machine only.

use super::{Finding, SourceFile};

/// Written so that this file does not break its own rule.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const MACHINE: [&str; 2] = [concat!("/wo", "rk"), concat!("/ro", "ot")];

pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Hashes in lock files may spell anything.
    let lock = file.path.ends_with(".lock") || file.path.ends_with("-lock.json");
    for (number, line) in (1..).zip(file.text.lines()) {
        for word in UNFINISHED {
            if !lock && has(line, word, is_word) {
                findings.push(Finding::error(file, number, format!("{word}: do it or file it")));
            }
        }
        for path in MACHINE {
            if has(line, path, is_path) {
                let text = format!("{path} is a folder of somebody's machine");
                findings.push(Finding::error(file, number, text));
            }
        }
    }
    findings
}

/// Whether `line` has `part` with nothing of its kind right before and after it.
fn has(line: &str, part: &str, same_kind: fn(char) -> bool) -> bool {
    line.match_indices(part).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + part.len()..].chars().next();
        !before.is_some_and(same_kind) && !after.is_some_and(|next| next != '/' && same_kind(next))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What may stand in the middle of a path, a route or an address.
fn is_path(c: char) -> bool {
    is_word(c) || matches!(c, '-' | '.' | '/' | '}' | ')' | '$' | '*' | ':')
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{file, lines},
        *,
    };

    #[test]
    fn unfinished_work_is_found() {
        let [later, broken] = UNFINISHED;
        let text = format!("fine\n// {later}: later\n/* {broken} */\ntodo dia, {later}S\n");
        assert_eq!(lines(&check(&file("a.rs", &text))), [2, 3]);
        assert!(check(&file("Cargo.lock", &format!("{later} {broken}"))).is_empty());
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let [work, root] = MACHINE;
        let text = format!(
            "cd {work}/main\nHOME={root}\n/api{work}\n{work}-sessions\n\"{root}\"\nhttps:/{work}/x\n"
        );
        assert_eq!(lines(&check(&file("docs/a.md", &text))), [1, 2, 5]);
    }
}
