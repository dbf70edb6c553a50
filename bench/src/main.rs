//! How fast memokit is, beside its peers and the floor.
//!
//! `README.md` says what each benchmark measures and how to read its tables.

mod benchmarks;
mod body;
mod floor;
mod functions;
mod harness;
mod keys;
mod processes;
mod python;
mod report;
mod settings;
mod stores;
mod workload;

use std::process::ExitCode;

use benchmarks::{BENCHMARKS, Benchmark};
use settings::{Effort, Settings};

fn main() -> ExitCode {
    let mut effort = Effort::Full;
    let mut threads: Option<(String, Vec<usize>)> = None;
    let mut chosen: Vec<&Benchmark> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => effort = Effort::Quick,
            "--threads" => match arguments.next().and_then(|list| Some((list.clone(), numbers(&list)?))) {
                Some(list) => threads = Some(list),
                None => return usage(),
            },
            "all" => chosen.extend(BENCHMARKS),
            name => match BENCHMARKS.iter().find(|benchmark| benchmark.name == name) {
                Some(benchmark) => chosen.push(benchmark),
                None => return usage(),
            },
        }
    }
    if chosen.is_empty() {
        return usage();
    }
    if cfg!(debug_assertions) {
        eprintln!("note: the figures of a debug build are of no use; run with --release");
    }
    let (list, threads) = threads.unzip();
    let settings = Settings { effort, threads };
    for benchmark in chosen {
        if benchmark.varies && effort == Effort::Full {
            let threads = list.iter().flat_map(|list| ["--threads", list.as_str()]);
            processes::run(&[benchmark.name].into_iter().chain(threads).collect::<Vec<_>>());
        } else {
            (benchmark.run)(&settings);
        }
    }
    ExitCode::SUCCESS
}

/// Parses a list such as `1,2,8`.
fn numbers(list: &str) -> Option<Vec<usize>> {
    list.split(',').map(|number| number.parse().ok().filter(|number| *number > 0)).collect()
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo run --release -p bench -- BENCHMARK.. [--quick] [--threads 1,2,8]\n");
    for Benchmark { name, measures, .. } in BENCHMARKS {
        eprintln!("  {name:13}  {measures}");
    }
    eprintln!("  {:13}  every benchmark", "all");
    ExitCode::FAILURE
}
