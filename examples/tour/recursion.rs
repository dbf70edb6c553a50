//! A recursion: `#[memoize]` computes each subproblem once.

use crate::distance::edit_distance;
use crate::screen::{Screen, duration, timed};
use memokit::memoize;
use std::cell::Cell;
use std::io;

const WORDS: (&str, &str) = ("dormouse", "caterpillar");

/// The edit distance by its definition, over the rests of two words.
#[memoize]
fn distance(a: &str, b: &str) -> usize {
    step(a, b, distance)
}

/// The same without a cache. Counts its runs.
fn plain(a: &str, b: &str, runs: &Cell<u64>) -> usize {
    runs.set(runs.get() + 1);
    step(a, b, |a, b| plain(a, b, runs))
}

/// One step of the definition; `distance` is the function itself, for shorter words.
fn step(a: &str, b: &str, distance: impl Fn(&str, &str) -> usize) -> usize {
    let (Some((x, a_rest)), Some((y, b_rest))) = (split(a), split(b)) else {
        return a.chars().count() + b.chars().count();
    };
    if x == y {
        return distance(a_rest, b_rest);
    }
    let mut best = distance(a_rest, b).min(distance(a, b_rest)).min(distance(a_rest, b_rest));
    if let (Some((x2, a_rest)), Some((y2, b_rest))) = (split(a_rest), split(b_rest))
        && (x, x2) == (y2, y)
    {
        best = best.min(distance(a_rest, b_rest));
    }
    best + 1
}

fn split(word: &str) -> Option<(char, &str)> {
    let mut letters = word.chars();
    letters.next().map(|first| (first, letters.as_str()))
}

pub(crate) fn show(screen: &mut Screen) -> io::Result<()> {
    let (a, b) = WORDS;
    screen.section("A recursion computes each subproblem once", "#[memoize]")?;
    screen.line(format_args!("The edit distance of \"{a}\" and \"{b}\", by its recursive definition.\n"))?;

    let runs = Cell::new(0);
    let (slow, time_plain) = timed(|| plain(a, b, &runs));
    let (fast, time) = timed(|| distance(a, b));
    let (by_hand, time_by_hand) = timed(|| edit_distance(a, b));
    assert!(slow == fast && fast == by_hand, "three ways to one distance");
    screen.columns("                            runs       time")?;
    screen.line(format_args!("  plain recursion     {:>10}  {:>9}", runs.get(), duration(time_plain)))?;
    screen.line(format_args!("  with a cache        {:>10}  {:>9}", distance::cache_info().misses, duration(time)))?;
    screen.line(format_args!("  hand-written table  {:>10}  {:>9}", "-", duration(time_by_hand)))
}
