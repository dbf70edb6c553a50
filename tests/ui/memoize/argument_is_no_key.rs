//! An argument that is neither a key nor `Hash + Eq + Clone`.

use memokit::memoize;

struct Wave(std::cell::Cell<f64>);

#[memoize]
fn height(time: u32, wave: &Wave) -> u32 {
    time + wave.0.get() as u32
}

fn main() {}
