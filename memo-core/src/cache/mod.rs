//! The cache as a value: [`Cache`], which threads share, and [`LocalCache`], for one thread. Their
//! methods, their builder and the guards of their loads.

mod begin;
mod build;
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
