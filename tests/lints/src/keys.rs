//! Uses of `#[derive(Key)]` that must cause no lint.

use memokit::{Key, memoize};

/// With floats.
#[derive(Clone, Copy, Debug, Key)]
pub struct Point {
    /// East.
    pub x: f64,
    /// North.
    pub y: f64,
}

/// Borrowed and generic.
#[derive(Debug, Key)]
pub struct View<'a, T: Key> {
    name: &'a str,
    value: T,
    #[key(skip)]
    _note: u8,
}

/// An enum.
#[derive(Clone, Debug, Key)]
pub enum Shape {
    /// No field.
    Nothing,
    /// A tuple.
    Circle(Point, f64),
    /// Names.
    Square {
        /// A position.
        at: Point,
    },
}

/// All of them as arguments.
#[memoize]
#[must_use]
pub fn total(point: Point, view: &View<'_, f32>, shape: &Shape) -> f64 {
    let extra = match shape {
        Shape::Nothing => 0.0,
        Shape::Circle(at, radius) => at.x + radius,
        Shape::Square { at } => at.y,
    };
    point.x + point.y + f64::from(view.value) + extra
}
