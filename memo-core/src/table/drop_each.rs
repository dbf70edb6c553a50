//! Dropping the contents of many cells, through their vtables.

use super::node::{EntryVtable, Head};

/// Drops the keys of these cells, and the values of those with `true`: all of them, even if a
/// user's `drop` panics.
///
/// # Safety
///
/// Each cell is of that type, no thread can reach it, and it comes once.
pub(crate) unsafe fn drop_each(entries: &mut dyn Iterator<Item = (*mut Head, &'static EntryVtable, bool)>) {
    /// Continues after a panic.
    struct Rest<'a, 'b>(&'a mut (dyn Iterator<Item = (*mut Head, &'static EntryVtable, bool)> + 'b));

    impl Drop for Rest<'_, '_> {
        fn drop(&mut self) {
            while let Some((head, vtable, full)) = self.0.next() {
                let Some(drop) = vtable.drop else { continue };
                let rest = Rest(self.0);
                // SAFETY: by the contract of `drop_each`.
                unsafe { drop(head, full) };
                std::mem::forget(rest);
            }
        }
    }

    drop(Rest(entries));
}
