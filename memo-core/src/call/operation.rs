//! Operations on a single entry of a function, all dispatched through one generic function.
//!
//! An expansion binds the arguments, chooses what is cached and runs the body in *one* hidden
//! function, which is generic over the operation. The call itself, `peek`, `put`, `with` and the
//! other operations are one line each. So the compiler checks a function's key once, and not once
//! per operation (measured: 8 instead of 15 ms of `cargo check` per function), and a type that
//! cannot be a key or a value causes one error.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::load::{self, Loading, TaskAnswer, ThreadAnswer};
use super::map_value::MapValue;
use super::plan::{FunctionPlan, Signature, Target};
use super::request::{JoinedValue, KeySource, LoadRequest, PutRequest};
use super::writing::Writing;
use crate::cacheable::{Cacheable, CachedView};
use crate::engine::{Answer, Outcome, RetryState, TypedGuard, WriteTerms};
use crate::level::{Filled, Level, Meta, Which};

/// An operation on the entry of one key.
pub trait Operation<R>: MapValue<R> + Sized {
    /// Whether this is a call of the function, which `when` can keep from the cache.
    const CALLS: bool = false;
    /// Whether the body's value overwrites what a level has: the level is not asked for a value.
    const OVERWRITES: bool = false;

    /// Asks the store.
    fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, Self::Mapped, Self>;

    /// Asks the store for a task.
    #[inline]
    fn enter_async<'a, P: FunctionPlan<'a, R>>(
        self,
        plan: P,
        _retry: &mut RetryState,
    ) -> TaskAnswer<'a, P::Types, Self::Mapped, Self> {
        match self.enter(plan) {
            Answer::Ready(answer) => Answer::Ready(answer),
            Answer::Load(loading) => Answer::Load(loading),
            Answer::Wait(never) => match never {},
        }
    }
}

/// Returns the output of an operation of an async function that neither runs the body nor waits: it
/// is ready at the first poll.
///
/// # Panics
///
/// If the operation waits after all.
pub fn at_once<F: Future>(operation: F) -> F::Output {
    match pin!(operation).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("this operation waits for nothing"),
    }
}

/// The call itself.
pub struct Call;

impl<R> MapValue<R> for Call {
    type Mapped = R;

    #[inline]
    fn map(self, value: R) -> R {
        value
    }
}

impl<R> Operation<R> for Call {
    const CALLS: bool = true;

    // Inlined, also where several functions of the same types could share it: nearly every call is
    // a hit.
    #[inline(always)]
    fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, R, Self> {
        match load::load(plan, self) {
            Answer::Ready((value, Self)) => Answer::Ready(value),
            Answer::Load(loading) => Answer::Load(loading),
            Answer::Wait(never) => match never {},
        }
    }

    #[inline(always)]
    fn enter_async<'a, P: FunctionPlan<'a, R>>(
        self,
        plan: P,
        retry: &mut RetryState,
    ) -> TaskAnswer<'a, P::Types, R, Self> {
        match load::load_step(plan, self, retry) {
            Answer::Ready((value, Self)) => Answer::Ready(value),
            Answer::Load(loading) => Answer::Load(loading.into_async()),
            Answer::Wait(wait) => Answer::Wait(wait),
        }
    }
}

/// `with`: a call that looks at the value in place.
pub struct Read<F>(pub F);

impl<R, T, F: FnOnce(&R) -> T> MapValue<R> for Read<F> {
    type Mapped = T;

    fn map(self, value: R) -> T {
        self.0(&value)
    }
}

impl<R, T, F: FnOnce(&R) -> T> Operation<R> for Read<F> {
    const CALLS: bool = true;

    fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, T, Self> {
        let Some(target) = plan.target() else {
            return Answer::Load(Loading::bypass(plan.cacheable(), plan.level(), self));
        };
        match look(target, &plan, self.0) {
            Ok(answer) => Answer::Ready(answer),
            Err((look, version)) => match load::missed(target, version, plan, Self(look)) {
                Answer::Ready((value, op)) => Answer::Ready(op.map(value)),
                Answer::Load(loading) => Answer::Load(loading),
                Answer::Wait(never) => match never {},
            },
        }
    }

    fn enter_async<'a, P: FunctionPlan<'a, R>>(
        self,
        plan: P,
        retry: &mut RetryState,
    ) -> TaskAnswer<'a, P::Types, T, Self> {
        let Some(target) = plan.target() else {
            return Answer::Load(Loading::bypass(plan.cacheable(), plan.level(), self));
        };
        match look(target, &plan, self.0) {
            Ok(answer) => Answer::Ready(answer),
            Err((look, version)) => match load::missed_step(target, version, plan, Self(look), retry) {
                Answer::Ready((value, op)) => Answer::Ready(op.map(value)),
                Answer::Load(loading) => Answer::Load(loading.into_async()),
                Answer::Wait(wait) => Answer::Wait(wait),
            },
        }
    }
}

/// Looks at the value without cloning it. `Err` returns the closure if there is no value.
fn look<'a, R, P, T, F>(target: Target<'a, P::Types>, plan: &P, look: F) -> Result<T, (F, Option<u64>)>
where
    P: FunctionPlan<'a, R>,
    F: FnOnce(&R) -> T,
{
    // `look` is consumed by a hit, or returned.
    let mut look = Some(look);
    let seen = target.typed.find_fast(
        target.hash,
        |key| plan.matches(key),
        |stored| look.take().map(|look| look(<P::Types as Signature>::Cacheable::view(stored))),
    );
    match seen {
        Ok(answer) => answer.ok_or_else(|| unreachable!("a hit looks once")),
        Err(version) => Err((look.unwrap_or_else(|| unreachable!("only a hit looks")), version)),
    }
}

/// `with_outcome`: a call that also tells how it got its value.
pub struct WithOutcome(Outcome);

impl WithOutcome {
    /// A call that `when` may still keep from the cache.
    pub const NEW: Self = Self(Outcome::Bypassed);

    /// The outcome of a call that computes.
    fn computes<T: Signature>(loading: &Loading<'_, T, Self>) -> Self {
        Self(loading.outcome())
    }
}

impl<R> MapValue<R> for WithOutcome {
    type Mapped = (R, Outcome);

    fn map(self, value: R) -> (R, Outcome) {
        (value, self.0)
    }
}

impl<R> Operation<R> for WithOutcome {
    const CALLS: bool = true;

    fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, (R, Outcome), Self> {
        let (cacheable, level) = (plan.cacheable(), plan.level());
        let Some(target) = plan.target() else { return Answer::Load(Loading::bypass(cacheable, level, self)) };
        let (typed, hash, mut retry) = (target.typed, target.hash, RetryState::new());
        let mut version = match typed.find_fast(hash, |key| plan.matches(key), |stored| cacheable.give(stored)) {
            Ok(value) => return Answer::Ready((value, Outcome::Hit)),
            Err(version) => version,
        };
        loop {
            let mut request = LoadRequest::new(plan.source(), cacheable);
            match typed.begin(hash, version, &mut request, &retry) {
                Answer::Ready(()) => match request.into_value() {
                    Some(value) => return Answer::Ready((value, Outcome::Hit)),
                    None => unreachable!("the value was taken"),
                },
                Answer::Load(guard) => {
                    let loading = Loading::new(guard, cacheable, level, self);
                    let op = Self::computes(&loading);
                    return Answer::Load(Loading { op, ..loading });
                }
                Answer::Wait(wait) => {
                    let mut joined = JoinedValue::new(cacheable);
                    wait.park(&mut retry, &mut joined);
                    if let Some(value) = joined.value {
                        return Answer::Ready((value, Outcome::Coalesced));
                    }
                    version = None;
                }
            }
        }
    }

    fn enter_async<'a, P: FunctionPlan<'a, R>>(
        self,
        plan: P,
        retry: &mut RetryState,
    ) -> TaskAnswer<'a, P::Types, (R, Outcome), Self> {
        // What a wait ends with is another caller's value.
        match load::load_step(plan, Self(Outcome::Coalesced), retry) {
            Answer::Ready((value, _)) => Answer::Ready((value, Outcome::Hit)),
            Answer::Load(loading) => {
                let op = Self::computes(&loading);
                Answer::Load(Loading { op, ..loading.into_async() })
            }
            Answer::Wait(wait) => Answer::Wait(wait),
        }
    }
}

/// `refresh`: runs the body in any case, and replaces an entry that is there.
pub struct Refresh;

impl Refresh {
    fn begin<'a, R, P: FunctionPlan<'a, R>>(self, plan: P, is_async: bool) -> Loading<'a, P::Types, Self> {
        let (cacheable, level) = (plan.cacheable(), plan.level());
        let guard = plan.target().map(|target| {
            let mut request = LoadRequest::new(plan.into_source(), cacheable);
            let guard = target.typed.refresh(target.hash, &mut request);
            if is_async { guard.into_async() } else { guard }
        });
        Loading::new(guard.unwrap_or_else(TypedGuard::bypass), cacheable, level, self)
    }
}

impl<R> MapValue<R> for Refresh {
    type Mapped = R;

    fn map(self, value: R) -> R {
        value
    }
}

impl<R> Operation<R> for Refresh {
    const OVERWRITES: bool = true;

    fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, R, Self> {
        Answer::Load(self.begin(plan, false))
    }

    fn enter_async<'a, P: FunctionPlan<'a, R>>(
        self,
        plan: P,
        _retry: &mut RetryState,
    ) -> TaskAnswer<'a, P::Types, R, Self> {
        Answer::Load(self.begin(plan, true))
    }
}

/// `put`: caches a value that the caller brings. A value that is never cached, such as an `Err`,
/// still invalidates: the old entry is removed.
pub struct Put<R>(pub R);

impl<R> MapValue<R> for Put<R> {
    type Mapped = ();

    fn map(self, _: R) {}
}

impl<R> Operation<R> for Put<R> {
    fn enter<'a, P: FunctionPlan<'a, R>>(self, mut plan: P) -> ThreadAnswer<'a, P::Types, (), Self> {
        let Some(target) = plan.target() else { return Answer::Ready(()) };
        let Some(stored) = plan.cacheable().stored(&self.0) else {
            forget(target, &plan);
            return Answer::Ready(());
        };
        let mut source = plan.source();
        source.own();
        let Some(key) = source.owned() else { return Answer::Ready(()) };
        let level = plan.level();
        let mut terms = plan.apply_rules(Writing::new(key, &self.0, WriteTerms::default())).into_terms();
        if <P::Types as Signature>::Level::ON && terms.admit {
            // The level first: when this returns, the level has the value or nothing. A value that
            // it refused is out of date already.
            let filled = level.fill(level.claim(key), key, &self.0, Meta { ttl: terms.ttl });
            terms.admit = filled != Filled::Refused;
        }
        target.typed.put(target.hash, &mut PutRequest::new(source, stored), &mut terms);
        Answer::Ready(())
    }
}

/// Operations that only read or remove.
macro_rules! look_ups {
    ($($(#[$doc:meta])* $Op:ident -> $Mapped:ty = $ask:ident, or $default:expr;)*) => { $(
        $(#[$doc])*
        pub struct $Op;

        impl<R> MapValue<R> for $Op {
            type Mapped = $Mapped;

            fn map(self, _: R) -> $Mapped {
                unreachable!("the store answers this alone")
            }
        }

        impl<R> Operation<R> for $Op {
            fn enter<'a, P: FunctionPlan<'a, R>>(self, plan: P) -> ThreadAnswer<'a, P::Types, $Mapped, Self> {
                Answer::Ready(match plan.target() {
                    Some(target) => $ask(target, &plan),
                    None => $default,
                })
            }
        }
    )* };
}

look_ups! {
    /// `peek`: returns the value without updating statistics or recency.
    Peek -> Option<R> = peek, or None;
    /// `contains`: returns whether there is an entry.
    Contains -> bool = contains, or false;
    /// `expires_in`: returns the time until the entry expires.
    ExpiresIn -> Option<Duration> = expires_in, or None;
    /// `forget`: removes the entry.
    Forget -> bool = forget, or false;
}

fn peek<'a, R, P: FunctionPlan<'a, R>>(target: Target<'a, P::Types>, plan: &P) -> Option<R> {
    let cacheable = plan.cacheable();
    target.typed.find(target.hash, |key| plan.matches(key), |stored| cacheable.give(stored))
}

fn contains<'a, R, P: FunctionPlan<'a, R>>(target: Target<'a, P::Types>, plan: &P) -> bool {
    target.typed.find(target.hash, |key| plan.matches(key), |_| ()).is_some()
}

fn expires_in<'a, R, P: FunctionPlan<'a, R>>(target: Target<'a, P::Types>, plan: &P) -> Option<Duration> {
    target.typed.expires_in(target.hash, |key| plan.matches(key))
}

fn forget<'a, R, P: FunctionPlan<'a, R>>(target: Target<'a, P::Types>, plan: &P) -> bool {
    if <P::Types as Signature>::Level::ON {
        // The level first: later callers must not find there what is removed here.
        let mut source = plan.source();
        source.own();
        if let Some(key) = source.owned() {
            plan.level().invalidate(Which::One(key));
        }
    }
    target.typed.remove(target.hash, |key| plan.matches(key), &mut |_| ())
}
