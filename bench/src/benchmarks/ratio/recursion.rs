//! Recursion through a cache that is far too small for all results: a workload that only
//! memoization has. The figure is how often the body runs per distinct call; 1 is ideal. A cache
//! that evicts what the recursion needs next makes the recursion exponential again.

use super::share::share;
use super::stores::{CONTENDERS, ReplayCache, ReplayContender};

/// A recursion is stopped after this many runs per distinct call.
const LIMIT: usize = 50;
/// The length of the texts, and the sides of the grid.
const SIDE: u32 = 60;
/// The argument of the Fibonacci function, and the depth of its recursion.
const NUMBER: u32 = 1_000;

/// A recursive function: which calls a call makes. Calls are numbered.
struct Function {
    name: &'static str,
    first: u32,
    /// The number of distinct calls.
    calls: usize,
    inner_calls: fn(u32) -> Vec<u32>,
    capacities: &'static [usize],
}

const FUNCTIONS: [Function; 3] = [
    Function {
        name: "edit distance 60x60",
        first: cell(SIDE, SIDE),
        calls: cell(SIDE, SIDE) as usize + 1,
        inner_calls: |call| {
            let (i, j) = position(call);
            if i == 0 || j == 0 { Vec::new() } else { vec![cell(i - 1, j - 1), cell(i - 1, j), cell(i, j - 1)] }
        },
        capacities: &[488, 244],
    },
    Function {
        name: "grid paths 60x60",
        first: cell(SIDE, SIDE),
        calls: cell(SIDE, SIDE) as usize + 1,
        inner_calls: |call| {
            let (i, j) = position(call);
            if i == 0 || j == 0 { Vec::new() } else { vec![cell(i - 1, j), cell(i, j - 1)] }
        },
        capacities: &[244, 122],
    },
    Function {
        name: "fibonacci of 1000",
        first: NUMBER,
        calls: NUMBER as usize + 1,
        inner_calls: |n| if n < 2 { Vec::new() } else { vec![n - 1, n - 2] },
        capacities: &[64, 16],
    },
];

const fn cell(i: u32, j: u32) -> u32 {
    i * (SIDE + 1) + j
}

fn position(cell: u32) -> (u32, u32) {
    (cell / (SIDE + 1), cell % (SIDE + 1))
}

impl Function {
    /// Runs per distinct call; `None` if the recursion was stopped.
    fn runs(&self, contender: &ReplayContender, capacity: usize) -> Option<f64> {
        let mut store = (contender.build)(capacity);
        let mut left = LIMIT * self.calls;
        self.run(&mut *store, self.first, &mut left)?;
        Some(share(LIMIT * self.calls - left, self.calls))
    }

    /// The body: runs the inner calls whose results are not cached.
    fn run(&self, store: &mut dyn ReplayCache, call: u32, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        for inner in (self.inner_calls)(call) {
            if !store.get(inner) {
                self.run(store, inner, left)?;
                store.insert(inner);
            }
        }
        Some(())
    }
}

pub(super) fn run() {
    print!("\n{:44}", "recursion: runs per distinct call");
    let cases = || FUNCTIONS.iter().flat_map(|function| function.capacities.iter().map(move |&size| (function, size)));
    for (function, _) in cases() {
        print!("{:>22}", function.name);
    }
    print!("\n  {:42}", "entries");
    for (_, capacity) in cases() {
        print!("{capacity:>22}");
    }
    let mut lines = Vec::new();
    for contender in &CONTENDERS {
        print!("\n  {:42}", contender.name);
        for (function, capacity) in cases() {
            let runs = function.runs(contender, capacity);
            let shown = runs.map_or_else(|| format!("> {LIMIT}"), |runs| format!("{runs:.3}"));
            print!("{shown:>22}");
            let runs = runs.map_or_else(|| "null".to_owned(), |runs| format!("{runs:.4}"));
            lines.push(format!(
                r#"{{"benchmark":"ratio","recursion":"{}","capacity":{capacity},"contender":"{}","runs_per_call":{runs},"limit":{LIMIT}}}"#,
                function.name, contender.name
            ));
        }
    }
    println!("\n");
    for line in lines {
        println!("{line}");
    }
}
