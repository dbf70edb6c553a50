//! `name` for a cache in a field, which is not listed.

use memokit::memoize;

struct Scale {
    factor: u32,
    cache: memokit::Memo<(u32,), u32>,
}

impl Scale {
    #[memoize(in = self.cache, name = "scale")]
    fn times(&self, by: u32) -> u32 {
        self.factor * by
    }
}

fn main() {}
