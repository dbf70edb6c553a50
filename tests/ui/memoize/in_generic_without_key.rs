//! A generic method with its cache in a field, which has one type of key.

use memokit::memoize;

struct Scale {
    factor: u32,
    cache: memokit::Memo<(u32,), u32>,
}

impl Scale {
    #[memoize(in = self.cache)]
    fn times(&self, by: impl Into<u32>) -> u32 {
        self.factor * by.into()
    }
}

fn main() {}
