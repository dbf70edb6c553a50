//! A set of slots, as a bitmap in pages.
//!
//! It is changed under the lock, so no change may take long: a hash set would now and then move all
//! of its members, this at most allocates one page.

/// Words of a page: one page of memory, for 32 768 slots.
const WORDS: usize = 512;

/// A set of slots.
#[derive(Default)]
pub(super) struct SlotSet {
    pages: Vec<Page>,
    len: usize,
}

#[derive(Default)]
struct Page {
    /// Allocated when the page gets its first member.
    words: Option<Box<[u64; WORDS]>>,
    len: usize,
}

/// The page of a slot, the word in it, and the bit in that.
fn position(slot: u32) -> (usize, usize, u64) {
    let word = slot as usize / 64;
    (word / WORDS, word % WORDS, 1 << (slot % 64))
}

impl SlotSet {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        let (page, word, bit) = position(slot);
        self.pages.get(page).and_then(|page| page.words.as_ref()).is_some_and(|words| words[word] & bit != 0)
    }

    pub(super) fn insert(&mut self, slot: u32) {
        let (page, word, bit) = position(slot);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, Page::default);
        }
        let page = &mut self.pages[page];
        let word = &mut page.words.get_or_insert_with(|| Box::new([0; WORDS]))[word];
        if *word & bit == 0 {
            *word |= bit;
            page.len += 1;
            self.len += 1;
        }
    }

    /// Removes a slot. Returns whether it was there.
    pub(super) fn remove(&mut self, slot: u32) -> bool {
        let (page, word, bit) = position(slot);
        let Some(page) = self.pages.get_mut(page) else { return false };
        let Some(word) = page.words.as_mut().map(|words| &mut words[word]) else { return false };
        let was_there = *word & bit != 0;
        if was_there {
            *word &= !bit;
            page.len -= 1;
            self.len -= 1;
        }
        was_there
    }

    /// Removes up to `most` slots, lowest first, and calls `take` with each.
    pub(super) fn take(&mut self, most: u32, mut take: impl FnMut(u32)) {
        let mut left = most;
        for (number, page) in self.pages.iter_mut().enumerate().filter(|(_, page)| page.len > 0) {
            for (at, word) in page.words.iter_mut().flat_map(|words| words.iter_mut().enumerate()) {
                while *word != 0 && left > 0 {
                    let bit = word.trailing_zeros();
                    *word &= *word - 1;
                    page.len -= 1;
                    self.len -= 1;
                    left -= 1;
                    #[expect(clippy::cast_possible_truncation, reason = "made of a slot by `position`")]
                    take((number * WORDS + at) as u32 * 64 + bit);
                }
            }
            if left == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SlotSet;
    use crate::random::Random;
    use std::collections::BTreeSet;

    #[test]
    fn it_has_the_members_that_a_tree_has() {
        let (mut random, mut set, mut tree) = (Random::new(1), SlotSet::default(), BTreeSet::new());
        for step in 0..60_000 {
            // Few enough that many are met again, spread over three pages.
            let slot = u32::try_from(random.below(300)).unwrap() * 300;
            match random.below(3) {
                0 => assert_eq!(set.remove(slot), tree.remove(&slot)),
                _ if step % 1_000 == 999 => {
                    let expected: Vec<u32> = tree.iter().copied().take(100).collect();
                    let mut taken = Vec::new();
                    set.take(100, |slot| taken.push(slot));
                    tree.retain(|slot| !expected.contains(slot));
                    assert_eq!(taken, expected);
                }
                _ => {
                    set.insert(slot);
                    tree.insert(slot);
                }
            }
            assert_eq!((set.contains(slot), set.is_empty()), (tree.contains(&slot), tree.is_empty()));
        }
    }
}
