//! What cannot be seen from outside the crate: the size of a field, and its futures.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;

use super::field::Lazy;

#[test]
fn many_fields_are_computed_once_each_by_threads_that_race() {
    const FIELDS: usize = 500;
    let runs: Arc<[AtomicU32; FIELDS]> = Arc::new([const { AtomicU32::new(0) }; FIELDS]);
    let fields: Arc<[Lazy<usize>; FIELDS]> = Arc::new([const { Lazy::new() }; FIELDS]);
    let start = Arc::new(Barrier::new(4));
    let threads = [(); 4].map(|()| {
        let (runs, fields, start) = (Arc::clone(&runs), Arc::clone(&fields), Arc::clone(&start));
        thread::spawn(move || {
            start.wait();
            for (at, field) in fields.iter().enumerate() {
                let value = field.get_or_init(|| {
                    runs[at].fetch_add(1, Relaxed);
                    thread::yield_now();
                    at
                });
                assert_eq!(*value, at);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(runs.iter().all(|runs| runs.load(Relaxed) == 1));
}

#[test]
fn the_futures_are_send_if_the_value_is() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let (plain, with): (Lazy<u32>, Lazy<u32, (u32,)>) = (Lazy::new(), Lazy::new());
    drop(send(plain.get_or_init_async(async || 1)));
    drop(send(plain.get_or_try_init_async(async || Ok::<_, Infallible>(1))));
    drop(send(with.get_or_init_with_async((1_u32,), async || 1)));
}

#[test]
fn a_field_costs_two_words_besides_its_value() {
    let word = size_of::<usize>();
    assert_eq!(size_of::<Lazy<String>>(), size_of::<String>() + 2 * word);
}
