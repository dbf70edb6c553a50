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
                let unknown = look(&state, hash, &compared, &mut found);
                if unknown.is_empty() {
                    let result = act(&mut state, &found);
                    drop((found, state));
                    // May drop entries that left meanwhile: the user's code, with the result safe if it panics.
                    drop(compared);
                    return result;
                }
                unknown
            };
            for node in unknown {
                let ours = is(&node.payload);
                compared.push((node, ours));
            }
        }
    }
}

/// Fills `found` from what has been compared, and gives what has not been.
fn look<P: ?Sized, S: Scope>(
    state: &State<P, S>,
    hash: u64,
    compared: &[(S::Ref<Node<P>>, bool)],
    found: &mut Found<P, S>,
) -> SmallVec<[S::Ref<Node<P>>; 1]> {
    let mut unknown = SmallVec::new();
    // What was there in the last round comes in the same order, so the search begins where the last one ended.
    let mut next = 0;
    let mut verdict = |node: &Node<P>| {
        let (before, after) = compared.split_at(next);
        let at = after.iter().chain(before).position(|(seen, _)| same(seen, node))?;
        next = (next + at) % compared.len() + 1;
        Some(compared[next - 1].1)
    };
    state.each(hash, |slot, node| match verdict(node) {
        None => unknown.push(node.clone()),
        Some(true) => found.live = Some(slot),
        Some(false) => {}
    });
    state.flights.each(hash, |run| match verdict(&run.node) {
        None => unknown.push(run.node.clone()),
        Some(true) => found.runs.push(run.node.clone()),
        Some(false) => {}
    });
    unknown
}
