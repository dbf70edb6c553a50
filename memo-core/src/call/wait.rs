//! Waiting as a task, in steps, so that no borrow of the arguments lives across an `await`.

use std::marker::PhantomData;

use super::Operation;
use super::slow_path::SlowPath;
use crate::cacheable::Cacheable;
use crate::engine::{RetryState, Wait, WaitResult};
use crate::table::Node;

/// Another's run.
pub struct Awaiting<'a, S: SlowPath, K, R, C: Cacheable<R>, Op> {
    wait: Wait<'a, S>,
    cacheable: C,
    op: Op,
    /// The key and the value.
    _of: PhantomData<fn() -> (K, R)>,
}

impl<'a, S: SlowPath, K, R, C: Cacheable<R>, Op: Operation<R>> Awaiting<'a, S, K, R, C, Op> {
    pub(super) fn new(wait: Wait<'a, S>, cacheable: C, op: Op) -> Self {
        Self { wait, cacheable, op, _of: PhantomData }
    }

    /// The answer made of the other's value; or the operation again, to begin anew.
    ///
    /// # Errors
    ///
    /// If the other's run came to nothing.
    pub async fn outcome(self, retry: &mut RetryState) -> Result<Op::Answer, Op> {
        let Self { wait, cacheable, op, .. } = self;
        let value = match wait.landed(retry).await {
            WaitResult::Value(arrived) => {
                // SAFETY: an entry of the kind that was asked for, held, its value landed before it was told of.
                let stored = unsafe { (*std::ptr::from_ref(arrived.head()).cast::<Node<K, C::Stored>>()).value() };
                Some(cacheable.give(stored))
            }
            WaitResult::Failure(failure) => cacheable.from_failure(&*failure),
            WaitResult::Again => None,
        };
        match value {
            Some(value) => Ok(op.answer(value)),
            None => Err(op),
        }
    }
}
