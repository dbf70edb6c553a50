//! `local` for a cache in a field, which belongs to an instance and not to a thread.

use memokit::memoize;

struct Scale {
    factor: u32,
    cache: memokit::Memo<(u32,), u32>,
}

impl Scale {
    #[memoize(in = self.cache, local)]
    fn times(&self, by: u32) -> u32 {
        self.factor * by
    }
}

fn main() {}
