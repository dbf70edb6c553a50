//! Memory that is not atomic: data races are found by vector clocks.

use super::memory::{PlainAccesses, step_after_others};

/// The thread is about to read what is at this address.
pub(crate) fn reads<T>(address: *const T) {
    step_after_others(|memory, thread| {
        memory.use_memory(thread, address.addr());
        let (_, step) = memory.event(thread);
        let accesses = memory.plain.entry(address.addr()).or_default();
        let write = accesses.write;
        accesses.reads.insert(thread, step);
        let now = &memory.threads[thread].now;
        assert!(write.is_none_or(|write| now.knows(write)), "a read races with a write");
    });
}

/// The thread is about to write or drop what is at this address.
pub(crate) fn writes<T>(address: *const T) {
    step_after_others(|memory, thread| {
        memory.use_memory(thread, address.addr());
        let event = memory.event(thread);
        let accesses = PlainAccesses { write: Some(event), ..PlainAccesses::default() };
        let before = memory.plain.insert(address.addr(), accesses).unwrap_or_default();
        let now = &memory.threads[thread].now;
        assert!(before.write.is_none_or(|write| now.knows(write)), "a write races with a write");
        assert!(before.reads.into_iter().all(|read| now.knows(read)), "a write races with a read");
    });
}

/// Prefetching changes nothing that a model could see.
pub(crate) fn prefetch<T>(_: *const T) {}
