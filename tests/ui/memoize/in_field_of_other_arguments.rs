//! Fields whose types name other arguments than the methods have.

use memokit::{Memo, memoize};

struct Table {
    by_number: Memo<(u64,), usize>,
    no_tuple: Memo<u64, usize>,
    by_key: Memo<(String, u64), usize>,
}

impl Table {
    #[memoize(in = self.by_number)]
    fn length(&self, text: &str) -> usize {
        text.len()
    }

    #[memoize(in = self.no_tuple)]
    async fn digits(&self, n: u64) -> usize {
        n.to_string().len()
    }

    #[memoize(in = self.by_key, key = text.len())]
    fn width(&self, text: &str, n: u64) -> usize {
        text.len() + usize::from(n == 0)
    }
}

fn main() {}
