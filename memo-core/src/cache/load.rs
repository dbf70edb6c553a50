//! Look up, or compute and keep: once per key at a time, for threads and tasks alike.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};

use super::Cache;
use crate::engine::scope::Scope;
use crate::engine::{Begin, Mode, Node, Outcome, Ticket, Turn};
use crate::entry::Pair;
use crate::flight::running::Driven;

type PairNode<K, V, S> = <S as Scope>::Ref<Node<Pair<K, V>>>;

impl<K: Hash + Eq, V: Clone, H: BuildHasher, S: Scope> Cache<K, V, H, S> {
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
        if let Some(node) = self.engine().find(hash, |pair| pair.key == key) {
            let value = self.hit_value(&node);
            // Here, where the value is safe if that panics.
            drop((key, node));
            return Ok(value);
        }
        // The key moves into the entry-to-be once it is made, and is compared there from then on.
        let node = S::share(Node::new(hash, Pair::pending(key)));
        let own = &node.payload.key;
        self.finish_load(hash, |pair| pair.key == *own, || node.clone(), compute)
    }

    fn load<Q, E>(&self, key: &Q, own: impl Fn() -> K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hash(key);
        if let Some(node) = self.engine().find(hash, |pair| pair.key.borrow() == key) {
            return Ok(self.hit_value(&node));
        }
        let make = || S::share(Node::new(hash, Pair::pending(own())));
        self.finish_load(hash, |pair| pair.key.borrow() == key, make, compute)
    }

    fn finish_load<E>(
        &self,
        hash: u64,
        is: impl Fn(&Pair<K, V>) -> bool,
        make: impl Fn() -> PairNode<K, V, S>,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let mut turn = Turn::default();
        loop {
            let ticket = match self.engine().begin(hash, &is, &make, &turn, Mode::Call) {
                Begin::Hit(node) => return Ok(self.hit_value(&node)),
                Begin::Bypass => return compute(),
                Begin::Lead(ticket) => ticket,
                Begin::Wait(wait) => match wait.park(&mut turn) {
                    Outcome::Value(node) => return Ok(value(&node)),
                    Outcome::Failure(_) | Outcome::Again => continue,
                },
            };
            return self.land(ticket, compute());
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
        if let Some(node) = self.engine().find(hash, |pair| pair.key == key) {
            let value = self.hit_value(&node);
            // Here, where the value is safe if that panics.
            drop((key, node));
            return Ok(value);
        }
        let node = S::share(Node::new(hash, Pair::pending(key)));
        let is = |pair: &Pair<K, V>| pair.key == node.payload.key;
        let mut turn = Turn::default();
        let ticket = loop {
            let wait = match self.engine().begin(hash, is, || node.clone(), &turn, Mode::Call) {
                Begin::Hit(node) => return Ok(self.hit_value(&node)),
                Begin::Bypass => break None,
                Begin::Lead(ticket) => break Some(ticket.of_a_task()),
                Begin::Wait(wait) => wait,
            };
            if let Outcome::Value(node) = wait.landed(&mut turn).await {
                return Ok(value(&node));
            }
        };
        let result = Driven::new(ticket.as_ref().map(Ticket::id), Box::pin(compute)).await;
        match ticket {
            Some(ticket) => self.land(ticket, result),
            None => result,
        }
    }

    fn hit_value(&self, node: &Node<Pair<K, V>>) -> V {
        self.engine().hit(node);
        value(node)
    }

    fn land<E>(&self, mut ticket: Ticket<'_, Pair<K, V>, S>, result: Result<V, E>) -> Result<V, E> {
        ticket.enter();
        let Ok(value) = &result else {
            ticket.land_without_value(None, true);
            return result;
        };
        let pair = &ticket.node().payload;
        let terms = self.terms(&pair.key, value, None);
        pair.put(value.clone());
        ticket.land(&terms);
        result
    }
}

fn value<K, V: Clone>(node: &Node<Pair<K, V>>) -> V {
    node.payload.value().expect("a run that landed left its value").clone()
}
