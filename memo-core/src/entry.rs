//! What an entry of a typed store carries.

use std::any::Any;
use std::sync::OnceLock;

use crate::key::Components;

/// A key, and the value once it is there. An entry-to-be has none yet.
pub struct Pair<K, V> {
    pub(crate) key: K,
    value: OnceLock<V>,
}

impl<K, V> Pair<K, V> {
    pub(crate) fn pending(key: K) -> Self {
        Self { key, value: OnceLock::new() }
    }

    pub(crate) fn ready(key: K, value: V) -> Self {
        Self { key, value: OnceLock::from(value) }
    }

    /// Once, by the one whose run it is.
    pub(crate) fn put(&self, value: V) {
        let _ = self.value.set(value);
    }

    #[inline]
    pub(crate) fn value(&self) -> Option<&V> {
        self.value.get()
    }
}

/// An entry of any function, for the one engine that serves them all. `Any` tells whose it is.
pub trait Payload: Any {
    /// The arguments, for those who do not know their types.
    fn args(&self) -> &dyn Components;
    /// The value, once it is there.
    fn any_value(&self) -> Option<&dyn Any>;
}

impl<K: Components + 'static, V: 'static> Payload for Pair<K, V> {
    fn args(&self) -> &dyn Components {
        &self.key
    }

    fn any_value(&self) -> Option<&dyn Any> {
        self.value().map(|value| value as &dyn Any)
    }
}
