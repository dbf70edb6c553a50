use memokit::memoize;

#[memoize(keep_if = value > 10)]
fn length(text: &str) -> usize {
    text.len()
}

#[memoize(keep_if = !value.is_empty())]
fn upper(text: &str) -> String {
    text.to_uppercase()
}

#[memoize(max_weight = "1KB", weight = value.len())]
fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn main() {}
