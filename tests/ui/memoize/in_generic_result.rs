//! A result that depends on a parameter of the method, in a field.

use memokit::{Memo, memoize};

struct Table {
    memo: Memo<(u64,), u64>,
}

impl Table {
    #[memoize(in = self.memo)]
    fn convert<T: From<u64> + Clone + Send + Sync + 'static>(&self, n: u64) -> T {
        n.into()
    }
}

fn main() {}
