//! Protection of one entry for as long as needed, on any thread.

use super::pool;
use super::record::Hazard;
use crate::sync::atomic::Ordering::Release;
use crate::table::node::Head;

/// Protects one entry until dropped, through a hazard pointer of the pool. Made under the store's
/// lock while the entry is live, so a thread that removes the entry later sees it.
pub(crate) struct PinnedEntry(&'static Hazard);

impl PinnedEntry {
    pub(crate) fn new(node: *const Head) -> Self {
        let hazard = pool::acquire();
        // Release: the reads of the hazard pointer's previous owner are over.
        hazard.address.store(node.addr(), Release);
        Self(hazard)
    }
}

impl Drop for PinnedEntry {
    fn drop(&mut self) {
        self.0.address.store(0, Release);
        pool::release(self.0);
    }
}
