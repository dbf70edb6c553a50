//! The rules of a store of one type for what is written: weight and time to live.

use std::time::Duration;

use super::sharing::Sharing;
use super::write_terms::WriteTerms;

/// The rules of a store, as functions of pointers to the key and the value.
pub(super) struct WriteRules<S: Sharing> {
    pub(super) weigher: Option<S::Weigher>,
    /// For the time to live of a value.
    pub(super) ttl: Option<S::TtlRule>,
    /// For the time to live of a value that replaces one.
    pub(super) ttl_after_update: Option<S::TtlRule>,
}

/// What a write replaces, for the rule that asks for it.
#[derive(Clone, Copy)]
pub(crate) enum Replaced {
    /// No entry, or there is no such rule.
    Nothing,
    /// An entry with this time left, if it can expire.
    Entry { left: Option<Duration> },
}

impl<S: Sharing> Default for WriteRules<S> {
    fn default() -> Self {
        Self { weigher: None, ttl: None, ttl_after_update: None }
    }
}

impl<S: Sharing> WriteRules<S> {
    /// Sets the weight, and the time to live unless the value has one of its own.
    #[inline(never)]
    pub(super) fn apply(&self, key: *const (), value: *const (), replaced: Replaced, terms: &mut WriteTerms) {
        terms.weight = self.weigher.as_ref().map_or(0, |weigher| weigher(key, value));
        if terms.ttl.is_none() {
            let updated = match (&self.ttl_after_update, replaced) {
                (Some(rule), Replaced::Entry { left }) => rule(key, value, left),
                _ => None,
            };
            terms.ttl = updated.or_else(|| self.ttl.as_ref()?(key, value, None));
        }
    }
}
