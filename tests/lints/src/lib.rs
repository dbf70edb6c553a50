//! Every attribute and option, in a crate with the strictest lints. `cargo clippy` is the test: an
//! expansion that causes a lint fails it.
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]

pub mod fields;
pub mod functions;
pub mod keys;
pub mod methods;
pub mod strict;
