//! What is compared: a contender is one way to serve calls, such as a cache or a memoized function.

/// What a contender is compared as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Floor,
    Ours,
    Peer,
    /// A peer that never evicts, and so does less than a cache. It is not taken for the best peer.
    Map,
}

/// A benchmark to which contenders can be added that threads may share.
pub(crate) trait AddContender<K> {
    fn add(&mut self, role: Role, name: &'static str, call: impl Fn(K) -> u64 + Send + Sync + 'static);
}

/// A contender with a name. `call_all` calls it with many keys, and adds the results up. Its type
/// `F` says whether the contender can be shared by threads.
pub(super) struct Contender<F: ?Sized> {
    pub(super) name: &'static str,
    pub(super) role: Role,
    pub(super) call_all: Box<F>,
}

/// Calls `call` with each key, and adds the results up. The loop is in here, so that the call is
/// inlined as it would be in a program.
pub(super) fn call_all<K: Copy>(keys: &[K], call: impl Fn(K) -> u64) -> u64 {
    keys.iter().fold(0_u64, |sum, key| sum.wrapping_add(call(*key)))
}

/// The order in which the contenders run in a round. Over the rounds each contender runs after each
/// other one, so that none always inherits the processor's caches from the same neighbour.
///
/// A step length that has no divisor in common with the number of contenders reaches all of them.
pub(super) fn order(contenders: usize, round: usize) -> impl Iterator<Item = usize> {
    let steps: Vec<usize> = (1..=contenders).filter(|step| gcd(*step, contenders) == 1).collect();
    let step = steps[round % steps.len()];
    (0..contenders).map(move |turn| (turn * step + round) % contenders)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
