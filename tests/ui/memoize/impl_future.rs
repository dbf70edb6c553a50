//! A function that returns a future: the future would be cached, not its result.

use memokit::memoize;

#[memoize]
fn fetch(id: u32) -> impl Future<Output = u32> {
    async move { id }
}

fn main() {}
