//! The bounds of keys and values that threads share, with error messages that name the remedy.

/// Marks a cache that all threads share.
pub struct AcrossThreads;

/// Marks a cache of one thread: `local`.
pub struct OneThread;

/// A key or value that threads can share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a cache that threads share: it is not `Send` and `Sync`",
    label = "must be `Send` and `Sync`",
    note = "use `local` for one cache per thread, or types that threads can share (`Arc` for `Rc`, `Mutex` for `RefCell`)"
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
