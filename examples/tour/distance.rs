//! The edit distance, as the textbook defines it: a recursion over what is left of two words.
//!
//! Insertions, deletions, replacements and swaps of two neighbours count one each (optimal string alignment). The recursion asks for the same
//! rests over and over: 50 000 calls for two words of seven letters, though there are only 64 different pairs of rests. Kept in a cache each of them
//! is computed once, and the next words that end in `-ing` find theirs done.

use memokit::memoize;

/// The distance, each pair of rests remembered.
#[memoize(lru = 200_000)]
pub(crate) fn distance(a: &str, b: &str) -> u32 {
    step(a, b, distance)
}

/// The same without memory, to compare with: exponential.
pub(crate) fn forgetful(a: &str, b: &str) -> u32 {
    step(a, b, forgetful)
}

/// One step of the recursion, the same for both; `again` is the distance of shorter rests.
fn step(a: &str, b: &str, again: impl Fn(&str, &str) -> u32) -> u32 {
    let (Some((x, a_rest)), Some((y, b_rest))) = (split(a), split(b)) else {
        return length(a) + length(b);
    };
    if x == y {
        return again(a_rest, b_rest);
    }
    let mut best = again(a_rest, b).min(again(a, b_rest)).min(again(a_rest, b_rest));
    if let (Some((x2, a_rest)), Some((y2, b_rest))) = (split(a_rest), split(b_rest))
        && (x, x2) == (y2, y)
    {
        best = best.min(again(a_rest, b_rest));
    }
    best + 1
}

/// What an expert writes instead: the whole table, row by row, by hand. No cache could be faster, and no definition is harder to recognise in it.
pub(crate) fn by_table(a: &str, b: &str) -> u32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let width = b.len() + 1;
    let mut table: Vec<u32> = vec![0; (a.len() + 1) * width];
    for (cell, n) in table[..width].iter_mut().zip(0..) {
        *cell = n;
    }
    for (row, n) in (1..=a.len()).zip(1..) {
        let at = row * width;
        table[at] = n;
        for column in 1..width {
            let same = a[row - 1] == b[column - 1];
            let above = at + column - width;
            let mut best = (table[above] + 1).min(table[at + column - 1] + 1).min(table[above - 1] + u32::from(!same));
            if row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1] {
                best = best.min(table[above - width - 2] + 1);
            }
            table[at + column] = best;
        }
    }
    table[table.len() - 1]
}

fn split(word: &str) -> Option<(char, &str)> {
    let mut letters = word.chars();
    letters.next().map(|first| (first, letters.as_str()))
}

/// Letters, not bytes.
pub(crate) fn length(word: &str) -> u32 {
    word.chars().map(|_| 1).sum()
}
