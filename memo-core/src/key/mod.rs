//! Cache keys.
//!
//! A key exists in two forms: the *borrowed* one, which consists of the arguments of a call where
//! they are, and the *stored* one, which is made once, when the value is cached. A look-up hashes
//! the borrowed form and compares it with stored ones; before a miss nothing is allocated or
//! cloned.
//!
//! - [`Key`] says how a type is hashed, compared and stored; most types of the standard library
//!   implement it.
//! - [`Pick`] chooses for each argument of a call between [`Key`] and what the type offers
//!   instead, by autoref.
//! - [`query()`] combines the arguments of a call into one key; [`KeyRef`] shows the components of
//!   a stored one.

mod adapt;
mod adapted;
mod collections;
mod components;
mod float;
mod instantiation;
mod key_ref;
mod key_trait;
mod pointers;
mod query;
mod scalars;
mod shape;
mod text;
mod tuples;
mod unordered;
mod untyped;

#[cfg(test)]
mod tests;

pub use adapt::{
    Adapter, AutoKey1, AutoKey2, AutoKey3, AutoKey4, AutoKey5, AutoKey6, ByHash, ByKey, ByOptionalReference,
    ByReference, Concrete, NoKey, Parameter, Pick, Referenced,
};
pub use adapted::{Adapted, AutoShare1, AutoShare2, adapt};
pub use components::Components;
pub use float::Float;
pub use instantiation::{Instantiation, instantiation, instantiation_of};
pub use key_ref::{Component, KeyRef};
pub use key_trait::{Key, SharedKey};
pub use query::{Lookup, Query, StoredArgs, StoredKey, query};
pub use shape::{Chunk, Many, OfMethod, Shape, Single, method_id};
pub use unordered::Unordered;
pub use untyped::{Untyped, UntypedKey};
