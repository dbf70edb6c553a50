//! A borrow inside the return type.

use memokit::memoize;
use std::borrow::Cow;

#[memoize]
fn trimmed(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text.trim()))
}

fn main() {}
