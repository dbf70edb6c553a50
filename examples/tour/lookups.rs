//! Repeated look-ups: `#[memoize(lru = ..)]` on the spelling corrector, with and without its cache.

use crate::book::book;
use crate::distance::edit_distance;
use crate::screen::{Screen, duration, speed_up, timed};
use memokit::memoize;
use std::io;
use std::time::{Duration, Instant};

/// How many words are corrected.
const LOOK_UPS: usize = 8_000;
/// Fewer on a slow machine: without the cache they may take this long.
const MAX_TIME: Duration = Duration::from_secs(2);

/// The word of the book that was probably meant: the nearest one, of equally near ones the most
/// frequent. It compares with every word of about the same length, so it is worth caching.
#[memoize(lru = 10_000)]
fn correct(misspelled: &str) -> Option<&'static str> {
    let length = misspelled.chars().count();
    let about_as_long = book().dictionary().iter().filter(|entry| entry.length.abs_diff(length) <= 1);
    let measured = about_as_long.map(|entry| (edit_distance(misspelled, &entry.word), entry));
    let near = measured.filter(|(distance, _)| *distance <= 1);
    // Of equal minima this returns the first, and the dictionary begins with the most frequent
    // word.
    near.min_by_key(|(distance, _)| *distance).map(|(_, entry)| &*entry.word)
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("The same look-ups, with and without a cache", "#[memoize(lru = 10_000)]")?;
    screen.line("Corrects the words of the book one after the other, each with a typing error.\n")?;

    // Each word with its misspelling.
    let long = book().words().iter().filter(|word| word.chars().count() >= 4);
    let mut words: Vec<(&str, String)> = long.take(LOOK_UPS).map(|word| (&**word, misspell(word))).collect();

    let (without, time_without) = timed(|| {
        let start = Instant::now();
        let in_time = words.iter().take_while(|_| start.elapsed() < MAX_TIME);
        in_time.map(|(_, misspelled)| correct::uncached(misspelled)).collect::<Vec<_>>()
    });
    words.truncate(without.len());
    if words.is_empty() {
        return screen.line("This text has no words of four letters or more.");
    }

    let all = || words.iter().map(|(_, misspelled)| correct(misspelled)).collect::<Vec<_>>();
    let (with, time_with) = timed(all);
    let computed = correct::cache_info().misses;
    let (again, time_again) = timed(all);
    let computed_again = correct::cache_info().misses - computed;
    assert!(without == with && with == again, "a cache changes no result");

    screen.columns("                        look-ups  computed       time  speed-up")?;
    let n = words.len();
    screen.line(format_args!("  without a cache       {n:>8}  {n:>8}  {:>9}", duration(time_without)))?;
    for (name, computed, time) in
        [("with a cache", computed, time_with), ("the same words again", computed_again, time_again)]
    {
        let speed_up = speed_up(time_without, time);
        screen.line(format_args!("  {name:<20}  {n:>8}  {computed:>8}  {:>9}  {speed_up:>8}", duration(time)))?;
    }
    let right = words.iter().zip(&with).filter(|((word, _), found)| **found == Some(*word));
    screen.line(format_args!("\n{} of {n} were corrected to the original word.", right.count()))?;
    for entry in book().frequent(3).filter(|entry| entry.length >= 4) {
        let misspelled = misspell(&entry.word);
        screen.line(format_args!("  {misspelled:>12} -> {}", correct(&misspelled).unwrap_or("?")))?;
    }
    Ok(())
}

/// A common typing error: two neighbouring letters after the first are swapped.
fn misspell(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if let Some(at) = (1..letters.len().saturating_sub(1)).find(|&at| letters[at] != letters[at + 1]) {
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}
