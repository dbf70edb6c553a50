//! A computed value about to be cached, and the rules of an attribute that apply to it.

use std::time::Duration;

use crate::cacheable::Cacheable;
use crate::engine::{Produce, RunFailure, WriteTerms};
use crate::key::StoredArgs;

/// A value about to be cached, and its key.
pub struct Writing<'w, K, R> {
    key: &'w K,
    value: &'w R,
    terms: WriteTerms,
}

impl<'w, K, R> Writing<'w, K, R> {
    pub(super) fn new(key: &'w K, value: &'w R, terms: WriteTerms) -> Self {
        Self { key, value, terms }
    }

    pub(super) fn into_terms(self) -> WriteTerms {
        self.terms
    }
}

impl<K: StoredArgs, R> Writing<'_, K, R> {
    /// `ttl = |key, value| ..`: sets the value's own time to live.
    #[must_use]
    pub fn ttl(mut self, ttl: impl FnOnce(&K::View, &R) -> Duration) -> Self {
        self.terms.ttl = Some(ttl(self.key.view(), self.value));
        self
    }

    /// `weight = |key, value| ..`: sets the entry's weight.
    #[must_use]
    pub fn weight<W: Weight>(mut self, weight: impl FnOnce(&K::View, &R) -> W) -> Self {
        self.terms.weight = weight(self.key.view(), self.value).into_weight();
        self
    }

    /// `keep_if = |value| ..`: decides whether the value is cached.
    #[must_use]
    pub fn keep_if(mut self, keep: impl FnOnce(&R) -> bool) -> Self {
        self.terms.admit = keep(self.value);
        self
    }
}

/// Applies no rules.
#[must_use]
pub fn as_is<K, R>(writing: Writing<'_, K, R>) -> Writing<'_, K, R> {
    writing
}

/// A computed value, what is cached of it, and the rules for its terms: a function of the key, the
/// value, and what is cached of it.
pub(crate) struct Computation<'v, R, C, W> {
    value: &'v R,
    cacheable: C,
    rules: Option<W>,
}

impl<'v, R, C, W> Computation<'v, R, C, W> {
    #[inline]
    pub(crate) fn new(value: &'v R, cacheable: C, rules: W) -> Self {
        Self { value, cacheable, rules: Some(rules) }
    }
}

impl<K, R, C, W> Produce<K, C::Stored> for Computation<'_, R, C, W>
where
    C: Cacheable<R>,
    W: FnOnce(&K, &R, &C::Stored, &mut WriteTerms),
{
    #[inline]
    fn produce(&mut self, key: &K, terms: &mut WriteTerms) -> Option<C::Stored> {
        let stored = self.cacheable.stored(self.value)?;
        if let Some(rules) = self.rules.take() {
            rules(key, self.value, &stored, terms);
        }
        Some(stored)
    }

    fn failure(&mut self) -> RunFailure {
        RunFailure {
            shared: self.cacheable.shared_failure(self.value),
            is_error: self.cacheable.failed(self.value),
            removes_old: false,
        }
    }
}

/// A number that can be the weight of an entry. A negative one counts as 0.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a weight",
    label = "expected an integer",
    note = "`weight = |key, value| ..` gives an integer such as `usize` or `u64`"
)]
pub trait Weight {
    #[doc(hidden)]
    fn into_weight(self) -> u64;
}

macro_rules! weights {
    ($($t:ty),*) => { $(
        impl Weight for $t {
            #[inline]
            fn into_weight(self) -> u64 {
                u64::try_from(self).unwrap_or(0)
            }
        }
    )* };
}
weights!(u8, u16, u32, u64, usize, i32, i64, isize);
