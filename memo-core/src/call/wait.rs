//! The asynchronous call: as the synchronous one, in steps, so that no borrow of the arguments lives across an `await`.

use std::marker::PhantomData;

use super::{Lead, give, outcome, own, recognise};
use crate::engine::{Begin, Mode, Turn, Wait};
use crate::keep::Keep;
use crate::key::Lookup;
use crate::site::{Holds, Store};

/// What an asynchronous call came to.
pub enum AsyncStep<'a, St: Store, Q: Lookup, R, Kp: Keep<R>> {
    /// A hit.
    Done(R),
    /// Nobody has it.
    Run(Lead<'a, St, Q::Stored, Kp, Kp::Stored>),
    /// Another computes it.
    Wait(Awaiting<'a, St, Q::Stored, Kp>),
}

/// Another's run.
pub struct Awaiting<'a, St: Store, K, Kp> {
    wait: Wait<'a, St::Payload, St::Scope>,
    keep: Kp,
    _of: PhantomData<fn() -> K>,
}

/// Looks the arguments up.
#[inline]
pub fn begin_async<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp, turn: &mut Turn) -> AsyncStep<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let Some((engine, hasher)) = store.place() else { return AsyncStep::Run(Lead::without_cache(keep)) };
    let hash = query.hash(hasher);
    let is = recognise::<St, Q, Kp::Stored>(query);
    if let Some(node) = engine.find(hash, &is)
        && let Some(value) = give::<St, Q::Stored, R, Kp>(&node, keep)
    {
        engine.hit(&node);
        return AsyncStep::Done(value);
    }
    loop {
        match engine.begin(hash, &is, || own::<St, Q, Kp::Stored>(hash, query), turn, Mode::Call) {
            Begin::Hit(node) => {
                if let Some(value) = give::<St, Q::Stored, R, Kp>(&node, keep) {
                    engine.hit(&node);
                    return AsyncStep::Done(value);
                }
            }
            Begin::Lead(ticket) => return AsyncStep::Run(Lead::new(ticket.of_a_task(), keep)),
            Begin::Bypass => return AsyncStep::Run(Lead::without_cache(keep)),
            Begin::Wait(wait) => return AsyncStep::Wait(Awaiting { wait, keep, _of: PhantomData }),
        }
    }
}

impl<St: Store, K, Kp> Awaiting<'_, St, K, Kp> {
    /// The value of the other's run. `None` to begin again.
    pub async fn outcome<R>(self, turn: &mut Turn) -> Option<R>
    where
        St: Holds<K, Kp::Stored>,
        Kp: Keep<R>,
    {
        let landed = self.wait.landed(turn).await;
        outcome::<St, K, R, Kp>(landed, self.keep)
    }
}
