//! The benchmarks: one module each, with a function `run`.

mod hits;
mod memory;
mod misses;
mod mix;
mod overhead;
mod ratio;
mod single_flight;
mod threads;
mod walks;

use crate::settings::Settings;

pub(crate) struct Benchmark {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    pub(crate) measures: &'static str,
    /// Whether figures depend on where data lies in memory, so that several processes have to run.
    pub(crate) varies: bool,
    pub(crate) run: fn(&Settings),
}

/// One line each.
#[rustfmt::skip]
pub(crate) const BENCHMARKS: &[Benchmark] = &[
    Benchmark { name: "hits", measures: "time of a hit", varies: true, run: |_| hits::run() },
    Benchmark { name: "threads", measures: "time of a hit while several threads call", varies: true, run: threads::run },
    Benchmark { name: "mix", measures: "time of a call if some calls hit and some miss", varies: true, run: mix::run },
    Benchmark { name: "misses", measures: "time of a miss with a trivial body", varies: true, run: |_| misses::run() },
    Benchmark { name: "overhead", measures: "time that the layers of memokit add to the bare form", varies: true, run: |_| overhead::run() },
    Benchmark { name: "memory", measures: "bytes per entry; time to grow, clear and drop", varies: false, run: |settings| memory::run(settings.effort) },
    Benchmark { name: "ratio", measures: "hit ratio on recorded traces and in recursion", varies: false, run: |settings| ratio::run(settings.effort) },
    Benchmark { name: "walks", measures: "longest insert while another thread walks the cache", varies: true, run: |_| walks::run() },
    Benchmark { name: "single_flight", measures: "runs and waiting times when calls coincide", varies: false, run: |settings| single_flight::run(settings.effort) },
];
