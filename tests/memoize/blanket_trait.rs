//! Test of an expansion in a scope with a trait whose methods every type has.

/// A trait in scope whose methods every type has.
mod methods {
    #![allow(dead_code, reason = "the trap")]
    use memokit::memoize;

    trait Everything {
        fn pick(&self) -> u8 {
            1
        }
        fn keep(&self) -> u8 {
            2
        }
        fn finish(&self) -> u8 {
            3
        }
        fn shared(&self) -> u8 {
            4
        }
        fn drive(&self) -> u8 {
            5
        }
        fn outcome(&self) -> u8 {
            6
        }
        fn ttl(&self) -> u8 {
            7
        }
        fn lru(&self) -> u8 {
            8
        }
    }
    impl<T: ?Sized> Everything for T {}

    #[memoize(lru = 3, ttl = "1h", keep_if = |value| *value > 0)]
    pub fn next(n: u32) -> u32 {
        n + 1
    }

    #[memoize(ttl = |_, _| ::std::time::Duration::from_secs(1))]
    pub async fn later(text: &str) -> Result<usize, ()> {
        Ok(text.len())
    }
}

#[test]
fn a_users_trait_for_all_types_does_not_get_in_the_way() {
    assert_eq!((methods::next(1), methods::next(1), methods::next::cache_info().hits), (2, 2, 1));
    assert_eq!(
        futures::executor::block_on(async { (methods::later("a").await, methods::later("a").await) }),
        (Ok(1), Ok(1))
    );
}
