//! Bytes made of good ones: pieces are cut out, doubled, exchanged and made strange.

use rand::{Rng, RngExt as _, seq::IndexedRandom as _};

/// Longest input, but for what is made of one long piece on purpose.
const MOST: usize = 4096;
/// What breaks readers: ends of ranges, controls, parts of characters, brackets, words with a meaning.
const STRANGE: [&[u8]; 38] = [
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\x8b",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\r\n",
    b"\"",
    b"'",
    b"<",
    b">",
    b"</",
    b"<!--",
    b"]]>",
    b"&#x3c;",
    b"&lt;",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\u0000",
    b"\\ud800",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e999",
    b"NaN",
    b"null",
    b"true",
    b"%00",
    b"%",
    b"&",
    b"=",
    b"../",
    b"L",
    b"*/0",
];

/// Good inputs, and pieces of them.
#[derive(Debug)]
pub struct Corpus {
    good: &'static [&'static [u8]],
}

impl Corpus {
    /// Inputs made of these.
    #[must_use]
    pub const fn new(good: &'static [&'static [u8]]) -> Self {
        Self { good }
    }

    /// One input.
    pub fn input(&self, random: &mut impl Rng) -> Vec<u8> {
        let mut input = self.one(random).to_vec();
        // Often few changes, so that what is read gets far.
        for _ in 0..random.random_range(0_u32..8).saturating_sub(1) {
            self.change(&mut input, random);
        }
        // Now and then one piece very often: depth and length.
        if random.random_ratio(1, 512) {
            let times = random.random_range(1..4_000);
            let piece = self.piece(random);
            let at = place(&input, random);
            input.splice(at..at, piece.repeat(times).into_iter().take(16 * MOST));
        } else {
            input.truncate(MOST);
        }
        input
    }

    fn change(&self, input: &mut Vec<u8>, random: &mut impl Rng) {
        let (from, to) = (place(input, random), place(input, random));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 24));
        match random.random_range(0..8) {
            0 => drop(input.drain(from..to)),
            1 => {
                let piece = input[from..to].to_vec();
                input.splice(to..to, piece);
            }
            2 | 3 => drop(input.splice(from..from, self.piece(random))),
            4 => drop(input.splice(from..to, self.piece(random))),
            5 if from < input.len() => input[from] ^= 1 << random.random_range(0..8),
            6 if from < input.len() => input[from] = random.random(),
            _ => {
                // The end of another one.
                let other = self.one(random);
                input.truncate(from);
                input.extend_from_slice(&other[place(other, random)..]);
            }
        }
    }

    fn one(&self, random: &mut impl Rng) -> &'static [u8] {
        self.good.choose(random).copied().unwrap_or_default()
    }

    fn piece(&self, random: &mut impl Rng) -> Vec<u8> {
        if random.random() {
            return STRANGE.choose(random).copied().unwrap_or_default().to_vec();
        }
        let other = self.one(random);
        let (from, to) = (place(other, random), place(other, random));
        let from = from.min(to);
        other[from..from.max(to).min(from + 24)].to_vec()
    }
}

/// Somewhere, or at the end.
fn place(bytes: &[u8], random: &mut impl Rng) -> usize {
    random.random_range(0..=bytes.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_seed_makes_the_same_input_and_another_makes_another() {
        let corpus = Corpus::new(&[b"{\"a\": [1, 2, 3]}", b"<p>text</p>"]);
        let of = |seed| corpus.input(&mut StdRng::seed_from_u64(seed));
        let inputs: HashSet<Vec<u8>> = (0..10_000).map(of).collect();
        assert!(inputs.len() > 5_000, "{}", inputs.len());
        assert_eq!(of(7), of(7));
        assert!(inputs.iter().any(|input| input.len() > MOST / 2), "some are long");
    }
}
