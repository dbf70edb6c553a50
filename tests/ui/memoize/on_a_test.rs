use memokit::memoize;

#[memoize]
#[test]
fn it_works() {}

#[memoize]
#[tokio::test]
async fn it_works_later() {}

fn main() {}
