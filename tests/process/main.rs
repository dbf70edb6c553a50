//! The process around the caches: signals, `fork`, sandboxes, threads that cannot be started,
//! plugins that are unloaded.
//!
//! Each case is a process of its own, whose main thread is the case: this binary calls itself with
//! the name of a case. It has no harness of libtest, whose threads would take signals.
#![allow(unreachable_pub, reason = "a binary's modules have no other face")]
#![allow(clippy::pedantic, reason = "tests spell out what users may write")]

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

#[cfg(unix)]
mod fork;
mod panics;
#[cfg(target_os = "linux")]
mod plugin;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod sandbox;
#[cfg(unix)]
mod signals;
#[cfg(target_os = "linux")]
mod timer_thread;
mod waits;

/// Longer than any case takes.
const TIMEOUT: Duration = Duration::from_secs(120);
/// The argument before the name of a case that is to run in this process.
const CASE: &str = "--case";

type Case = (&'static str, fn());

fn cases() -> Vec<Case> {
    let mut cases = Vec::from(panics::CASES);
    cases.extend(waits::CASES);
    #[cfg(unix)]
    cases.extend(fork::CASES.iter().chain(signals::CASES));
    #[cfg(target_os = "linux")]
    cases.extend(plugin::CASES.iter().chain(timer_thread::CASES));
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    cases.extend(sandbox::CASES);
    cases
}

/// Waits until `is_so`, which must happen within some seconds.
fn soon(is_so: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > Duration::from_secs(10) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Runs a case in a process of its own. Returns why it failed.
fn run(name: &str) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let command = &mut Command::new(this);
    let mut child =
        command.args([CASE, name]).stdin(Stdio::null()).spawn().map_err(|error| format!("cannot be run: {error}"))?;
    let start = Instant::now();
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(status.to_string()),
            None if start.elapsed() > TIMEOUT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(String::from("does not end"));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = args.as_slice()
        && flag == CASE
    {
        let cases = cases();
        let (_, case) = cases.iter().find(|(known, _)| known == name).expect("a case has a name");
        case();
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let mut failed = 0;
    for (name, _) in cases() {
        if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
            let result = run(name);
            println!("test {name} ... {}", result.as_ref().map_or_else(String::as_str, |()| "ok"));
            failed += usize::from(result.is_err());
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
