//! A memo per instance: `#[memoize(in = self.field)]` keeps the cache of a method in a field.

use crate::book::{book, words};
use crate::screen::Screen;
use memokit::{Memo, memoize};
use std::io;

/// A part of the book, with a cache of its own. Dropping the part drops its cache.
struct Part {
    text: &'static str,
    counts: Memo<(Box<str>,), usize>,
}

impl Part {
    /// How often the word occurs in this part. The key is the word alone, not the part.
    #[memoize(in = self.counts, lru = 1_000)]
    fn count(&self, word: &str) -> usize {
        words(self.text).filter(|other| other.to_lowercase() == word).count()
    }
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("A memo per instance", "#[memoize(in = self.counts)]")?;
    screen.line("The halves of the book count their words, each with a cache of its own.\n")?;

    let text = book().text;
    let middle = (text.len() / 2..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let (first, second) = text.split_at(middle);
    let part = |text| Part { text, counts: Memo::new() };
    let parts = [("first half", part(first)), ("second half", part(second))];
    let word = book().frequent_word();

    screen.columns(format_args!("{:>34}  computed  cached", format!("count({word:?})")))?;
    for (name, part) in &parts {
        let (count, _, _) = (part.count(word), part.count(word), part.count(word));
        let info = part.count_cache_info();
        screen.line(format_args!("  {name:<14}{count:>18}  {:>8}  {:>6}", info.misses, info.hits))?;
    }
    parts[0].1.counts.clear();
    let [left, right] = parts.each_ref().map(|(_, part)| part.counts.info().currsize);
    screen.line(format_args!("  first half cleared: {left} entries there, {right} in the second half"))
}
