//! An opaque result, which the field's type cannot name.

use memokit::memoize;

struct Scale {
    cache: memokit::Memo<(u32,), u32>,
}

impl Scale {
    #[memoize(in = self.cache)]
    fn up_to(&self, end: u32) -> impl Iterator<Item = u32> + Clone + use<> {
        0..end
    }
}

fn main() {}
