//! The cache as a value: [`Cache`], for all threads, and [`LocalCache`], for one.

mod begin;
mod builder;
mod inner;
mod load;
mod look_up;
mod plan;
mod snapshot;
mod value;

pub use begin::{AsyncLoadGuard, LoadGuard, LoadWait};
pub use builder::CacheBuilder;
pub use snapshot::Entry;
pub use value::{Cache, LocalCache};
