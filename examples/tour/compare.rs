//! The same work with and without memory, on the clock.

use crate::corrector::is_judged;
use crate::distance::{by_table, distance, forgetful};
use crate::document::Document;
use crate::screen::{Progress, Screen};
use std::io;
use std::time::{Duration, Instant};

/// How long each forgetful work may take: enough to measure, short enough to watch.
const PATIENCE: Duration = Duration::from_millis(600);
/// The lengths of words to compare. Two letters more, and the plain recursion takes about twenty times as long.
const LENGTHS: [u32; 4] = [4, 6, 8, 10];

/// Compares the recursion and the look-up, on as much of the text as the forgetful version manages in its time.
pub(crate) fn run(document: &Document, screen: &mut Screen, progress: &Progress) -> io::Result<()> {
    screen.line("  The edit distance of two words of that many letters; one thread, every cache empty at first:")?;
    screen.line("    letters    pairs   plain recursion         #[memoize]                a table by hand")?;
    let mut compared = 0;
    for letters in LENGTHS {
        compared += recursion(document, letters, screen, progress)?;
    }
    if compared == 0 {
        screen.line("    none of this text's words are alike enough")?;
    }
    look_up(document, screen, progress)
}

/// One row of the table; how many pairs it stands for.
fn recursion(document: &Document, letters: u32, screen: &mut Screen, progress: &Progress) -> io::Result<usize> {
    let all = pairs(document, letters);
    let (without, forgotten) = within_patience("comparing", progress, &all, |(a, b)| forgetful(a, b));
    let pairs = &all[..forgotten.len()];
    forget_distances();
    let (with, remembered) = timed(|| pairs.iter().map(|(a, b)| distance(a, b)).collect::<Vec<_>>());
    let (table, by_hand) = timed(|| pairs.iter().map(|(a, b)| by_table(a, b)).collect::<Vec<_>>());
    if pairs.is_empty() {
        return Ok(0);
    }
    assert!(forgotten == remembered && remembered == by_hand, "three ways to one distance");
    screen.line(format_args!(
        "    {letters:>7} {:>8} {} {} {}",
        pairs.len(),
        screen.wrong(format_args!("{:>14.2} ms", milliseconds(without))),
        screen.right(format_args!("{:>15.2} ms {:>7}", milliseconds(with), times(without, with))),
        screen.faint(format_args!("{:>14.2} ms {:>7}", milliseconds(table), times(without, table))),
    ))?;
    Ok(pairs.len())
}

fn look_up(document: &Document, screen: &mut Screen, progress: &Progress) -> io::Result<()> {
    let running: Vec<&str> =
        document.running().iter().map(|place| &*document.vocabulary().entry(place.id).word).collect();
    let judged: Vec<&str> = running.into_iter().filter(|word| is_judged(word)).collect();
    // Both begin without a single distance known.
    forget_distances();
    let anew = |word: &&str| document.candidates_uncached(word).len();
    let (first_anew, forgotten) = within_patience("looking up", progress, &judged, anew);
    let words = &judged[..forgotten.len()];
    if words.is_empty() {
        return Ok(());
    }
    let (again_anew, _) = timed(|| words.iter().map(anew).collect::<Vec<_>>());

    forget_distances();
    Document::candidates_cache_clear();
    let known = |word: &&str| document.candidates(word).len();
    let (first, remembered) = timed(|| words.iter().map(known).collect::<Vec<_>>());
    let (again, _) = timed(|| words.iter().map(known).collect::<Vec<_>>());
    assert_eq!(forgotten, remembered, "two ways to the same candidates");

    screen.line(format_args!("  The candidates for {} words in the order of the text:", words.len()))?;
    screen.line("                        each word anew         #[memoize]")?;
    for (name, without, with) in [("first reading", first_anew, first), ("second reading", again_anew, again)] {
        screen.line(format_args!(
            "    {name:<16} {} {}",
            screen.wrong(format_args!("{:>14.2} ms", milliseconds(without))),
            screen.right(format_args!("{:>15.2} ms {:>7}", milliseconds(with), times(without, with))),
        ))?;
    }
    Ok(())
}

/// Pairs that the corrector compares too, both words of that length, from all over the text and in a fixed order.
fn pairs(document: &Document, letters: u32) -> Vec<(&str, &str)> {
    const MOST: usize = 20_000;
    let vocabulary = document.vocabulary();
    let words: Vec<&str> =
        vocabulary.entries.iter().filter(|entry| entry.length == letters).map(|entry| &*entry.word).collect();
    let stride = (words.len() / 100).max(1);
    let from_all_over = words.into_iter().step_by(stride);
    let all = from_all_over.flat_map(|a| document.similar(a).map(move |id| (a, vocabulary.entry(id))));
    all.filter(|(_, b)| b.length == letters).map(|(a, b)| (a, &*b.word)).take(MOST).collect()
}

/// Empties the cache of the distances, and has it give its memory back before anything is timed: it does that bit by bit, as it is used.
fn forget_distances() {
    distance::cache_clear();
    for n in 0..1000 {
        distance(&n.to_string(), "");
    }
    distance::cache_clear();
}

/// Works until patience is over: in what time, with what results.
fn within_patience<I, R>(what: &str, progress: &Progress, items: &[I], work: impl Fn(&I) -> R) -> (Duration, Vec<R>) {
    let (mut results, mut spent) = (Vec::new(), Duration::ZERO);
    // The clock and the progress stand outside of the measured portions; a single pair of ten letters may take some milliseconds.
    for portion in items.chunks(4) {
        let (time, more) = timed(|| portion.iter().map(&work).collect::<Vec<_>>());
        results.extend(more);
        spent += time;
        if spent > PATIENCE {
            break;
        }
        progress.show(
            what,
            usize::try_from(spent.as_millis()).unwrap_or(0),
            usize::try_from(PATIENCE.as_millis()).unwrap_or(1),
        );
    }
    progress.clear();
    (spent, results)
}

fn timed<R>(work: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How many times faster; less than one is slower.
fn times(slow: Duration, fast: Duration) -> String {
    let times = slow.as_secs_f64() / fast.as_secs_f64().max(1e-9);
    let digits = match times {
        ..1.0 => 2,
        ..10.0 => 1,
        _ => 0,
    };
    format!("{times:.digits$}x")
}
