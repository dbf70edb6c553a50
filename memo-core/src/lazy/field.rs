//! The public type: a field that is computed on first use.

use std::convert::Infallible;

use super::depends::Depends;
use super::init_cell::{get_or_init, get_or_init_async};

/// A field that is computed on first use.
///
/// It is computed once per instance: threads and tasks that call at the same time wait for the one
/// that computes. Instances never wait for each other. If the computation panics, fails or is
/// cancelled, the field stays empty and one of the waiters computes. A value that is there costs
/// one load and one branch; the field takes two words besides its value.
///
/// The value is derived from the other fields, so the struct can still derive the standard traits:
/// comparison and hashing ignore the value, `Debug` shows it or `<not computed>`, and `Default` is
/// an empty field. With the feature `serde` it is serialized as nothing and deserialized as empty.
///
/// A clone is empty, since the fields of the new struct may be changed; with
/// [dependencies](#dependencies) it keeps the value, since it notices. A field without dependencies
/// does not notice plain assignment to the other fields, nor a struct update that moves it
/// (`Circle { radius: 10.0, ..circle }`): [`clear`](Self::clear) it, or name the dependencies.
///
/// `#[cached_field]` on a getter is the shortest way to use one.
///
/// As the key of a map such a struct is fine, but clippy's `mutable_key_type` cannot know that:
/// allow the lint there, or list `memokit::Lazy` under `ignore-interior-mutability` in
/// `clippy.toml`.
///
/// # Examples
/// ```
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
/// assert_eq!(circle.clone().area.get(), None);
/// assert_eq!(circle, Circle { radius: 2.0, area: Lazy::new() });
/// ```
///
/// # Dependencies
/// The value of a `Lazy<T, (A, B)>` is computed again when the `A` and the `B` that it was computed
/// from have changed, for example by plain assignment to those fields. Such a value may be replaced
/// while other threads use it, so it is returned by value. Dependencies are compared as
/// [keys](crate::Key), so they may be floats.
/// ```
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
/// # Re-entrancy
/// No lock is held while the value is computed, so the computation may do anything. A re-entrant
/// computation runs again; the first stored value wins. Unbounded re-entry panics. The same holds
/// for threads and tasks that wait for each other in a cycle.
///
/// Deadlocks that a field cannot detect: a computation that blocks by other means (a channel, a
/// lock, a `join`) on a thread that waits for the field, and a future that was polled once and is
/// then neither polled nor dropped.
pub struct Lazy<T, D: Depends<T> = ()> {
    pub(super) cell: D::Cell,
}

impl<T, D: Depends<T>> Lazy<T, D> {
    /// Creates an empty field.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// static ANSWER: Lazy<u32> = Lazy::new();
    ///
    /// assert_eq!(ANSWER.get(), None);
    /// assert_eq!(*ANSWER.get_or_init(|| 42), 42);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { cell: D::EMPTY }
    }

    /// Removes the value. The next call computes it again.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let mut lazy = Lazy::from(1);
    /// lazy.clear();
    /// assert_eq!(*lazy.get_or_init(|| 2), 2);
    /// ```
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

impl<T> Lazy<T> {
    /// Returns the value if there is one. Never computes.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.cell.value.get()
    }

    /// Returns the value for changing it, if there is one. Never computes.
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.cell.value.get_mut()
    }

    /// Stores a value in an empty field.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy = Lazy::new();
    /// assert_eq!(lazy.set(1), Ok(()));
    /// assert_eq!(lazy.set(2), Err(2));
    /// assert_eq!(lazy.get(), Some(&1));
    /// ```
    ///
    /// # Errors
    /// Returns the given value if the field already has one. [`clear`](Self::clear) the field
    /// first.
    pub fn set(&self, value: T) -> Result<(), T> {
        self.cell.value.set(value)
    }

    /// Returns a field with a clone of the value, where [`clone`](Clone::clone) would return an
    /// empty one: for a struct whose other fields stay as they are.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy = Lazy::from(1);
    /// assert_eq!(lazy.clone().get(), None);
    /// assert_eq!(lazy.clone_with_value().get(), Some(&1));
    /// ```
    #[must_use]
    pub fn clone_with_value(&self) -> Self
    where
        T: Clone,
    {
        self.get().cloned().map_or_else(Self::new, Self::from)
    }

    /// Takes the value out of the field. The next call computes it again.
    pub fn take(&mut self) -> Option<T> {
        self.cell.lock.reset();
        self.cell.value.take()
    }

    /// Consumes the field and returns its value if there is one.
    #[must_use]
    pub fn into_inner(self) -> Option<T> {
        self.cell.value.into_inner()
    }

    /// Returns the value, computed by the first caller. Other callers wait for it.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy = Lazy::new();
    /// assert_eq!(*lazy.get_or_init(|| 1), 1);
    /// assert_eq!(*lazy.get_or_init(|| 2), 1);
    /// ```
    ///
    /// # Panics
    /// If the computation panics, or recurses into itself endlessly.
    #[inline]
    #[track_caller]
    pub fn get_or_init(&self, compute: impl FnOnce() -> T) -> &T {
        let Ok(value) = self.get_or_try_init(|| Ok::<_, Infallible>(compute()));
        value
    }

    /// Returns the value, computed by the first caller whose closure succeeds.
    ///
    /// After a failure one of the waiters computes. A caller that has waited for two failed
    /// computations computes at once, so failures do not queue up.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// let lazy = Lazy::new();
    /// assert!(lazy.get_or_try_init(|| "x".parse::<u32>()).is_err());
    /// assert_eq!(lazy.get_or_try_init(|| "7".parse::<u32>()), Ok(&7));
    /// assert_eq!(lazy.get_or_try_init(|| "x".parse::<u32>()), Ok(&7));
    /// ```
    ///
    /// # Errors
    /// The closure's error; nothing is stored.
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    #[inline]
    #[track_caller]
    pub fn get_or_try_init<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        match self.get() {
            Some(value) => Ok(value),
            None => get_or_init(&self.cell, compute),
        }
    }

    /// [`get_or_init`](Self::get_or_init) for tasks, on any async runtime. If the task that
    /// computes is cancelled, one of the waiters computes.
    ///
    /// # Examples
    /// ```
    /// use memokit::Lazy;
    ///
    /// async fn length(body: &Lazy<String>) -> usize {
    ///     body.get_or_init_async(async || "hello".to_owned()).await.len()
    /// }
    /// # let body = Lazy::new();
    /// # let mut future = std::pin::pin!(length(&body));
    /// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// # assert_eq!(future.as_mut().poll(&mut context), std::task::Poll::Ready(5));
    /// ```
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_init_async(&self, compute: impl AsyncFnOnce() -> T) -> &T {
        let Ok(value) = self.get_or_try_init_async(async || Ok::<_, Infallible>(compute().await)).await;
        value
    }

    /// [`get_or_try_init`](Self::get_or_try_init) for tasks, on any async runtime.
    ///
    /// # Errors
    /// The closure's error; nothing is stored.
    ///
    /// # Panics
    /// As [`get_or_init`](Self::get_or_init).
    pub async fn get_or_try_init_async<E>(&self, compute: impl AsyncFnOnce() -> Result<T, E>) -> Result<&T, E> {
        get_or_init_async(&self.cell, compute).await
    }
}
