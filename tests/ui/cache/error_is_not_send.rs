//! An error that cannot be sent to the threads that waited for the load.

use memokit::LocalCache;
use std::rc::Rc;

fn main() {
    let files: LocalCache<&str, Vec<u8>> = LocalCache::default();
    let _ = files.try_get_or_insert_async("/etc/hosts", async { Err(Rc::new("no file")) });
}
