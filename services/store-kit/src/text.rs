//! Searching in text, alike on PostgreSQL and SQLite.

use sea_orm::sea_query::{ExprTrait, LikeExpr, SimpleExpr};

/// Text without case and without the accents of western languages, so that "joao" finds "João".
/// Neither database does this alike by itself; keep it in a column of its own beside the text, and
/// search there with [`contains`].
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(base).collect()
}

/// Whether `column`, which holds [`fold`]ed text, contains `needle`, whose `%` and `_` mean
/// themselves.
pub fn contains(column: impl ExprTrait, needle: &str) -> SimpleExpr {
    column.like(LikeExpr::new(format!("%{}%", escape(&fold(needle)))).escape('\\'))
}

fn escape(needle: &str) -> String {
    let mut escaped = String::with_capacity(needle.len());
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The letter under an accent, in lower case.
const fn base(c: char) -> char {
    match c {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_accents() {
        assert_eq!(fold("Impressão Nº 5 — ÁGUA"), "impressao nº 5 — agua");
    }

    #[test]
    fn wildcards_mean_themselves() {
        assert_eq!(escape(r"50%_\"), r"50\%\_\\");
    }
}
