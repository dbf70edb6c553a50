//! With the system's clock a time to live is an upper bound: who sleeps that long finds the entry
//! gone.

use std::rc::Rc;
use std::thread::sleep;
use std::time::Duration;

use memokit::{Cache, LocalCache, Memo, memoize};

const TTLS: [Duration; 4] =
    [Duration::from_millis(3), Duration::from_millis(40), Duration::from_millis(100), Duration::from_millis(330)];

/// A look-up in vain reads the precise clock, so what follows does not depend on whether the timer
/// thread got the processor in time.
fn read_the_clock(cache: &Cache<u32, u32>) {
    assert_eq!(cache.get(&u32::MAX), None);
}

#[test]
fn an_entry_is_gone_when_its_time_to_live_has_passed() {
    for ttl in TTLS {
        let cache: Cache<u32, u32> = Cache::builder().ttl(ttl).build();
        let local: LocalCache<u32, Rc<u32>> = LocalCache::builder().ttl(ttl).build();
        let single: Cache<u32, u32> = Cache::default();
        for key in 0..3 {
            cache.insert(key, key);
            local.insert(key, key.into());
            single.insert_with_ttl(key, key, ttl);
            for left in [cache.expires_in(&key), local.expires_in(&key), single.expires_in(&key)] {
                assert!(left.is_none_or(|left| left <= ttl), "{left:?} of {ttl:?}");
            }
            // Hits, so that the coarse clock ticks.
            (0..100).for_each(|_| _ = (cache.get(&key), local.get(&key), single.get(&key)));
            sleep(ttl);
            read_the_clock(&cache);
            read_the_clock(&single);
            assert_eq!((cache.get(&key), local.get(&key), single.get(&key)), (None, None, None), "{ttl:?}");
        }
    }
}

#[test]
fn so_is_a_result_of_a_function() {
    const TTL: Duration = Duration::from_millis(100);
    #[memoize(ttl = "100ms")]
    fn shared(n: u32) -> u32 {
        n
    }
    #[memoize(ttl = "100ms", local)]
    fn local(n: u32) -> u32 {
        n
    }
    #[derive(Default)]
    struct Holder {
        memo: Memo<(u32,), u32>,
    }
    impl Holder {
        #[memoize(in = self.memo, ttl = "100ms")]
        fn field(&self, n: u32) -> u32 {
            n
        }
    }
    let holder = Holder::default();
    for key in 0..3 {
        (0..100).for_each(|_| _ = (shared(key), local(key), holder.field(key)));
        sleep(TTL);
        (shared(key + 1000), local(key + 1000), holder.field(key + 1000));
        let before = [shared::cache_info(), local::cache_info(), holder.memo.info()].map(|info| info.misses);
        (shared(key), local(key), holder.field(key));
        let after = [shared::cache_info(), local::cache_info(), holder.memo.info()].map(|info| info.misses);
        assert_eq!(after, before.map(|misses| misses + 1));
    }
}

/// A clock of the user's is exact to the nanosecond, for short times too.
#[test]
fn another_clock_stays_exact() {
    let clock = memokit::ManualClock::new();
    for ttl in TTLS {
        let cache: Cache<u32, u32> = Cache::builder().ttl(ttl).clock(clock.clone()).build();
        cache.insert(1, 1);
        clock.advance(ttl - Duration::from_nanos(1));
        assert_eq!((cache.get(&1), cache.expires_in(&1)), (Some(1), Some(Duration::from_nanos(1))));
        clock.advance(Duration::from_nanos(1));
        assert_eq!(cache.get(&1), None);
    }
}
