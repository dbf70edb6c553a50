//! Tests of `memokit` under another name, and through a re-export of a user's crate.

/// The re-exports of a crate that wraps `memokit`.
pub mod facade {
    #[doc(hidden)]
    pub use cachekit::__private;
    pub use cachekit::*;
}

use facade::{Key, Lazy, Memo, cached_field, memoize};

/// By the dependency's name.
#[memoize(lru = 10, crate = ::cachekit)]
#[must_use]
pub fn by_name(n: u32) -> u32 {
    n + 1
}

/// Through the re-export.
#[memoize(crate = crate::facade)]
#[must_use]
pub fn by_path(text: &str) -> usize {
    text.len()
}

/// A key with a float inside.
#[derive(Clone, Copy, Debug, Key)]
#[key(crate = ::cachekit)]
pub struct Point {
    x: f64,
}

/// Caches in fields.
#[derive(Debug, Default)]
pub struct Square {
    side: f64,
    area: Lazy<f64>,
    scaled: Memo<(u32,), f64>,
}

impl Square {
    /// Computed once.
    #[cached_field(crate = ::cachekit)]
    pub fn area(&self) -> f64 {
        self.side * self.side
    }

    /// Memoized per instance.
    #[memoize(in = self.scaled, crate = ::cachekit)]
    pub fn scaled(&self, by: u32) -> f64 {
        self.area() * f64::from(by)
    }
}

/// Keyed by a derived key.
#[memoize(crate = ::cachekit)]
#[must_use]
pub fn norm(point: Point) -> f64 {
    point.x.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_works_under_another_name() {
        assert_eq!((by_name(1), by_name(1), by_name::cache_info().hits), (2, 2, 1));
        assert_eq!((by_path("abc"), by_path("abc"), by_path::cache_info().hits), (3, 3, 1));
        let square = Square { side: 3.0, ..Square::default() };
        assert_eq!((square.area(), square.scaled(2), square.scaled(2)), (9.0, 18.0, 18.0));
        assert_eq!(square.scaled_cache_info().hits, 1);
        assert_eq!((norm(Point { x: f64::NAN }).is_nan(), norm(Point { x: -f64::NAN }).is_nan()), (true, true));
        assert_eq!(norm::cache_info().hits, 1);
    }
}
