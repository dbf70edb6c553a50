//! The table without an engine: one writer, keys and values that check themselves.

mod slab;

use super::hazard;
use super::{Book, Due, Extras, Hash, Head, KindOf, Look, Near, Node, Table, Vtable};
use crate::hash::DefaultHashBuilder;
use crate::random::Random;

/// A hash whose 31 bits are these.
pub(super) fn hash(bits: u32) -> Hash {
    Hash::join(bits >> 7, u64::from(bits & 0x7F) << 1)
}

/// Hashes that are spread over all bits.
pub(super) fn spread(number: u32) -> Hash {
    hash(number.wrapping_mul(0x9E37_79B1) >> 1)
}

/// A table, its book, and what is in it.
pub(super) struct Store {
    pub(super) table: Table,
    pub(super) book: Book,
    tick: u64,
}

impl Store {
    pub(super) fn new(entries: usize, words: u8) -> Self {
        let mut extras = Extras::default();
        for _ in 0..words {
            extras.reserve();
        }
        let (table, book) = Table::new(entries, extras);
        Self { table, book, tick: 0 }
    }

    /// A new kind of entries: a number and so many bytes.
    pub(super) fn kind<V: 'static>(&mut self) -> KindOf {
        self.book.add_kind(&self.table, const { &Vtable::new::<u32, V>() })
    }

    /// Lets an entry come. Gives its slot.
    pub(super) fn insert<V: 'static>(&mut self, hash: Hash, kind: KindOf, key: u32, value: V) -> u32 {
        let slot = self.book.take(&self.table, kind.number);
        let (place, its_kind) = self.table.node(slot);
        assert_eq!(its_kind, kind.number);
        assert!(!self.table.head(slot).is_alive(), "a place that was given out is free");
        // SAFETY: a place of this kind that nobody else knows.
        unsafe {
            Node::<u32, V>::write_key(place, key);
            Node::<u32, V>::write_value(place, value);
        }
        self.tick += 1;
        self.book.publish(&self.table, self.table.head(slot), hash, slot, Due::NEVER, self.tick);
        slot
    }

    /// Takes an entry out, and its place back at once: nobody reads.
    pub(super) fn remove(&mut self, slot: u32) -> Hash {
        let hash = self.book.unlink(self.table.head(slot), slot);
        let (_, kind) = self.table.node(slot);
        self.book.give_back(kind, slot);
        hash
    }

    /// The value of this key, by the short way and the long one, which must agree.
    pub(super) fn get<V: Copy + PartialEq + std::fmt::Debug + 'static>(
        &self,
        hash: Hash,
        kind: KindOf,
        key: u32,
    ) -> Option<V> {
        let reading = hazard::read(hazard::looking_into(&raw const self.table));
        let is = |head: &Head| {
            // SAFETY: of this kind, held and alive.
            unsafe { *(*std::ptr::from_ref(head).cast::<Node<u32, V>>()).key() == key }
        };
        // SAFETY: as above.
        let value = |head: &Head| unsafe { *(*std::ptr::from_ref(head).cast::<Node<u32, V>>()).value() };
        let far = match self.table.find(hash, kind, &|head| reading.hold(head), &is) {
            Look::Found(head, _) => Some(value(head)),
            Look::Nothing(clock) => {
                assert_eq!(clock, self.table.clock());
                None
            }
            Look::Unclear => panic!("nobody writes"),
        };
        match self.table.find_near::<false>(hash, &kind, |head| reading.hold(head), |due| due.is_ahead_of(0)) {
            Near::Found(head) if is(head) => assert_eq!(Some(value(head)), far),
            Near::Nothing(_) => assert_eq!(far, None),
            Near::Found(_) | Near::Unclear => {}
        }
        far
    }

    pub(super) fn live(&self) -> Vec<u32> {
        self.book.validate(&self.table)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: nobody reads.
        unsafe { self.book.detach(&self.table).free() };
    }
}

/// How many of so many entries are not found by the short look, in a table for `bound`.
fn far(bound: usize, entries: u32) -> usize {
    let mut random = Random::new(0);
    let hashes: Vec<Hash> = (0..entries).map(|_| Hash::of::<DefaultHashBuilder>(random.next_u64())).collect();
    let mut store = Store::new(bound, 0);
    let kind = store.kind::<()>();
    for (number, &hash) in (0..).zip(&hashes) {
        store.insert(hash, kind, number, ());
    }
    let reading = hazard::read(hazard::looking_into(&raw const store.table));
    let is_near = |(number, hash): (u32, &Hash)| {
        match store.table.find_near::<true>(*hash, &kind, |head| reading.hold(head), |due| due.is_ahead_of(0)) {
            // SAFETY: of this kind, held and alive.
            Near::Found(head) => unsafe { *(*std::ptr::from_ref(head).cast::<Node<u32, ()>>()).key() == number },
            Near::Nothing(_) => panic!("it is there"),
            Near::Unclear => false,
        }
    };
    (0..).zip(&hashes).filter(|&entry| !is_near(entry)).count()
}

#[test]
fn nearly_all_entries_stand_where_a_hit_looks_first() {
    for (bound, entries, most) in [
        (100, 100, 10),
        (1000, 1000, 40),
        // Segments have split.
        (10_000, 10_000, 400),
        // Of a size that is not known beforehand: as full as segments get, and just split.
        (usize::MAX, 7_500, 750),
        (usize::MAX, 10_000, 400),
    ] {
        let far = far(bound, entries);
        assert!(far <= most, "{far} of {entries}");
    }
}
