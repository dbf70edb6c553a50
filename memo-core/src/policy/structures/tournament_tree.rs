//! The minimum of many numbers that change one at a time: a tournament tree (Knuth, TAOCP volume 3,
//! 5.4.1).
//!
//! The numbers are the leaves of a complete binary tree, and every inner node is the lower of its
//! two children. A change plays the matches on the path to the root again; the path down from the
//! root along the winners leads to the minimum.

/// The numbers and the winners of their matches.
#[derive(Debug, Default)]
pub(crate) struct TournamentTree {
    /// The root is at 1, the children of `i` are at `2 i` and `2 i + 1`, the numbers fill the upper
    /// half.
    tree: Vec<u64>,
    len: usize,
}

impl TournamentTree {
    /// Appends [`u64::MAX`], the number that loses to all others.
    pub(crate) fn push(&mut self) {
        let leaves = self.tree.len() / 2;
        if self.len == leaves {
            let grown = (2 * leaves).max(1);
            let mut tree = vec![u64::MAX; 2 * grown];
            tree[grown..grown + leaves].copy_from_slice(&self.tree[leaves..]);
            for node in (1..grown).rev() {
                tree[node] = tree[2 * node].min(tree[2 * node + 1]);
            }
            self.tree = tree;
        }
        self.len += 1;
    }

    pub(crate) fn get(&self, at: usize) -> u64 {
        self.tree[self.tree.len() / 2 + at]
    }

    pub(crate) fn set(&mut self, at: usize, number: u64) {
        let mut node = self.tree.len() / 2 + at;
        self.tree[node] = number;
        while node > 1 {
            node /= 2;
            let winner = self.tree[2 * node].min(self.tree[2 * node + 1]);
            if std::mem::replace(&mut self.tree[node], winner) == winner {
                break;
            }
        }
    }

    /// The minimum of all numbers but the one at `at`.
    pub(crate) fn min_except(&self, at: usize) -> u64 {
        let (mut node, mut min) = (self.tree.len() / 2 + at, u64::MAX);
        while node > 1 {
            min = min.min(self.tree[node ^ 1]);
            node /= 2;
        }
        min
    }

    /// The position of the minimum; of equal numbers the first.
    pub(crate) fn min_position(&self) -> usize {
        let leaves = self.tree.len() / 2;
        let mut node = 1;
        while node < leaves {
            node *= 2;
            node += usize::from(self.tree[node + 1] < self.tree[node]);
        }
        node - leaves
    }
}

#[cfg(test)]
mod tests {
    use super::TournamentTree;
    use crate::random::Random;

    #[test]
    fn the_minimum_is_found_after_every_change() {
        let (mut tree, mut plain) = (TournamentTree::default(), Vec::new());
        let mut random = Random::new(1);
        for step in 0..2_000 {
            if step % 100 == 0 {
                tree.push();
                plain.push(u64::MAX);
            }
            let at = usize::try_from(random.below(plain.len() as u64)).unwrap();
            plain[at] = random.below(50);
            tree.set(at, plain[at]);
            let min = *plain.iter().min().unwrap();
            assert_eq!(tree.min_position(), plain.iter().position(|&number| number == min).unwrap());
            assert_eq!(tree.get(at), plain[at]);
            let others = plain.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, &number)| number);
            assert_eq!(tree.min_except(at), others.min().unwrap_or(u64::MAX));
        }
    }
}
