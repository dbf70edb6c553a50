//! The exclusive right to change one entry, as the methods of an
//! [`AtomicEntry`](super::atomic_entry::AtomicEntry) use it.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use super::change::{Change, Changed};
use super::plan::OwnedKey;
use super::value::Cache;
use crate::call::KeySource;
use crate::engine::{
    Ask, ExclusiveRetry, Face, Match, Produce, Replaced, RunFailure, Take, TypedBegin, TypedGuard, TypedWait,
    WriteTerms,
};
use crate::flight::current_runs::{EnterGuard, InRun};

/// The exclusive right to change one entry. Dropping it changes nothing.
pub(super) struct Exclusive<'a, K, V, H, S: Face> {
    cache: &'a Cache<K, V, H, S>,
    guard: TypedGuard<'a, S, K, V>,
    /// The old entry, for a rule of the cache.
    replaced: Replaced,
}

/// A caller that asks for the right, and looks at the old value.
struct ChangeRequest<K, F> {
    key: OwnedKey<K>,
    look: F,
}

impl<K: Eq, F> Match<K> for ChangeRequest<K, F> {
    fn matches(&self, key: &K) -> bool {
        self.key.matches(key)
    }
}

impl<V, K, F: FnMut(&V)> Take<V> for ChangeRequest<K, F> {
    fn take(&mut self, value: &V) {
        (self.look)(value);
    }
}

impl<K: Eq, V, F: FnMut(&V)> Ask<K, V> for ChangeRequest<K, F> {
    fn is_owned(&self) -> bool {
        true
    }

    fn own(&mut self) {}

    fn take_key(&mut self) -> Option<K> {
        self.key.take()
    }
}

/// The end of an exclusive run.
struct End<'a, K, V, H, S: Face> {
    cache: &'a Cache<K, V, H, S>,
    value: Option<V>,
    ttl: Option<Duration>,
    replaced: Replaced,
    removes_old: bool,
}

impl<K, V, H, S: Face> Produce<K, V> for End<'_, K, V, H, S> {
    fn produce(&mut self, key: &K, terms: &mut WriteTerms) -> Option<V> {
        let value = self.value.take()?;
        terms.ttl = self.ttl;
        self.cache.apply_rules(key, &value, self.replaced, terms);
        Some(value)
    }

    fn failure(&mut self) -> RunFailure {
        RunFailure { removes_old: self.removes_old, ..RunFailure::default() }
    }
}

/// A step towards the right.
enum Step<'a, K, V, H, S: Face> {
    Begun(Exclusive<'a, K, V, H, S>),
    Wait(TypedWait<'a, S, K, V>),
}

impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    /// Waits for the exclusive right to change this key's entry, and shows the old value to `look`.
    pub(super) fn exclusive(&self, key: K, look: impl FnMut(&V)) -> Exclusive<'_, K, V, H, S> {
        let (mut request, mut retry) = (ChangeRequest { key: OwnedKey(Some(key)), look }, ExclusiveRetry::default());
        loop {
            match self.step(&mut request, &retry) {
                Step::Begun(exclusive) => return exclusive,
                Step::Wait(wait) => wait.park_until_end(&mut retry),
            }
        }
    }

    /// As [`exclusive`](Self::exclusive), for tasks. The right may move between threads.
    pub(super) async fn exclusive_async(&self, key: K, look: impl FnMut(&V)) -> Exclusive<'_, K, V, H, S> {
        let (mut request, mut retry) = (ChangeRequest { key: OwnedKey(Some(key)), look }, ExclusiveRetry::default());
        loop {
            match self.step(&mut request, &retry) {
                Step::Begun(exclusive) => return exclusive.into_async(),
                Step::Wait(wait) => wait.wait_until_end(&mut retry).await,
            }
        }
    }

    fn step<F: FnMut(&V)>(&self, request: &mut ChangeRequest<K, F>, retry: &ExclusiveRetry) -> Step<'_, K, V, H, S> {
        let hash = request.key.owned().map(|key| self.hash(key));
        let Some(hash) = hash else { unreachable!("the key is given up only when the run begins") };
        match self.typed().begin_exclusive(hash, request, retry) {
            TypedBegin::Begun(guard) => {
                let replaced = guard.key().map_or(Replaced::Nothing, |key| self.replaced(key));
                Step::Begun(Exclusive { cache: self, guard, replaced })
            }
            TypedBegin::Wait(wait) => Step::Wait(wait),
            TypedBegin::Cycle => panic!(
                "an entry is changed while its value is being computed or changed by the caller itself, or by one who \
                 waits for the caller: this would wait for itself; call `insert` or `remove` there, or change the \
                 entry after the computation"
            ),
        }
    }
}

impl<K, V, H, S: Face> Exclusive<'_, K, V, H, S> {
    /// Returns the right of a task, which may continue on another thread.
    pub(super) fn into_async(mut self) -> Self {
        self.guard = self.guard.take().into_async();
        self
    }

    /// Calls a function as part of the run: a call for the same key inside it does not wait for
    /// itself.
    pub(super) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        let _inside = self.guard.id().map(EnterGuard::enter);
        run()
    }

    /// Polls a future as part of the run.
    pub(super) async fn drive<F: Future>(&self, future: F) -> F::Output {
        InRun::new(self.guard.id(), Box::pin(future)).await
    }

    /// Ends the run: caches the value, which those who wait for the run get.
    pub(super) fn put(mut self, value: V, ttl: Option<Duration>) {
        self.end(Some(value), ttl, false);
    }

    /// Ends the run without a value.
    pub(super) fn leave(mut self, removes_old: bool) {
        self.end(None, None, removes_old);
    }

    fn end(&mut self, value: Option<V>, ttl: Option<Duration>, removes_old: bool) {
        self.guard.take().complete(&mut End { cache: self.cache, value, ttl, replaced: self.replaced, removes_old });
    }

    /// Ends the run with a change of the old value.
    pub(super) fn change(self, old: Option<V>, change: Change<V>) -> Changed<V>
    where
        V: Clone,
    {
        let (value, ttl) = match change {
            Change::Put(value) => (value, None),
            Change::PutWithTtl(value, ttl) => (value, Some(ttl)),
            Change::Keep => {
                self.leave(false);
                return old.map_or(Changed::Absent, Changed::Kept);
            }
            Change::Remove => {
                self.leave(true);
                return old.map_or(Changed::Absent, Changed::Removed);
            }
        };
        self.put(value.clone(), ttl);
        if old.is_some() { Changed::Replaced(value) } else { Changed::Inserted(value) }
    }
}

/// Without a value nothing changes; those who wait look again.
impl<K, V, H, S: Face> Drop for Exclusive<'_, K, V, H, S> {
    fn drop(&mut self) {
        self.end(None, None, false);
    }
}

/// The value of a result that cannot be an error.
pub(super) fn always<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
