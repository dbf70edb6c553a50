//! Two methods in the cache of one field.

use memokit::{Memo, memoize};

struct Table {
    memo: Memo<(u64,), u64>,
}

impl Table {
    #[memoize(in = self.memo)]
    fn double(&self, n: u64) -> u64 {
        2 * n
    }

    #[memoize(in = self.memo)]
    fn triple(&self, n: u64) -> u64 {
        3 * n
    }
}

fn main() {}
