//! A cache made by hand: a `HashMap` beside the function. It works, and it shows why one soon wants more.
//!
//! The map is a parameter of everything that calls the function, it never forgets, a second thread cannot use it, and nobody knows whether it
//! pays. The other examples take these one by one.

use std::collections::HashMap;

/// How many steps the Collatz sequence takes from `n` to 1.
fn steps(n: u64, known: &mut HashMap<u64, u32>, runs: &mut u32) -> u32 {
    if let Some(&steps) = known.get(&n) {
        return steps;
    }
    *runs += 1;
    let steps = match n {
        1 => 0,
        n if n % 2 == 0 => 1 + steps(n / 2, known, runs),
        n => 1 + steps(3 * n + 1, known, runs),
    };
    known.insert(n, steps);
    steps
}

fn main() {
    let mut known = HashMap::new();
    let mut runs = 0;

    for n in [27, 27, 54, 1000] {
        let before = runs;
        let answer = steps(n, &mut known, &mut runs);
        println!("steps({n}) = {answer:<3} computed {} new numbers", runs - before);
    }

    let longest = (1..10_000).max_by_key(|&n| steps(n, &mut known, &mut runs)).unwrap_or(1);
    println!("the longest below 10000 starts at {longest}");
    println!("and the map now holds {} numbers, for ever", known.len());
}
