//! The book: its text, and the lazy fields that `lazy_fields.rs` computes from it.

use memokit::Lazy;
use std::sync::OnceLock;

/// A text, and what is computed from it.
pub(crate) struct Book {
    pub(crate) text: &'static str,
    pub(crate) words: Lazy<Vec<Box<str>>>,
    pub(crate) dictionary: Lazy<Vec<Entry>>,
}

/// One of the different words.
pub(crate) struct Entry {
    /// In lower case.
    pub(crate) word: Box<str>,
    /// In characters.
    pub(crate) length: usize,
    /// How often it occurs.
    pub(crate) count: usize,
}

static BOOK: OnceLock<Book> = OnceLock::new();

/// Makes this text the book of the tour.
pub(crate) fn open(text: String) -> &'static Book {
    BOOK.get_or_init(|| Book::new(text.leak()))
}

/// The book of the tour.
pub(crate) fn book() -> &'static Book {
    BOOK.get_or_init(|| Book::new(""))
}

impl Book {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, words: Lazy::new(), dictionary: Lazy::new() }
    }

    /// The most frequent words, long ones first: examples for look-ups.
    pub(crate) fn frequent(&self, at_most: usize) -> impl Iterator<Item = &Entry> {
        let is_long = |entry: &&Entry| entry.length >= 6;
        let long = self.dictionary().iter().filter(is_long);
        long.chain(self.dictionary().iter().filter(move |entry| !is_long(entry))).take(at_most)
    }

    /// The first of them.
    pub(crate) fn frequent_word(&self) -> &str {
        self.frequent(1).next().map_or("", |entry| &entry.word)
    }
}

/// Longer runs of letters are no words: comparing them is slow, and they fit no line of the tour.
const MAX_LETTERS: usize = 24;

/// The words of a text: letters, with apostrophes between them (`didn't`).
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_apostrophe = |letter| matches!(letter, '\'' | '\u{2019}');
    // Accents are characters of their own in decomposed text.
    let is_letter = |letter: char| letter.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&letter);
    let runs = text.split(move |letter| !is_letter(letter) && !is_apostrophe(letter));
    let is_word = |word: &&str| word.contains(char::is_alphabetic) && word.chars().count() <= MAX_LETTERS;
    runs.map(move |run| run.trim_matches(is_apostrophe)).filter(is_word)
}
