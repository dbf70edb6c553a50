//! From "there is no value" to a value: the loop that every kind of field shares, for threads and for tasks.

use std::any::type_name;

use super::gate::{Gate, Patience, Turn};
use super::suspended::Computation;

/// A place for one value, as the loop sees it.
pub(super) trait Place: Copy {
    /// What is computed.
    type Computed;
    /// How the place gives it to those who ask.
    type Kept;

    fn gate<'p>(self) -> &'p Gate
    where
        Self: 'p;

    /// The value, if it is there by now.
    fn look(self) -> Option<Self::Kept>;

    /// Keeps a value; gives what is then the value of the place, which another run may have been faster to keep.
    fn keep(self, computed: Self::Computed) -> Self::Kept;

    /// Computes the value, unless somebody else does.
    #[cold]
    #[track_caller]
    fn compute<E>(self, compute: impl FnOnce() -> Result<Self::Computed, E>) -> Result<Self::Kept, E> {
        let mut patience = Patience::default();
        loop {
            let mut turn = self.gate().turn(&mut patience, type_name::<Self::Computed>);
            // Also after taking the lead: the run before may have ended between our look and our turn.
            if let Some(kept) = self.look() {
                return Ok(kept);
            }
            let Some(inside) = turn.inside() else { continue };
            let computed = compute();
            drop(inside);
            return turn.end(computed, self);
        }
    }

    /// [`compute`](Self::compute) for tasks.
    async fn compute_async<E, F>(self, compute: impl FnOnce() -> F) -> Result<Self::Kept, E>
    where
        F: Future<Output = Result<Self::Computed, E>>,
    {
        let mut patience = Patience::default();
        loop {
            let mut turn = self.gate().turn_async(&mut patience, type_name::<Self::Computed>).await;
            if let Some(kept) = self.look() {
                return Ok(kept);
            }
            if turn.run().is_none() {
                continue;
            }
            // `compute` is called by the first poll, so that what it does at once is part of the run too.
            let computed = Computation::new(&turn, async move { compute().await }).await;
            return turn.end(computed, self);
        }
    }
}

impl Turn<'_> {
    /// Keeps the value, and only when this turn is dropped do the others go on.
    fn end<P: Place, E>(&mut self, computed: Result<P::Computed, E>, place: P) -> Result<P::Kept, E> {
        if computed.is_err()
            && let Turn::Lead(lead) = self
        {
            lead.fail();
        }
        computed.map(|computed| place.keep(computed))
    }
}
