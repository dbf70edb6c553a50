//! A text and what can be known about it. Each fact is a cached field: computed when first asked for, once, however many threads ask.

use crate::spelling::Spelling;
use crate::words::words;
use memokit::{Lazy, cached_field};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A word's number in the [`Vocabulary`].
pub(crate) type Id = u32;

/// A text under examination.
pub(crate) struct Document {
    /// Tells documents apart where their answers share a cache.
    pub(crate) id: u64,
    pub(crate) text: Cow<'static, str>,
    vocabulary: Lazy<Vocabulary>,
    running: Lazy<Vec<Place>>,
    pairs: Lazy<HashMap<(Id, Id), u32>>,
    by_length: Lazy<Vec<Vec<Id>>>,
    spelling: Lazy<Spelling>,
    sentences: Lazy<usize>,
    ranking: Lazy<Vec<Id>>,
}

/// The different words.
#[derive(Default)]
pub(crate) struct Vocabulary {
    pub(crate) entries: Vec<Entry>,
    ids: HashMap<Box<str>, Id>,
}

/// One of the different words.
pub(crate) struct Entry {
    /// In lower case.
    pub(crate) word: Box<str>,
    /// In letters.
    pub(crate) length: u32,
    /// How often it occurs.
    pub(crate) count: u32,
    /// The letters in it, one bit each: two words with few bits in common are far apart, which is cheaper to see than their distance.
    pub(crate) letters: u32,
    seen_lowercase: bool,
    seen_as_name: bool,
}

impl Entry {
    /// Never in lower case, and capitalised where no sentence begins. Names are not spelled wrong by looking like another word.
    pub(crate) fn is_name(&self) -> bool {
        self.seen_as_name && !self.seen_lowercase
    }
}

/// Where a word stands in the running text.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) id: Id,
    pub(crate) line: u32,
    pub(crate) start: usize,
}

impl Vocabulary {
    fn enter(&mut self, lowercase: &str) -> Id {
        if let Some(&id) = self.ids.get(lowercase) {
            return id;
        }
        let id = Id::try_from(self.entries.len()).expect("the input is cut long before 2^32 words");
        let letters = letter_set(lowercase);
        let length = crate::distance::length(lowercase);
        let word: Box<str> = lowercase.into();
        let [seen_lowercase, seen_as_name] = [false; 2];
        self.entries.push(Entry { word: word.clone(), length, count: 0, letters, seen_lowercase, seen_as_name });
        self.ids.insert(word, id);
        id
    }

    pub(crate) fn id(&self, lowercase: &str) -> Option<Id> {
        self.ids.get(lowercase).copied()
    }

    pub(crate) fn entry(&self, id: Id) -> &Entry {
        &self.entries[id as usize]
    }
}

impl Document {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            text: text.into(),
            vocabulary: Lazy::new(),
            running: Lazy::new(),
            pairs: Lazy::new(),
            by_length: Lazy::new(),
            spelling: Lazy::new(),
            sentences: Lazy::new(),
            ranking: Lazy::new(),
        }
    }

    /// The different words, counted.
    #[cached_field]
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for word in words(&self.text) {
            let id = vocabulary.enter(&word.written.to_lowercase());
            let entry = &mut vocabulary.entries[id as usize];
            entry.count += 1;
            entry.seen_lowercase |= word.is_lowercase();
            entry.seen_as_name |= word.follows && word.is_capitalised();
        }
        vocabulary
    }

    /// The running text.
    #[cached_field]
    pub(crate) fn running(&self) -> &[Place] {
        let vocabulary = self.vocabulary();
        words(&self.text)
            .filter_map(|word| {
                let id = vocabulary.id(&word.written.to_lowercase())?;
                Some(Place { id, line: word.line, start: word.start })
            })
            .collect()
    }

    /// How often two words stand side by side.
    #[cached_field]
    pub(crate) fn pairs(&self) -> &HashMap<(Id, Id), u32> {
        let mut pairs = HashMap::new();
        for pair in self.running().windows(2) {
            *pairs.entry((pair[0].id, pair[1].id)).or_default() += 1;
        }
        pairs
    }

    /// The words that occur more than once, by their number of letters: what a misspelled word may have been meant to be.
    #[cached_field]
    pub(crate) fn by_length(&self) -> &[Vec<Id>] {
        let mut by_length: Vec<Vec<Id>> = Vec::new();
        for (id, entry) in (0..).zip(&self.vocabulary().entries) {
            let length = entry.length as usize;
            if entry.count > 1 {
                by_length.resize_with(by_length.len().max(length + 1), Vec::new);
                by_length[length].push(id);
            }
        }
        by_length
    }

    /// How the words of this text are spelled.
    #[cached_field]
    pub(crate) fn spelling(&self) -> &Spelling {
        Spelling::learn(self.vocabulary().entries.iter().map(|entry| &*entry.word))
    }

    /// How many sentences there are: runs of text that end in `.`, `!` or `?`.
    #[cached_field]
    pub(crate) fn sentences(&self) -> usize {
        let parts = self.text.split(['.', '!', '?']);
        parts.filter(|part| part.contains(char::is_alphabetic)).count()
    }

    /// The different words, the most frequent first.
    #[cached_field]
    pub(crate) fn ranking(&self) -> &[Id] {
        let vocabulary = self.vocabulary();
        let mut ids: Vec<Id> = (0..).take(vocabulary.entries.len()).collect();
        ids.sort_by_key(|&id| (std::cmp::Reverse(vocabulary.entry(id).count), &vocabulary.entry(id).word));
        ids
    }

    /// What stands around a place in its line: no more than fits on a screen, and nothing that a terminal would obey.
    pub(crate) fn around(&self, place: Place) -> String {
        const MOST: usize = 68;
        let (before, after) = self.text.split_at(place.start);
        let in_line = |letter: &char| *letter != '\n';
        let before: Vec<char> = before.chars().rev().take_while(in_line).take(MOST / 2).collect();
        let after = after.chars().take_while(in_line).take(MOST - before.len());
        let shown = before.into_iter().rev().chain(after).map(|letter| if letter.is_control() { ' ' } else { letter });
        shown.collect::<String>().trim().to_owned()
    }
}

/// The letters of a word, one bit each; letters 32 apart share one.
pub(crate) fn letter_set(word: &str) -> u32 {
    word.chars().fold(0, |set, letter| set | 1 << (u32::from(letter) % 32))
}
