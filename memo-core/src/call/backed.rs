//! Calls with a [level](crate::level) behind their store. The leader asks the level between the
//! start of the run and its body, and sends it the value between the body and the end of the run.
//!
//! The guard of the run does not change: whatever a level does, the run ends, and the waiters are
//! woken. Nothing of this is compiled for calls without a level.

use std::convert::Infallible;

use super::load::Loading;
use super::map_value::MapValue;
use super::operation::Operation;
use super::plan::{KeyOf, Signature, Stored};
use super::writing::{Computation, Writing};
use crate::cacheable::Cacheable;
use crate::engine::{Answer, Produce, RunFailure, Settled, WriteTerms};
use crate::flight::current_runs::{EnterGuard, InRun};
use crate::level::{Filled, Level, Loaded, Meta};

/// Result of asking the level, before the body.
type Consulted<'a, T, Op> = Answer<(<T as Signature>::Output, Op), Loading<'a, T, Op>, Infallible>;

/// The failure of a run whose value the level refused: the value is not cached, an entry that it
/// was to replace is removed, and waiters look again.
struct Refused;

impl<K, V> Produce<K, V> for Refused {
    fn produce(&mut self, _: &K, _: &mut WriteTerms) -> Option<V> {
        None
    }

    fn failure(&mut self) -> RunFailure {
        RunFailure { removes_old: true, ..RunFailure::default() }
    }
}

impl<'a, T: Signature, Op> Loading<'a, T, Op> {
    /// Asks the level, before the body. A value that it has is cached by the attribute's rules, as
    /// a computed one is. An operation that overwrites only claims the key.
    pub fn consult<W>(self, rules: W) -> Consulted<'a, T, Op>
    where
        Op: Operation<T::Output>,
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        let Some(key) = self.guard.key() else { return Answer::Load(self) };
        let loaded = if Op::OVERWRITES { Loaded::Compute(self.level.claim(key)) } else { self.level.load(key) };
        self.consulted(loaded, rules)
    }

    /// As `consult`, for tasks.
    pub async fn consult_async<W>(self, rules: W) -> Consulted<'a, T, Op>
    where
        Op: Operation<T::Output>,
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        let Some(key) = self.guard.key() else { return Answer::Load(self) };
        let ask = async {
            if Op::OVERWRITES {
                Loaded::Compute(self.level.claim_async(key).await)
            } else {
                self.level.load_async(key).await
            }
        };
        let loaded = InRun::new(self.guard.id(), Box::pin(ask)).await;
        self.consulted(loaded, rules)
    }

    fn consulted<W>(self, loaded: LoadedOf<T>, rules: W) -> Consulted<'a, T, Op>
    where
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        match loaded {
            Loaded::Compute(claim) => Answer::Load(Self { claim, ..self }),
            Loaded::Value(value, meta) => {
                let Self { guard, cacheable, op, .. } = self;
                guard.count_level_hit();
                let rules = |key: &KeyOf<T>, value: &T::Output, _: &Stored<T>, terms: &mut WriteTerms| {
                    *terms = rules(Writing::new(key, value, *terms)).into_terms();
                    // What is left of a time to live is shorter than a new one.
                    terms.ttl = meta.ttl.or(terms.ttl);
                };
                guard.complete(&mut Computation::new(&value, cacheable, rules));
                Answer::Ready((value, op))
            }
        }
    }

    /// Sends the value to the level, then ends the run.
    pub(super) fn finish_backed<W>(mut self, value: T::Output, rules: W) -> Op::Mapped
    where
        Op: MapValue<T::Output>,
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        let terms = self.terms(&value, rules);
        let claim = std::mem::take(&mut self.claim);
        let filled = match (&terms, self.guard.key()) {
            (Some(terms), Some(key)) if self.is_to_be_filled(terms) => {
                Some(self.level.fill(claim, key, &value, Meta { ttl: terms.ttl }))
            }
            _ => None,
        };
        self.settle(&value, terms, filled);
        self.op.map(value)
    }

    /// As `finish_backed`, for tasks.
    pub async fn finish_async<W>(mut self, value: T::Output, rules: W) -> Op::Mapped
    where
        Op: MapValue<T::Output>,
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        let terms = self.terms(&value, rules);
        let claim = std::mem::take(&mut self.claim);
        let filled = match (&terms, self.guard.key()) {
            (Some(terms), Some(key)) if self.is_to_be_filled(terms) => {
                let fill = self.level.fill_async(claim, key, &value, Meta { ttl: terms.ttl });
                Some(InRun::new(self.guard.id(), Box::pin(fill)).await)
            }
            _ => None,
        };
        self.settle(&value, terms, filled);
        self.op.map(value)
    }

    /// Applies the attribute's rules to a value that may be cached.
    fn terms<W>(&self, value: &T::Output, rules: W) -> Option<WriteTerms>
    where
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        let key = self.guard.key().filter(|_| self.cacheable.admits(value))?;
        // The rules are part of the run, on the thread where it ends.
        let _inside = self.guard.id().map(EnterGuard::enter);
        Some(rules(Writing::new(key, value, WriteTerms::default())).into_terms())
    }

    /// Closes the run to later callers, because their result must not depend on the level's pending
    /// answer. Returns whether the value is to be sent to the level.
    fn is_to_be_filled(&self, terms: &WriteTerms) -> bool {
        let invalidated = self.guard.close();
        terms.admit && !invalidated
    }
}

/// The answer of a call's level to a look-up.
type LoadedOf<T> =
    Loaded<<T as Signature>::Output, <<T as Signature>::Level as Level<KeyOf<T>, <T as Signature>::Output>>::Claim>;

impl<T: Signature, Op> Loading<'_, T, Op> {
    fn settle(&mut self, value: &T::Output, terms: Option<WriteTerms>, filled: Option<Filled>) -> Settled {
        let guard = self.guard.take();
        if filled == Some(Filled::Refused) {
            return guard.complete(&mut Refused);
        }
        let rules = |_: &KeyOf<T>, _: &_, _: &Stored<T>, own: &mut WriteTerms| *own = terms.unwrap_or_default();
        guard.complete(&mut Computation::new(value, self.cacheable, rules))
    }
}
