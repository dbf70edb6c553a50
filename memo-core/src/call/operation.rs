//! What can be done with one entry, behind one door.
//!
//! An expansion binds the arguments, chooses what is kept and runs the body in *one* hidden function, which is generic over the
//! operation; the call itself, `peek`, `put`, `with` and the others are one line each. So the compiler checks the key of a function once and
//! not once per operation (measured: 8 instead of 15 ms of `cargo check` per function), and a type that cannot be a key or a value is one error.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::cold::{ByTask, Cold, Duty};
use super::wait::Awaiting;
use super::{Asking, Lead, LeadOf, Place, Writing, find, handle, place};
use crate::engine::Turn;
use crate::keep::Keep;
use crate::key::{Key, Lookup};
use crate::site::{Holds, Store};

/// What an operation came to, before the body.
pub enum Entered<A, L, Wt = Infallible> {
    /// This is its answer.
    Done(A),
    /// The body has to run, and its value to be [handed in](Lead::finish).
    Run(L),
    /// Another run computes the value (for tasks; threads wait inside).
    Wait(Wt),
}

type EnteredByThread<'a, Op, St, Q, R, Kp> = Entered<<Op as Operation<R>>::Answer, LeadOf<'a, St, Q, R, Kp, Op>>;
type EnteredByTask<'a, Op, St, Q, R, Kp> = Entered<
    <Op as Operation<R>>::Answer,
    LeadOf<'a, St, Q, R, Kp, Op>,
    Awaiting<'a, <St as Store>::Scope, <Q as Key>::Stored, R, Kp, Op>,
>;

/// An operation on the entry of one key.
pub trait Operation<R>: Sized {
    /// What the caller gets.
    type Answer;

    /// Whether it is a call of the function, which `when` can keep from the cache.
    const CALLS: bool = false;

    /// Asks the store. `write` is for a value that the operation brings along.
    fn enter<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>;

    /// Asks the store for a task.
    #[inline]
    fn enter_async<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        write: W,
        _turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        match self.enter(store, query, keep, write) {
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
    fn enter<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(place) = place(store, query, keep) else { return Entered::Run(Lead::new(None, keep, self)) };
        match find(&place, query, keep, |stored| keep.give(stored)) {
            Ok(value) => Entered::Done(value),
            Err(clock) => missed(place, clock, query, keep, self),
        }
    }

    #[inline]
    fn enter_async<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
        turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(place) = place(store, query, keep) else { return Entered::Run(Lead::new(None, keep, self)) };
        match find(&place, query, keep, |stored| keep.give(stored)) {
            Ok(value) => Entered::Done(value),
            Err(clock) => missed_by_task(place, clock, query, keep, self, turn),
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

    fn enter<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(place) = place(store, query, keep) else { return Entered::Run(Lead::new(None, keep, self)) };
        match look(&place, query, keep, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err((look, clock)) => missed(place, clock, query, keep, Self(look)),
        }
    }

    fn enter_async<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
        turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        let Some(place) = place(store, query, keep) else { return Entered::Run(Lead::new(None, keep, self)) };
        match look(&place, query, keep, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err((look, clock)) => missed_by_task(place, clock, query, keep, Self(look), turn),
        }
    }

    fn answer(self, value: R) -> T {
        self.0(&value)
    }
}

/// Looks at the value without cloning it. `Err` gives the look back where there is no value.
fn look<Q, R, Kp, S, T, F>(place: &Place<'_, S>, query: &Q, keep: Kp, look: F) -> Result<T, (F, Option<u64>)>
where
    S: Cold,
    Q: Lookup,
    Kp: Keep<R>,
    F: FnOnce(&R) -> T,
{
    // `look` goes with the hit, or back.
    let mut look = Some(look);
    let seen = find(place, query, keep, |stored| look.take().map(|look| look(Kp::view(stored))));
    match seen {
        Ok(answer) => answer.ok_or_else(|| unreachable!("a hit looks once")),
        Err(clock) => Err((look.unwrap_or_else(|| unreachable!("only a hit looks")), clock)),
    }
}

type Missed<'a, S, Q, R, Kp, Op, Wt = Infallible> =
    Entered<<Op as Operation<R>>::Answer, Lead<'a, S, <Q as Key>::Stored, R, Kp, Op>, Wt>;

type MissedByTask<'a, S, Q, R, Kp, Op> = Missed<'a, S, Q, R, Kp, Op, Awaiting<'a, S, <Q as Key>::Stored, R, Kp, Op>>;

/// A call that found nothing where nearly all entries are.
#[inline(always)]
fn missed<'a, S, Q, R, Kp, Op>(
    place: Place<'a, S>,
    clock: Option<u64>,
    query: &Q,
    keep: Kp,
    op: Op,
) -> Missed<'a, S, Q, R, Kp, Op>
where
    S: Cold,
    Q: Lookup,
    Kp: Keep<R>,
    Op: Operation<R>,
{
    let mut asking = Asking::new(query, keep);
    if let Some(begun) = S::miss(place.engine, place.hash, place.kind, clock, &mut asking) {
        return Entered::Run(Lead::new(Some(Duty::of(place.engine, begun)), keep, op));
    }
    match asking.answer {
        Some(value) => Entered::Done(op.answer(value)),
        None => Entered::Run(Lead::new(None, keep, op)),
    }
}

/// As [`missed`], for a task.
#[inline(never)]
fn missed_by_task<'a, S, Q, R, Kp, Op>(
    place: Place<'a, S>,
    clock: Option<u64>,
    query: &Q,
    keep: Kp,
    op: Op,
    turn: &Turn,
) -> MissedByTask<'a, S, Q, R, Kp, Op>
where
    S: Cold,
    Q: Lookup,
    Kp: Keep<R>,
    Op: Operation<R>,
{
    let mut asking = Asking::new(query, keep);
    match S::miss_by_task(place.engine, place.hash, *place.kind, clock, &mut asking, turn) {
        ByTask::Wait(wait) => Entered::Wait(Awaiting::new(wait, keep, op)),
        ByTask::Run(duty) => Entered::Run(Lead::new(duty, keep, op)),
        ByTask::Answered => match asking.answer {
            Some(value) => Entered::Done(op.answer(value)),
            None => unreachable!("the value was taken"),
        },
    }
}

/// `refresh`: runs the body whatever is there.
pub struct Refresh;

impl Refresh {
    fn begin<'a, St, Q, R, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        is_task: bool,
    ) -> LeadOf<'a, St, Q, R, Kp, Self>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        let duty = place(store, query, keep).and_then(|place| {
            let mut asking = Asking::<Q, R, Kp>::new(query, keep);
            St::Scope::refresh(place.engine, place.hash, *place.kind, &mut asking, is_task)
        });
        Lead::new(duty, keep, self)
    }
}

impl<R> Operation<R> for Refresh {
    type Answer = R;

    fn enter<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        Entered::Run(self.begin(store, query, keep, false))
    }

    fn enter_async<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _write: W,
        _turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        Entered::Run(self.begin(store, query, keep, true))
    }

    fn answer(self, value: R) -> R {
        value
    }
}

/// `put`: keeps a value from elsewhere.
pub struct Put<R>(pub R);

impl<R> Operation<R> for Put<R> {
    type Answer = ();

    fn enter<'a, St, Q, Kp, W>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        write: W,
    ) -> EnteredByThread<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
        W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
    {
        handle::put(store, query, keep, &self.0, write);
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

            fn enter<'a, St, Q, Kp, W>(self, store: &'a St, query: &Q, keep: Kp, _write: W) -> EnteredByThread<'a, Self, St, Q, R, Kp>
            where
                St: Holds<Q::Stored, Kp::Stored>,
                Q: Lookup,
                Kp: Keep<R>,
                W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
            {
                Entered::Done($ask(store, query, keep))
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
    Contains -> bool = handle::contains::<St, Q, R, Kp>;
    /// `expires_in`
    ExpiresIn -> Option<Duration> = handle::expires_in::<St, Q, R, Kp>;
    /// `forget`
    Forget -> bool = handle::forget::<St, Q, R, Kp>;
}
