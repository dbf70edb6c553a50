//! Expiry and errors: `#[memoize(ttl = ..)]` on a function that returns a `Result`.

use crate::book::{book, words};
use crate::screen::{Screen, how};
use memokit::{ManualClock, memoize};
use std::io;
use std::sync::LazyLock;
use std::time::Duration;

/// Stands for the system's clock, so that the tour need not wait ten minutes.
static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);

/// The line in which the word first occurs. An `Err` is returned, but not cached.
#[memoize(lru = 1_000, ttl = "10m", clock = CLOCK.clone())]
fn first_line(word: &str) -> Result<usize, &'static str> {
    let in_line = |line: &str| words(line).any(|other| other.to_lowercase() == word);
    book().text.lines().position(in_line).map(|at| at + 1).ok_or("not found")
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    screen.section("Expiry and errors", "#[memoize(lru = 1_000, ttl = \"10m\")] -> Result<..>")?;
    screen.line("The line of a word: an `Ok` is cached for ten minutes, an `Err` is not cached.\n")?;
    screen.columns("                           result            this call")?;

    let word = book().frequent_word();
    call(screen, word)?;
    call(screen, word)?;
    call(screen, "xyzzy")?;
    call(screen, "xyzzy")?;
    CLOCK.advance(Duration::from_secs(600));
    screen.line("  -- ten minutes later")?;
    call(screen, word)
}

fn call(screen: &mut Screen, word: &str) -> io::Result<()> {
    let before = first_line::cache_info().misses;
    let result = format!("{:?}", first_line(word));
    let how = how(before, first_line::cache_info().misses);
    screen.line(format_args!("  {:<23}  {result:<16}  {how}", format!("first_line({word:?})")))
}
