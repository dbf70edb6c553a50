//! A boxed future, as #[async_trait] makes it of an async method.

use memokit::memoize;
use std::pin::Pin;

#[memoize]
fn fetch(id: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { id })
}

fn main() {}
