//! Look up, or compute and keep: once per key at a time, for threads and tasks alike.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ptr;

use super::{Cache, Offer};
use crate::engine::sharing::Sharing;
use crate::engine::{Begin, Found, LoadGuard, LoadMode, Request, RetryState, WaitResult};
use crate::flight::current_runs::InRun;
use crate::table::{Head, Node, ShortHash};

impl<K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Sharing> Cache<K, V, H, S> {
    /// The value; computed and kept if it is not there. Others who ask for the same key meanwhile wait and take the same value; those who ask
    /// for other keys do not wait. `compute` may use the cache, even for the same key: then it computes without it.
    pub fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        match self.try_get_or_insert_with(key, || Ok::<_, Infallible>(compute())) {
            Ok(value) => value,
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with) with a key that is owned on a miss only.
    pub fn get_or_insert_with_by_ref<Q>(&self, key: &Q, compute: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        match self.load(key, || key.to_owned(), || Ok::<_, Infallible>(compute())) {
            Ok(value) => value,
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with) for what may fail.
    ///
    /// # Errors
    ///
    /// What `compute` returned. An error is not kept; others who waited for this run compute for themselves, one of them first.
    pub fn try_get_or_insert_with<E>(&self, key: K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        let hash = self.hash(&key);
        let version = match self.hit_anywhere(hash, &key) {
            Ok(value) => {
                // Here, where the value is safe if that panics.
                drop(key);
                return Ok(value);
            }
            Err(version) => version,
        };
        self.finish_load(hash, version, &mut Offer::<K, V> { key: Some(key), value: None }, compute)
    }

    fn load<Q, E>(&self, key: &Q, own: impl Fn() -> K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        match self.hit_anywhere(hash, key) {
            Ok(value) => Ok(value),
            Err(version) => {
                let own = &own;
                self.finish_load(
                    hash,
                    version,
                    &mut Loan::<K, V, Q, _> { key, own, owned: None, _of: PhantomData },
                    compute,
                )
            }
        }
    }

    /// A hit, wherever the entry is. Without one: the clock that proves it, if one does.
    #[inline]
    fn hit_anywhere<Q>(&self, hash: ShortHash, key: &Q) -> Result<V, Option<u64>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        match self.hit(hash, key, V::clone) {
            Err(None) => self.hit_far(hash, key),
            near => near,
        }
    }

    #[cold]
    #[inline(never)]
    fn hit_far<Q>(&self, hash: ShortHash, key: &Q) -> Result<V, Option<u64>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        self.find(hash, key, |found, value| {
            found.record_hit();
            value.clone()
        })
    }

    fn finish_load<E>(
        &self,
        hash: ShortHash,
        version: Option<u64>,
        request: &mut dyn Request,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let entry_type = self.engine().sole_type().number;
        // In this frame: see `Engine::begin_fast`.
        let guard = match version.and_then(|version| self.engine().begin_fast(hash, entry_type, version, request)) {
            Some(head) => Some(LoadGuard::of(self.engine(), head)),
            None => match self.begin_load(hash, version, request) {
                Ok(guard) => guard,
                Err(value) => return Ok(value),
            },
        };
        match guard {
            Some(guard) => self.land(guard, compute()),
            None => compute(),
        }
    }

    /// Not the usual miss: the right to make the entry, if the caller may have it, or the value.
    #[cold]
    #[inline(never)]
    fn begin_load(
        &self,
        hash: ShortHash,
        version: Option<u64>,
        request: &mut dyn Request,
    ) -> Result<Option<LoadGuard<'_, S>>, V> {
        let mut retry = RetryState::default();
        loop {
            match self.engine().begin(hash, self.engine().sole_type().number, version, request, &retry, LoadMode::Call)
            {
                Begin::Hit(found) => return Err(Self::take_found(&found)),
                Begin::Bypass => return Ok(None),
                Begin::Lead(guard) => return Ok(Some(guard)),
                Begin::Wait(wait) => {
                    if let WaitResult::Value(arrived) = wait.park(&mut retry) {
                        return Err(Self::value(arrived.head()));
                    }
                }
            }
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with) for a future. On any runtime. If this future is dropped before it is done,
    /// one of those who wait computes instead.
    pub async fn get_or_insert_async(&self, key: K, compute: impl Future<Output = V>) -> V {
        match self.try_get_or_insert_async(key, async { Ok::<_, Infallible>(compute.await) }).await {
            Ok(value) => value,
        }
    }

    /// As [`try_get_or_insert_with`](Self::try_get_or_insert_with) for a future.
    ///
    /// # Errors
    ///
    /// What `compute` gave. It is not kept.
    pub async fn try_get_or_insert_async<E>(
        &self,
        key: K,
        compute: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let hash = self.hash(&key);
        let version = match self.hit_anywhere(hash, &key) {
            Ok(value) => {
                // Here, where the value is safe if that panics.
                drop(key);
                return Ok(value);
            }
            Err(version) => version,
        };
        let mut offer = Offer::<K, V> { key: Some(key), value: None };
        let mut retry = RetryState::default();
        let guard = loop {
            let wait = match self.engine().begin(
                hash,
                self.engine().sole_type().number,
                version,
                &mut offer,
                &retry,
                LoadMode::Call,
            ) {
                Begin::Hit(found) => return Ok(Self::take_found(&found)),
                Begin::Bypass => break None,
                Begin::Lead(guard) => break Some(guard.of_a_task()),
                Begin::Wait(wait) => wait,
            };
            if let WaitResult::Value(arrived) = wait.landed(&mut retry).await {
                return Ok(Self::value(arrived.head()));
            }
        };
        let result = InRun::new(guard.as_ref().map(LoadGuard::id), Box::pin(compute)).await;
        match guard {
            Some(guard) => self.land(guard, result),
            None => result,
        }
    }

    /// The value of a run that has landed.
    fn value(head: &Head) -> V {
        // SAFETY: an entry of this store, held by the caller, its value there.
        unsafe { (*ptr::from_ref(head).cast::<Node<K, V>>()).value() }.clone()
    }

    fn take_found(found: &Found<'_, S>) -> V {
        found.record_hit();
        Self::value(found.head())
    }

    fn land<E>(&self, mut guard: LoadGuard<'_, S>, result: Result<V, E>) -> Result<V, E> {
        guard.enter();
        let Ok(value) = &result else {
            guard.land_without_value(None, true);
            return result;
        };
        // SAFETY: an entry-to-be of this store, its key there.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(guard.head()).cast() };
        let terms = self.terms(node.key(), value, None);
        let value = value.clone();
        // SAFETY: nobody else writes the value of this run, and nobody reads it before it has landed.
        unsafe {
            Node::<K, V>::write_value(ptr::from_ref(guard.head()).cast_mut(), value);
            guard.land(&terms);
        }
        result
    }
}

/// What the engine asks of a key that is borrowed until it is needed.
struct Loan<'q, K, V, Q: ?Sized, O> {
    key: &'q Q,
    own: &'q O,
    owned: Option<K>,
    _of: PhantomData<fn() -> V>,
}

impl<K: Borrow<Q>, V, Q: Eq + ?Sized, O: Fn() -> K> Request for Loan<'_, K, V, Q, O> {
    fn is(&self, head: &Head) -> bool {
        // SAFETY: an entry of the caller's store, its key there.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
        node.key().borrow() == self.key
    }

    fn own(&mut self) {
        self.owned = Some((self.own)());
    }

    fn is_owned(&self) -> bool {
        self.owned.is_some()
    }

    unsafe fn write(&mut self, target: *mut Head) {
        if let Some(key) = self.owned.take() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_key(target, key) };
        }
    }
}
