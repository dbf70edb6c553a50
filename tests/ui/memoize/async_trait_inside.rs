//! What #[async_trait] on the block makes of a method before #[memoize] inside sees it.

use memokit::memoize;
use std::pin::Pin;

trait Store {
    fn load<'life0, 'async_trait>(&'life0 self) -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
    where
        'life0: 'async_trait;
}

struct Disk;

impl Store for Disk {
    #[memoize(handle = false)]
    fn load<'life0, 'async_trait>(&'life0 self) -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
    {
        Box::pin(async { 1 })
    }
}

fn main() {}
