//! The entry types of a store: one for each pair of key and value types that it was used with. A
//! generic function has one store and as many entry types as instantiations.
//!
//! They are a list that only grows, so a reader needs no lock. Nearly every store has one type.

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
    /// Returns the entry type of this Rust type, if it was the first one.
    #[inline(always)]
    pub(super) fn first(&self, of: TypeId) -> Option<&EntryType> {
        match self.first.get() {
            Some(first) if first.of == of => Some(&first.entry_type),
            _ => None,
        }
    }

    /// Returns the entry type of this Rust type. `add` makes a new one.
    pub(super) fn find(&self, of: TypeId, add: &dyn Fn() -> EntryType) -> &EntryType {
        let new = || TypeNode { of, entry_type: add(), next: OnceLock::new() };
        let mut node = self.first.get_or_init(new);
        while node.of != of {
            node = node.next.get_or_init(|| Box::new(new()));
        }
        &node.entry_type
    }
}
