//! A hand-written cache: a `HashMap` beside the function, to compare with.
//!
//! Every caller has to pass the map along, entries are never evicted, threads cannot share it, and
//! there are no statistics. The other examples solve these one by one.

use std::collections::HashMap;

/// How many steps the Collatz sequence takes from `n` to 1.
fn steps(n: u64, cached: &mut HashMap<u64, u32>, runs: &mut u32) -> u32 {
    if let Some(&steps) = cached.get(&n) {
        return steps;
    }
    *runs += 1;
    let steps = match n {
        1 => 0,
        n if n % 2 == 0 => 1 + steps(n / 2, cached, runs),
        n => 1 + steps(3 * n + 1, cached, runs),
    };
    cached.insert(n, steps);
    steps
}

fn main() {
    let mut cached = HashMap::new();
    let mut runs = 0;

    for n in [27, 27, 54, 1000] {
        let before = runs;
        let answer = steps(n, &mut cached, &mut runs);
        println!("steps({n}) = {answer:<3} computed {} new numbers", runs - before);
    }

    let longest = (1..10_000).max_by_key(|&n| steps(n, &mut cached, &mut runs)).unwrap_or(1);
    println!("the longest below 10000 starts at {longest}");
    println!("the map now holds {} entries and never evicts one", cached.len());
}
