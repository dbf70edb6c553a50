//! The slab: several entry types, prefix words, and the enumeration of slots.

use super::fixture::{TestTable, spread};

#[test]
fn a_type_without_entries_hides_no_entry_of_another() {
    let mut table = TestTable::new(usize::MAX, 0);
    let (_, second) = (table.entry_type::<u64>(), table.entry_type::<u64>());
    table.insert(spread(1), second, 1, 10_u64);
    assert_eq!(table.live(), [0]);
}

#[test]
fn a_type_whose_chunk_is_full_hides_no_entry_of_another() {
    // Chunks of 32 cells.
    let mut table = TestTable::new(16, 0);
    let (first, second) = (table.entry_type::<u64>(), table.entry_type::<[u8; 3]>());
    for number in 0..32 {
        table.insert(spread(number), first, number, u64::from(number));
    }
    for number in 32..40 {
        table.insert(spread(number), second, number, [1, 2, 3]);
    }
    assert_eq!(table.live(), (0..40).collect::<Vec<_>>());
}

#[test]
fn entry_types_of_all_sizes_share_a_table() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(256))]
    struct Wide([u8; 300]);

    let mut table = TestTable::new(usize::MAX, 2);
    let (plain, empty, wide) = (table.entry_type::<u64>(), table.entry_type::<()>(), table.entry_type::<Wide>());
    let mut slots = Vec::new();
    for number in 0..2_000 {
        slots.push(table.insert(spread(number), plain, number, u64::from(number)));
        slots.push(table.insert(spread(number), empty, number, ()));
        slots.push(table.insert(spread(number), wide, number, Wide([7; 300])));
    }
    for number in 0..2_000 {
        assert_eq!(table.get(spread(number), plain, number), Some(u64::from(number)));
        assert_eq!(table.get(spread(number), empty, number), Some(()));
        assert_eq!(table.get(spread(number), wide, number), Some(Wide([7; 300])));
    }
    assert_eq!(table.live().len(), 6_000);
    for slot in slots {
        table.remove(slot);
    }
    assert_eq!((table.live(), table.get::<u64>(spread(1), plain, 1)), (vec![], None));
}
