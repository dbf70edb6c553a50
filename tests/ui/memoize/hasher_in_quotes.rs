use memokit::memoize;

#[memoize(hasher = "siphash")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
