//! The table of contenders that were measured in the same rounds.

use super::table::{Column, Table};
use crate::harness::{Role, Timings, least};

/// The peer that does most of what we do: bounded, shared, and one computation per key at a time.
const CLOSEST_PEER: &str = "quick_cache";

/// A timing from another program, in nanoseconds per call. It has no rounds to compare by.
pub(crate) struct ExternalTiming {
    pub(crate) name: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
}

/// Medians and ratios of the contenders. Where there is no floor, the closest peer takes its
/// column.
pub(crate) fn comparison(benchmark: &str, all: &[Timings], external: &[ExternalTiming]) -> Table {
    let floor = all.iter().find(|timings| timings.role == Role::Floor);
    let closest = all.iter().find(|timings| timings.name == CLOSEST_PEER);
    let peers = all.iter().filter(|timings| timings.role == Role::Peer);
    let best = peers.min_by(|a, b| a.median().total_cmp(&b.median()));
    let (reference, ratio) = if floor.is_some() {
        (floor, Column("x floor", "to_floor", 2))
    } else {
        (closest, Column("x quick_cache", "to_quick_cache", 2))
    };
    let columns = [
        Column("median ns", "median_ns", 2),
        Column("min ns", "min_ns", 2),
        ratio,
        Column("x best peer", "to_peer", 2),
    ];
    let mut table = Table::new(benchmark, &columns);
    for timings in all {
        let ratio_to = |other: Option<&Timings>| other.map(|other| timings.ratio_to(other));
        let (median, min) = (timings.median(), least(&timings.rounds));
        table.row(timings.name, [Some(median), Some(min), ratio_to(reference), ratio_to(best)]);
    }
    for ExternalTiming { name, median, min } in external {
        let ratio_to = |other: Option<&Timings>| other.map(|other| median / other.median());
        table.row(name, [Some(*median), Some(*min), ratio_to(reference), ratio_to(best)]);
    }
    table
}

/// Where every call should hit: notes the contenders that missed, as happens if a shard is too
/// small for its share of the keys. Misses make these contenders look slower than their hits are.
pub(crate) fn note_misses(all: &[Timings]) {
    for Timings { name, misses, .. } in all.iter().filter(|timings| timings.misses > 0) {
        println!("\nnote: {misses} calls of {name} were misses");
    }
}
