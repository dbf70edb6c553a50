use memokit::memoize;

#[memoize(ignore("text"))]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
