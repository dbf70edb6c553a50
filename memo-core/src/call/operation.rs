//! What can be done with one entry, behind one door.
//!
//! An expansion binds the arguments, chooses what is kept and runs the body in *one* hidden function, which is generic over the
//! operation; the call itself, `peek`, `put`, `with` and the others are one line each. So the compiler checks the key of a function once and
//! not once per operation (measured: 8 instead of 15 ms of `cargo check` per function), and a type that cannot be a key or a value is one error.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::slow_path::{AsyncMiss, Duty, SlowPath};
use super::wait::Awaiting;
use super::{Lead, LeadOf, LoadRequest, Target, Writing, find, handle, target};
use crate::cacheable::Cacheable;
use crate::engine::RetryState;
use crate::home::{Holds, Store};
use crate::key::{Key, Lookup};

/// What an operation came to, before the body.
pub enum Entered<A, L, Wt = Infallible> {
    /// This is its answer.
    Done(A),
    /// The body has to run, and its value to be [handed in](Lead::finish).
    Run(L),
    /// Another run computes the value (for tasks; threads wait inside).
    Wait(Wt),
}

type EnteredByThread<'a, Op, St, Q, R, C> = Entered<<Op as Operation<R>>::Answer, LeadOf<'a, St, Q, R, C, Op>>;
type EnteredByTask<'a, Op, St, Q, R, C> = Entered<
    <Op as Operation<R>>::Answer,
    LeadOf<'a, St, Q, R, C, Op>,
    Awaiting<'a, <St as Store>::Sharing, <Q as Key>::Stored, R, C, Op>,
>;

/// An operation on the entry of one key.
pub trait Operation<R>: Sized {
    /// What the caller gets.
    type Answer;

    /// Whether it is a call of the function, which `when` can keep from the cache.
    const CALLS: bool = false;

    /// Asks the store. `write` is for a value that the operation brings along.
    fn enter<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>;

    /// Asks the store for a task.
    #[inline]
    fn enter_async<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        write: W,
        _turn: &mut RetryState,
    ) -> EnteredByTask<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        match self.enter(store, query, cacheable, write) {
            Entered::Done(answer) => Entered::Done(answer),
            Entered::Run(lead) => Entered::Run(lead),
            Entered::Wait(never) => match never {},
        }
    }

    /// Makes the answer of the function's value.
    fn answer(self, value: R) -> Self::Answer;
}

/// The answer of an operation of an async function that neither runs the body nor waits: there at the first poll.
///
/// # Panics
///
/// If the operation does wait, which none of these does.
pub fn at_once<F: Future>(operation: F) -> F::Output {
    match pin!(operation).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("this operation waits for nothing"),
    }
}

/// The call itself.
pub struct Call;

impl<R> Operation<R> for Call {
    type Answer = R;
    const CALLS: bool = true;

    #[inline]
    fn enter<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(target) = target(store, query, cacheable) else {
            return Entered::Run(Lead::new(None, cacheable, self));
        };
        match find(&target, query, cacheable, |stored| cacheable.give(stored)) {
            Ok(value) => Entered::Done(value),
            Err(version) => missed(target, version, query, cacheable, self),
        }
    }

    #[inline]
    fn enter_async<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
        retry: &mut RetryState,
    ) -> EnteredByTask<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(target) = target(store, query, cacheable) else {
            return Entered::Run(Lead::new(None, cacheable, self));
        };
        match find(&target, query, cacheable, |stored| cacheable.give(stored)) {
            Ok(value) => Entered::Done(value),
            Err(version) => missed_by_task(target, version, query, cacheable, self, retry),
        }
    }

    #[inline]
    fn answer(self, value: R) -> R {
        value
    }
}

/// `with`: a call whose value is looked at in place.
pub struct Read<F>(pub F);

impl<R, T, F: FnOnce(&R) -> T> Operation<R> for Read<F> {
    type Answer = T;
    const CALLS: bool = true;

    fn enter<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(target) = target(store, query, cacheable) else {
            return Entered::Run(Lead::new(None, cacheable, self));
        };
        match look(&target, query, cacheable, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err((look, version)) => missed(target, version, query, cacheable, Self(look)),
        }
    }

    fn enter_async<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
        retry: &mut RetryState,
    ) -> EnteredByTask<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(target) = target(store, query, cacheable) else {
            return Entered::Run(Lead::new(None, cacheable, self));
        };
        match look(&target, query, cacheable, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err((look, version)) => missed_by_task(target, version, query, cacheable, Self(look), retry),
        }
    }

    fn answer(self, value: R) -> T {
        self.0(&value)
    }
}

/// Looks at the value without cloning it. `Err` gives the look back where there is no value.
fn look<Q, R, C, S, T, F>(target: &Target<'_, S>, query: &Q, cacheable: C, look: F) -> Result<T, (F, Option<u64>)>
where
    S: SlowPath,
    Q: Lookup,
    C: Cacheable<R>,
    F: FnOnce(&R) -> T,
{
    // `look` goes with the hit, or back.
    let mut look = Some(look);
    let seen = find(target, query, cacheable, |stored| look.take().map(|look| look(C::view(stored))));
    match seen {
        Ok(answer) => answer.ok_or_else(|| unreachable!("a hit looks once")),
        Err(version) => Err((look.unwrap_or_else(|| unreachable!("only a hit looks")), version)),
    }
}

type Missed<'a, S, Q, R, C, Op, Wt = Infallible> =
    Entered<<Op as Operation<R>>::Answer, Lead<'a, S, <Q as Key>::Stored, R, C, Op>, Wt>;

type MissedByTask<'a, S, Q, R, C, Op> = Missed<'a, S, Q, R, C, Op, Awaiting<'a, S, <Q as Key>::Stored, R, C, Op>>;

/// A call that found nothing where nearly all entries are.
#[inline(always)]
fn missed<'a, S, Q, R, C, Op>(
    target: Target<'a, S>,
    version: Option<u64>,
    query: &Q,
    cacheable: C,
    op: Op,
) -> Missed<'a, S, Q, R, C, Op>
where
    S: SlowPath,
    Q: Lookup,
    C: Cacheable<R>,
    Op: Operation<R>,
{
    let mut asking = LoadRequest::new(query, cacheable);
    if let Some(begun) = S::miss(target.engine, target.hash, target.entry_type, version, &mut asking) {
        return Entered::Run(Lead::new(Some(Duty::of(target.engine, begun)), cacheable, op));
    }
    match asking.answer {
        Some(value) => Entered::Done(op.answer(value)),
        None => Entered::Run(Lead::new(None, cacheable, op)),
    }
}

/// As [`missed`], for a task.
#[inline(never)]
fn missed_by_task<'a, S, Q, R, C, Op>(
    target: Target<'a, S>,
    version: Option<u64>,
    query: &Q,
    cacheable: C,
    op: Op,
    retry: &RetryState,
) -> MissedByTask<'a, S, Q, R, C, Op>
where
    S: SlowPath,
    Q: Lookup,
    C: Cacheable<R>,
    Op: Operation<R>,
{
    let mut asking = LoadRequest::new(query, cacheable);
    match S::miss_by_task(target.engine, target.hash, *target.entry_type, version, &mut asking, retry) {
        AsyncMiss::Wait(wait) => Entered::Wait(Awaiting::new(wait, cacheable, op)),
        AsyncMiss::Run(duty) => Entered::Run(Lead::new(duty, cacheable, op)),
        AsyncMiss::Answered => match asking.answer {
            Some(value) => Entered::Done(op.answer(value)),
            None => unreachable!("the value was taken"),
        },
    }
}

/// `refresh`: runs the body whatever is there.
pub struct Refresh;

impl Refresh {
    fn begin<'a, St, Q, R, C>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        is_task: bool,
    ) -> LeadOf<'a, St, Q, R, C, Self>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
    {
        let duty = target(store, query, cacheable).and_then(|target| {
            let mut asking = LoadRequest::<Q, R, C>::new(query, cacheable);
            St::Sharing::refresh(target.engine, target.hash, *target.entry_type, &mut asking, is_task)
        });
        Lead::new(duty, cacheable, self)
    }
}

impl<R> Operation<R> for Refresh {
    type Answer = R;

    fn enter<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        Entered::Run(self.begin(store, query, cacheable, false))
    }

    fn enter_async<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        _write: W,
        _turn: &mut RetryState,
    ) -> EnteredByTask<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        Entered::Run(self.begin(store, query, cacheable, true))
    }

    fn answer(self, value: R) -> R {
        value
    }
}

/// `put`: keeps a value from elsewhere.
pub struct Put<R>(pub R);

impl<R> Operation<R> for Put<R> {
    type Answer = ();

    fn enter<'a, St, Q, C, W>(
        self,
        store: &'a St,
        query: &Q,
        cacheable: C,
        write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, C>
    where
        St: Holds<Q::Stored, C::Stored>,
        Q: Lookup,
        C: Cacheable<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        handle::put(store, query, cacheable, &self.0, write);
        Entered::Done(())
    }

    fn answer(self, _: R) {}
}

/// Operations that the store answers alone.
macro_rules! questions {
    ($($(#[$doc:meta])* $Op:ident -> $Answer:ty = $ask:path;)*) => { $(
        $(#[$doc])*
        pub struct $Op;

        impl<R> Operation<R> for $Op {
            type Answer = $Answer;

            fn enter<'a, St, Q, C, W>(self, store: &'a St, query: &Q, cacheable: C, _write: W) -> EnteredByThread<'a, Self, St, Q, R, C>
            where
                St: Holds<Q::Stored, C::Stored>,
                Q: Lookup,
                C: Cacheable<R>,
                W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
            {
                Entered::Done($ask(store, query, cacheable))
            }

            fn answer(self, _: R) -> $Answer {
                unreachable!("the store answers this alone")
            }
        }
    )* };
}

questions! {
    /// `peek`
    Peek -> Option<R> = handle::peek;
    /// `contains`
    Contains -> bool = handle::contains::<St, Q, R, C>;
    /// `expires_in`
    ExpiresIn -> Option<Duration> = handle::expires_in::<St, Q, R, C>;
    /// `forget`
    Forget -> bool = handle::forget::<St, Q, R, C>;
}
