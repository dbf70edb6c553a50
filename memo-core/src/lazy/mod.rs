//! Fields that are computed on first use.
//!
//! [`Lazy`] is the field. Its cell is [`once`] or, with dependencies, [`latest`]; both compute through [`run`], one at a time, which the
//! [`gate`] sees to. [`getter`], [`look`] and [`tally`] are what expansions of `#[cached_field]` call.

mod depends;
mod gate;
mod getter;
mod latest;
mod look;
mod once;
mod outcome;
mod run;
#[cfg(feature = "serde")]
mod serde;
mod suspended;
mod tally;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};

pub use depends::Depends;
pub use getter::{
    async_field, clear_field, given, given_async, given_with, given_with_async, lent, lent_async, lent_ok,
    lent_ok_async,
};
use latest::Latest;
pub use look::{ByValue, Lent, LentSome, Look, Look1, Look2, Look3, With};
use run::Place;
pub use tally::{FieldSite, FieldStats, NotCounted};

use crate::key::Key;

/// A field that is computed when it is first asked for.
///
/// It runs once per instance, however many threads and tasks ask at the same time; the others wait for it. Instances never wait for
/// each other. A computation that panics, fails or is cancelled leaves the field empty, and the next in line computes.
///
/// The field is derived from the others, so the struct around it can go on deriving what it likes: a clone keeps the value, comparison
/// and hashing do not look at it, `Debug` shows it or `<not computed>`, `Default` is empty, and with the feature `serde` it is written
/// as nothing and read as empty.
///
/// `#[cached_field]` on a getter is the short way to use one.
///
/// As the key of a map such a struct is fine, but clippy's `mutable_key_type` cannot know that: allow it there, or list `memokit::Lazy`
/// under `ignore-interior-mutability` in `clippy.toml`.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Lazy;
///
/// #[derive(Clone, Debug, PartialEq)]
/// struct Circle {
///     radius: f64,
///     area: Lazy<f64>,
/// }
///
/// let circle = Circle { radius: 2.0, area: Lazy::new() };
/// assert_eq!(format!("{circle:?}"), "Circle { radius: 2.0, area: <not computed> }");
/// assert_eq!(*circle.area.get_or_init(|| 3.0 * circle.radius.powi(2)), 12.0);
/// assert_eq!(circle.area.get(), Some(&12.0));
/// assert_eq!(circle, Circle { radius: 2.0, area: Lazy::new() });
/// ```
///
/// # Dependencies
/// `Lazy<T, (A, B)>` computes again when the `A` and the `B` that it was computed from have changed, which plain assignment to
/// those fields does. Such a value can be replaced while others use it, so it is given out by value. Dependencies are compared as
/// [keys](Key): floats just work.
/// ```
/// # use memo_core as memokit;
/// use memokit::Lazy;
///
/// struct Rect {
///     w: f64,
///     h: f64,
///     area: Lazy<f64, (f64, f64)>,
/// }
/// impl Rect {
///     fn area(&self) -> f64 {
///         self.area.get_or_init_with((&self.w, &self.h), || self.w * self.h)
///     }
/// }
///
/// let mut rect = Rect { w: 2.0, h: 3.0, area: Lazy::new() };
/// assert_eq!(rect.area(), 6.0);
/// rect.w = 5.0;
/// assert_eq!(rect.area(), 15.0);
/// ```
///
/// # What the computation may do
/// Anything, for no lock is held. If it comes back to its own field, it runs anew beside itself, and the first value that is kept is
/// the field's; one that comes back without end is stopped by a panic that says so. The same holds over several threads that wait for
/// each other in a circle.
///
/// What no field can see: a run that waits by other means (a channel, a lock, a `join`) for somebody who waits for the run, and
/// a future that is polled once and then kept alive without being polled again.
pub struct Lazy<T, D: Depends<T> = ()> {
    cell: D::Cell,
}

impl<T, D: Depends<T>> Lazy<T, D> {
    /// An empty field.
    #[must_use]
    pub const fn new() -> Self {
        Self { cell: D::EMPTY }
    }

    /// Forgets the value: the next who asks computes.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

impl<T> Lazy<T> {
    /// The value, if it was computed.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.cell.get()
    }

    /// The value, if it was computed, for changing it.
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.cell.get_mut()
    }

    /// Gives the field a value without computing it.
    ///
    /// # Errors
    /// The value, if the field has one already. [`clear`](Self::clear) it first.
    pub fn set(&self, value: T) -> Result<(), T> {
        self.cell.set(value)
    }

    /// Takes the value out; the next who asks computes.
    pub fn take(&mut self) -> Option<T> {
        self.cell.take()
    }

    /// The value, if it was computed.
    #[must_use]
    pub fn into_inner(self) -> Option<T> {
        self.cell.into_inner()
    }

    /// The value, computed by the first who asks.
    ///
    /// # Panics
    /// If the computation panics, or needs its own result without end.
    #[inline]
    #[track_caller]
    pub fn get_or_init(&self, compute: impl FnOnce() -> T) -> &T {
        match self.get() {
            Some(value) => value,
            None => always((&self.cell).compute(|| Ok(compute()))),
        }
    }

    /// The value, computed by the first who asks and can.
    ///
    /// # Errors
    /// What the computation ended in. It is not kept: the next who asks computes.
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    #[inline]
    #[track_caller]
    pub fn get_or_try_init<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        match self.get() {
            Some(value) => Ok(value),
            None => (&self.cell).compute(compute),
        }
    }

    /// [`get_or_init`](Self::get_or_init) for tasks, on any runtime. If the task that computes is cancelled, a waiting one computes.
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_init_async<F: Future<Output = T>>(&self, compute: impl FnOnce() -> F) -> &T {
        match self.get() {
            Some(value) => value,
            None => always((&self.cell).compute_async(async || Ok(compute().await)).await),
        }
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for tasks, on any runtime.
    ///
    /// # Errors
    /// What the computation ended in. It is not kept: the next who asks computes.
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_try_init_async<E, F>(&self, compute: impl FnOnce() -> F) -> Result<&T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        match self.get() {
            Some(value) => Ok(value),
            None => (&self.cell).compute_async(compute).await,
        }
    }
}

impl<T, D: Depends<T, Cell = Latest<T, D>> + Key> Lazy<T, D> {
    /// The value, if it was computed from these dependencies.
    #[must_use]
    pub fn get_with<K: Key<Stored = D::Stored>>(&self, key: &K) -> Option<T>
    where
        T: Clone,
    {
        self.cell.fresh(key).map(|kept| kept.1.clone())
    }

    /// The value for these dependencies, computed unless the field has it: `(&self.w, &self.h)`.
    ///
    /// # Panics
    /// If the computation panics, or needs its own result without end.
    #[track_caller]
    pub fn get_or_init_with<K: Key<Stored = D::Stored>>(&self, key: K, compute: impl FnOnce() -> T) -> T
    where
        T: Clone,
    {
        always(self.get_or_try_init_with(key, || Ok(compute())))
    }

    /// The value for these dependencies, computed unless the field has it.
    ///
    /// # Errors
    /// What the computation ended in. It is not kept, and the field keeps the value it had for other dependencies.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    #[track_caller]
    pub fn get_or_try_init_with<K, E>(&self, key: K, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        K: Key<Stored = D::Stored>,
        T: Clone,
    {
        let kept = match self.cell.fresh(&key) {
            Some(kept) => kept,
            None => self.cell.with(&key).compute(compute)?,
        };
        Ok(kept.1.clone())
    }

    /// [`get_or_init_with`](Self::get_or_init_with) for tasks, on any runtime.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    pub async fn get_or_init_with_async<K, F>(&self, key: K, compute: impl FnOnce() -> F) -> T
    where
        K: Key<Stored = D::Stored>,
        F: Future<Output = T>,
        T: Clone,
    {
        always(self.get_or_try_init_with_async(key, async || Ok(compute().await)).await)
    }

    /// [`get_or_try_init_with`](Self::get_or_try_init_with) for tasks, on any runtime.
    ///
    /// # Errors
    /// What the computation ended in. It is not kept, and the field keeps the value it had for other dependencies.
    ///
    /// # Panics
    /// As [`get_or_init_with`](Self::get_or_init_with).
    pub async fn get_or_try_init_with_async<K, E, F>(&self, key: K, compute: impl FnOnce() -> F) -> Result<T, E>
    where
        K: Key<Stored = D::Stored>,
        F: Future<Output = Result<T, E>>,
        T: Clone,
    {
        let kept = match self.cell.fresh(&key) {
            Some(kept) => kept,
            None => self.cell.with(&key).compute_async(compute).await?,
        };
        Ok(kept.1.clone())
    }
}

fn always<V>(result: Result<V, Infallible>) -> V {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl<T, D: Depends<T>> Default for Lazy<T, D> {
    fn default() -> Self {
        Self::new()
    }
}

/// A field that has its value already.
impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self { cell: once::Once::with_value(value) }
    }
}

/// The clone keeps the value.
impl<T, D: Depends<T, Cell: Clone>> Clone for Lazy<T, D> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone() }
    }
}

impl<T: fmt::Debug, D: Depends<T>> fmt::Debug for Lazy<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        D::debug(&self.cell, f)
    }
}

/// All are equal: the value is derived from fields that are compared themselves.
impl<T, D: Depends<T>> PartialEq for Lazy<T, D> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T, D: Depends<T>> Eq for Lazy<T, D> {}

impl<T, D: Depends<T>> PartialOrd for Lazy<T, D> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T, D: Depends<T>> Ord for Lazy<T, D> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// Adds nothing: equal values must have equal hashes.
impl<T, D: Depends<T>> Hash for Lazy<T, D> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
