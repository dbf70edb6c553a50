//! Entries of any type, shown as trait objects: for `forget_if`, which visits all entries of a
//! generic function whatever their types.

use std::any::Any;

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

    /// Shows an entry to `look`.
    ///
    /// # Safety
    ///
    /// This is attached to the entry's type; the entry has its key and value, and is protected.
    pub(crate) unsafe fn show<T>(&self, entry: EntryRef<'_>, look: impl FnOnce(&Key, &dyn Any) -> T) -> T {
        // SAFETY: by contract.
        let (key, value) = unsafe {
            let (key, value) = (self.0)(entry);
            (&*key, &*value)
        };
        look(key, value)
    }
}

/// Converts a key and a value to trait objects.
pub(crate) trait ViewEntry<K, V, Key: ?Sized> {
    fn key(key: &K) -> &Key;
    fn value(value: &V) -> &dyn Any;
}
