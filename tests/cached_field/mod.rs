//! Tests of `#[cached_field]`: getters whose value is stored in a field.
#![allow(
    clippy::float_cmp,           // the values are computed, and exactly
    clippy::mutable_key_type,    // hashing does not look at what is mutable
    clippy::needless_lifetimes,  // a return type of its own
    clippy::unused_self,         // getters need `self` for their field alone
    clippy::struct_field_names,
    clippy::needless_arbitrary_self_type
)]

mod asynchronous;
mod cells;
mod contexts;
mod deps;
mod failures;
mod fields;
mod generated;
mod return_types;
mod serialized;
mod sharing;
