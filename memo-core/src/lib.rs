//! The stores, keys, policies and flights behind `memokit`.
//!
//! Use the `memokit` crate: it re-exports what is public here, together with the attributes.

mod cache;
mod call;
mod clock;
mod config;
mod engine;
mod flight;
mod hash;
mod info;
mod keep;
mod key;
mod lazy;
#[cfg(all(test, shuttle))]
mod models;
mod policy;
#[doc(hidden)]
pub mod private;
mod random;
mod registry;
mod site;
mod sync;
mod table;
mod ticker;

pub use cache::{Builder, Cache, Entry, LocalCache};
pub use clock::{Clock, ManualClock};
pub use config::Error;
pub use hash::{DefaultHashBuilder, DefaultHasher};
pub use info::{CacheInfo, CacheParameters, RemovalCause};
pub use key::{Float, Key, KeyRef};
pub use lazy::Lazy;
pub use registry::{CacheRef, Report, caches, report};
pub use site::Memo;
