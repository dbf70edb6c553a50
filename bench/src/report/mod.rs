//! What readers and programs see of a benchmark.

mod comparison;
mod output;
mod table;

pub(crate) use comparison::{ExternalTiming, comparison, note_misses};
pub(crate) use output::{WORKER, parse, print};
pub(crate) use table::{Column, Table};
