//! Recursion through a cache that is far too small for it: the workload that memoization adds to
//! the usual ones.

use super::simulator::Simulator;
use crate::policy::PolicyKind;

const SIDE: u32 = 60;

/// The edit distance of two texts, top down; counts how often its body runs.
fn edit_distance(cache: &mut Simulator, i: u32, j: u32, runs: &mut u32) {
    *runs += 1;
    assert!(*runs < 100 * SIDE * SIDE, "the cache does not help");
    if i == 0 || j == 0 {
        return;
    }
    for (i, j) in [(i - 1, j - 1), (i - 1, j), (i, j - 1)] {
        let cell = i * (SIDE + 1) + j;
        if !cache.hit(cell) {
            edit_distance(cache, i, j, runs);
            cache.insert(cell);
        }
    }
}

fn fibonacci(cache: &mut Simulator, n: u32, runs: &mut u32) {
    *runs += 1;
    assert!(*runs < 10_000, "the cache does not help");
    if n < 2 {
        return;
    }
    for n in [n - 1, n - 2] {
        if !cache.hit(n) {
            fibonacci(cache, n, runs);
            cache.insert(n);
        }
    }
}

fn runs_per_cell(kind: PolicyKind, capacity: usize) -> f64 {
    let mut runs = 0;
    edit_distance(&mut Simulator::new(kind, capacity), SIDE, SIDE, &mut runs);
    f64::from(runs) / f64::from((SIDE + 1) * (SIDE + 1))
}

#[test]
fn edit_distance_computes_each_cell_about_once_in_a_small_cache() {
    let limits = [(PolicyKind::Lru, 488, 1.05), (PolicyKind::Max, 488, 1.3), (PolicyKind::Max, 244, 1.3)];
    for (kind, capacity, limit) in limits {
        let runs = runs_per_cell(kind, capacity);
        println!("edit distance {SIDE}x{SIDE}, {} = {capacity}: {runs:.3} runs per cell", kind.name());
        assert!(runs <= limit, "{} = {capacity}: {runs}", kind.name());
    }
}

#[test]
fn fibonacci_runs_once_per_number_in_a_tiny_cache() {
    for kind in [PolicyKind::Lru, PolicyKind::Max] {
        for capacity in [4, 16, 17, 64] {
            let mut runs = 0;
            fibonacci(&mut Simulator::new(kind, capacity), 90, &mut runs);
            assert!(runs <= 100, "{} = {capacity}: {runs}", kind.name());
        }
    }
}
