//! Where a function's cache lives: in a static beside the function ([`StaticCache`]), in each
//! thread ([`ThreadCache`]), or in a field ([`Memo`]).
//!
//! Each of them has a store whose entries are of any type, so that one compiled engine serves every
//! function. Which entry belongs to which instantiation of a generic function is told by its type
//! and by the hidden part of its key.

mod instance;
mod interface;
mod memo;
mod static_cache;
mod thread_cache;

pub(crate) use interface::{Holds, Home, Registered};
pub use memo::{FieldStore, Memo, field, field_with};
pub use static_cache::{SharedStore, StaticCache};
pub use thread_cache::{LocalStore, ThreadCache};
