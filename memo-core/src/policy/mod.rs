//! Replacement policies: which entry is evicted when the cache is full.
//!
//! A policy keeps books on slot numbers alone. It never sees a key or a value, so it is compiled
//! once for all of them, and it runs under the store's writer lock. A *hit* takes no lock and calls
//! no policy: it only writes its entry's [rank](Ranks::rank) as [`OnHit`] says, and the policy
//! reads ranks when it must choose a victim.

mod adaptive;
mod car;
mod fifo;
mod interface;
mod kind;
mod lfu;
mod lru;
mod random;
mod structures;
#[cfg(test)]
mod tests;
mod weighted;

pub(crate) use interface::{OnHit, Policy, Ranks, Victim};
pub(crate) use kind::PolicyKind;
pub(crate) use lfu::used_again;
