//! Lazy fields: `#[cached_field]` computes a property of a struct on first access.

use crate::book::{Book, Entry, book, words};
use crate::screen::{Screen, duration, timed};
use memokit::cached_field;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;

impl Book {
    /// The words in the order of the text, in lower case. Stored in the field `words`.
    #[cached_field]
    pub(crate) fn words(&self) -> &[Box<str>] {
        words(self.text).map(|word| word.to_lowercase().into()).collect()
    }

    /// The different words, the most frequent first. Stored in the field `dictionary`.
    #[cached_field]
    pub(crate) fn dictionary(&self) -> &[Entry] {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in self.words() {
            *counts.entry(word).or_default() += 1;
        }
        let entry = |(word, count): (&str, usize)| Entry { length: word.chars().count(), word: word.into(), count };
        let mut entries: Vec<Entry> = counts.into_iter().map(entry).collect();
        entries.sort_by(|a, b| (Reverse(a.count), &a.word).cmp(&(Reverse(b.count), &b.word)));
        entries
    }
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("A lazy field", "#[cached_field]")?;
    screen.line("A new `Book` computes its dictionary when it is first asked for it.\n")?;

    let book = Book::new(book().text);
    let computed = || Book::dictionary_cache_info().misses;
    let before = computed();
    screen.columns("                            computed       time")?;
    screen.line(format_args!("  Book::new(text)           {:>8}", computed() - before))?;
    let ((), time) = timed(|| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| book.dictionary().len());
            }
        });
    });
    screen.line(format_args!("  4 threads ask at once     {:>8}  {:>9}", computed() - before, duration(time)))?;
    let before = computed();
    let (_, time) = timed(|| book.dictionary());
    screen.line(format_args!("  a later access            {:>8}  {:>9}", computed() - before, duration(time)))
}
