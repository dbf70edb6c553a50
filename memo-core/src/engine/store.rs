//! One store: its stripes and the parts that they share.

use std::any::TypeId;
use std::slice;
use std::sync::{Arc, Weak};

use super::common::Common;
use super::reclaim::drop_stripe;
use super::shared::Shared;
use super::sharing::Sharing;
use super::stats::Stats;
use super::stripe::Stripe;
use super::writer::Writer;
use crate::config::Config;
use crate::table::{Attachment, EntryType, EntryVtable, ShortHash};
use crate::ticker::Sweep;

/// One store. Hits read the first fields.
#[repr(C)]
pub struct Store<S: Sharing> {
    stripe: Stripe<S>,
    pub(super) common: Common<S>,
}

// SAFETY: entries are reached by several threads. The code that makes such a store requires its
// keys and values to be `Send` and `Sync` (`Shareable` for functions, the bounds of
// `CacheBuilder::build` for caches, whose own auto traits follow their types); the rest of the
// store is synchronised.
unsafe impl Sync for Store<Shared> {}
// SAFETY: as above.
unsafe impl Send for Store<Shared> {}

impl<S: Sharing> Store<S> {
    /// Makes a store. The configuration must have been checked. `sole` is the entry type of a store
    /// that has only one.
    pub(super) fn new(config: Config, sole: Option<&'static EntryVtable>, observers: Vec<S::Observer>) -> Self {
        let (mut common, prefix_words) = Common::new(config, observers, 1);
        let stripe = Stripe::new(&common, prefix_words, 0);
        if let Some(vtable) = sole {
            common.sole_type = stripe.add_entry_type(vtable);
        }
        Self { stripe, common }
    }

    /// Returns the stripe of a hash.
    #[inline(always)]
    pub(super) fn stripe(&self, _: ShortHash) -> &Stripe<S> {
        &self.stripe
    }

    /// Returns all stripes.
    pub(super) fn stripes(&self) -> slice::Iter<'_, Stripe<S>> {
        slice::from_ref(&self.stripe).iter()
    }

    fn stripes_mut(&mut self) -> slice::IterMut<'_, Stripe<S>> {
        slice::from_mut(&mut self.stripe).iter_mut()
    }

    /// Takes the lock of a stripe.
    #[inline]
    pub(super) fn writer<'a>(&'a self, stripe: &'a Stripe<S>) -> Writer<'a, S> {
        Writer::new(&self.common, stripe)
    }

    /// Makes the timer thread sweep this store, starting with the first entry that can expire.
    pub(super) fn set_sweeper(&self, sweeper: Weak<dyn Sweep>) {
        self.common.set_sweeper(sweeper);
    }

    pub(crate) fn stats(&self) -> &Arc<Stats<S>> {
        &self.common.stats
    }

    /// Returns the entry type that was added first, if it belongs to this Rust type.
    #[inline(always)]
    pub(super) fn first_type(&self, of: TypeId) -> Option<&EntryType> {
        self.common.entry_types.first(of)
    }

    /// Returns the entry type of this Rust type; adds it if it is new.
    pub(super) fn entry_type(&self, of: TypeId, vtable: &'static EntryVtable) -> &EntryType {
        self.common.entry_types.find(of, &|| {
            // Every stripe gives a type the same number: types are added to all stripes in one
            // order.
            let add = |stripe: &Stripe<S>| stripe.add_entry_type(vtable);
            self.stripes().map(add).last().unwrap_or_default()
        })
    }

    /// Returns the attachment of this entry type.
    pub(super) fn attachment(&self, entry_type: u32) -> Attachment {
        self.stripes().find_map(|stripe| stripe.lock().table_writer.vtable(entry_type).attachment())
    }

    /// Returns the entry type of a store that was made for only one.
    #[inline(always)]
    pub(super) fn sole_type(&self) -> &EntryType {
        &self.common.sole_type
    }

    /// Checks every invariant.
    ///
    /// # Panics
    ///
    /// If an invariant is broken.
    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self) {
        self.stripes().for_each(|stripe| self.writer(stripe).validate());
    }
}

impl<S: Sharing> Drop for Store<S> {
    fn drop(&mut self) {
        self.stripes_mut().for_each(drop_stripe);
    }
}
