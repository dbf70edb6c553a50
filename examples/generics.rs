//! Generic functions: each instantiation has its own entries, and one capacity covers all of them.
//!
//! `size::<u64>(2)` and `size::<u8>(2)` are different keys, although their arguments are equal.

use memokit::memoize;
use std::hash::Hash;

/// The most frequent value; of several, the one that occurs first.
#[memoize(lru = 100)]
fn most_common<T: Eq + Hash + Clone + Send + Sync + 'static>(items: &[T]) -> Option<T> {
    println!("    (counting {} items of {})", items.len(), std::any::type_name::<T>());
    let count = |item: &T| items.iter().filter(|other| *other == item).count();
    items.iter().rev().max_by_key(|item| count(item)).cloned()
}

/// Calls differ in `T` only.
#[memoize]
fn size<T>(count: usize) -> usize {
    count * size_of::<T>()
}

/// The number of ways to lay dominoes on a board of `WIDTH` columns and two rows.
#[memoize]
fn dominoes<const WIDTH: usize>() -> u64 {
    (1..WIDTH).fold((1, 1), |(before, now), _| (now, before + now)).1
}

fn main() {
    println!("{:?}", most_common(&[3, 1, 4, 1, 5, 9, 2, 6]));
    println!("{:?}", most_common(&['h', 'e', 'l', 'l', 'o']));
    println!("{:?}", most_common(&[3, 1, 4, 1, 5, 9, 2, 6]));
    println!("{:?}", most_common::<u8>(&[]));
    println!("{}", most_common::cache_info());

    println!("{} {} {}", size::<u8>(2), size::<u64>(2), size::<u8>(2));
    println!("{}", size::cache_info());
    println!("is size::<u16>(2) cached? {:?}", size::peek::<u16>(2));

    println!("{} {} {}", dominoes::<4>(), dominoes::<8>(), dominoes::<8>());
}
