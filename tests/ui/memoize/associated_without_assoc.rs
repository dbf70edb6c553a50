//! A macro does not see the `impl` block around the function: the message names the option.

use memokit::memoize;

struct Table;

impl Table {
    #[memoize]
    fn length(text: &str) -> usize {
        text.len()
    }
}

trait Measure {
    #[memoize(lru = 10)]
    fn width(text: &str) -> usize {
        text.len()
    }
}

fn main() {}
