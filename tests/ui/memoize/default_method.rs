use memokit::memoize;

trait Shape {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

trait KeyShape: memokit::Key {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

fn main() {}
