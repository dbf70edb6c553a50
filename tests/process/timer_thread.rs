//! What the timer thread costs, and its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use memokit::Cache;

use crate::{Case, soon};

pub const CASES: &[Case] = &[
    ("caches_without_entries_cost_nothing", caches_without_entries),
    ("entries_that_expire_late_wake_the_thread_late", late_entries),
    ("the_thread_ends_on_request_and_starts_on_need", shut_down),
    ("a_removal_listener_may_end_the_thread", a_listener_shuts_down),
];

/// How often the timer thread has gone to sleep; `None` if there is none.
fn wake_ups() -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let mut folders = tasks.map(|task| task.unwrap().path());
    let thread = folders
        .find(|path| std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == "memokit-ticker"))?;
    let status = std::fs::read_to_string(thread.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

fn cpu_time() -> Duration {
    let mut time = std::mem::MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: `time` is initialized by the call, which does not fail for this clock.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr());
        time.assume_init()
    };
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

fn caches_without_entries() {
    let caches: Vec<_> = (0..10_000)
        .map(|n| {
            let cache = Cache::builder().ttl(Duration::from_millis(200)).build();
            cache.insert(n, n);
            cache
        })
        .collect();
    assert!(soon(|| caches.iter().all(|cache| cache.info().currsize == 0)));
    // The clock goes on ticking for a while after its last use.
    std::thread::sleep(Duration::from_millis(2_500));
    let (used, woken) = (cpu_time(), wake_ups());
    std::thread::sleep(Duration::from_secs(1));
    assert!(cpu_time() < used + Duration::from_millis(50), "{:?}", cpu_time().saturating_sub(used));
    assert_eq!(wake_ups(), woken);
}

/// Entries that nobody reads, and that expire in an hour.
fn late_entries() {
    let caches: Vec<_> = (0..100)
        .map(|n| {
            let cache = Cache::builder().ttl(Duration::from_secs(3600)).build();
            cache.insert(n, n);
            cache
        })
        .collect();
    std::thread::sleep(Duration::from_millis(2_500));
    let woken = wake_ups();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(wake_ups(), woken);
    // A hit starts the clock again.
    assert_eq!(caches[7].get(&7), Some(7));
    assert!(soon(|| wake_ups() > woken));
}

struct Counted(&'static AtomicU32);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn shut_down() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    memokit::shutdown();
    assert_eq!(wake_ups(), None, "no thread before there is a need");
    let cache = Cache::builder().ttl(Duration::from_millis(50)).build();
    for round in 1..=20 {
        let start = Instant::now();
        cache.insert(round, Arc::new(Counted(&DROPPED)));
        assert!(soon(|| wake_ups().is_some()));
        std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(memokit::shutdown))));
        memokit::shutdown();
        assert_eq!(wake_ups(), None);
        assert!(cache.get(&round).is_some() || start.elapsed() > Duration::from_millis(50));
        std::thread::sleep(Duration::from_millis(60));
        assert!(cache.get(&round).is_none(), "without the thread entries expire as well");
    }
    cache.insert(0, Arc::new(Counted(&DROPPED)));
    // Also what had expired while there was no thread.
    assert!(soon(|| DROPPED.load(SeqCst) == 21));
}

fn a_listener_shuts_down() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    let cache = Cache::builder()
        .ttl(Duration::from_millis(10))
        .removal_listener(|_, _, _| {
            memokit::shutdown();
            TOLD.fetch_add(1, SeqCst);
        })
        .build();
    for round in 1..=3 {
        cache.insert(round, round);
        assert!(soon(|| TOLD.load(SeqCst) == round));
        assert!(soon(|| wake_ups().is_none()));
    }
    memokit::shutdown();
}
