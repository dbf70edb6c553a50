//! `jitter` with a time to idle alone, which it would not change.

use memokit::memoize;

#[memoize(idle = "5m", jitter = 0.1)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
