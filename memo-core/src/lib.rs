//! The stores, keys, policies and flights behind `memokit`.
//!
//! Use the `memokit` crate: it re-exports what is public here, together with the attributes.

mod cache;
mod cacheable;
mod call;
mod clock;
mod config;
mod engine;
mod flight;
mod hash;
mod home;
mod info;
mod key;
mod lazy;
mod level;
mod policy;
#[doc(hidden)]
pub mod private;
mod random;
mod registry;
mod report;
mod shareable;
mod sync;
mod system_clock;
mod table;
mod ticker;
mod unwind;

pub use cache::{AsyncLoadGuard, Cache, CacheBuilder, Entry, LoadGuard, LoadWait, LocalCache};
pub use clock::{Clock, ManualClock};
pub use config::{Error, SingleFlight};
pub use engine::{Answer, Settled};
pub use hash::{DefaultHashBuilder, DefaultHasher};
pub use home::Memo;
pub use info::{CacheInfo, CacheParameters, RemovalCause};
pub use key::{Float, Key, KeyRef};
pub use lazy::Lazy;
pub use registry::{CacheRef, caches};
pub use report::{Report, report};
