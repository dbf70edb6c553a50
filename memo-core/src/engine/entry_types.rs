//! Which kinds of entries a store holds: one for each pair of key and value types it was used with. A generic function has one store
//! and as many kinds as instantiations.
//!
//! A list that only grows, so that it can be walked without a lock. Nearly every store has one kind.

use std::any::TypeId;
use std::sync::OnceLock;

use crate::table::EntryType;

#[derive(Default)]
pub(super) struct EntryTypes {
    first: OnceLock<TypeNode>,
}

struct TypeNode {
    of: TypeId,
    entry_type: EntryType,
    next: OnceLock<Box<Self>>,
}

impl EntryTypes {
    /// The kind with this type, if it was the first.
    #[inline(always)]
    pub(super) fn first(&self, of: TypeId) -> Option<&EntryType> {
        match self.first.get() {
            Some(first) if first.of == of => Some(&first.entry_type),
            _ => None,
        }
    }

    /// The kind with this type. `add` makes a new one.
    pub(super) fn find(&self, of: TypeId, add: &dyn Fn() -> EntryType) -> &EntryType {
        let new = || TypeNode { of, entry_type: add(), next: OnceLock::new() };
        let mut link = self.first.get_or_init(new);
        while link.of != of {
            link = link.next.get_or_init(|| Box::new(new()));
        }
        &link.entry_type
    }
}
