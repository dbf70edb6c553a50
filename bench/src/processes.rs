//! Runs a benchmark in several worker processes, and prints the median of each figure.
//!
//! Where data happens to lie in memory favours one contender in one process and another one in the
//! next, so a single process proves little.

use std::env::current_exe;
use std::process::{Command, exit};

use crate::harness::median;
use crate::report::{self, Table, WORKER};

/// Enough that outliers in a quarter of the processes do not move the median.
const PROCESSES: usize = 9;

/// Runs this program so many times with these arguments, each time as a worker.
pub(crate) fn run(arguments: &[&str]) {
    let mut tables: Vec<Vec<Table>> = Vec::new();
    for process in 0..PROCESSES {
        eprintln!("{}: process {} of {PROCESSES}", arguments.join(" "), process + 1);
        let program = current_exe().expect("this program is a file");
        let worker = Command::new(program).args(arguments).arg("--quick").env(WORKER, "1").output();
        let worker = worker.expect("a program that runs can be run again");
        if !worker.status.success() {
            eprint!("{}", String::from_utf8_lossy(&worker.stderr));
            exit(1);
        }
        let mut measured = Vec::new();
        for line in String::from_utf8_lossy(&worker.stdout).lines() {
            match report::parse(line) {
                Some(table) => measured.push(table),
                // Titles and notes, which are the same in all processes.
                None if process == 0 => println!("{line}"),
                None => {}
            }
        }
        tables.push(measured);
    }
    let others = tables.split_off(1);
    for (index, mut table) in tables.remove(0).into_iter().enumerate() {
        table.merge(others.iter().map(|tables| &tables[index]), |cells| median(cells.iter().copied()));
        report::print(&table);
    }
}
