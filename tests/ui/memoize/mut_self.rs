//! A method with `&mut self`: a hit would skip the change.

use memokit::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Counter(u32);

impl Counter {
    #[memoize]
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

fn main() {}
