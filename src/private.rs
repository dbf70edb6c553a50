//! Everything an expansion names. Not part of the public interface: it changes with the macros, in
//! the same release.
//!
//! Expansions write no name of the standard library themselves, for the user's crate may give it
//! another meaning.

pub use core::fmt::Debug;
pub use core::hash::Hasher;
pub use core::marker::{Send, Sync};
pub use core::prelude::rust_2024::{Clone, Default, Err, Fn, FnMut, FnOnce, None, Ok, Option, Result, Some};
pub use core::primitive::{bool, usize};
pub use core::{column, concat, file, line, module_path, stringify};
pub use std::boxed::Box;
pub use std::time::Duration;

pub use memo_core::private::*;
