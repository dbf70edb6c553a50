//! The modelled memory itself: what the language forbids never happens, and what it allows does.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::check;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::sync::{reads, spawn, writes};

#[derive(Default)]
struct Two {
    x: AtomicU64,
    y: AtomicU64,
}

/// All that two threads came to, over all runs.
fn outcomes(
    first: impl Fn(&Two) -> u64 + Send + Sync + 'static,
    second: impl Fn(&Two) -> u64 + Send + Sync + 'static,
) -> BTreeSet<(u64, u64)> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let (all, both) = (seen.clone(), Arc::new((first, second)));
    check(move || {
        let places = Arc::new(Two::default());
        let (work, its) = (both.clone(), places.clone());
        let other = spawn(move || (work.0)(&its));
        let second = (both.1)(&places);
        all.lock().unwrap().insert((other.join(), second));
    });
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(!seen.is_empty());
    seen
}

fn message(send: Ordering, receive: Ordering) -> BTreeSet<(u64, u64)> {
    outcomes(
        move |two| {
            two.x.store(1, Relaxed);
            two.y.store(1, send);
            0
        },
        move |two| two.y.load(receive) << 1 | two.x.load(Relaxed),
    )
}

#[test]
fn a_release_that_is_acquired_passes_on_what_was_stored_before() {
    let seen = message(Release, Acquire);
    assert_eq!(seen, BTreeSet::from([(0, 0), (0, 1), (0, 3)]));
}

#[test]
fn without_release_or_acquire_nothing_is_passed_on() {
    assert!(message(Relaxed, Acquire).contains(&(0, 2)));
    assert!(message(Release, Relaxed).contains(&(0, 2)));
}

#[test]
fn a_fence_acquires_what_was_read_before_it() {
    let seen = outcomes(
        |two| {
            two.x.store(1, Relaxed);
            fence(Release);
            two.y.store(1, Relaxed);
            0
        },
        |two| {
            let y = two.y.load(Relaxed);
            fence(Acquire);
            y << 1 | two.x.load(Relaxed)
        },
    );
    assert_eq!(seen, BTreeSet::from([(0, 0), (0, 1), (0, 3)]));
}

fn announce(between: impl Fn() + Clone + Send + Sync + 'static) -> BTreeSet<(u64, u64)> {
    let (here, there) = (between.clone(), between);
    outcomes(
        move |two| {
            two.x.store(1, Release);
            here();
            two.y.load(Acquire)
        },
        move |two| {
            two.y.store(1, Release);
            there();
            two.x.load(Acquire)
        },
    )
}

#[test]
fn of_two_who_announce_and_look_one_sees_the_other_if_fences_are_between() {
    assert!(!announce(|| fence(SeqCst)).contains(&(0, 0)));
}

#[test]
fn without_fences_neither_may_see_the_other() {
    assert!(announce(|| ()).contains(&(0, 0)));
    assert!(announce(|| fence(Release)).contains(&(0, 0)));
}

#[test]
fn a_plain_store_after_a_release_does_not_pass_on_what_came_before() {
    let hidden = outcomes(
        |two| {
            two.x.store(1, Relaxed);
            two.y.store(1, Release);
            two.y.store(2, Relaxed);
            0
        },
        |two| two.y.load(Acquire) << 1 | two.x.load(Relaxed),
    );
    assert!(hidden.contains(&(0, 4)) && !hidden.contains(&(0, 2)));
}

#[test]
fn one_place_never_goes_back() {
    let seen = outcomes(
        |two| {
            two.x.store(1, Relaxed);
            two.x.store(2, Relaxed);
            0
        },
        |two| two.x.load(Relaxed) << 2 | two.x.load(Relaxed),
    );
    let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
    assert_eq!(seen, pairs.into_iter().map(|(first, second)| (0, first << 2 | second)).collect());
}

fn race(send: Ordering) {
    let seen = outcomes(
        move |two| {
            writes(&raw const two.x);
            two.y.store(1, send);
            0
        },
        |two| {
            if two.y.load(Acquire) == 1 {
                reads(&raw const two.x);
            }
            0
        },
    );
    assert_eq!(seen.len(), 1);
}

#[test]
fn what_was_handed_over_is_no_race() {
    race(Release);
}

#[test]
#[should_panic(expected = "a read races with a write")]
fn what_was_not_handed_over_is_a_race() {
    race(Relaxed);
}

#[test]
#[should_panic(expected = "a use of memory races with its end")]
fn memory_is_freed_after_its_last_use_only() {
    let layout = std::alloc::Layout::new::<AtomicU64>();
    check(move || {
        // SAFETY: not empty.
        let place = unsafe { crate::sync::alloc_zeroed(layout) }.cast::<AtomicU64>();
        let (address, done) = (place.expose_provenance(), Arc::new(AtomicU64::new(0)));
        let its = done.clone();
        let other = spawn(move || {
            // SAFETY: freed after `done` at the earliest.
            unsafe { &*std::ptr::with_exposed_provenance::<AtomicU64>(address) }.load(Relaxed);
            its.store(1, Relaxed);
        });
        if done.load(Relaxed) == 1 {
            // SAFETY: allocated so.
            unsafe { crate::sync::dealloc(place.cast(), layout) };
        }
        other.join();
    });
}
