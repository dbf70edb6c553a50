//! What can be done with one entry, behind one door.
//!
//! An expansion binds the arguments, chooses what is kept and runs the body in *one* hidden function, which is generic over the
//! operation; the call itself, `peek`, `put`, `with` and the others are one line each. So the compiler checks the key of a function once and
//! not once per operation (measured: 8 instead of 15 ms of `cargo check` per function), and a type that cannot be a key or a value is one error.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::wait::Awaiting;
use super::{AsyncStep, Lead, Step, begin, begin_async, handle, refresh, refresh_async};
use crate::engine::Turn;
use crate::keep::Keep;
use crate::key::{Key, Lookup};
use crate::site::Holds;

/// What an operation came to, before the body.
pub enum Entered<A, L, Op, R, Wt = Infallible> {
    /// This is its answer.
    Done(A),
    /// The body has to run, and its value is to be [finished](Lead::finish) and [answered](Operation::answer).
    Run(L, Op),
    /// This value is to be put; then this is the answer.
    Put(R, A),
    /// Another run computes the value (for tasks; threads wait inside).
    Wait(Wt, Op),
}

/// As a task enters.
type EnteredByTask<'a, Op, St, Q, R, Kp> = Entered<
    <Op as Operation<R>>::Answer,
    LeadOf<'a, St, Q, R, Kp>,
    Op,
    R,
    Awaiting<'a, St, <Q as Key>::Stored, Kp, <Kp as Keep<R>>::Stored>,
>;
type LeadOf<'a, St, Q, R, Kp> = Lead<'a, St, <Q as Key>::Stored, Kp, <Kp as Keep<R>>::Stored>;

/// An operation on the entry of one key.
pub trait Operation<R>: Sized {
    /// What the caller gets.
    type Answer;

    /// Whether it is a call of the function, which `when` can keep from the cache.
    const CALLS: bool = false;

    /// Asks the store.
    fn enter<'a, St, Q, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
    ) -> Entered<Self::Answer, LeadOf<'a, St, Q, R, Kp>, Self, R>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>;

    /// Asks the store for a task.
    #[inline]
    fn enter_async<'a, St, Q, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        match self.enter(store, query, keep) {
            Entered::Done(answer) => Entered::Done(answer),
            Entered::Run(lead, op) => Entered::Run(lead, op),
            Entered::Put(value, answer) => Entered::Put(value, answer),
        }
    }

    /// Makes the answer of the function's value.
    fn answer(self, value: R) -> Self::Answer;
}

/// Asks the store.
#[inline]
pub fn enter<'a, St, Q, R, Kp, Op>(
    store: &'a St,
    query: &Q,
    keep: Kp,
    op: Op,
) -> Entered<Op::Answer, LeadOf<'a, St, Q, R, Kp>, Op, R>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
    Op: Operation<R>,
{
    op.enter(store, query, keep)
}

/// Asks the store for a task.
#[inline]
pub fn enter_async<'a, St, Q, R, Kp, Op>(
    store: &'a St,
    query: &Q,
    keep: Kp,
    op: Op,
    turn: &mut Turn,
) -> EnteredByTask<'a, Op, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
    Op: Operation<R>,
{
    op.enter_async(store, query, keep, turn)
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
    fn enter<'a, St, Q, Kp>(self, store: &'a St, query: &Q, keep: Kp) -> Entered<R, LeadOf<'a, St, Q, R, Kp>, Self, R>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        match begin(store, query, keep) {
            Step::Done(value) => Entered::Done(value),
            Step::Run(lead) => Entered::Run(lead, self),
        }
    }

    #[inline]
    fn enter_async<'a, St, Q, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        match begin_async(store, query, keep, turn) {
            AsyncStep::Done(value) => Entered::Done(value),
            AsyncStep::Run(lead) => Entered::Run(lead, self),
            AsyncStep::Wait(wait) => Entered::Wait(wait, self),
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

    fn enter<'a, St, Q, Kp>(self, store: &'a St, query: &Q, keep: Kp) -> Entered<T, LeadOf<'a, St, Q, R, Kp>, Self, R>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        match handle::look(store, query, keep, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err(look) => match begin(store, query, keep) {
                Step::Done(value) => Entered::Done(look(&value)),
                Step::Run(lead) => Entered::Run(lead, Self(look)),
            },
        }
    }

    fn enter_async<'a, St, Q, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        match handle::look(store, query, keep, self.0) {
            Ok(answer) => Entered::Done(answer),
            Err(look) => match begin_async(store, query, keep, turn) {
                AsyncStep::Done(value) => Entered::Done(look(&value)),
                AsyncStep::Run(lead) => Entered::Run(lead, Self(look)),
                AsyncStep::Wait(wait) => Entered::Wait(wait, Self(look)),
            },
        }
    }

    fn answer(self, value: R) -> T {
        self.0(&value)
    }
}

/// `refresh`: runs the body whatever is there.
pub struct Refresh;

impl<R> Operation<R> for Refresh {
    type Answer = R;

    fn enter<'a, St, Q, Kp>(self, store: &'a St, query: &Q, keep: Kp) -> Entered<R, LeadOf<'a, St, Q, R, Kp>, Self, R>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        Entered::Run(refresh(store, query, keep), self)
    }

    fn enter_async<'a, St, Q, Kp>(
        self,
        store: &'a St,
        query: &Q,
        keep: Kp,
        _turn: &mut Turn,
    ) -> EnteredByTask<'a, Self, St, Q, R, Kp>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        Entered::Run(refresh_async(store, query, keep), self)
    }

    fn answer(self, value: R) -> R {
        value
    }
}

/// `put`: keeps a value from elsewhere.
pub struct Put<R>(pub R);

impl<R> Operation<R> for Put<R> {
    type Answer = ();

    fn enter<'a, St, Q, Kp>(self, _: &'a St, _: &Q, _: Kp) -> Entered<(), LeadOf<'a, St, Q, R, Kp>, Self, R>
    where
        St: Holds<Q::Stored, Kp::Stored>,
        Q: Lookup,
        Kp: Keep<R>,
    {
        Entered::Put(self.0, ())
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

            fn enter<'a, St, Q, Kp>(
                self,
                store: &'a St,
                query: &Q,
                keep: Kp,
            ) -> Entered<$Answer, LeadOf<'a, St, Q, R, Kp>, Self, R>
            where
                St: Holds<Q::Stored, Kp::Stored>,
                Q: Lookup,
                Kp: Keep<R>,
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
