//! Recursion through a cache that is far too small for all its results: the workload that memoization adds to those of the field. What counts is
//! how often a body runs, per different call; 1 is ideal. A cache that throws out what the recursion needs next makes it exponential again.

use super::count;
use super::stores::{CONTENDERS, Contender, Store};

/// A recursion that has run each body so many times is stopped.
const BOUND: usize = 50;
/// Length of the texts, and sides of the grid.
const SIDE: u32 = 60;
/// A number, and how deep the recursion goes.
const NUMBER: u32 = 1_000;

/// One recursive function: which calls a call makes, as numbers.
struct Function {
    name: &'static str,
    first: u32,
    /// How many different calls there are.
    calls: usize,
    needs: fn(u32) -> Vec<u32>,
    capacities: &'static [usize],
}

const FUNCTIONS: [Function; 3] = [
    Function {
        name: "edit distance 60x60",
        first: cell(SIDE, SIDE),
        calls: cell(SIDE, SIDE) as usize + 1,
        needs: |call| {
            let (i, j) = place(call);
            if i == 0 || j == 0 { Vec::new() } else { vec![cell(i - 1, j - 1), cell(i - 1, j), cell(i, j - 1)] }
        },
        capacities: &[488, 244],
    },
    Function {
        name: "grid paths 60x60",
        first: cell(SIDE, SIDE),
        calls: cell(SIDE, SIDE) as usize + 1,
        needs: |call| {
            let (i, j) = place(call);
            if i == 0 || j == 0 { Vec::new() } else { vec![cell(i - 1, j), cell(i, j - 1)] }
        },
        capacities: &[244, 122],
    },
    Function {
        name: "fibonacci of 1000",
        first: NUMBER,
        calls: NUMBER as usize + 1,
        needs: |n| if n < 2 { Vec::new() } else { vec![n - 1, n - 2] },
        capacities: &[64, 16],
    },
];

const fn cell(i: u32, j: u32) -> u32 {
    i * (SIDE + 1) + j
}

fn place(cell: u32) -> (u32, u32) {
    (cell / (SIDE + 1), cell % (SIDE + 1))
}

impl Function {
    /// Runs per different call; none where it was stopped.
    fn runs(&self, contender: &Contender, capacity: usize) -> Option<f64> {
        let mut store = (contender.build)(capacity);
        let mut left = BOUND * self.calls;
        self.run(&mut *store, self.first, &mut left)?;
        Some(count(BOUND * self.calls - left) / count(self.calls))
    }

    /// The body: a call for each result that it needs and the cache does not have.
    fn run(&self, store: &mut dyn Store, call: u32, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        for need in (self.needs)(call) {
            if !store.get(need) {
                self.run(store, need, left)?;
                store.insert(need);
            }
        }
        Some(())
    }
}

pub(super) fn answer() {
    print!("\n{:44}", "recursion: runs per different call");
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
            let shown = runs.map_or_else(|| format!("> {BOUND}"), |runs| format!("{runs:.3}"));
            print!("{shown:>22}");
            let runs = runs.map_or_else(|| "null".to_owned(), |runs| format!("{runs:.4}"));
            lines.push(format!(
                r#"{{"question":"ratio","recursion":"{}","capacity":{capacity},"who":"{}","runs_per_call":{runs},"bound":{BOUND}}}"#,
                function.name, contender.name
            ));
        }
    }
    println!("\n");
    for line in lines {
        println!("{line}");
    }
}
