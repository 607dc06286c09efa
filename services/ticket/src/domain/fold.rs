//! Text as it is compared: without case and accents.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The same text without case, accents and differences of form alone, so that "joao" finds "João"
/// however it was typed.
#[must_use]
pub fn fold(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c));
    // Some letters become lower case only as a pair, which may bring a mark again.
    bare.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_and_form_do_not_matter() {
        for (text, folded) in [
            ("Impressão ÁGUA", "impressao agua"),
            ("Impressa\u{303}o", "impressao"),
            ("ﬁm Ⅳ", "fim iv"),
            ("İstanbul", "istanbul"),
            ("Ελλάδα", "ελλαδα"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
