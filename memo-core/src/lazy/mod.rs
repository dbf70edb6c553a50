//! Fields that are computed on first use.
//!
//! [`Lazy`] is the field. Its cell is a [`plain_cell`] or, with dependencies, a [`deps_cell`]; both
//! are [`init_cell`]s, computed by one run at a time under an [`init_lock`]. The functions of
//! [`getter`], [`field_peek`] and [`getter_stats`] are what expansions of `#[cached_field]` call.

mod depends;
mod deps_cell;
mod field;
mod field_deps;
mod field_peek;
mod field_traits;
mod getter;
mod getter_field;
mod getter_output;
mod getter_stats;
mod init_cell;
mod init_lock;
mod last_polled;
mod plain_cell;
#[cfg(feature = "serde")]
mod serde;
mod striped_counter;
#[cfg(test)]
mod tests;

pub use depends::{Depends, DepsTuple};
pub use field::Lazy;
pub use field_peek::{ByRef, ByRefSome, ByValue, FieldPeek, FieldPeek1, FieldPeek2, FieldPeek3, WithDeps};
pub use getter::{
    async_cell, by_ref, by_ref_async, by_value, by_value_async, clear_field, try_by_ref, try_by_ref_async, with_deps,
};
pub use getter_stats::{CallStats, LoadStats, NoStats};
