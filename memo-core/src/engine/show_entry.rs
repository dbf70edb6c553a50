//! Entries of several types, shown as trait objects: for an operation that goes through all entries
//! of a function, whatever their types.

use std::any::Any;

use super::face::Face;
use super::store::Store;
use crate::table::EntryRef;

/// How entries of one type are shown to code that does not know their types: as references to two
/// trait objects.
pub(crate) struct ShowEntry<Key: ?Sized + 'static>(unsafe fn(EntryRef<'_>) -> (*const Key, *const dyn Any));

impl<Key: ?Sized + 'static> ShowEntry<Key> {
    /// Of entries of these types.
    pub(crate) const fn new<K: 'static, V: 'static, W: ViewEntry<K, V, Key>>() -> Self {
        /// # Safety
        ///
        /// The entry is of these types, alive when it was found, and protected.
        unsafe fn show<K: 'static, V: 'static, Key: ?Sized + 'static, W: ViewEntry<K, V, Key>>(
            entry: EntryRef<'_>,
        ) -> (*const Key, *const dyn Any) {
            // SAFETY: by contract.
            let (node, value) = unsafe { (entry.node::<K, V>(), entry.node::<K, V>().value()) };
            (W::key(node.key()), W::value(value))
        }
        Self(show::<K, V, Key, W>)
    }
}

/// How a key and a value are seen as trait objects.
pub(crate) trait ViewEntry<K, V, Key: ?Sized> {
    fn key(key: &K) -> &Key;
    fn value(value: &V) -> &dyn Any;
}

/// Removes every entry that `keep` refuses, of any type that was made with a [`ShowEntry`]
/// attached; others stay. Returns their number.
pub(crate) fn retain_shown<S: Face, Key: ?Sized + 'static>(
    store: &Store<S>,
    keep: &mut dyn FnMut(&Key, &dyn Any) -> bool,
) -> usize {
    S::retain(store, &mut |entry, entry_type| {
        let attachment = S::attachment(store, entry_type);
        let Some(show) = attachment.and_then(|attachment| attachment.downcast_ref::<ShowEntry<Key>>()) else {
            return true;
        };
        // SAFETY: attached to the type of this entry, which is alive and pinned while it is seen.
        let (key, value) = unsafe {
            let (key, value) = (show.0)(entry);
            (&*key, &*value)
        };
        keep(key, value)
    })
}
