//! Interleaved measuring: in each round every contender serves the same calls, one contender after
//! the other.
//!
//! When the machine slows down for a second, it slows all contenders down. So ratios are taken
//! within a round, and their median over the rounds.

mod contender;
mod multi_thread;
mod single_thread;
mod stats;
mod timings;

pub(crate) use contender::{AddContender, Role};
pub(crate) use multi_thread::MultiThread;
pub(crate) use single_thread::{ROUND, SingleThread};
pub(crate) use stats::{least, median, milliseconds, quantile};
pub(crate) use timings::Timings;
