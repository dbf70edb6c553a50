//! The cache as a value: [`Cache`], which threads share, and [`LocalCache`], for one thread. Their
//! methods, their builder and the guards of their loads.

mod atomic_entry;
mod begin;
mod build;
mod builder;
mod by;
mod change;
mod contents;
mod entry;
mod equivalent;
mod exclusive;
mod forget;
mod inner;
mod load;
mod look_up;
mod modify;
mod outcome_entry;
mod plan;
mod snapshot;
mod value;

pub use atomic_entry::AtomicEntry;
pub use begin::{AsyncLoadGuard, LoadGuard, LoadWait};
pub use builder::CacheBuilder;
pub use by::LookUpBy;
pub use change::{Change, Changed};
pub use entry::Entry;
pub use equivalent::{EquivalentKey, ToKey};
pub use modify::ModifiedEntry;
pub use outcome_entry::OutcomeEntry;
pub use snapshot::Snapshot;
pub use value::{Cache, LocalCache};
