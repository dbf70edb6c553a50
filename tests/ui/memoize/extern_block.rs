use memokit::memoize;

#[memoize]
unsafe extern "C" {
    safe fn abs(n: i32) -> i32;
}

unsafe extern "C" {
    #[memoize]
    safe fn labs(n: i64) -> i64;
}

fn main() {}
