//! One cache serves all instantiations, so its set-up cannot depend on their parameters.

use memokit::memoize;
use std::hash::BuildHasher;
use std::marker::PhantomData;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Sized<const N: usize>;

impl<const N: usize> Sized<N> {
    #[memoize(lru = N)]
    fn area(&self, side: u32) -> u32 {
        side * side
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Hashed<H>(PhantomData<fn() -> H>);

impl<H: BuildHasher + Default + Send + Sync + 'static> Hashed<H> {
    #[memoize(hasher = H, key = side)]
    fn area(&self, side: u32) -> u32 {
        side * side
    }
}

fn main() {}
