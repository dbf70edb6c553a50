//! `key`, `when` and patterns look at the arguments as the body does, so every operation that takes
//! them is unsafe, wherever the function is.

use memokit::memoize;

#[memoize(key = unsafe { *number })]
unsafe fn read(number: *const u32) -> u32 {
    unsafe { *number }
}

struct Reader;

impl Reader {
    #[memoize(key = unsafe { *number })]
    unsafe fn method(&self, number: *const u32) -> u32 {
        unsafe { *number }
    }
}

struct Block;

#[memoize]
impl Block {
    #[memoize(key = unsafe { *number })]
    unsafe fn associated(number: *const u32) -> u32 {
        unsafe { *number }
    }
}

#[memoize(key = unsafe { *number })]
async unsafe fn task(number: *const u32) -> u32 {
    let _ = number;
    0
}

fn main() {
    let dangling = 16 as *const u32;
    read::peek(dangling);
    read::contains(dangling);
    read::forget(dangling);
    read::expires_in(dangling);
    read::put(dangling, 1);
    Reader.method_contains(dangling);
    Block::associated_contains(dangling);
    task::contains(dangling);
}
