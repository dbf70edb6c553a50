//! Entries of any type, shown as trait objects: for `forget_if`, which visits all entries of a
//! generic function whatever their types.

use std::any::Any;

use super::face::Face;
use super::store::Store;
use crate::table::EntryRef;

/// Shows the entries of one type as references to two trait objects, to code that does not know
/// their types.
pub(crate) struct ShowEntry<Key: ?Sized + 'static>(unsafe fn(EntryRef<'_>) -> (*const Key, *const dyn Any));

impl<Key: ?Sized + 'static> ShowEntry<Key> {
    /// Shows entries of these types by the functions of `W`.
    pub(crate) const fn new<K: 'static, V: 'static, W: ViewEntry<K, V, Key>>() -> Self {
        /// # Safety
        ///
        /// The entry is of these types, alive when it was found, and protected.
        unsafe fn show<K: 'static, V: 'static, Key: ?Sized + 'static, W: ViewEntry<K, V, Key>>(
            entry: EntryRef<'_>,
        ) -> (*const Key, *const dyn Any) {
            // SAFETY: by contract.
            let (key, value) = unsafe { entry.key_and_value::<K, V>() };
            (W::key(key), W::value(value))
        }
        Self(show::<K, V, Key, W>)
    }
}

/// Converts a key and a value to trait objects.
pub(crate) trait ViewEntry<K, V, Key: ?Sized> {
    fn key(key: &K) -> &Key;
    fn value(value: &V) -> &dyn Any;
}

/// Removes every entry for which `keep` returns `false`, of all types that have a [`ShowEntry`]
/// attached; entries of other types stay. Returns their number.
pub(crate) fn retain_shown<S: Face, Key: ?Sized + 'static>(
    store: &Store<S>,
    keep: &mut dyn FnMut(&Key, &dyn Any) -> bool,
) -> usize {
    S::retain(store, &mut |entry, entry_type| {
        let attachment = S::attachment(store, entry_type);
        let Some(show) = attachment.and_then(|attachment| attachment.downcast_ref::<ShowEntry<Key>>()) else {
            return true;
        };
        // SAFETY: attached to the type of this entry, which is alive, and pinned while `keep` looks
        // at it.
        let (key, value) = unsafe {
            let (key, value) = (show.0)(entry);
            (&*key, &*value)
        };
        keep(key, value)
    })
}
