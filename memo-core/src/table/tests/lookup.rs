//! How many look-ups the fast path serves.

use super::fixture::TestTable;
use crate::hash::DefaultHashBuilder;
use crate::random::Random;
use crate::table::hazard;
use crate::table::reader::FastLookup;
use crate::table::short_hash::ShortHash;

/// How many of these entries the fast look-up does not find, in a table for `capacity` entries.
fn missed_by_fast(capacity: usize, entries: u32) -> usize {
    let mut random = Random::new(0);
    let hashes: Vec<ShortHash> = (0..entries).map(|_| ShortHash::of::<DefaultHashBuilder>(random.next_u64())).collect();
    let mut table = TestTable::new(capacity, 0);
    let entry_type = table.entry_type::<()>();
    for (number, &hash) in (0..).zip(&hashes) {
        table.insert(hash, entry_type, number, ());
    }
    let guard = hazard::read(hazard::scan_tag(&raw const table.table));
    let is_found = |(number, hash): (u32, &ShortHash)| {
        match table.table.find_fast(
            *hash,
            &entry_type,
            true,
            |head| guard.protect(head),
            |deadline| deadline.is_after(0),
        ) {
            // SAFETY: of this type, protected and live.
            FastLookup::Found(entry) => unsafe { *entry.node::<u32, ()>().key() == number },
            FastLookup::Absent(_) => panic!("it was inserted"),
            FastLookup::Unknown => false,
        }
    };
    (0..).zip(&hashes).filter(|&entry| !is_found(entry)).count()
}

#[test]
fn the_fast_lookup_finds_nearly_all_entries() {
    for (capacity, entries, max) in [
        (100, 100, 10),
        (1000, 1000, 40),
        // Segments have split.
        (10_000, 10_000, 400),
        // Of unknown capacity: segments as full as they get, then just split.
        (usize::MAX, 7_500, 750),
        (usize::MAX, 10_000, 400),
    ] {
        let missed = missed_by_fast(capacity, entries);
        assert!(missed <= max, "{missed} of {entries}");
    }
}
