//! A property computed at its first access and cached in the object.
//!
//! Corresponds to Python's `functools.cached_property`. The value is stored in a field of the
//! struct. Struct literals, derives and `&self` work as before.

use memokit::{Lazy, cached_field};
use std::f64::consts::PI;

#[derive(Debug, Default, Clone, PartialEq)]
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    fn new(radius: f64) -> Self {
        Self { radius, ..Self::default() }
    }

    #[cached_field]
    fn area(&self) -> f64 {
        println!("    (computing the area)");
        PI * self.radius.powi(2)
    }
}

fn main() {
    let mut circle = Circle::new(2.0);
    println!("{circle:?}");
    println!("area = {:.3}", circle.area());
    println!("area = {:.3}", circle.area());

    let copy = circle.clone();
    println!("a clone computes its own value: {:.3}", copy.area());
    println!("equal to a circle without one: {}", copy == Circle::new(2.0));

    circle.radius = 3.0;
    circle.area_cache_clear();
    println!("radius 3, cleared: {:?}", circle.area_cached());
    println!("area = {:.3}", circle.area());
    println!("computed {} times in all", Circle::area_cache_info().misses);
}
