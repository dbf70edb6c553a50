//! A plugin: a library of its own, loaded and unloaded by `tests/process/plugin.rs`.
#![allow(missing_docs, unreachable_pub, reason = "a library for one test")]

use memokit::memoize;

#[memoize(ttl = "200ms")]
fn text(n: u64) -> String {
    n.to_string()
}

#[unsafe(no_mangle)]
pub extern "C" fn timed(n: u64) -> u64 {
    text(n).len() as u64
}

#[unsafe(no_mangle)]
pub extern "C" fn shut_down(n: u64) -> u64 {
    memokit::shutdown();
    n
}
