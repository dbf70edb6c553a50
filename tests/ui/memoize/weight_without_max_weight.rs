//! A weigher without a weight bound.

use memokit::memoize;

#[memoize(lru = 128, weight = |_, value| value.len())]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
