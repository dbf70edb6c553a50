//! Places: kinds beside each other, words before heads, what is enumerated.

use super::{Store, spread};

#[test]
fn a_kind_without_entries_hides_none_of_another() {
    let mut store = Store::new(usize::MAX, 0);
    let (_, second) = (store.kind::<u64>(), store.kind::<u64>());
    store.insert(spread(1), second, 1, 10_u64);
    assert_eq!(store.live(), [0]);
}

#[test]
fn a_kind_whose_chunk_is_full_hides_none_of_another() {
    // Chunks of 32.
    let mut store = Store::new(16, 0);
    let (first, second) = (store.kind::<u64>(), store.kind::<[u8; 3]>());
    for number in 0..32 {
        store.insert(spread(number), first, number, u64::from(number));
    }
    for number in 32..40 {
        store.insert(spread(number), second, number, [1, 2, 3]);
    }
    assert_eq!(store.live(), (0..40).collect::<Vec<_>>());
}
