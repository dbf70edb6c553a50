//! The level seam: what lies behind a process-local store, such as a disk or a server.
//!
//! A [`Level`] is consulted where a miss has just become a run, before the body: the owned key
//! already lies in the unpublished entry, so nothing is cloned, and only the leader asks. After the
//! body the value is sent to it, before the callers that joined are answered. A function without a
//! level has [`Unbacked`], of which no instruction is left.

use std::time::Duration;

/// What lies behind a process-local store. Each operation has a blocking form, for threads, and an
/// async one, which never blocks.
///
/// A level never fails: one that cannot answer lets the caller compute, with a claim that does
/// nothing.
pub trait Level<K, V>: Copy {
    /// Whether there is one.
    const ON: bool;
    /// The right to fill one key, such as a lease. Dropping it gives the right up; the default one
    /// grants nothing.
    type Claim: Default;

    /// Looks a key up, or claims it.
    fn load(self, key: &K) -> Loaded<V, Self::Claim>;
    /// [`load`](Self::load) for tasks.
    fn load_async(self, key: &K) -> impl Future<Output = Loaded<V, Self::Claim>>;

    /// Claims a key without a look-up, to overwrite what is there.
    fn claim(self, key: &K) -> Self::Claim;
    /// [`claim`](Self::claim) for tasks.
    fn claim_async(self, key: &K) -> impl Future<Output = Self::Claim>;

    /// Sends a value.
    fn fill(self, claim: Self::Claim, key: &K, value: &V, meta: Meta) -> Filled;
    /// [`fill`](Self::fill) for tasks.
    fn fill_async(self, claim: Self::Claim, key: &K, value: &V, meta: Meta) -> impl Future<Output = Filled>;

    /// Removes what is there.
    fn invalidate(self, which: Which<'_, K>);
    /// [`invalidate`](Self::invalidate) for tasks.
    fn invalidate_async(self, which: Which<'_, K>) -> impl Future<Output = ()>;
}

/// What a level knows of a key.
#[derive(Debug)]
pub enum Loaded<V, C> {
    /// This value.
    Value(V, Meta),
    /// Nothing: the caller computes, and may fill by this claim.
    Compute(C),
}

/// What became of a value that was sent to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// It is there.
    Accepted,
    /// The key was invalidated meanwhile, or claimed anew: the callers that joined must look again.
    Refused,
    /// There was no answer.
    Unknown,
}

/// What of a level is invalidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'k, K> {
    /// The entry of one key.
    One(&'k K),
    /// All entries.
    All,
}

/// What travels with a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Its time to live, or what is left of it; `None` as the store's.
    pub ttl: Option<Duration>,
}

/// No level.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unbacked;

impl<K, V> Level<K, V> for Unbacked {
    const ON: bool = false;
    type Claim = ();

    #[inline]
    fn load(self, _: &K) -> Loaded<V, ()> {
        Loaded::Compute(())
    }

    async fn load_async(self, _: &K) -> Loaded<V, ()> {
        Loaded::Compute(())
    }

    #[inline]
    fn claim(self, _: &K) {}

    async fn claim_async(self, _: &K) {}

    #[inline]
    fn fill(self, (): (), _: &K, _: &V, _: Meta) -> Filled {
        Filled::Unknown
    }

    async fn fill_async(self, (): (), _: &K, _: &V, _: Meta) -> Filled {
        Filled::Unknown
    }

    #[inline]
    fn invalidate(self, _: Which<'_, K>) {}

    async fn invalidate_async(self, _: Which<'_, K>) {}
}
