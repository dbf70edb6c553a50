use memokit::memoize;

#[memoize(cache_err)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
