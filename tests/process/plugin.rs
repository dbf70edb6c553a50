//! A plugin that uses memokit is loaded and unloaded.

use std::ffi::{CStr, CString, c_void};
use std::path::Path;

use crate::{CASE, Case};

pub const CASES: &[Case] = &[
    ("a_plugin_is_unloaded", || unload(false)),
    ("a_plugin_is_unloaded_at_once_in_many_processes", many_processes),
    ("a_plugin_that_ends_its_thread_is_unloaded", || (0..50).for_each(|_| unload(true))),
];

/// The path of the plugin, which cargo builds as an example: this test is in `<profile>/deps`.
fn path() -> CString {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join("examples/libplugin.so");
    assert!(path.exists(), "{} is not built: run `cargo test`, or `cargo build --examples` first", path.display());
    CString::new(path.into_os_string().into_encoded_bytes()).unwrap()
}

/// Calls a function of the plugin.
fn call(library: *mut c_void, name: &CStr) -> u64 {
    // SAFETY: the plugin has functions of this type only.
    unsafe {
        let function = libc::dlsym(library, name.as_ptr());
        assert!(!function.is_null());
        std::mem::transmute::<*mut c_void, extern "C" fn(u64) -> u64>(function)(7)
    }
}

/// Only the first thread in a process may be caught before it has begun.
fn many_processes() {
    for at in 0..60 {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let status = command.args([CASE, "a_plugin_is_unloaded"]).status().unwrap();
        assert!(status.success(), "process {at}: {status}");
    }
}

/// The plugin is used on a thread that ends, so that nothing of that thread keeps it loaded.
fn unload(shuts_down: bool) {
    let path = path();
    let use_it = || {
        // SAFETY: the plugin has no initializers but those of std.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        assert!(!library.is_null());
        assert_eq!(call(library, c"timed"), 1);
        if shuts_down {
            call(library, c"shut_down");
        }
        library.addr()
    };
    let library = std::thread::scope(|scope| scope.spawn(use_it).join().unwrap());
    // SAFETY: opened above.
    unsafe { libc::dlclose(std::ptr::with_exposed_provenance_mut(library)) };
    std::thread::sleep(std::time::Duration::from_millis(5));
    // SAFETY: loads nothing.
    let is_loaded = !unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD) }.is_null();
    assert_eq!(is_loaded, !shuts_down, "only its timer thread keeps it loaded");
}
