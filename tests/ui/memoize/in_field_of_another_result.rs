//! A field whose type names another result than the method's.

use memokit::{Memo, memoize};

struct Table {
    memo: Memo<(u64,), u64>,
}

impl Table {
    #[memoize(in = self.memo)]
    fn name(&self, n: u64) -> String {
        n.to_string()
    }
}

fn main() {}
