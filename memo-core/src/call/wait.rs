//! Waiting as a task, in steps, so that no borrow of the arguments lives across an `await`.

use std::marker::PhantomData;

use super::Operation;
use super::cold::Cold;
use crate::engine::{Outcome, Turn, Wait};
use crate::keep::Keep;
use crate::table::Node;

/// Another's run.
pub struct Awaiting<'a, S: Cold, K, R, Kp: Keep<R>, Op> {
    wait: Wait<'a, S>,
    keep: Kp,
    op: Op,
    /// The key and the value.
    _of: PhantomData<fn() -> (K, R)>,
}

impl<'a, S: Cold, K, R, Kp: Keep<R>, Op: Operation<R>> Awaiting<'a, S, K, R, Kp, Op> {
    pub(super) fn new(wait: Wait<'a, S>, keep: Kp, op: Op) -> Self {
        Self { wait, keep, op, _of: PhantomData }
    }

    /// The answer made of the other's value; or the operation again, to begin anew.
    ///
    /// # Errors
    ///
    /// If the other's run came to nothing.
    pub async fn outcome(self, turn: &mut Turn) -> Result<Op::Answer, Op> {
        let Self { wait, keep, op, .. } = self;
        let value = match wait.landed(turn).await {
            Outcome::Value(arrived) => {
                // SAFETY: an entry of the kind that was asked for, held, its value landed before it was told of.
                let stored = unsafe { (*std::ptr::from_ref(arrived.head()).cast::<Node<K, Kp::Stored>>()).value() };
                Some(keep.give(stored))
            }
            Outcome::Failure(failure) => keep.from_failure(&*failure),
            Outcome::Again => None,
        };
        match value {
            Some(value) => Ok(op.answer(value)),
            None => Err(op),
        }
    }
}
