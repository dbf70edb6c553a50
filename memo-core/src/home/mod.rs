//! Homes of caches: the place that a function's cache lives in. A static beside the function
//! ([`StaticCache`]), each thread ([`ThreadCache`]), or a field ([`Memo`]).
//!
//! Each home has a store with entries of any type, so that one compiled engine serves every
//! function. An entry belongs to one instantiation of a generic function: its type and the hidden
//! part of its key say to which.

mod field_args;
mod instance;
mod interface;
mod memo;
mod static_cache;
mod thread_cache;

pub use field_args::{AutoHome1, AutoHome2, FieldArgs};
pub(crate) use interface::{Holds, Home, Registered};
pub use memo::{FieldStore, Memo, field, field_with};
pub use static_cache::{SharedStore, StaticCache};
pub use thread_cache::{LocalStore, ThreadCache};
