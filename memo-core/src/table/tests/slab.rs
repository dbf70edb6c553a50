//! Places: kinds beside each other, words before heads, what is enumerated.

use super::{Store, spread};

#[test]
fn a_kind_without_entries_hides_none_of_another() {
    let mut store = Store::new(usize::MAX, 0);
    let (_, second) = (store.entry_type::<u64>(), store.entry_type::<u64>());
    store.insert(spread(1), second, 1, 10_u64);
    assert_eq!(store.live(), [0]);
}

#[test]
fn a_kind_whose_chunk_is_full_hides_none_of_another() {
    // Chunks of 32.
    let mut store = Store::new(16, 0);
    let (first, second) = (store.entry_type::<u64>(), store.entry_type::<[u8; 3]>());
    for number in 0..32 {
        store.insert(spread(number), first, number, u64::from(number));
    }
    for number in 32..40 {
        store.insert(spread(number), second, number, [1, 2, 3]);
    }
    assert_eq!(store.live(), (0..40).collect::<Vec<_>>());
}

#[test]
fn kinds_of_all_sizes_live_beside_each_other() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(256))]
    struct Wide([u8; 300]);

    let mut store = Store::new(usize::MAX, 2);
    let (plain, empty, wide) = (store.entry_type::<u64>(), store.entry_type::<()>(), store.entry_type::<Wide>());
    let mut slots = Vec::new();
    for number in 0..2_000 {
        slots.push(store.insert(spread(number), plain, number, u64::from(number)));
        slots.push(store.insert(spread(number), empty, number, ()));
        slots.push(store.insert(spread(number), wide, number, Wide([7; 300])));
    }
    for number in 0..2_000 {
        assert_eq!(store.get(spread(number), plain, number), Some(u64::from(number)));
        assert_eq!(store.get(spread(number), empty, number), Some(()));
        assert_eq!(store.get(spread(number), wide, number), Some(Wide([7; 300])));
    }
    assert_eq!(store.live().len(), 6_000);
    for slot in slots {
        store.remove(slot);
    }
    assert_eq!((store.live(), store.get::<u64>(spread(1), plain, 1)), (vec![], None));
}
