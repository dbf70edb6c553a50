//! A text as the key of a function with arguments: in other tools it is the key's type or a format.

use memokit::memoize;

#[memoize(key = "String")]
fn length(text: &str) -> usize {
    text.len()
}

#[memoize(key = ("{a}-{b}"))]
fn sum(a: u32, b: u32) -> u32 {
    a + b
}

struct Named(String);

impl Named {
    #[memoize(key = &"{name}")]
    fn greet(&self, name: &str) -> String {
        format!("{}, {name}", self.0)
    }
}

// Without arguments it is as good as any other.
#[memoize(key = "the only one")]
fn constant() -> u32 {
    5
}

fn main() {}
