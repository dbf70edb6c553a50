//! An error that cannot be given to all callers that waited for the load.

use memokit::Cache;
use std::fs::read;

fn main() {
    let files: Cache<&str, Vec<u8>> = Cache::default();
    let _ = files.try_get_or_insert_with("/etc/hosts", || read("/etc/hosts"));
}
