use memokit::memoize;

#[memoize]
#[tokio::main(flavor = "current_thread")]
async fn fetch(id: u32) -> u32 {
    id
}

fn main() {}
