//! A vector that grows without moving its elements.
//!
//! A plain vector that doubles copies all its elements at once, and the call that causes it waits:
//! a millisecond per million. Here the elements are in chunks, of which only the last one grows. An
//! access costs one more load, from a list that is short enough to stay in the processor's cache.

use std::ops::{Index, IndexMut};

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;

/// The vector.
#[derive(Debug)]
pub(crate) struct ChunkedVec<T> {
    /// The full chunks, then at most one that is partly full, then empty ones.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T> ChunkedVec<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, element: T) {
        let at = self.len / CHUNK;
        if at == self.chunks.len() {
            // The first chunk grows like any vector; a later one will be full soon.
            self.chunks.push(if at == 0 { Vec::new() } else { Vec::with_capacity(CHUNK) });
        }
        self.chunks[at].push(element);
        self.len += 1;
    }

    /// Keeps a chunk that becomes empty: the next push may need it at once.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        self.chunks[self.len / CHUNK].pop()
    }
}

impl<T> Index<u32> for ChunkedVec<T> {
    type Output = T;

    fn index(&self, at: u32) -> &T {
        &self.chunks[(at >> CHUNK_BITS) as usize][at as usize % CHUNK]
    }
}

impl<T> IndexMut<u32> for ChunkedVec<T> {
    fn index_mut(&mut self, at: u32) -> &mut T {
        &mut self.chunks[(at >> CHUNK_BITS) as usize][at as usize % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::ChunkedVec;

    #[test]
    fn elements_stay_where_they_were_put() {
        let mut chunks = ChunkedVec::default();
        (0..10_000_u32).for_each(|number| chunks.push(number));
        assert!((0..10_000).all(|at| chunks[at] == at));
        chunks[9_999] = 7;
        assert_eq!((chunks.pop(), chunks.len()), (Some(7), 9_999));
        assert!((0..9_999).rev().all(|number| chunks.pop() == Some(number)));
        assert_eq!((chunks.pop(), chunks.len()), (None, 0));
    }
}
