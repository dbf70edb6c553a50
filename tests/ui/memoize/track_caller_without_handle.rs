use memokit::memoize;

trait Line {
    fn line(&self) -> u32;
}

impl Line for u32 {
    #[memoize(handle = false)]
    #[track_caller]
    fn line(&self) -> u32 {
        std::panic::Location::caller().line()
    }
}

fn main() {}
