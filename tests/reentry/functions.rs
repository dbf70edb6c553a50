//! Tests of re-entry into the cache of a `#[memoize]` function: shared, per thread, and
//! asynchronous.

use super::{Act, Cases, Event, NosyKey, NosyValue, happens, key, value, wait};

fn seen(key: &NosyKey) -> &NosyKey {
    happens(Event::KeyExpression);
    key
}

fn yes(event: Event) -> bool {
    happens(event);
    true
}

/// Declares the tests of one kind of function. `$done` turns a call into its value.
macro_rules! kind {
    ($name:ident, [$($async:ident)?], [$($words:tt)*], $done:path) => {
        mod $name {
            use std::sync::Mutex;
            use std::time::Duration;

            use memokit::{Clock, ManualClock, memoize};

            use super::*;

            thread_local! { static MINE: ManualClock = ManualClock::new(); }

            /// Each thread, and so each test, has a clock of its own.
            struct ClockOfThread;

            impl Clock for ClockOfThread {
                fn now(&self) -> Duration {
                    MINE.with(|clock| clock.now())
                }
            }

            const MINUTE: Duration = Duration::from_secs(60);
            static TURN: Mutex<()> = Mutex::new(());

            #[memoize(
                lru = 3, max_weight = 1000, clock = ClockOfThread, key = seen(key), $($words)*
                weight = |_key, _value| u32::from(yes(Event::Weigh)), ttl = |_key, _value| { happens(Event::Live); MINUTE },
                keep_if = |_value| yes(Event::Keep), when = yes(Event::When)
            )]
            $($async)? fn answer(key: &NosyKey) -> NosyValue {
                happens(Event::Body);
                value(key.0)
            }

            fn ask(n: u32) {
                let key = key(n);
                assert_eq!($done(answer(&key)).0, n * 10);
            }

            const CAUSES: &[Act] = &[
                ("a hit", || ask(1)),
                ("a miss", || ask(5)),
                ("a collision", || ask(3)),
                ("evictions", || (4..9).for_each(ask)),
                ("expiry at a call", || {
                    MINE.with(|clock| clock.advance(MINUTE));
                    ask(1);
                }),
                ("expiry at a look", || {
                    MINE.with(|clock| clock.advance(MINUTE));
                    assert!(answer::cache_info().currsize <= 3);
                }),
                ("peek", || drop(answer::peek(&key(1)))),
                ("contains", || _ = answer::contains(&key(2))),
                ("with", || assert_eq!($done(answer::with(&key(1), |value| value.0)), 10)),
                ("with, absent", || assert_eq!($done(answer::with(&key(7), |value| value.0)), 70)),
                ("put", || answer::put(&key(6), value(6))),
                ("put in place", || answer::put(&key(1), value(1))),
                ("refresh", || drop($done(answer::refresh(&key(6))))),
                ("refresh in place", || drop($done(answer::refresh(&key(1))))),
                ("forget", || _ = answer::forget(&key(1))),
                ("forget_if", || _ = answer::forget_if(|_, value| value.0 == 10)),
                ("forget_if, all", || _ = answer::forget_if(|_, _| true)),
                ("resize", || answer::resize(1)),
                ("clear", answer::cache_clear),
            ];

            const ACTIONS: &[Act] = &[
                ("the same call", || ask(1)),
                ("a call of a new key", || ask(5)),
                ("a call of a colliding key", || ask(3)),
                ("a call of another key", || ask(20)),
                ("with", || assert_eq!($done(answer::with(&key(5), |value| value.0)), 50)),
                ("peek", || drop((answer::peek(&key(1)), answer::contains(&key(5))))),
                ("info", || drop((answer::cache_info(), answer::cache_parameters(), memokit::report()))),
                ("put", || answer::put(&key(1), value(1))),
                ("put of a new key", || answer::put(&key(5), value(5))),
                ("forget", || _ = (answer::forget(&key(1)), answer::forget(&key(5)))),
                ("forget_if", || _ = answer::forget_if(|_, value| value.0 == 10)),
                ("refresh", || drop($done(answer::refresh(&key(1))))),
                ("refresh of a new key", || drop($done(answer::refresh(&key(5))))),
                ("clear", answer::cache_clear),
                ("resize", || answer::resize(2)),
                ("nothing kept", || answer::resize(0)),
                ("expiry", || {
                    MINE.with(|clock| clock.advance(MINUTE));
                    ask(2);
                }),
            ];

            const CASES: &Cases = &Cases {
                reset: || {
                    answer::cache_clear();
                    answer::resize(3);
                    (1..3).for_each(ask);
                },
                causes: CAUSES,
                actions: ACTIONS,
                check: || {
                    assert!(answer::cache_info().currsize <= 3);
                    // A caller would wait for a run that was never ended.
                    (0..10).chain(0..10).for_each(ask);
                    ask(20);
                },
                clear: answer::cache_clear,
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
                Live a_time_to_live_may_use_the_cache a_time_to_live_may_panic;
                Keep a_condition_of_keeping_may_use_the_cache a_condition_of_keeping_may_panic;
                When a_condition_of_asking_may_use_the_cache a_condition_of_asking_may_panic;
                KeyExpression a_key_expression_may_use_the_cache a_key_expression_may_panic;
                Body the_body_may_use_the_cache the_body_may_panic;
            }
        }
    };
}

kind!(shared, [], [], std::convert::identity);
kind!(local, [], [local,], std::convert::identity);
kind!(later, [async], [], wait);
kind!(local_later, [async], [local,], wait);
