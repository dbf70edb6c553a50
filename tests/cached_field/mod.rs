//! `#[cached_field]`: getters whose value is kept in a field.
#![allow(
    clippy::float_cmp,           // the values are computed, and exactly
    clippy::mutable_key_type,    // hashing does not look at what is mutable
    clippy::needless_lifetimes,  // a form of its own
    clippy::unused_self,         // getters need `self` for their field alone
    clippy::struct_field_names,
    clippy::needless_arbitrary_self_type
)]

mod asynchronous;
mod beside;
mod cells;
mod deps;
mod fields;
mod forms;
mod places;
mod serialized;
mod sharing;
mod trouble;
