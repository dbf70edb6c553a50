use memokit::memoize;

#[memoize(key = (text, n))]
fn length(text: String, n: usize) -> usize {
    text.len() + n
}

fn main() {}
