//! Words that nobody wrote: the same each time, some of them far more often than others, as in real texts.

/// A word that no text has unless it is put there.
pub(super) const RARE: &str = "zirconio";

const SYLLABLES: [&str; 16] = [
    "ba", "ca", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "sa", "te", "vi", "xo", "ze", "jun",
];

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// Those of a seed.
    pub(super) const fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    /// The next.
    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next, below `bound`.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of a list, which is not empty.
    pub(super) fn of_list<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }
}

/// So many words.
pub(super) fn words(numbers: &mut Numbers, count: usize) -> Vec<String> {
    (0..count).map(|_| word(numbers)).collect()
}

/// Words with blanks between, the first with a capital.
pub(super) fn sentence(words: &[String]) -> String {
    let mut text = words.join(" ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// One of 4,096 words, the first of them in every other text and the last hardly ever.
fn word(numbers: &mut Numbers) -> String {
    let place = numbers.below(4_096);
    // The cube makes small numbers frequent.
    let word = (place * place * place) >> 24;
    [word >> 8, word >> 4, word].map(|part| SYLLABLES[(part & 15) as usize]).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_each_time_and_different_from_each_other() {
        let text = |seed| sentence(&words(&mut Numbers::of(seed), 8));
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
        assert_eq!(text(1).split(' ').count(), 8);
        assert!(text(1).starts_with(char::is_uppercase));
    }

    #[test]
    fn some_words_are_frequent_and_none_is_the_rare_one() {
        let words = words(&mut Numbers::of(7), 20_000);
        let most = words.iter().filter(|word| **word == "bababa").count();
        assert!((800..2_000).contains(&most), "{most}");
        assert!(words.iter().all(|word| word != RARE));
    }
}
