//! Caches may be used inside and after `catch_unwind`.
//!
//! A panic in user code, wherever a cache calls it, leaves no lock held, no entry half written and
//! no waiter waiting. So all that a caller could find broken after a panic is inside a key or a
//! value, which callers share as through an `Arc`: a cache survives panics if its keys and values
//! behind a reference do. The compiler cannot see that through cells, trait objects and pointers,
//! of which caches are made; these implementations say it.

use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::cache::{Cache, CacheBuilder};
use crate::engine::Face;
use crate::home::Memo;
use crate::lazy::{Depends, Lazy};
use crate::registry::CacheRef;

impl<K: RefUnwindSafe, V: RefUnwindSafe, H: RefUnwindSafe, S: Face> UnwindSafe for Cache<K, V, H, S> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe, H: RefUnwindSafe, S: Face> RefUnwindSafe for Cache<K, V, H, S> {}

// It has no keys and values yet.
impl<K, V, H: UnwindSafe, S: Face> UnwindSafe for CacheBuilder<K, V, H, S> {}
impl<K, V, H: RefUnwindSafe, S: Face> RefUnwindSafe for CacheBuilder<K, V, H, S> {}

impl<A: RefUnwindSafe, R: RefUnwindSafe> UnwindSafe for Memo<A, R> {}
impl<A: RefUnwindSafe, R: RefUnwindSafe> RefUnwindSafe for Memo<A, R> {}

impl<T: RefUnwindSafe, D: Depends<T> + RefUnwindSafe> UnwindSafe for Lazy<T, D> {}
impl<T: RefUnwindSafe, D: Depends<T> + RefUnwindSafe> RefUnwindSafe for Lazy<T, D> {}

// It reads statistics, and clears.
impl UnwindSafe for CacheRef {}
impl RefUnwindSafe for CacheRef {}
