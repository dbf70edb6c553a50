//! Judging every word of the running text, on several threads.

use crate::corrector::Finding;
use crate::document::Document;
use crate::screen::Progress;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// How many words a thread takes at a time: few enough that all threads end together, enough that they rarely meet at the counter.
const PORTION: usize = 200;

/// All likely misspellings, in the order of the text.
pub(crate) fn misspellings(document: &Document, threads: NonZero<usize>, progress: &Progress) -> Vec<Finding> {
    let words = document.running().len();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let start = next.fetch_add(PORTION, Relaxed);
            if start >= words {
                return found;
            }
            found.extend((start..words.min(start + PORTION)).filter_map(|position| document.judge(position)));
        }
    };

    let mut found: Vec<Finding> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get()).map(|_| scope.spawn(work)).collect();
        while progress.is_shown() && !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            progress.show("checking", next.load(Relaxed).min(words), words);
            std::thread::sleep(Duration::from_millis(50));
        }
        let joined =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    });
    progress.clear();
    found.sort_by_key(|finding| finding.position);
    found
}
