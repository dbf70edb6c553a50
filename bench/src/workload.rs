//! The order in which keys are called: random, and the same in every run.

/// Marsaglia's xorshift generator: good enough to draw keys.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, which is far below 2^64, so that the bias does not matter.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }

    /// A number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Draws `length` keys out of `entries` from a Zipf distribution with this exponent: a few keys
/// make up most of the calls. The ranks are shuffled, so that neighbours in memory are not
/// neighbours in rank.
pub(crate) fn zipf(entries: usize, exponent: f64, length: usize) -> Vec<usize> {
    let mut random = Random::new(0x5EED);
    let mut total = 0.0;
    #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
    let sums: Vec<f64> = (1..=entries)
        .map(|rank| {
            total += (rank as f64).powf(-exponent);
            total
        })
        .collect();
    let mut ids: Vec<usize> = (0..entries).collect();
    for last in (1..entries).rev() {
        ids.swap(last, random.below(last + 1));
    }
    let draw = |_| {
        let point = random.fraction() * total;
        ids[sums.partition_point(|sum| *sum < point).min(entries - 1)]
    };
    (0..length).map(draw).collect()
}

/// Draws `length` keys out of `range`, all with the same probability.
pub(crate) fn uniform(range: usize, length: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    (0..length).map(|_| random.below(range)).collect()
}
