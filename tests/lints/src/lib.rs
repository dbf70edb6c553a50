//! Every attribute and word, in a crate as strict as a crate can be. `cargo clippy` is the test: an
//! expansion that makes any noise fails it.
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]

pub mod fields;
pub mod functions;
pub mod keys;
pub mod methods;
