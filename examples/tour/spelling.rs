//! Does a word look like a word of this language?
//!
//! A model of letters in threes (Shannon 1948), learnt from the different words of the text: `walks` is likely where `wlaks` is not, though neither
//! has been seen before.

use std::collections::HashMap;

/// How many occurrences the shorter context is worth against the longer one.
const SMOOTHING: f64 = 2.0;
/// The likelihood of a letter of which nothing is known.
const ANY: f64 = 1.0 / 40.0;
/// Stands before the first letter and behind the last.
const EDGE: char = ' ';

/// Which letter follows which two.
#[derive(Default)]
pub(crate) struct Spelling {
    threes: HashMap<[char; 3], f64>,
    /// How often two letters are followed by a third.
    twos: HashMap<[char; 2], f64>,
}

impl Spelling {
    /// Learns from words that are all different.
    pub(crate) fn learn<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut spelling = Self::default();
        for word in words {
            for three @ [a, b, _] in threes(word) {
                *spelling.threes.entry(three).or_default() += 1.0;
                *spelling.twos.entry([a, b]).or_default() += 1.0;
            }
        }
        spelling
    }

    /// The logarithm of how likely this word is among all words, if it had not been learnt from: one that occurs once must not vouch for itself.
    pub(crate) fn likelihood(&self, learnt: &str) -> f64 {
        let other = |count: Option<&f64>| (count.copied().unwrap_or(0.0) - 1.0).max(0.0);
        let letter = |three @ [a, b, _]: [char; 3]| {
            (other(self.threes.get(&three)) + SMOOTHING * ANY) / (other(self.twos.get(&[a, b])) + SMOOTHING)
        };
        threes(learnt).map(|three| letter(three).ln()).sum()
    }
}

/// Every three neighbours of `  word `.
fn threes(word: &str) -> impl Iterator<Item = [char; 3]> {
    let mut last = [EDGE; 2];
    word.chars().chain([EDGE]).map(move |letter| {
        let three = [last[0], last[1], letter];
        last = [last[1], letter];
        three
    })
}
