//! Which entries and runs are the caller's: compared without the lock, proved under it.

use smallvec::SmallVec;

use super::Engine;
use super::scope::{Lock, Scope};
use super::state::{Node, State, same};

/// What has been compared, and whether it was the caller's.
type Compared<P, S> = SmallVec<[(<S as Scope>::Ref<Node<P>>, bool); 2]>;

/// What has the caller's key, at the moment the lock is held.
pub(super) struct Found<P: ?Sized, S: Scope> {
    /// The entry's slot.
    pub(super) live: Option<u32>,
    /// Runs under way that have not been cut.
    pub(super) runs: SmallVec<[S::Ref<Node<P>>; 1]>,
}

impl<P: ?Sized, S: Scope> Found<P, S> {
    /// Invalidation: these runs' values will not be kept.
    pub(super) fn cut(&self, state: &mut State<P, S>) {
        for run in &self.runs {
            if let Some(run) = state.flights.get_mut(run) {
                run.cut = true;
            }
        }
    }
}

impl<P: ?Sized, S: Scope> Engine<P, S> {
    /// Finds what `is` recognises and acts on it under the lock.
    ///
    /// Whatever has this hash is compared outside the lock, one after the other; `act` runs once all that is there has been compared. Nearly
    /// always that is one round, or two.
    pub(super) fn locate<T>(
        &self,
        hash: u64,
        is: impl Fn(&P) -> bool,
        act: impl FnOnce(&mut State<P, S>, &Found<P, S>) -> T,
    ) -> T {
        // Holding on to what was compared keeps its address from meaning something else.
        let mut compared: Compared<P, S> = SmallVec::new();
        loop {
            let unknown = {
                let mut state = self.state.write();
                let mut found = Found { live: None, runs: SmallVec::new() };
                match look(&state, hash, &compared, &mut found) {
                    None => return act(&mut state, &found),
                    Some(node) => node,
                }
            };
            let ours = is(&unknown.payload);
            compared.push((unknown, ours));
        }
    }
}

/// Fills `found` from what has been compared, or gives something that has not.
fn look<P: ?Sized, S: Scope>(
    state: &State<P, S>,
    hash: u64,
    compared: &[(S::Ref<Node<P>>, bool)],
    found: &mut Found<P, S>,
) -> Option<S::Ref<Node<P>>> {
    let verdict = |node: &Node<P>| compared.iter().find(|(seen, _)| same(seen, node)).map(|(_, ours)| *ours);
    let mut n = 0;
    while let Some((slot, node)) = state.nth(hash, n) {
        match verdict(node) {
            None => return Some(node.clone()),
            Some(true) => found.live = Some(slot),
            Some(false) => {}
        }
        n += 1;
    }
    n = 0;
    while let Some(run) = state.flights.nth(hash, n) {
        match verdict(&run.node) {
            None => return Some(run.node.clone()),
            Some(true) => found.runs.push(run.node.clone()),
            Some(false) => {}
        }
        n += 1;
    }
    None
}
