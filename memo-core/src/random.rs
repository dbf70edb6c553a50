//! Repeatable random numbers, for choices that must not line up with an access pattern: which entry
//! a `random` cache evicts, and how far deadlines are spread.
//!
//! `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
//! 2014): one word of state, every seed is a good seed, and a draw takes a handful of instructions.
//! Not for secrets.

/// A reproducible stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// Makes the stream that belongs to `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Draws a number, uniform over all 64-bit numbers.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number, uniform over `0..bound`; 0 if `bound` is 0. By multiplication instead of
    /// remainder (Lemire, "Fast random integer generation in an interval", 2019), without the
    /// rejection step of the paper: the bias is below `bound / 2^64`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// Draws a number, uniform over `0.0..1.0`: 52 random bits as the mantissa of a number from 1
    /// to 2, minus 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from_bits((1023 << 52) | (self.next_u64() >> 12)) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_stream_is_that_of_the_reference_implementation() {
        // Its first values for seed 1234567.
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::new(1);
        let mut seen = [false; 7];
        for _ in 0..1_000 {
            seen[usize::try_from(random.below(7)).unwrap()] = true;
            let fraction = random.fraction();
            assert!((0.0..1.0).contains(&fraction));
        }
        assert_eq!(seen, [true; 7]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn fractions_are_spread_evenly() {
        let mut random = Random::new(2);
        let mean = (0..10_000).map(|_| random.fraction()).sum::<f64>() / 10_000.0;
        assert!((0.49..0.51).contains(&mean), "{mean}");
    }
}
