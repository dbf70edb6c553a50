//! `skip_none` for an `impl Trait`, which hides whether it is an `Option`.

use memokit::memoize;

#[memoize(skip_none)]
fn up_to(end: u32) -> impl IntoIterator<Item = u32> + Clone {
    Some(end)
}

fn main() {}
