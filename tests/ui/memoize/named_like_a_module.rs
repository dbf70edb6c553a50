use memokit::memoize;

mod parse {}

#[memoize]
fn parse(text: &str) -> usize {
    text.len()
}

fn main() {}
