use memokit::memoize;

#[memoize(lru = 10)]
#[memoize(ttl = "1s")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
