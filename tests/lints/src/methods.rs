//! Uses of `#[memoize]` on methods that must cause no lint.

use memokit::{Memo, memoize};

/// A struct that is a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Circle {
    radius: u64,
    scaled: Memo<(u64, &'static str), u64>,
}

impl Circle {
    /// A circle.
    #[must_use]
    pub fn new(radius: u64) -> Self {
        Self { radius, ..Self::default() }
    }

    /// By the whole of `self`.
    #[memoize(lru = 10)]
    #[must_use]
    pub fn dist(&self, other: u64) -> u64 {
        self.radius.abs_diff(other)
    }

    /// Per instance.
    #[memoize(in = self.scaled, lru = 10)]
    #[must_use]
    pub fn scaled(&self, by: u64, _unit: &str) -> u64 {
        self.radius * by
    }

    /// Associated.
    #[memoize(assoc)]
    #[must_use]
    pub fn square(n: u64) -> u64 {
        n * n
    }

    /// Asynchronous.
    #[memoize(key = self.radius)]
    pub async fn later(&self) -> u64 {
        std::future::ready(self.radius).await
    }
}

/// A trait with a memoized default method.
pub trait Shape {
    /// Implemented by each type.
    fn sides(&self) -> u32;

    /// A default method.
    #[memoize(handle = false, key = n)]
    fn corners(&self, n: u32) -> u32
    where
        Self: 'static,
    {
        n + self.sides()
    }
}

#[memoize]
impl Shape for Circle {
    #[memoize(key = self.radius)]
    fn sides(&self) -> u32 {
        0
    }
}

/// A whole block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Square(u64);

#[memoize]
impl Square {
    /// Memoized.
    #[memoize]
    #[must_use]
    pub fn area(&self) -> u64 {
        self.0 * self.0
    }

    /// Not memoized.
    #[must_use]
    pub fn side(&self) -> u64 {
        self.0
    }
}
