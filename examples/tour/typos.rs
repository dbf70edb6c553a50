//! Planting typing errors, to measure how many are found and how many findings are right.

use crate::corrector::Finding;
use crate::document::Document;
use crate::words::words;
use std::collections::HashMap;

/// A text with errors, and the truth about it.
pub(crate) struct Planted {
    pub(crate) document: Document,
    /// The original word, in lower case, for each position of the running text that has been spoiled.
    pub(crate) truth: HashMap<usize, String>,
}

/// How the search for planted errors went.
#[derive(Default)]
pub(crate) struct Score {
    pub(crate) planted: usize,
    /// Planted errors that were suspected.
    pub(crate) found: usize,
    /// Those that were corrected to the original word.
    pub(crate) corrected: usize,
    /// Suspicions where nothing was planted.
    pub(crate) false_alarms: usize,
}

/// Spoils `wanted` words of the text, the same ones for the same seed.
pub(crate) fn plant(text: &str, wanted: usize, seed: u64) -> Planted {
    let mut dice = Dice(seed);
    let mut eligible: Vec<(usize, _)> =
        words(text).enumerate().filter(|(_, word)| word.is_lowercase() && word.written.chars().count() >= 4).collect();
    // The first part of a Fisher-Yates shuffle: a fair choice of `wanted` words.
    let wanted = wanted.min(eligible.len());
    for at in 0..wanted {
        let other = at + dice.below(eligible.len() - at);
        eligible.swap(at, other);
    }
    eligible.truncate(wanted);
    eligible.sort_by_key(|(position, _)| *position);

    let mut spoiled = String::with_capacity(text.len() + wanted);
    let mut truth = HashMap::new();
    let mut copied = 0;
    for (position, word) in eligible {
        spoiled.push_str(&text[copied..word.start]);
        spoiled.push_str(&spoil(word.written, &mut dice));
        copied = word.start + word.written.len();
        truth.insert(position, word.written.to_owned());
    }
    spoiled.push_str(&text[copied..]);
    Planted { document: Document::new(spoiled), truth }
}

/// One error behind the first letter: a letter dropped, doubled, replaced, or swapped with the next.
fn spoil(word: &str, dice: &mut Dice) -> String {
    let letters: Vec<char> = word.chars().collect();
    loop {
        let mut spoiled = letters.clone();
        let at = 1 + dice.below(letters.len() - 1);
        match dice.below(4) {
            0 => drop(spoiled.remove(at)),
            1 => spoiled.insert(at, letters[at]),
            2 => spoiled[at] = letters[dice.below(letters.len())],
            _ => spoiled.swap(at, (at + 1).min(letters.len() - 1)),
        }
        let written: String = spoiled.into_iter().collect();
        // A swap of equal letters is no error, and with its apostrophe moved it may be no longer one word.
        if written != word && words(&written).next().is_some_and(|first| first.written == written) {
            return written;
        }
    }
}

impl Planted {
    pub(crate) fn score(&self, findings: &[Finding]) -> Score {
        let mut score = Score { planted: self.truth.len(), ..Score::default() };
        for finding in findings {
            match self.truth.get(&finding.position) {
                Some(original) => {
                    score.found += 1;
                    score.corrected += usize::from(*original == *self.document.vocabulary().entry(finding.meant).word);
                }
                None => score.false_alarms += 1,
            }
        }
        score
    }
}

impl Score {
    /// Of the findings, the part that is right to the letter.
    pub(crate) fn precision(&self) -> f64 {
        part(self.corrected, self.found + self.false_alarms)
    }

    /// Of the planted errors, the part that is found and corrected.
    pub(crate) fn recall(&self) -> f64 {
        part(self.corrected, self.planted)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of at most some thousands")]
fn part(of: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { of as f64 / all as f64 }
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The high half of a product: all results nearly equally likely, without a division.
        usize::try_from((u128::from(z) * bound as u128) >> 64).unwrap_or(0)
    }
}
