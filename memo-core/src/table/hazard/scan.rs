//! The reclaimer's side: which addresses are announced in hazard pointers.

use std::cell::Cell;
use std::ops::Range;
use std::ptr;

use smallvec::SmallVec;

use super::current;
use super::pool;
use super::record::ThreadRecord;
use crate::sync::atomic::Ordering::Acquire;
use crate::table::barrier;

/// The addresses that readers announce at this moment, sorted: entries that must not be reclaimed,
/// and stores whose tables must not be freed.
#[derive(Default)]
pub struct Protected(SmallVec<[usize; 16]>);

impl Protected {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, address: usize) -> bool {
        self.0.binary_search(&address).is_ok()
    }

    /// Whether one of them is in this range.
    pub(crate) fn any_in(&self, range: &Range<usize>) -> bool {
        let next = self.0.partition_point(|&address| address < range.start);
        self.0.get(next).is_some_and(|&address| address < range.end)
    }

    pub(crate) fn push(&mut self, address: usize) {
        self.0.push(address);
    }

    /// Sorts the addresses, after the last `push`.
    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }
}

/// Whether this is the only live reader thread. Then there is no other thread to make the barrier
/// for, and a thread that never shared anything need not call the kernel.
///
/// Called after a fence, where a barrier depends on it. Why that suffices: a thread acquires its
/// record before its first read, and executes a fence between the two. Either that fence or this
/// caller's comes first. So either this call finds the record in use; or all reads of that thread,
/// later ones included, see what was removed before the caller's fence, and find it dead.
fn is_alone() -> bool {
    let Ok(own) = current::FAST.try_with(Cell::get) else { return false };
    ThreadRecord::all(|record| own.is_some_and(|own| ptr::eq(record, own)))
}

/// Whether [`protected`] calls the kernel for no barrier at this moment.
pub(crate) fn scans_cheaply() -> bool {
    !barrier::is_asymmetric() || is_alone()
}

/// The addresses in all hazard pointers. An entry that was removed before this call and is not
/// among them is unreachable.
///
/// Why: a reader stores the address before it checks that the entry is live. After the barrier,
/// either that store is visible here, or the check comes after the removal and fails.
pub(crate) fn protected() -> Protected {
    barrier::heavy(is_alone);
    let mut protected = Protected::default();
    ThreadRecord::all(|record| {
        match record.hazard.address.load(Acquire) {
            0 => {}
            address => protected.push(address),
        }
        true
    });
    add_pooled(&mut protected);
    protected.sort();
    protected
}

/// Adds the addresses in the pool: all that a store of a single thread has to know.
pub(crate) fn add_pooled(protected: &mut Protected) {
    pool::each_address(|address| protected.push(address));
}
