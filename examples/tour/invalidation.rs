//! Invalidation: `forget`, `forget_if`, `cache_clear`, and `forget` while the value is computed.

use crate::book::book;
use crate::screen::{Screen, how};
use futures::executor::block_on;
use memokit::memoize;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How often the word occurs.
#[memoize]
fn occurrences(word: &str) -> usize {
    book().words().iter().filter(|other| ***other == *word).count()
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("Invalidation", "forget, forget_if, cache_clear")?;
    screen.line("Each operation removes entries; the next call for a removed key computes again.\n")?;
    screen.columns("                              removed  entries  the next call")?;

    let word = book().frequent_word();
    let fill = || {
        for entry in book().frequent(20) {
            occurrences(&entry.word);
        }
        occurrences::cache_info().currsize
    };
    let filled = fill();
    let mut row = |operation: &str, removed: usize| {
        let entries = occurrences::cache_info().currsize;
        let before = occurrences::cache_info().misses;
        occurrences(word);
        let how = how(before, occurrences::cache_info().misses);
        screen.line(format_args!("  {operation:<26}  {removed:>7}  {entries:>7}  {how}"))
    };
    row(&format!("{filled} words looked up"), 0)?;
    row("forget(word)", usize::from(occurrences::forget(word)))?;
    let rare = occurrences::forget_if(|_, count| *count < 40);
    row("forget_if(count < 40)", rare)?;
    let all = fill();
    occurrences::cache_clear();
    row("cache_clear()", all)?;
    block_on(during_a_computation(screen))
}

static EDITION: AtomicU32 = AtomicU32::new(1);

/// The edition of the book. It reads the number, then still waits for something else.
#[memoize]
async fn edition() -> u32 {
    let edition = EDITION.load(Relaxed);
    futures::pending!();
    edition
}

/// The result of a computation that began before `forget` may be stale, so it is not cached.
async fn during_a_computation(screen: &mut Screen) -> io::Result<()> {
    let mut computation = pin!(edition());
    assert!(futures::poll!(computation.as_mut()).is_pending(), "it has read the edition");
    EDITION.store(2, Relaxed);
    edition::forget();
    let result = computation.await;
    let cached = edition::peek();
    screen.line("\n`forget` during a computation: its caller gets the result, the cache does not.")?;
    screen.line(format_args!("  edition 1 -> 2 meanwhile: returned {result}, cached {cached:?}"))
}
