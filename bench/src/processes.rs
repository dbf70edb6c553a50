//! The same question to several processes: where things happen to lie in memory favours one contender in one process and another one in the next. Each
//! figure is the median over the processes.

use std::env::{current_exe, var_os};
use std::process::{Command, exit};

use crate::race::median;
use crate::report::Table;

/// How many, at least what it takes for a median that one odd process in four does not move.
const PROCESSES: usize = 9;
/// Set for those who measure: they hand their tables on, and show nothing.
const HANDS_ON: &str = "MEMOKIT_BENCH_HANDS_ON";
/// What a table begins with that is handed on.
const MARK: &str = "table ";

/// Asks the processes, and prints what they came to.
pub(crate) fn ask(words: &[&str]) {
    let mut tables: Vec<Vec<Table>> = Vec::new();
    for process in 0..PROCESSES {
        eprintln!("{}: process {} of {PROCESSES}", words.join(" "), process + 1);
        let program = current_exe().expect("this program is a file");
        let asked = Command::new(program).args(words).arg("--quick").env(HANDS_ON, "1").output();
        let asked = asked.expect("a program that runs can be run again");
        if !asked.status.success() {
            eprint!("{}", String::from_utf8_lossy(&asked.stderr));
            exit(1);
        }
        let mut measured = Vec::new();
        for line in String::from_utf8_lossy(&asked.stdout).lines() {
            match line.strip_prefix(MARK) {
                Some(table) => measured.push(serde_json::from_str(table).expect("written below")),
                // Notes, which are the same from all of them.
                None if process == 0 => println!("{line}"),
                None => {}
            }
        }
        tables.push(measured);
    }
    let processes = tables.split_off(1);
    for (at, mut table) in tables.remove(0).into_iter().enumerate() {
        table.merge(processes.iter().map(|tables| &tables[at]), |cells| median(cells.iter().copied()));
        table.print();
    }
}

/// Hands the table on instead of showing it, if that is what this process is for.
pub(crate) fn handed_on(table: &Table) -> bool {
    let hands_on = var_os(HANDS_ON).is_some();
    if hands_on {
        println!("{MARK}{}", serde_json::to_string(table).expect("plain data"));
    }
    hands_on
}
