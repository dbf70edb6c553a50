//! Calls of memoized functions, loading methods of caches, and all other operations on a single
//! entry: the generic code behind every expansion and behind [`Cache`](crate::Cache).
//!
//! Everything that a call needs is one type parameter, its [`Plan`]: the [store](crate::home), the
//! key made of the borrowed arguments, and what is [cached](crate::cacheable) of a result. Only the
//! code that handles keys and values is generic; the rest is compiled once, behind the [engine's
//! interface](crate::engine).

mod backed;
mod handle;
mod load;
mod map_value;
mod operation;
mod plan;
mod request;
mod writing;

#[cfg(test)]
mod tests;

pub use handle::{bypassed, cache, clear, forget_if, info, parameters, reset_info, resize};
pub use load::{Loading, Waiting};
pub(crate) use load::{load, load_step};
pub use map_value::MapValue;
pub use operation::{Call, Contains, ExpiresIn, Forget, Operation, Peek, Put, Read, Refresh, WithOutcome, at_once};
pub use plan::plan;
pub(crate) use plan::{Plan, Target, Types};
pub(crate) use request::{KeySource, PutRequest};
pub use writing::{Weight, Writing, as_is};
