//! Sandboxes: system calls that fail, from the start or later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Waker};
use std::time::Duration;

use memokit::{Cache, memoize};

use crate::Case;

pub const CASES: &[Case] = &[
    ("entries_expire_where_no_thread_can_be_started", entries_without_a_thread),
    ("waits_end_where_no_thread_can_be_started", waits_without_a_thread),
];

/// An instruction of the kernel's packet filter.
#[repr(C)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    operand: u32,
}

#[repr(C)]
struct Program {
    len: u16,
    instructions: *const Instruction,
}

/// From now on this system call fails with this error, on this thread and those that it starts.
pub fn refuse(system_call: libc::c_long, error: i32) {
    let instruction = |code, if_true, if_false, operand| Instruction { code, if_true, if_false, operand };
    let number = u32::try_from(system_call).unwrap();
    let filter = [
        // Loads the number of the system call, compares it, refuses or allows.
        instruction(0x20, 0, 0, 0),
        instruction(0x15, 0, 1, number),
        instruction(0x06, 0, 0, 0x0005_0000 | u32::try_from(error).unwrap()),
        instruction(0x06, 0, 0, 0x7fff_0000),
    ];
    let program = Program { len: 4, instructions: filter.as_ptr() };
    // SAFETY: the calls that install a filter, with a filter that lives that long.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, 2, &raw const program, 0, 0), 0);
    }
}

fn refuse_threads() {
    refuse(libc::SYS_clone3, libc::ENOSYS);
    refuse(libc::SYS_clone, libc::EAGAIN);
    assert!(std::thread::Builder::new().spawn(|| ()).is_err());
}

struct Counted(&'static AtomicU32);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn entries_without_a_thread() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    refuse_threads();
    let cache = Cache::builder().ttl(Duration::from_millis(50)).build();
    cache.insert(1, Arc::new(Counted(&DROPPED)));
    assert!(cache.get(&1).is_some());
    std::thread::sleep(Duration::from_millis(60));
    assert!(cache.get(&1).is_none());
    cache.insert(2, Arc::new(Counted(&DROPPED)));
    assert_eq!(DROPPED.load(SeqCst), 1, "writes sweep");
    memokit::shutdown();
}

#[memoize(single_flight = "50ms", key = n)]
async fn slow(n: u32, stuck: bool) -> u32 {
    if stuck {
        std::future::pending::<()>().await;
    }
    n
}

fn waits_without_a_thread() {
    refuse_threads();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        for n in 0..3 {
            let mut leader = Box::pin(slow(n, true));
            assert!(leader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            let waited = tokio::time::timeout(Duration::from_secs(20), slow(n, false)).await;
            assert_eq!(waited, Ok(n));
        }
    });
}
