//! The asynchronous call: as the synchronous one, in steps, so that no borrow of the arguments lives across an `await`.

use super::{Asking, Lead, outcome, place, take};
use crate::engine::{Begin, Kind, Mode, Turn, Wait};
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
    Wait(Awaiting<'a, St, Q::Stored, Kp, Kp::Stored>),
}

/// Another's run.
pub struct Awaiting<'a, St: Store, K, Kp, V> {
    wait: Wait<'a, St::Scope>,
    kind: Kind<K, V>,
    keep: Kp,
}

/// Looks the arguments up.
#[inline]
pub fn begin_async<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp, turn: &mut Turn) -> AsyncStep<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let Some(place) = place(store, query) else { return AsyncStep::Run(Lead::without_cache(keep)) };
    let clock = match place.find(query, |hit| take(hit, keep)) {
        Ok(value) => return AsyncStep::Done(value),
        Err(clock) => clock,
    };
    let mut asking = Asking::<Q, Kp::Stored>::new(query);
    match place.engine.begin(place.hash, place.kind.number(), clock, &mut asking, turn, Mode::Call) {
        Begin::Hit(found) => {
            // SAFETY: the engine was asked for this kind.
            AsyncStep::Done(unsafe { found.with(place.kind, |hit| take(hit, keep)) })
        }
        Begin::Lead(ticket) => AsyncStep::Run(Lead::new(ticket.of_a_task(), place.kind, keep)),
        Begin::Bypass => AsyncStep::Run(Lead::without_cache(keep)),
        Begin::Wait(wait) => AsyncStep::Wait(Awaiting { wait, kind: place.kind, keep }),
    }
}

impl<St: Store, K, Kp, V> Awaiting<'_, St, K, Kp, V> {
    /// The value of the other's run. `None` to begin again.
    pub async fn outcome<R>(self, turn: &mut Turn) -> Option<R>
    where
        Kp: Keep<R, Stored = V>,
    {
        let landed = self.wait.landed(turn).await;
        outcome(self.kind, landed, self.keep)
    }
}
