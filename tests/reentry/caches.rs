//! Tests of re-entry into a [`Cache`] and a [`LocalCache`], with a weigher and a listener.

use std::sync::Mutex;
use std::time::Duration;

use memokit::{Cache, LocalCache, ManualClock};

use super::{Act, Cases, Event, NosyKey, NosyValue, happens, key, value, wait};

const MINUTE: Duration = Duration::from_secs(60);

/// Declares the tests of one kind of cache; each runs on a thread of its own, which owns the cache.
macro_rules! kind {
    ($name:ident, $Cache:ident) => {
        mod $name {
            use super::*;

            static TURN: Mutex<()> = Mutex::new(());

            thread_local! {
                static CLOCK: ManualClock = ManualClock::new();
                static CACHE: $Cache<NosyKey, NosyValue> = $Cache::builder()
                    .lru(3)
                    .max_weight(1000)
                    .ttl(MINUTE)
                    .clock(CLOCK.with(ManualClock::clone))
                    .weight(|_, _| {
                        happens(Event::Weigh);
                        1
                    })
                    .removal_listener(|_, _, _| happens(Event::Listen))
                    .build();
            }

            fn cache() -> $Cache<NosyKey, NosyValue> {
                CACHE.with($Cache::clone)
            }

            fn compute(n: u32) -> NosyValue {
                happens(Event::Body);
                value(n)
            }

            fn ask(n: u32) {
                assert_eq!(cache().get_or_insert_with(key(n), || compute(n)).0, n * 10);
            }

            fn ask_later(n: u32) {
                assert_eq!(wait(cache().get_or_insert_async(key(n), async { compute(n) })).0, n * 10);
            }

            fn expire() {
                CLOCK.with(|clock| clock.advance(MINUTE));
            }

            const CAUSES: &[Act] = &[
                ("a hit", || ask(1)),
                ("a miss", || ask(5)),
                ("a collision", || ask(3)),
                ("an async hit", || ask_later(1)),
                ("an async miss", || ask_later(5)),
                ("get", || drop(cache().get(&key(1)))),
                ("get, absent", || drop(cache().get(&key(8)))),
                ("get by reference", || drop(cache().get_or_insert_with_by_ref(&key(5), || compute(5)))),
                ("peek", || drop((cache().peek(&key(1)), cache().contains(&key(2))))),
                ("evictions", || (4..9).for_each(ask)),
                ("expiry at a call", || {
                    expire();
                    ask(1);
                }),
                ("expiry at an async call", || {
                    expire();
                    ask_later(1);
                }),
                ("expiry", || {
                    expire();
                    cache().run_pending();
                }),
                ("insert", || cache().insert(key(6), value(6))),
                ("insert in place", || cache().insert(key(1), value(1))),
                ("insert for no time", || cache().insert_with_ttl(key(1), value(1), Duration::ZERO)),
                ("remove", || drop(cache().remove(&key(1)))),
                ("retain", || _ = cache().retain(|key, _| key.0 != 1)),
                ("pop", || _ = cache().pop()),
                ("drain", || _ = cache().drain()),
                ("expire", || _ = cache().expire()),
                ("iter_in_eviction_order", || _ = cache().iter_in_eviction_order()),
                ("reset_info", || cache().reset_info()),
                ("resize", || cache().resize(1)),
                ("clear", || cache().clear()),
            ];

            const ACTIONS: &[Act] = &[
                ("the same call", || ask(1)),
                ("a call of a new key", || ask(5)),
                ("a call of a colliding key", || ask(3)),
                ("an async call", || ask_later(5)),
                ("get", || drop((cache().get(&key(1)), cache().get(&key(5))))),
                ("insert", || cache().insert(key(1), value(1))),
                ("insert of a new key", || cache().insert(key(5), value(5))),
                ("remove", || drop((cache().remove(&key(1)), cache().remove(&key(5))))),
                ("retain", || _ = cache().retain(|_, _| false)),
                ("drain", || _ = cache().drain()),
                ("pop", || _ = cache().pop()),
                ("look", || _ = (cache().info(), cache().len(), cache().weight(), cache().iter().count())),
                ("clear", || cache().clear()),
                ("resize", || cache().resize(0)),
                ("expiry", || {
                    expire();
                    cache().run_pending();
                }),
            ];

            const CASES: &Cases = &Cases {
                reset: || {
                    cache().clear();
                    cache().resize(3);
                    (1..3).for_each(ask);
                },
                causes: CAUSES,
                actions: ACTIONS,
                check: || {
                    cache().validate();
                    (0..10).chain(0..10).for_each(ask);
                    cache().validate();
                },
                clear: || cache().clear(),
                turn: &TURN,
            };

            events! {
                Hash the_hash_of_a_key_may_use_the_cache the_hash_of_a_key_may_panic;
                Compare a_comparison_of_keys_may_use_the_cache a_comparison_of_keys_may_panic;
                CloneKey the_clone_of_a_key_may_use_the_cache the_clone_of_a_key_may_panic;
                DropKey the_drop_of_a_key_may_use_the_cache the_drop_of_a_key_may_panic;
                CloneValue the_clone_of_a_value_may_use_the_cache the_clone_of_a_value_may_panic;
                DropValue the_drop_of_a_value_may_use_the_cache the_drop_of_a_value_may_panic;
                Weigh a_weigher_may_use_the_cache a_weigher_may_panic;
                Listen a_listener_may_use_the_cache a_listener_may_panic;
                Body a_computation_may_use_the_cache a_computation_may_panic;
            }
        }
    };
}

kind!(shared, Cache);
kind!(local, LocalCache);
