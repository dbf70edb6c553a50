//! Signals, `fork` and the loader, on Unix.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;

/// Calls `spawn` while all signals are blocked on this thread, so that a thread that it starts
/// never takes one: a program's own threads are to take them. Signals that report an error of the
/// thread itself are left alone.
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);

    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the mask that this thread had before.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
        }
    }

    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: the first call initializes `all`. The last one initializes `before`, unless it fails,
    // which it does for other commands only.
    let _restore = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGSYS] {
            libc::sigdelset(all.as_mut_ptr(), fault);
        }
        let is_set = libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) == 0;
        is_set.then(|| Restore(before.assume_init()))
    };
    spawn()
}

/// Calls these at each `fork` from now on. The first call of this counts.
pub(crate) fn on_fork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: functions that may be called on any thread. A library that is unloaded takes its
        // registrations along. Without memory for it there is no registration, and the child has
        // no thread: its clock stands still.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    });
}

pub(crate) use loader::{keep_loaded, let_unload};

/// Programs that are linked statically have no loader.
#[cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
mod loader {
    use std::ffi::c_void;
    use std::mem::MaybeUninit;
    use std::ptr;
    use std::sync::{Mutex, PoisonError};

    struct Library(*mut c_void);

    // SAFETY: the loader's handles may be used on any thread.
    unsafe impl Send for Library {}

    /// The library that this code is part of, as long as it must stay loaded.
    static KEPT: Mutex<Option<Library>> = Mutex::new(None);

    /// Keeps the library that this code is part of loaded, if it is one that can be unloaded: the
    /// thread that is about to start runs its code.
    pub(crate) fn keep_loaded() {
        if KEPT.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return;
        }
        let mut info = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: the address of a function; `info` is initialized if the call succeeds, with a
        // name that lives as long as the library. `RTLD_NOLOAD` loads nothing, and so runs no code.
        let library = unsafe {
            if libc::dladdr(keep_loaded as *const c_void, info.as_mut_ptr()) == 0 {
                return;
            }
            let name = info.assume_init().dli_fname;
            if name.is_null() { ptr::null_mut() } else { libc::dlopen(name, libc::RTLD_LAZY | libc::RTLD_NOLOAD) }
        };
        if !library.is_null() {
            let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).replace(Library(library));
            if let Some(other) = kept {
                release(other);
            }
        }
    }

    /// The thread has ended: the library may be unloaded.
    pub(crate) fn let_unload() {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(library) = kept {
            release(library);
        }
    }

    fn release(Library(handle): Library) {
        // SAFETY: opened above. The caller's code is part of the library, so its own user has it
        // open too, and it is not unloaded here.
        unsafe { libc::dlclose(handle) };
    }
}

#[cfg(not(all(target_os = "linux", not(target_feature = "crt-static"))))]
mod loader {
    pub(crate) fn keep_loaded() {}

    pub(crate) fn let_unload() {}
}
