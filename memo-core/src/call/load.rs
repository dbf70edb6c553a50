//! A call that may load: asks the store; on a miss the caller leads a run and computes the value,
//! or waits for the run that another caller leads.

use std::convert::Infallible;
use std::mem;

use super::map_value::MapValue;
use super::plan::{KeyOf, Plan, Signature, Stored, Target};
use super::request::{JoinedValue, LoadRequest};
use super::writing::{Computation, Writing, as_is};
use crate::cacheable::Cacheable;
use crate::engine::{Answer, Outcome, RetryState, Settled, TypedGuard, TypedWait, WriteTerms};
use crate::flight::current_runs::InRun;
use crate::level::Level;

/// A call that has to compute its value: it holds the guard of the run. Dropping it (a panic, a
/// cancelled future) makes a waiter the leader.
pub struct Loading<'a, T: Signature, Op> {
    pub(super) guard: TypedGuard<'a, T::Sharing, KeyOf<T>, Stored<T>>,
    pub(super) cacheable: T::Cacheable,
    pub(super) level: T::Level,
    /// The claim that the level has granted.
    pub(super) claim: ClaimOf<T>,
    pub(super) op: Op,
}

/// The type of a level's claim.
pub(super) type ClaimOf<T> = <<T as Signature>::Level as Level<KeyOf<T>, <T as Signature>::Output>>::Claim;

/// A call that waits for another caller's run, in steps, so that no borrow of the arguments lives
/// across an `await`.
pub struct Waiting<'a, T: Signature, Op> {
    wait: TypedWait<'a, T::Sharing, KeyOf<T>, Stored<T>>,
    cacheable: T::Cacheable,
    op: Op,
}

/// Result of a call on a thread, which has waited by then.
pub(crate) type ThreadAnswer<'a, T, A, Op> = Answer<A, Loading<'a, T, Op>, Infallible>;
/// Result of one step of a task's call.
pub(crate) type TaskAnswer<'a, T, A, Op> = Answer<A, Loading<'a, T, Op>, Waiting<'a, T, Op>>;

impl<'a, T: Signature, Op> Loading<'a, T, Op> {
    #[inline]
    pub(super) fn new(
        guard: TypedGuard<'a, T::Sharing, KeyOf<T>, Stored<T>>,
        cacheable: T::Cacheable,
        level: T::Level,
        op: Op,
    ) -> Self {
        Self { guard, cacheable, level, claim: ClaimOf::<T>::default(), op }
    }

    /// Returns a call that computes without the cache.
    #[inline]
    pub(super) fn bypass(cacheable: T::Cacheable, level: T::Level, op: Op) -> Self {
        Self::new(TypedGuard::bypass(), cacheable, level, op)
    }

    /// Returns the call of a run that may continue on another thread.
    pub(crate) fn into_async(self) -> Self {
        Self { guard: self.guard.into_async(), ..self }
    }

    /// How the call gets its value: it computes, with or without the cache.
    pub(crate) fn outcome(&self) -> Outcome {
        if self.guard.id().is_some() { Outcome::Computed } else { Outcome::Bypassed }
    }

    /// Polls the body's future as part of this run.
    pub fn drive<F: Future + Unpin>(&self, body: F) -> InRun<F> {
        InRun::new(self.guard.id(), body)
    }

    /// Ends the run with the value, and returns the operation's answer.
    #[inline]
    pub fn finish(self, value: T::Output) -> Op::Mapped
    where
        Op: MapValue<T::Output>,
    {
        if T::Level::ON {
            return self.finish_backed(value, as_is);
        }
        let Self { guard, cacheable, op, .. } = self;
        guard.complete(&mut Computation::new(&value, cacheable, |_: &KeyOf<T>, _: &_, _: &_, _: &mut _| ()));
        op.map(value)
    }

    /// As [`finish`](Self::finish), with the rules of the attribute.
    pub fn finish_with<W>(self, value: T::Output, rules: W) -> Op::Mapped
    where
        Op: MapValue<T::Output>,
        W: for<'w> FnOnce(Writing<'w, KeyOf<T>, T::Output>) -> Writing<'w, KeyOf<T>, T::Output>,
    {
        if T::Level::ON {
            return self.finish_backed(value, rules);
        }
        let Self { guard, cacheable, op, .. } = self;
        let rules = |key: &KeyOf<T>, value: &T::Output, _: &_, terms: &mut WriteTerms| {
            *terms = rules(Writing::new(key, value, *terms)).into_terms();
        };
        guard.complete(&mut Computation::new(&value, cacheable, rules));
        op.map(value)
    }

    /// Ends the run with the value. Returns how it ended.
    #[inline]
    pub(crate) fn complete<W>(self, value: &T::Output, rules: W) -> Settled
    where
        W: FnOnce(&KeyOf<T>, &T::Output, &Stored<T>, &mut WriteTerms),
    {
        self.guard.complete(&mut Computation::new(value, self.cacheable, rules))
    }
}

impl<T: Signature, Op: MapValue<T::Output>> Waiting<'_, T, Op> {
    /// Waits, and returns the answer made of the other caller's value.
    ///
    /// # Errors
    ///
    /// Returns the operation, to look again, if the other caller's run left nothing for this one.
    pub async fn outcome(self, retry: &mut RetryState) -> Result<Op::Mapped, Op> {
        let Self { wait, cacheable, op } = self;
        match joined::<T>(wait, cacheable, retry).await {
            Some(value) => Ok(op.map(value)),
            None => Err(op),
        }
    }
}

impl<T: Signature> Waiting<'_, T, ()> {
    /// Parks the thread. Returns the other caller's value, or `None` to look again.
    pub(crate) fn park(self, retry: &mut RetryState) -> Option<T::Output> {
        let mut joined = JoinedValue::new(self.cacheable);
        self.wait.park(retry, &mut joined);
        joined.value
    }

    /// Waits as a task. Returns the other caller's value, or `None` to look again.
    pub(crate) async fn value(self, retry: &mut RetryState) -> Option<T::Output> {
        joined::<T>(self.wait, self.cacheable, retry).await
    }
}

async fn joined<T: Signature>(
    wait: TypedWait<'_, T::Sharing, KeyOf<T>, Stored<T>>,
    cacheable: T::Cacheable,
    retry: &mut RetryState,
) -> Option<T::Output> {
    let mut joined = JoinedValue::new(cacheable);
    wait.wait_async(retry, &mut joined).await;
    joined.value
}

/// A call that may load, on a thread.
#[inline(always)]
pub(crate) fn load<'a, P: Plan<'a>, Op>(
    plan: P,
    op: Op,
) -> ThreadAnswer<'a, P::Types, (<P::Types as Signature>::Output, Op), Op> {
    let (cacheable, level) = (plan.cacheable(), plan.level());
    let Some(target) = plan.target() else { return Answer::Load(Loading::bypass(cacheable, level, op)) };
    match target.typed.find_fast(target.hash, |key| plan.matches(key), |stored| cacheable.give(stored)) {
        Ok(value) => {
            // Here, where the value is not lost if dropping a key panics.
            drop(plan);
            Answer::Ready((value, op))
        }
        Err(version) => missed(target, version, plan, op),
    }
}

/// One step of a task's call that may load.
#[inline(always)]
pub(crate) fn load_step<'a, P: Plan<'a>, Op>(
    plan: P,
    op: Op,
    retry: &RetryState,
) -> TaskAnswer<'a, P::Types, (<P::Types as Signature>::Output, Op), Op> {
    let (cacheable, level) = (plan.cacheable(), plan.level());
    let Some(target) = plan.target() else { return Answer::Load(Loading::bypass(cacheable, level, op)) };
    match target.typed.find_fast(target.hash, |key| plan.matches(key), |stored| cacheable.give(stored)) {
        Ok(value) => {
            // Here, where the value is not lost if dropping a key panics.
            drop(plan);
            Answer::Ready((value, op))
        }
        Err(version) => missed_step(target, version, plan, op, retry),
    }
}

/// Slow path of a call that the fast look-up did not answer.
#[inline(always)]
pub(super) fn missed<'a, P: Plan<'a>, Op>(
    target: Target<'a, P::Types>,
    version: Option<u64>,
    plan: P,
    op: Op,
) -> ThreadAnswer<'a, P::Types, (<P::Types as Signature>::Output, Op), Op> {
    let (cacheable, level) = (plan.cacheable(), plan.level());
    let mut request = LoadRequest::new(plan.into_source(), cacheable);
    if let Some(guard) = target.typed.miss(target.hash, version, &mut request) {
        // The run has the key, and there is no value: nothing is left to be dropped.
        mem::forget(request);
        return Answer::Load(Loading::new(guard, cacheable, level, op));
    }
    match request.into_value() {
        Some(value) => Answer::Ready((value, op)),
        None => Answer::Load(Loading::bypass(cacheable, level, op)),
    }
}

/// As [`missed`], for a task.
#[inline(never)]
pub(super) fn missed_step<'a, P: Plan<'a>, Op>(
    target: Target<'a, P::Types>,
    version: Option<u64>,
    plan: P,
    op: Op,
    retry: &RetryState,
) -> TaskAnswer<'a, P::Types, (<P::Types as Signature>::Output, Op), Op> {
    let (cacheable, level) = (plan.cacheable(), plan.level());
    let mut request = LoadRequest::new(plan.into_source(), cacheable);
    match target.typed.begin(target.hash, version, &mut request, retry) {
        Answer::Wait(wait) => Answer::Wait(Waiting { wait, cacheable, op }),
        Answer::Load(guard) => Answer::Load(Loading::new(guard, cacheable, level, op)),
        Answer::Ready(()) => match request.into_value() {
            Some(value) => Answer::Ready((value, op)),
            None => unreachable!("the value was taken"),
        },
    }
}
