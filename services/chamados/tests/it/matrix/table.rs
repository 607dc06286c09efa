//! The tables beside this file, as rows.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// What a caller may expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Let in.
    Ok,
    /// 401: nobody known.
    Unauthenticated,
    /// 403: known, and not allowed.
    Forbidden,
    /// 404: not there, or not visible.
    NotFound,
    /// 501: no way leads there.
    Unreachable,
    /// What no caller may expect: our fault, or a part that was away.
    Broken,
}

impl FromStr for Verdict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ok" => Ok(Self::Ok),
            "401" => Ok(Self::Unauthenticated),
            "403" => Ok(Self::Forbidden),
            "404" => Ok(Self::NotFound),
            "501" => Ok(Self::Unreachable),
            _ => Err(format!("no verdict: {text}")),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Unauthenticated => "401",
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::Unreachable => "501",
            Self::Broken => "broken",
        })
    }
}

/// A table: what is asked, and by column what each caller may expect.
pub(super) type Table = BTreeMap<String, Vec<(&'static str, Verdict)>>;

/// Reads a table whose last comment names the columns.
pub(super) fn parse(text: &'static str) -> Table {
    let mut comments = text.lines().filter_map(|line| line.strip_prefix('#'));
    let columns: Vec<_> =
        comments.next_back().unwrap_or_else(|| panic!("no columns")).split_whitespace().collect();
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let (name, cells) = words.split_at(words.len().saturating_sub(columns.len()));
        let name = name.join(" ");
        let cells = cells.iter().map(|cell| {
            cell.parse().unwrap_or_else(|error| panic!("{name}: as many cells as callers: {error}"))
        });
        let row = columns.iter().copied().zip(cells).collect();
        assert!(table.insert(name.clone(), row).is_none(), "{name} has two rows");
    }
    table
}

/// What did not come as the table says.
#[derive(Default)]
pub(super) struct Findings(Vec<String>);

impl Findings {
    /// Notes a cell whose caller got something else.
    pub(super) fn compare(&mut self, asked: &str, caller: &str, expected: Verdict, got: &Heard) {
        if got.verdict != expected {
            let Heard { verdict, detail } = got;
            self.0.push(format!(
                "{asked:<60} {caller:<6} expected {expected:<3} got {verdict}: {detail}"
            ));
        }
    }

    /// Notes anything else.
    pub(super) fn note(&mut self, finding: String) {
        self.0.push(finding);
    }

    /// # Panics
    /// When there is one, showing all.
    pub(super) fn none(self) {
        assert!(
            self.0.is_empty(),
            "{} cells are not as they should be:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

/// What a caller heard.
pub(super) struct Heard {
    pub(super) verdict: Verdict,
    /// Code and reason, for whoever reads a finding.
    pub(super) detail: String,
}
