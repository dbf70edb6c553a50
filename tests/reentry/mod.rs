//! Tests of user code that the cache calls and that uses the same cache, or panics: no deadlock, no
//! poisoning, no lost entry, and every later call is right.
//!
//! Each test arms one [`Event`] (a hash, a comparison, a drop, ..) with one action (a call, an
//! invalidation, a panic, ..), triggers it in every way that exists, and then checks that the cache
//! is in order.

/// Declares the two tests of each event, with the cases that the caller lists.
macro_rules! events {
    ($($event:ident $may_use:ident $may_panic:ident;)*) => { $(
        #[test]
        fn $may_use() {
            CASES.event_may_use_the_cache(Event::$event);
        }

        #[test]
        fn $may_panic() {
            CASES.event_may_panic(Event::$event);
        }
    )* };
}

mod caches;
mod functions;
mod hidden;
mod set_up;

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::flight::watchdog;

/// The events in which the cache runs user code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Hash,
    Compare,
    CloneKey,
    DropKey,
    CloneValue,
    DropValue,
    Weigh,
    Live,
    Keep,
    Listen,
    When,
    KeyExpression,
    Body,
}

/// The action for the next armed event.
type Armed = (Event, fn());

/// An action, with a name for messages of failed tests.
type Act = (&'static str, fn());

thread_local! {
    static ARMED: Cell<Option<Armed>> = const { Cell::new(None) };
    static FIRED: Cell<bool> = const { Cell::new(false) };
    /// The state that a test's keys and values share.
    static LIVING: RefCell<Arc<()>> = RefCell::default();
}

/// A key or value that is alive. Another thread may drop it: a thread that asks for the size of all
/// caches also frees their removed entries.
#[derive(Debug)]
struct Alive(#[expect(dead_code, reason = "counted")] Arc<()>);

impl Alive {
    fn new() -> Self {
        Self(LIVING.with_borrow(Arc::clone))
    }

    fn count() -> usize {
        LIVING.with_borrow(|living| Arc::strong_count(living) - 1)
    }
}

/// Runs the armed action, once, because it may trigger the same event again.
fn happens(event: Event) {
    if let Some((armed, action)) = ARMED.get()
        && armed == event
    {
        ARMED.set(None);
        FIRED.set(true);
        action();
    }
}

fn panics() {
    panic!("as the test wants it");
}

#[derive(Debug)]
struct NosyKey(u32, Alive);

#[derive(Debug)]
struct NosyValue(u32, Alive);

fn key(n: u32) -> NosyKey {
    NosyKey(n, Alive::new())
}

/// Returns the right value for a key.
fn value(n: u32) -> NosyValue {
    NosyValue(n * 10, Alive::new())
}

impl Hash for NosyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        happens(Event::Hash);
        // Each hash belongs to two keys.
        (self.0 / 2).hash(state);
    }
}

impl PartialEq for NosyKey {
    fn eq(&self, other: &Self) -> bool {
        happens(Event::Compare);
        self.0 == other.0
    }
}

impl Eq for NosyKey {}

impl Clone for NosyKey {
    fn clone(&self) -> Self {
        happens(Event::CloneKey);
        key(self.0)
    }
}

impl Drop for NosyKey {
    fn drop(&mut self) {
        happens(Event::DropKey);
    }
}

impl Clone for NosyValue {
    fn clone(&self) -> Self {
        happens(Event::CloneValue);
        value(self.0 / 10)
    }
}

impl Drop for NosyValue {
    fn drop(&mut self) {
        happens(Event::DropValue);
    }
}

/// An executor that may run inside itself.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}

/// The cache as a test sees it.
struct Cases {
    /// Empties the cache and puts keys 1 and 2 in.
    reset: fn(),
    /// Ways to trigger events.
    causes: &'static [Act],
    /// Actions inside an event.
    actions: &'static [Act],
    /// Whether later calls are right.
    check: fn(),
    /// Empties the cache.
    clear: fn(),
    /// Tests of one function share its cache, so they run one after the other.
    turn: &'static Mutex<()>,
}

impl Cases {
    /// Uses the cache in every way during the event.
    fn event_may_use_the_cache(&'static self, event: Event) {
        self.guarded(move || {
            let caused: usize = self.actions.iter().map(|&action| self.each_cause(event, action, false)).sum();
            assert!(caused >= self.actions.len(), "{event:?} was caused");
        });
    }

    /// Panics in the event.
    fn event_may_panic(&'static self, event: Event) {
        self.guarded(move || assert!(self.each_cause(event, ("panic", panics), true) > 0, "{event:?} was caused"));
    }

    fn guarded(&'static self, test: impl FnOnce() + Send + 'static) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        watchdog(move || {
            // The leftover of a failed test.
            (self.clear)();
            LIVING.set(Arc::default());
            test();
        });
    }

    fn each_cause(&self, event: Event, (action_name, action): Act, may_panic: bool) -> usize {
        let mut fired = 0;
        for &(cause_name, cause) in self.causes {
            // Printed for the last case before a failure.
            println!("{event:?} by {cause_name}: {action_name}");
            (self.reset)();
            FIRED.set(false);
            ARMED.set(Some((event, action)));
            let outcome = catch_unwind(cause);
            ARMED.set(None);
            assert!(outcome.is_ok() || may_panic && FIRED.get());
            fired += usize::from(FIRED.get());
            (self.check)();
        }
        (self.clear)();
        // An empty cache holds no key and no value. Another thread may be about to drop one.
        while Alive::count() > 0 {
            std::thread::yield_now();
        }
        fired
    }
}
