//! The hit ratio at fixed numbers of entries: on recorded traces of programs, and in recursion
//! through caches that are far too small for it. Nothing is timed: the figures are counts, and two
//! runs differ only by the seeds of hashes.
//!
//! Hit ratios of different traces cannot be averaged directly, because each trace allows a
//! different one. So they are divided by that of Belady's optimum, which knows the future, and then
//! averaged over all cells of trace and capacity. Capacities are the powers of four from 64 up to
//! the number of keys in the trace. The cell in which a cache is furthest behind plain LRU shows
//! the risk behind its mean.

mod belady;
mod recursion;
mod share;
mod stores;
mod traces;

use crate::settings::Effort;
use share::{count, share};
use stores::{CONTENDERS, ReplayContender};
use traces::Trace;

const SMALLEST: usize = 64;
const STEP: usize = 4;

pub(super) fn run(effort: Effort) {
    println!("# ratio: hit ratio in percent, and in brackets percent of the hits of Belady's optimum");
    let traces = traces::read(effort);
    if traces.is_empty() {
        println!("note: skipped, there are no traces in {}", traces::FOLDER);
    } else {
        let cells: Vec<Cell> = traces.iter().flat_map(compare).collect();
        summarize(&cells);
    }
    recursion::run();
}

/// The hit ratios of all contenders on one trace at one capacity.
struct Cell {
    trace: String,
    capacity: usize,
    optimum: f64,
    /// In the order of [`CONTENDERS`].
    hits: Vec<f64>,
}

impl Cell {
    fn run(trace: &Trace, capacity: usize) -> Self {
        let optimum = share(belady::hits(&trace.keys, capacity), trace.keys.len());
        let hits = CONTENDERS.iter().map(|contender| share(hits(contender, capacity, &trace.keys), trace.keys.len()));
        Self { trace: trace.name.clone(), capacity, optimum, hits: hits.collect() }
    }

    fn print_json(&self) {
        let Self { trace, capacity, optimum, hits } = self;
        for (ReplayContender { name, .. }, hits) in CONTENDERS.iter().zip(hits) {
            println!(
                r#"{{"benchmark":"ratio","trace":"{trace}","capacity":{capacity},"contender":"{name}","hits":{hits:.5},"optimum":{optimum:.5},"of_optimum":{:.4}}}"#,
                hits / optimum
            );
        }
    }
}

fn hits(contender: &ReplayContender, capacity: usize, keys: &[u32]) -> usize {
    let mut store = (contender.build)(capacity);
    let call = |&key: &u32| {
        let hit = store.get(key);
        if !hit {
            store.insert(key);
        }
        hit
    };
    keys.iter().map(call).filter(|&hit| hit).count()
}

/// One table: a row per contender, a column per capacity.
fn compare(trace: &Trace) -> Vec<Cell> {
    let capacities = std::iter::successors(Some(SMALLEST), |capacity| Some(capacity * STEP));
    let cells: Vec<Cell> = capacities
        .take_while(|&capacity| capacity < trace.distinct)
        .map(|capacity| Cell::run(trace, capacity))
        .collect();
    let title = format!("{}, {} calls, {} keys", trace.name, trace.keys.len(), trace.distinct);
    print!("\n{title:44}");
    for cell in &cells {
        print!("{:>12}", cell.capacity);
    }
    print!("\n  {:42}", "Belady's optimum");
    for cell in &cells {
        print!("{:>12.2}", 100.0 * cell.optimum);
    }
    for (index, contender) in CONTENDERS.iter().enumerate() {
        print!("\n  {:42}", contender.name);
        for Cell { hits, optimum, .. } in &cells {
            print!("{:>12}", format!("{:.2} ({:.0})", 100.0 * hits[index], 100.0 * hits[index] / optimum));
        }
    }
    println!("\n");
    for cell in &cells {
        cell.print_json();
    }
    cells
}

/// Over all cells: the mean, and the cell in which each contender is furthest behind LRU.
fn summarize(cells: &[Cell]) {
    let lru = CONTENDERS.iter().position(|contender| contender.is_plain_lru).expect("one of them is");
    let title = format!("all {} cells", cells.len());
    println!("\n{title:44}{:>12}  {:>12}", "% of Belady", "worst vs LRU");
    let mut lines = Vec::new();
    for (index, ReplayContender { name, .. }) in CONTENDERS.iter().enumerate() {
        let sum: f64 = cells.iter().map(|cell| cell.hits[index] / cell.optimum).sum();
        let mean = sum / count(cells.len());
        let behind = |cell: &Cell| cell.hits[index] - cell.hits[lru];
        let worst = cells.iter().min_by(|a, b| behind(a).total_cmp(&behind(b))).expect("there are cells");
        let points = 100.0 * behind(worst);
        println!("  {name:42}{:>12.2}  {points:>12.2}  {} at {}", 100.0 * mean, worst.trace, worst.capacity);
        lines.push(format!(
            r#"{{"benchmark":"ratio","trace":"all","contender":"{name}","of_optimum":{mean:.4},"worst_to_lru":{:.4}}}"#,
            behind(worst)
        ));
    }
    println!();
    for line in lines {
        println!("{line}");
    }
}
