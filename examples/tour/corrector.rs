//! Is this word a misspelling, and of what?
//!
//! A noisy channel (Shannon; Church and Gale, "Probability scoring for spelling correction", 1991): of all words near enough, the likeliest
//! is the one that fits its neighbours best, less what its typing errors cost. The text itself is the dictionary, so it serves any language; the price is
//! that a word can only be corrected to one that occurs elsewhere.

use crate::distance::{distance, length};
use crate::document::{Document, Id, letter_set};
use memokit::memoize;
use std::sync::Arc;

/// Longer words are not judged: they are not words, and the recursion is as deep as they are long.
const LONGEST: u32 = 24;
/// Shorter ones have too many neighbours.
const SHORTEST: u32 = 4;
/// How many errors a word may hold to be found. Two, in long words, took 3.4 times as many calls of `distance` for the bundled book, found no planted
/// error more, and raised more false alarms.
const ERRORS: u32 = 1;
/// What one typing error costs, as a logarithm of its odds. Less finds more of them, and cries wolf more often.
///
/// This and the next two were chosen by planting 200 errors in the bundled book (seeds 1 to 5). Precision and recall on what they were not chosen on:
/// other seeds of the book (101 to 115) 0.82 and 0.56, "As You Like It" 0.77 and 0.44, a technical report of 62 000 words 0.62 and 0.67, "Paradise
/// Lost", whose rare words are many, 0.39 and 0.53 (seeds 101 to 103 each).
const ERROR: f64 = 10.0;
/// What it costs more in the first letter, where errors are rare (Yannakoudakis and Fawthrop, "The rules of spelling errors", 1983).
/// The planted errors leave the first letter alone, so they reward this without testing it.
const FIRST: f64 = 4.0;
/// What it costs to take an ending for an error: `walks` may be meant though only `walk` is known.
const ENDING: f64 = 8.0;
/// How many occurrences the word alone is worth where its neighbours are known (Dirichlet smoothing).
const SMOOTHING: f64 = 60.0;
/// The share of words in a running text that occur nowhere else in it.
const NEW: f64 = 0.04;
/// The count of a word that does not occur.
const UNSEEN: f64 = 0.1;

/// A word that may have been meant.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) id: Id,
    pub(crate) distance: u32,
}

/// A likely misspelling at one place of the running text.
#[derive(Clone, Copy)]
pub(crate) struct Finding {
    /// Which word of the running text.
    pub(crate) position: usize,
    /// What was probably meant.
    pub(crate) meant: Id,
    /// How much better that fits, as a logarithm.
    pub(crate) gain: f64,
}

impl Document {
    /// The known words near this one. The document's number is part of the key, so two documents never answer for each other; the ttl is
    /// for a program that goes on after its documents are gone.
    #[memoize(lru = 5_000, ttl = "10m", key = (self.id, word))]
    pub(crate) fn candidates(&self, word: &str) -> Arc<[Candidate]> {
        let measured = |id| Candidate { id, distance: distance(word, &self.vocabulary().entry(id).word) };
        self.similar(word).map(measured).filter(|candidate| candidate.distance <= ERRORS).collect()
    }

    /// The known words of about the same length and with about the same letters: nothing else can be near.
    pub(crate) fn similar(&self, word: &str) -> impl Iterator<Item = Id> {
        let vocabulary = self.vocabulary();
        let (this, length, letters) = (vocabulary.id(word), length(word), letter_set(word));
        let lengths = length.saturating_sub(ERRORS)..=length + ERRORS;
        let known = lengths.filter_map(|length| self.by_length().get(length as usize)).flatten().copied();
        // One error changes two letters of the set at most.
        known.filter(move |&id| Some(id) != this && (vocabulary.entry(id).letters ^ letters).count_ones() <= 2 * ERRORS)
    }

    /// The misspelling at this position of the running text, if it is likely to be one.
    pub(crate) fn judge(&self, position: usize) -> Option<Finding> {
        let running = self.running();
        let id = running[position].id;
        let entry = self.vocabulary().entry(id);
        if !is_judged(&entry.word) || entry.is_name() {
            return None;
        }
        let before = position.checked_sub(1).map(|at| running[at].id);
        let after = running.get(position + 1).map(|place| place.id);
        let fit = |word| self.fit(before, word, after, word == id);

        let as_written = if entry.count > 1 { fit(id) } else { self.new_word(&entry.word, after) };
        let judge = |candidate: &Candidate| {
            let meant = &self.vocabulary().entry(candidate.id).word;
            let gain = fit(candidate.id) - cost(&entry.word, meant, candidate.distance) - as_written;
            Finding { position, meant: candidate.id, gain }
        };
        let candidates = self.candidates(&entry.word);
        candidates.iter().map(judge).max_by(|a, b| a.gain.total_cmp(&b.gain)).filter(|best| best.gain > 0.0)
    }

    /// How likely a word that occurs nowhere else is here, as a logarithm.
    fn new_word(&self, word: &str, after: Option<Id>) -> f64 {
        NEW.ln() + self.spelling().likelihood(word) + after.map_or(0.0, |after| self.frequency(after, 0.0).ln())
    }

    /// The share of a word in the running text; `less` occurrences are not counted.
    fn frequency(&self, id: Id, less: f64) -> f64 {
        let total = f64::from(u32::try_from(self.running().len()).unwrap_or(u32::MAX));
        (f64::from(self.vocabulary().entry(id).count) - less + UNSEEN) / total
    }

    /// How well a word fits between its neighbours, as a logarithm. `itself`: the occurrence under examination must not speak for itself.
    fn fit(&self, before: Option<Id>, word: Id, after: Option<Id>, itself: bool) -> f64 {
        let less = f64::from(u8::from(itself));
        let count = |id: Id| f64::from(self.vocabulary().entry(id).count);
        let pair = |a, b| (f64::from(self.pairs().get(&(a, b)).copied().unwrap_or(0)) - less).max(0.0);

        let frequency = self.frequency(word, less);
        let follows = before
            .map_or(frequency, |before| (pair(before, word) + SMOOTHING * frequency) / (count(before) + SMOOTHING));
        let followed = after.map_or(1.0, |after| {
            (pair(word, after) + SMOOTHING * self.frequency(after, 0.0)) / (count(word) - less + SMOOTHING)
        });
        follows.ln() + followed.ln()
    }
}

/// Whether it is of a length that can be judged.
pub(crate) fn is_judged(word: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&length(word))
}

/// What it takes to write one word for the other, as a logarithm.
fn cost(written: &str, meant: &str, errors: u32) -> f64 {
    let first = if written.chars().next() == meant.chars().next() { 0.0 } else { FIRST };
    let ending = if same_stem(written, meant) { ENDING } else { 0.0 };
    ERROR * f64::from(errors) + first + ending
}

/// Whether the two differ in a common ending only: `walk`, `walks`, `walked`.
fn same_stem(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let common = short.char_indices().zip(long.chars()).take_while(|((_, x), y)| x == y).last();
    let stem = common.map_or(0, |((at, letter), _)| at + letter.len_utf8());
    stem >= 3
        && short.len() - stem <= 2
        && matches!(
            &long[stem..],
            "s" | "d" | "r" | "y" | "n" | "t" | "'s" | "ed" | "er" | "es" | "ly" | "en" | "ing" | "ies"
        )
}
