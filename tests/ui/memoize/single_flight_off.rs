use memokit::memoize;

#[memoize(single_flight = off)]
fn length(text: &str) -> usize {
    text.len()
}

#[memoize(single_flight = "none")]
fn width(text: &str) -> usize {
    text.len()
}

fn main() {}
