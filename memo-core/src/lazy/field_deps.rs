//! The methods of a lazy field with dependencies.

use std::convert::Infallible;

use super::depends::DepsTuple;
use super::deps_cell::KeyedCell;
use super::field::Lazy;
use super::init_cell::{get_or_init, get_or_init_async};
use crate::key::Key;

impl<T, D: DepsTuple<T>> Lazy<T, D> {
    /// Returns a clone of the value if it was computed from these dependencies. Never computes.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy: Lazy<u32, (u32,)> = Lazy::new();
    /// lazy.get_or_init_with((1_u32,), || 10);
    /// assert_eq!(lazy.get_with(&(1_u32,)), Some(10));
    /// assert_eq!(lazy.get_with(&(2_u32,)), None);
    /// ```
    #[must_use]
    pub fn get_with<K: Key<Stored = D::Stored>>(&self, key: &K) -> Option<T>
    where
        T: Clone,
    {
        self.cell.fresh(key).as_deref().cloned()
    }

    /// Returns a clone of the value for these dependencies, which are borrowed:
    /// `(&self.w, &self.h)`. Computes it unless the field has the value for them.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy: Lazy<usize, (String,)> = Lazy::new();
    /// let mut name = "Ada".to_owned();
    /// assert_eq!(lazy.get_or_init_with((&name,), || name.len()), 3);
    /// name.push_str(" Lovelace");
    /// assert_eq!(lazy.get_or_init_with((&name,), || name.len()), 12);
    /// ```
    ///
    /// # Panics
    /// If the computation panics, or recurses into itself endlessly.
    #[track_caller]
    pub fn get_or_init_with<K: Key<Stored = D::Stored>>(&self, key: K, compute: impl FnOnce() -> T) -> T
    where
        T: Clone,
    {
        let Ok(value) = self.get_or_try_init_with(key, || Ok::<_, Infallible>(compute()));
        value
    }

    /// [`get_or_init_with`](Self::get_or_init_with) a closure that may fail.
    ///
    /// # Errors
    /// The closure's error; nothing is stored, and the field keeps the value that it has for other
    /// dependencies.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    #[track_caller]
    pub fn get_or_try_init_with<K, E>(&self, key: K, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        K: Key<Stored = D::Stored>,
        T: Clone,
    {
        let cell = KeyedCell::new(&self.cell, key);
        Ok(T::clone(&*get_or_init(&cell, compute)?))
    }

    /// [`get_or_init_with`](Self::get_or_init_with) for tasks, on any async runtime.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    pub async fn get_or_init_with_async<K>(&self, key: K, compute: impl AsyncFnOnce() -> T) -> T
    where
        K: Key<Stored = D::Stored>,
        T: Clone,
    {
        let Ok(value) = self.get_or_try_init_with_async(key, async || Ok::<_, Infallible>(compute().await)).await;
        value
    }

    /// [`get_or_try_init_with`](Self::get_or_try_init_with) for tasks, on any async runtime.
    ///
    /// # Errors
    /// The closure's error; nothing is stored, and the field keeps the value that it has for other
    /// dependencies.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    pub async fn get_or_try_init_with_async<K, E>(
        &self,
        key: K,
        compute: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E>
    where
        K: Key<Stored = D::Stored>,
        T: Clone,
    {
        let cell = KeyedCell::new(&self.cell, key);
        Ok(T::clone(&*get_or_init_async(&cell, compute).await?))
    }
}
