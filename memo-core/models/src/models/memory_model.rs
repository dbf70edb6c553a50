//! The modelled memory itself: what the language forbids never happens, and what it allows does.

use std::alloc::Layout;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::runner::{check, check_panics, check_times};
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicU64, Ordering, compiler_fence, fence};
use crate::sync::membarrier::barrier_everywhere;
use crate::sync::{reads, spawn, writes};

#[derive(Default)]
struct TwoCells {
    x: AtomicU64,
    y: AtomicU64,
}

/// Enough for every outcome to occur, however few runs of other models are asked for.
const RUNS: usize = 4_000;

/// What two threads returned, in all runs.
fn outcomes(
    first: impl Fn(&TwoCells) -> u64 + Send + Sync + 'static,
    second: impl Fn(&TwoCells) -> u64 + Send + Sync + 'static,
) -> BTreeSet<(u64, u64)> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let (all, both) = (seen.clone(), Arc::new((first, second)));
    check_times(RUNS, move || {
        let cells = Arc::new(TwoCells::default());
        let (work, shared) = (both.clone(), cells.clone());
        let other = spawn(move || (work.0)(&shared));
        let second = (both.1)(&cells);
        all.lock().unwrap().insert((other.join(), second));
    });
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(!seen.is_empty());
    seen
}

/// Message passing: `x` is the message, `y` the flag. The second thread returns `y`, then `x`.
fn message(send: Ordering, receive: Ordering) -> BTreeSet<(u64, u64)> {
    outcomes(
        move |cells| {
            cells.x.store(1, Relaxed);
            cells.y.store(1, send);
            0
        },
        move |cells| cells.y.load(receive) << 1 | cells.x.load(Relaxed),
    )
}

/// An acquire load that reads a release store sees what was stored before it.
pub fn an_acquired_release_passes_on_earlier_stores() {
    let seen = message(Release, Acquire);
    assert_eq!(seen, BTreeSet::from([(0, 0), (0, 1), (0, 3)]));
}

/// With a relaxed access on either side it may see the flag without the message.
pub fn a_relaxed_access_passes_on_nothing() {
    assert!(message(Relaxed, Acquire).contains(&(0, 2)));
    assert!(message(Release, Relaxed).contains(&(0, 2)));
}

/// Fences make release and acquire of relaxed accesses.
pub fn fences_order_relaxed_accesses() {
    let seen = outcomes(
        |cells| {
            cells.x.store(1, Relaxed);
            fence(Release);
            cells.y.store(1, Relaxed);
            0
        },
        |cells| {
            let y = cells.y.load(Relaxed);
            fence(Acquire);
            y << 1 | cells.x.load(Relaxed)
        },
    );
    assert_eq!(seen, BTreeSet::from([(0, 0), (0, 1), (0, 3)]));
}

/// Store buffering: each thread stores to its own cell, then loads the other's.
fn store_buffering(
    first: impl Fn() + Send + Sync + 'static,
    second: impl Fn() + Send + Sync + 'static,
) -> BTreeSet<(u64, u64)> {
    outcomes(
        move |cells| {
            cells.x.store(1, Release);
            first();
            cells.y.load(Acquire)
        },
        move |cells| {
            cells.y.store(1, Release);
            second();
            cells.x.load(Acquire)
        },
    )
}

/// With sequentially consistent fences between, one of the two sees the other.
pub fn full_fences_forbid_store_buffering() {
    assert!(!store_buffering(|| fence(SeqCst), || fence(SeqCst)).contains(&(0, 0)));
}

/// With less between, neither may.
pub fn weaker_fences_allow_store_buffering() {
    assert!(store_buffering(|| (), || ()).contains(&(0, 0)));
    assert!(store_buffering(|| fence(Release), || fence(Release)).contains(&(0, 0)));
    assert!(store_buffering(|| compiler_fence(SeqCst), || compiler_fence(SeqCst)).contains(&(0, 0)));
    assert!(store_buffering(|| compiler_fence(SeqCst), || fence(SeqCst)).contains(&(0, 0)));
    assert!(store_buffering(|| (), barrier_everywhere).contains(&(0, 0)));
}

/// `membarrier` on one side pays for a compiler fence on the other.
pub fn membarrier_and_a_compiler_fence_forbid_store_buffering() {
    assert!(!store_buffering(|| compiler_fence(SeqCst), barrier_everywhere).contains(&(0, 0)));
}

/// A relaxed store to the same atomic ends a release sequence, as in C++20.
pub fn a_relaxed_store_after_a_release_passes_on_nothing() {
    let seen = outcomes(
        |cells| {
            cells.x.store(1, Relaxed);
            cells.y.store(1, Release);
            cells.y.store(2, Relaxed);
            0
        },
        |cells| cells.y.load(Acquire) << 1 | cells.x.load(Relaxed),
    );
    assert!(seen.contains(&(0, 4)) && !seen.contains(&(0, 2)));
}

/// A read-modify-write goes on with the release sequence of what it reads.
pub fn a_relaxed_update_after_a_release_passes_it_on() {
    let seen = outcomes(
        |cells| {
            cells.x.store(1, Relaxed);
            cells.y.store(1, Release);
            cells.y.fetch_add(1, Relaxed);
            0
        },
        |cells| cells.y.load(Acquire) << 1 | cells.x.load(Relaxed),
    );
    assert_eq!(seen, BTreeSet::from([(0, 0), (0, 1), (0, 3), (0, 5)]));
}

/// The loads of one atomic by one thread follow the order of its stores.
pub fn one_atomic_is_coherent() {
    let seen = outcomes(
        |cells| {
            cells.x.store(1, Relaxed);
            cells.x.store(2, Relaxed);
            0
        },
        |cells| cells.x.load(Relaxed) << 2 | cells.x.load(Relaxed),
    );
    let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
    assert_eq!(seen, pairs.into_iter().map(|(first, second)| (0, first << 2 | second)).collect());
}

/// A thread writes what is not atomic, the other reads it after a flag.
fn publish_plain(order: Ordering) -> impl Fn() + Send + Sync + 'static {
    move || {
        let cells = Arc::new(TwoCells::default());
        let shared = cells.clone();
        let writer = spawn(move || {
            writes(&raw const shared.x);
            shared.y.store(1, order);
        });
        if cells.y.load(Acquire) == 1 {
            reads(&raw const cells.x);
        }
        writer.join();
    }
}

/// What was published with a release may be read.
pub fn a_published_write_is_no_race() {
    check(publish_plain(Release));
}

/// What was published without one may not.
pub fn an_unpublished_write_is_a_race() {
    check_panics("a read races with a write", publish_plain(Relaxed));
}

/// Memory must not be freed while a use of it may still be under way.
#[expect(clippy::cast_ptr_alignment, reason = "allocated with the layout of what it is cast to")]
pub fn a_free_that_races_with_a_use_is_found() {
    let layout = Layout::new::<AtomicU64>();
    check_panics("a use of memory races with its free", move || {
        // SAFETY: not empty.
        let cell = unsafe { crate::sync::alloc_zeroed(layout) }.cast::<AtomicU64>();
        let (address, done) = (cell.expose_provenance(), Arc::new(AtomicU64::new(0)));
        let shared = done.clone();
        let other = spawn(move || {
            // SAFETY: freed after `done` is stored, and kept until the end of the run.
            unsafe { &*std::ptr::with_exposed_provenance::<AtomicU64>(address) }.load(Relaxed);
            shared.store(1, Relaxed);
        });
        if done.load(Relaxed) == 1 {
            // SAFETY: allocated with this layout.
            unsafe { crate::sync::dealloc(cell.cast(), layout) };
        }
        other.join();
    });
}
