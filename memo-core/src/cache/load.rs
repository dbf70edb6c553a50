//! Look up, or compute and keep: once per key at a time, for threads and tasks alike.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ptr;

use super::{Cache, Offer};
use crate::engine::scope::Scope;
use crate::engine::{Begin, Found, Mode, Outcome, Request, Ticket, Turn};
use crate::flight::running::Driven;
use crate::table::{Hash as ShortHash, Head, Node};

impl<K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Scope> Cache<K, V, H, S> {
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
        let clock = match self.hit_anywhere(hash, &key) {
            Ok(value) => {
                // Here, where the value is safe if that panics.
                drop(key);
                return Ok(value);
            }
            Err(clock) => clock,
        };
        self.finish_load(hash, clock, &mut Offer::<K, V> { key: Some(key), value: None }, compute)
    }

    fn load<Q, E>(&self, key: &Q, own: impl Fn() -> K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        match self.hit_anywhere(hash, key) {
            Ok(value) => Ok(value),
            Err(clock) => {
                let own = &own;
                self.finish_load(
                    hash,
                    clock,
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
            found.touch();
            value.clone()
        })
    }

    fn finish_load<E>(
        &self,
        hash: ShortHash,
        clock: Option<u64>,
        request: &mut dyn Request,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let kind = self.engine().only().number;
        // In this frame: see `Engine::begin_quickly`.
        let ticket = match clock.and_then(|clock| self.engine().begin_quickly(hash, kind, clock, request)) {
            Some(head) => Some(Ticket::of(self.engine(), head)),
            None => match self.begin_load(hash, clock, request) {
                Ok(ticket) => ticket,
                Err(value) => return Ok(value),
            },
        };
        match ticket {
            Some(ticket) => self.land(ticket, compute()),
            None => compute(),
        }
    }

    /// Not the usual miss: the right to make the entry, if the caller may have it, or the value.
    #[cold]
    #[inline(never)]
    fn begin_load(
        &self,
        hash: ShortHash,
        clock: Option<u64>,
        request: &mut dyn Request,
    ) -> Result<Option<Ticket<'_, S>>, V> {
        let mut turn = Turn::default();
        loop {
            match self.engine().begin(hash, self.engine().only().number, clock, request, &turn, Mode::Call) {
                Begin::Hit(found) => return Err(Self::take_found(&found)),
                Begin::Bypass => return Ok(None),
                Begin::Lead(ticket) => return Ok(Some(ticket)),
                Begin::Wait(wait) => {
                    if let Outcome::Value(arrived) = wait.park(&mut turn) {
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
        let clock = match self.hit_anywhere(hash, &key) {
            Ok(value) => {
                // Here, where the value is safe if that panics.
                drop(key);
                return Ok(value);
            }
            Err(clock) => clock,
        };
        let mut offer = Offer::<K, V> { key: Some(key), value: None };
        let mut turn = Turn::default();
        let ticket = loop {
            let wait =
                match self.engine().begin(hash, self.engine().only().number, clock, &mut offer, &turn, Mode::Call) {
                    Begin::Hit(found) => return Ok(Self::take_found(&found)),
                    Begin::Bypass => break None,
                    Begin::Lead(ticket) => break Some(ticket.of_a_task()),
                    Begin::Wait(wait) => wait,
                };
            if let Outcome::Value(arrived) = wait.landed(&mut turn).await {
                return Ok(Self::value(arrived.head()));
            }
        };
        let result = Driven::new(ticket.as_ref().map(Ticket::id), Box::pin(compute)).await;
        match ticket {
            Some(ticket) => self.land(ticket, result),
            None => result,
        }
    }

    /// The value of a run that has landed.
    fn value(head: &Head) -> V {
        // SAFETY: an entry of this store, held by the caller, its value there.
        unsafe { (*ptr::from_ref(head).cast::<Node<K, V>>()).value() }.clone()
    }

    fn take_found(found: &Found<'_, S>) -> V {
        found.touch();
        Self::value(found.head())
    }

    fn land<E>(&self, mut ticket: Ticket<'_, S>, result: Result<V, E>) -> Result<V, E> {
        ticket.enter();
        let Ok(value) = &result else {
            ticket.land_without_value(None, true);
            return result;
        };
        // SAFETY: an entry-to-be of this store, its key there.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(ticket.head()).cast() };
        let terms = self.terms(node.key(), value, None);
        let value = value.clone();
        // SAFETY: nobody else writes the value of this run, and nobody reads it before it has landed.
        unsafe {
            Node::<K, V>::write_value(ptr::from_ref(ticket.head()).cast_mut(), value);
            ticket.land(&terms);
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

    unsafe fn write(&mut self, place: *mut Head) {
        if let Some(key) = self.owned.take() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_key(place, key) };
        }
    }
}
