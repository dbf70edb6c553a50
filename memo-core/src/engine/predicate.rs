//! Predicates over the entries of a store, of any types: for `forget_if`.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use super::local::Local;
use super::shared::Shared;
use super::sharing::{Private, Sharing};
use super::show_entry::ShowEntry;
use crate::table::{Attachment, EntryRef};

/// A predicate over entries whose key is shown as a `Key`.
pub trait Judge<Key: ?Sized>: 'static {
    /// Whether the entry is to be removed.
    fn forgets(&self, key: &Key, value: &dyn Any) -> bool;
}

/// A predicate that a store of this sharing may keep. A store that all threads share asks it on any
/// of them.
pub trait JudgeIn<S: Sharing, Key: ?Sized>: Judge<Key> {
    /// Makes a predicate of the engine.
    fn into_predicate(self) -> <S as Private>::Predicate;
}

impl<J: Judge<Key> + Send + Sync, Key: ?Sized + 'static> JudgeIn<Shared, Key> for J {
    fn into_predicate(self) -> <Shared as Private>::Predicate {
        Arc::new(move |entry, attachment| forgets(&self, entry, attachment))
    }
}

impl<J: Judge<Key>, Key: ?Sized + 'static> JudgeIn<Local, Key> for J {
    fn into_predicate(self) -> <Local as Private>::Predicate {
        Rc::new(move |entry, attachment| forgets(&self, entry, attachment))
    }
}

/// Whether the judge removes the entry. Entries of a type without an attached [`ShowEntry`] stay.
fn forgets<J: Judge<Key>, Key: ?Sized + 'static>(judge: &J, entry: EntryRef<'_>, attachment: Attachment) -> bool {
    let show = attachment.and_then(|attachment| attachment.downcast_ref::<ShowEntry<Key>>());
    // SAFETY: the engine shows a predicate protected entries that have their values, and the
    // attachment of their type.
    show.is_some_and(|show| unsafe { show.show(entry, |key, value| judge.forgets(key, value)) })
}
