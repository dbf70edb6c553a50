//! A closure for `idle`: only `ttl` can be a closure.

use memokit::memoize;

#[memoize(idle = |_, _| std::time::Duration::from_secs(1))]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
