//! From an empty cell to its value: the loop that all cells of lazy fields share, for threads and
//! for tasks.

use std::any::type_name;
use std::ops::Deref;

use super::init_lock::{FailedRuns, InitLock, InitStart, WaitMode};
use super::last_polled::TrackedFuture;

/// A borrowed cell for one value, with the lock under which the value is computed.
pub trait InitCell: Copy {
    /// What is computed.
    type Value;
    /// The stored value, as callers get it.
    type Found: Deref<Target = Self::Value>;

    /// The lock under which the value is computed.
    fn lock<'l>(self) -> &'l InitLock
    where
        Self: 'l;

    /// The value, if there is one.
    fn find(self) -> Option<Self::Found>;

    /// Stores a value. Returns what the cell then holds: another run may have stored its value
    /// first.
    fn store(self, value: Self::Value) -> Self::Found;
}

/// The value of the cell, computed if there is none and no other caller computes it.
#[cold]
#[track_caller]
pub(super) fn get_or_init<C: InitCell, E>(
    cell: C,
    compute: impl FnOnce() -> Result<C::Value, E>,
) -> Result<C::Found, E> {
    let mut failed = FailedRuns::default();
    loop {
        if let Some(found) = cell.find() {
            return Ok(found);
        }
        let run = match cell.lock().claim(WaitMode::Park, &failed, type_name::<C::Value>) {
            InitStart::Compute(run) => run,
            InitStart::Wait(wait) => {
                failed.note(wait.park().as_ref());
                continue;
            }
        };
        // Another run may have ended between the look-up and the claim.
        if let Some(found) = cell.find() {
            return Ok(found);
        }
        let entered = run.enter();
        let computed = compute();
        drop(entered);
        let found = computed.map(|value| cell.store(value));
        run.finish(found.is_ok());
        return found;
    }
}

/// [`get_or_init`] for tasks.
pub(super) async fn get_or_init_async<C: InitCell, E>(
    cell: C,
    compute: impl AsyncFnOnce() -> Result<C::Value, E>,
) -> Result<C::Found, E> {
    let mut failed = FailedRuns::default();
    loop {
        if let Some(found) = cell.find() {
            return Ok(found);
        }
        let run = match cell.lock().claim(WaitMode::Suspend, &failed, type_name::<C::Value>) {
            InitStart::Compute(run) => run,
            InitStart::Wait(wait) => {
                failed.note(wait.finished().await.as_ref());
                continue;
            }
        };
        if let Some(found) = cell.find() {
            return Ok(found);
        }
        // `compute` is called by the first poll, so that its synchronous part belongs to the run
        // as well.
        let computed = TrackedFuture::new(run.id(), run.is_shared(), async move { compute().await }).await;
        let found = computed.map(|value| cell.store(value));
        run.finish(found.is_ok());
        return found;
    }
}
