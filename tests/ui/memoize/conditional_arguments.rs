use memokit::memoize;

#[memoize]
fn sum(
    #[cfg(any())] a: u32,
    #[cfg(any())] b: u32,
    #[cfg(any())] c: u32,
    #[cfg(any())] d: u32,
    #[cfg(any())] e: u32,
) -> u32 {
    1
}

fn main() {}
