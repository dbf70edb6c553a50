//! The interface of a level behind a store, such as a disk or a server.
//!
//! The leader of a run asks a [`Level`] after the run has started and before its body: the owned
//! key is already in the unpublished entry, so nothing is cloned, and only the leader asks. After
//! the body the leader sends it the value, before the waiters are woken. A function without a level
//! has [`Unbacked`], of which no instruction remains.

use std::time::Duration;

/// A level behind a process-local store. Each operation has a blocking form, for threads, and an
/// async one, which never blocks.
///
/// A level never fails. If it cannot answer, the caller computes, with a claim that does nothing.
pub trait Level<K, V>: Copy {
    /// Whether there is a level.
    const ON: bool;
    /// The right to fill one key, such as a lease. Dropping it gives the right up; the default
    /// claim grants nothing.
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

    /// Invalidates an entry, or all of them.
    fn invalidate(self, which: Which<'_, K>);
    /// [`invalidate`](Self::invalidate) for tasks.
    fn invalidate_async(self, which: Which<'_, K>) -> impl Future<Output = ()>;
}

/// The answer of a level to a look-up.
#[derive(Debug)]
pub enum Loaded<V, C> {
    /// The level has this value.
    Value(V, Meta),
    /// The level has nothing: the caller computes, and may fill with this claim.
    Compute(C),
}

/// Result of sending a value to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// The level has the value.
    Accepted,
    /// The key was invalidated meanwhile, or claimed anew: the waiters must look again.
    Refused,
    /// The level did not answer.
    Unknown,
}

/// The part of a level that is invalidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'k, K> {
    /// The entry of one key.
    One(&'k K),
    /// All entries.
    All,
}

/// The metadata of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The time to live of the value, or what is left of it; `None` for the store's.
    pub ttl: Option<Duration>,
}

/// The level of a function without a level.
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
