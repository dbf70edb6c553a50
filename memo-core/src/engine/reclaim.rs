//! What becomes of entries that have left: the listener hears of them, then, once nobody reads them, they are dropped and their places used again.
//!
//! Asking who reads costs a barrier, so it is done for a batch, or at once where that was asked for. What somebody reads meanwhile waits for the next
//! time: never more entries than there are readers. Nothing of the user's runs under the lock.

use super::Engine;
use super::sharing::{Lock, Sharing};
use super::state::{Removals, Retired, State, Writer};
use crate::info::RemovalCause;
use crate::table::{self, Detached};

/// What is to be done outside the lock.
#[derive(Default)]
pub(super) struct Work {
    entries: Vec<Retired>,
}

impl<S: Sharing> Engine<S> {
    /// How many entries that have left are worth asking who reads. The user's values may be large: an eighth of a small store's at most waits, a 32nd
    /// where each one's weight matters.
    #[inline]
    pub(super) fn batch(&self, state: &State) -> usize {
        if !state.table_writer.needs_drop() {
            return S::PLAIN_BATCH;
        }
        let part = if self.weight_word.is_some() { 32 } else { 8 };
        (state.len() / part).clamp(1, S::BATCH)
    }

    /// Takes over what has left, if there is enough of it or it is asked for. Entries without anything to drop are dealt with right here.
    #[cold]
    #[inline(never)]
    pub(super) fn take_work(&self, state: &mut State, promptly: bool) -> Work {
        if state.detached.is_some() {
            self.free_detached(state);
        }
        let waiting = state.retired.len();
        if waiting == 0 {
            return Work::default();
        }
        if !state.table_writer.needs_drop() {
            if waiting >= S::PLAIN_BATCH {
                let protected = S::protected(&self.readers);
                let State { retired, table_writer, .. } = state;
                if protected.is_empty() {
                    retired.drain(..).for_each(|retired| table_writer.give_back(retired.entry_type, retired.slot));
                    return Work::default();
                }
                retired.retain(|retired| {
                    let kept = protected.contains(retired.head.addr());
                    if !kept {
                        table_writer.give_back(retired.entry_type, retired.slot);
                    }
                    kept
                });
            }
            return Work::default();
        }
        if promptly || waiting >= self.batch(state) {
            state.being_dropped += waiting;
            return Work { entries: std::mem::take(&mut state.retired) };
        }
        Work::default()
    }

    pub(super) fn free_detached(&self, state: &mut State) {
        let (scan_tag, protected) = (self.scan_tag(), S::protected(&self.readers));
        let inside = |detached: &Detached, address: usize| {
            address == scan_tag || detached.contains(address) || state.table_writer.contains(address)
        };
        if let Some(detached) =
            state.detached.take_if(|detached| !protected.iter().any(|address| inside(detached, address)))
        {
            // SAFETY: it was detached before `protected` was asked, and nobody is inside this store.
            unsafe { detached.free() };
        }
    }

    /// Drops what nobody reads, and gives its places back.
    pub(super) fn reclaim(&self, work: Work) {
        let Work { mut entries } = work;
        if entries.is_empty() {
            return;
        }
        let protected = S::protected(&self.readers);
        // The kept ones first.
        let mut kept = 0;
        for at in 0..entries.len() {
            if protected.contains(entries[at].head.addr()) {
                entries.swap(at, kept);
                kept += 1;
            }
        }
        /// Gives the places back, also where a `drop` of the user's panics.
        struct GiveBack<'a, S: Sharing> {
            engine: &'a Engine<S>,
            entries: Vec<Retired>,
            kept: usize,
        }
        impl<S: Sharing> Drop for GiveBack<'_, S> {
            fn drop(&mut self) {
                let mut state = self.engine.state.lock();
                let State { table_writer, retired, being_dropped, .. } = &mut *state;
                *being_dropped -= self.entries.len();
                for retired in self.entries.drain(self.kept..) {
                    table_writer.give_back(retired.entry_type, retired.slot);
                }
                if retired.is_empty() {
                    // With its capacity, for the next ones.
                    std::mem::swap(retired, &mut self.entries);
                } else {
                    retired.append(&mut self.entries);
                }
            }
        }
        let done = GiveBack { engine: self, entries, kept };
        let cell = |retired: &Retired| Some((retired.head, retired.vtable?, retired.full));
        let mut places = done.entries[kept..].iter().filter_map(cell);
        // SAFETY: taken out of the index before `protected` was asked, which does not name them: nobody can reach them. Taken out of the list
        // of leaving ones, so once.
        unsafe { table::drop_each(&mut places) };
    }

    /// Tells the listener of what has left, then lets it go.
    pub(super) fn tell(&self, gone: Removals, promptly: bool) {
        /// Lets it go, also where the listener panics.
        struct RetireOnDrop<'a, S: Sharing> {
            engine: &'a Engine<S>,
            gone: Removals,
            promptly: bool,
        }
        impl<S: Sharing> Drop for RetireOnDrop<'_, S> {
            fn drop(&mut self) {
                let mut writer = Writer::new(self.engine);
                writer.state.being_dropped -= self.gone.len();
                for (slot, _) in self.gone.drain(..) {
                    writer.retire(slot, true);
                }
                writer.finish(self.promptly);
            }
        }
        let let_go = RetireOnDrop { engine: self, gone, promptly };
        if let Some(listener) = self.listener.get() {
            for &(slot, cause) in &let_go.gone {
                let cause: RemovalCause = cause;
                // Ours alone until it is retired.
                listener(self.table.head(slot), cause);
            }
        }
    }
}

impl<S: Sharing> Drop for Engine<S> {
    fn drop(&mut self) {
        let table = &self.table;
        let state = self.state.get_mut();
        /// Frees the memory, also where a `drop` of the user's panics.
        struct Free<'a>(&'a mut State, &'a table::Table);
        impl Drop for Free<'_> {
            fn drop(&mut self) {
                let detached = self.0.detached.take();
                for detached in detached.into_iter().chain([self.0.table_writer.detach(self.1)]) {
                    // SAFETY: readers borrow the engine, and it is ours.
                    unsafe { detached.free() };
                }
            }
        }
        let free = Free(state, table);
        if !free.0.table_writer.needs_drop() {
            return;
        }
        let live = free.0.table_writer.alive(table).into_iter().map(|slot| {
            let (head, entry_type) = table.node(slot);
            (head, free.0.table_writer.vtable(entry_type), true)
        });
        let retired = free.0.retired.iter().filter_map(|retired| Some((retired.head, retired.vtable?, retired.full)));
        let mut places = live.chain(retired).collect::<Vec<_>>().into_iter();
        // SAFETY: nobody reads in a store that is being dropped; what lives does not leave, so each comes once. Runs borrow the
        // engine: none is under way.
        unsafe { table::drop_each(&mut places) };
    }
}
