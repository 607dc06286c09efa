//! What can be searched for: texts as the words in them, and searches as words that begin those. Both
//! databases are given words, not texts, so that they find the same.

use std::collections::BTreeSet;

use super::fold::fold;

/// Most words of a search that count.
pub const MOST_WORDS: usize = 16;
/// Most characters of a word that count.
const WORD_CHARS: usize = 64;

/// The words of texts, each once, sorted, with blanks between. In them are letters and digits alone.
#[must_use]
pub fn index(texts: &[&str]) -> String {
    let words: BTreeSet<String> = texts.iter().flat_map(|text| words(text)).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// The words somebody searches for, at most [`MOST_WORDS`].
#[must_use]
pub fn wanted(query: &str) -> Vec<String> {
    words(query).into_iter().take(MOST_WORDS).collect()
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD_CHARS).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_become_words() {
        for (text, words) in [
            ("Impressão não sai: HP-4200 (2º andar)!", "2o 4200 andar hp impressao nao sai"),
            ("a a A á", "a"),
            ("ana@example.com/x_y", "ana com example x y"),
            ("' OR 1=1 --", "1 or"),
            ("\0\u{200b}%", ""),
        ] {
            assert_eq!(index(&[text]), words, "{text}");
        }
        assert_eq!(index(&["b", "a"]), "a b");
        assert_eq!(index(&["x".repeat(1_000).as_str()]).len(), 64);
        assert_eq!(wanted(&"x ".repeat(20)).len(), MOST_WORDS);
    }

    proptest! {
        #[test]
        fn words_hold_nothing_that_a_database_reads(text in any::<String>()) {
            let words = index(&[&text]);
            prop_assert!(words.chars().all(|c| c == ' ' || c.is_alphanumeric()));
            prop_assert_eq!(index(&[&words]), words);
        }
    }
}
