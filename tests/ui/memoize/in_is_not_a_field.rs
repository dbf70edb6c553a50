//! `in` without the name of a field.

use memokit::memoize;

struct Scale(u32);

impl Scale {
    #[memoize(in = CACHE)]
    fn times(&self, by: u32) -> u32 {
        self.0 * by
    }
}

fn main() {}
