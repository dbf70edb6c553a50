//! Containment of panics in user code that must not reach the cache's own code.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`, and stops a panic here. The panic hook has reported it by then.
pub(crate) fn contain(work: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { return };
    // The payload is the user's too, and its destructor may panic in turn.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        std::mem::forget(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::contain;

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("the payload's destructor");
        }
    }

    #[test]
    fn a_panic_and_a_panic_in_its_payload_end_here() {
        contain(|| ());
        contain(|| panic!("plain"));
        contain(|| std::panic::panic_any(PanicsWhenDropped));
    }
}
