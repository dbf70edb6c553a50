//! A set of small integers, one bit each.

const WORD: u32 = u64::BITS;

/// The set. It grows to its greatest member, and growing copies an eighth of a byte per integer.
#[derive(Debug, Default)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    pub(crate) fn contains(&self, index: u32) -> bool {
        self.words.get((index / WORD) as usize).is_some_and(|word| word & bit(index) != 0)
    }

    pub(crate) fn insert(&mut self, index: u32) {
        let at = (index / WORD) as usize;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= bit(index);
    }

    pub(crate) fn remove(&mut self, index: u32) {
        if let Some(word) = self.words.get_mut((index / WORD) as usize) {
            *word &= !bit(index);
        }
    }

    /// The members, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.range(0, u32::MAX)
    }

    /// The members from `from`, a multiple of 64, to below `to`, ascending.
    pub(crate) fn range(&self, from: u32, to: u32) -> impl Iterator<Item = u32> {
        debug_assert!(from.is_multiple_of(WORD));
        let end = self.words.len().min(to.div_ceil(WORD) as usize);
        let words = self.words.get((from / WORD) as usize..end).unwrap_or_default();
        (from..).step_by(WORD as usize).zip(words).flat_map(|(first, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let index = (rest != 0).then(|| first + rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(index)
            })
        })
    }
}

fn bit(index: u32) -> u64 {
    1 << (index % WORD)
}

#[cfg(test)]
mod tests {
    use super::BitSet;

    #[test]
    fn members_are_inserted_and_removed_and_iterated_in_order() {
        let mut bits = BitSet::default();
        for index in [700, 3, 64, 63, 127, 128] {
            bits.insert(index);
        }
        bits.remove(64);
        bits.remove(9_999);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 63, 127, 128, 700]);
        assert_eq!(bits.range(64, 192).collect::<Vec<_>>(), [127, 128]);
        assert_eq!(bits.range(640, 6_400).collect::<Vec<_>>(), [700]);
        assert_eq!(bits.range(6_400, 9_600).count(), 0);
        assert_eq!([3, 64, 700, 9_999].map(|index| bits.contains(index)), [true, false, true, false]);
    }
}
