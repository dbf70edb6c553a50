use memokit::memoize;

trait Shape {
    fn area(&self) -> u32;
    fn unit() -> u32;
}

impl Shape for u32 {
    #[memoize(lru = 10)]
    fn area(&self) -> u32 {
        self * self
    }

    #[memoize]
    fn unit() -> u32 {
        1
    }
}

fn main() {}
