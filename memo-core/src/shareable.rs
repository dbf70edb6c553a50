//! The bounds of keys, values and errors that threads share, with error messages that name the
//! remedy.

/// Marks a cache that all threads share.
pub struct AcrossThreads;

/// Marks a cache of one thread: `local`.
pub struct OneThread;

/// A key or value that threads can share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a cache that threads share: it is not `Send` and `Sync`",
    label = "must be `Send` and `Sync`",
    note = "use `local` for one cache per thread, or types that threads can share: `Arc` for `Rc`, `Mutex` for `RefCell`"
)]
pub trait Shareable: Send + Sync {}

// Without this attribute the compiler would explain `Send` and not print the message above.
#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Shareable for T {}

/// A cache, [`AcrossThreads`] or [`OneThread`], that may store a `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be stored in a cache that threads share: it is not `Send` and `Sync`",
    label = "must be `Send` and `Sync`",
    note = "use `local` for one cache per thread, or types that threads can share: `Arc` for `Rc`, `Mutex` for `RefCell`, `T: Send + Sync` for `T`"
)]
pub trait Shares<T> {}

impl<T> Shares<T> for OneThread {}

#[diagnostic::do_not_recommend]
impl<T: Shareable> Shares<T> for AcrossThreads {}

/// An error of which every caller that waited for the failed load gets a clone: any `Clone + Send +
/// Sync + 'static`, such as an [`Arc`](std::sync::Arc) of another error.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, SharedError};
///
/// fn length<E: SharedError>(
///     cache: &Cache<String, usize>,
///     path: &str,
///     read: fn(&str) -> Result<Vec<u8>, E>,
/// ) -> Result<usize, E> {
///     cache.try_get_or_insert_with(path.to_owned(), || read(path).map(|bytes| bytes.len()))
/// }
///
/// let cache = Cache::default();
/// assert_eq!(length(&cache, "/etc", |_| Ok::<_, String>(vec![0; 3])), Ok(3));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given to all callers that waited for a load: it is not `Clone + Send + Sync`",
    label = "must be `Clone`, `Send`, `Sync` and `'static`",
    note = "share it as an `Arc`: `.map_err(std::sync::Arc::new)` at the end of the computation",
    note = "or use `Cache::begin`, where each caller has its own errors, of any type"
)]
pub trait SharedError: Clone + Send + Sync + 'static {}

// Without this attribute the compiler would explain `Clone` and not print the message above.
#[diagnostic::do_not_recommend]
impl<E: Clone + Send + Sync + 'static> SharedError for E {}
