//! The table without an engine.

mod fixture;
mod lookup;
mod slab;
