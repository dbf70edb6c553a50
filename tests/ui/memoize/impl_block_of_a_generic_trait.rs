//! The impl of a generic trait, which leaves no place for the operations.

use memokit::memoize;

trait Scale<T> {
    fn scale(&self, by: T) -> u32;
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Circle(u32);

#[memoize]
impl<T: Into<u32>> Scale<T> for Circle {
    #[memoize(key = (self.0, 1))]
    fn scale(&self, by: T) -> u32 {
        self.0 * by.into()
    }
}

fn main() {}
