//! Where tables go: a worker process passes them to the process that started it, any other process
//! prints them for the reader.

use std::env::var_os;

use super::table::Table;

/// Set in the environment of worker processes.
pub(crate) const WORKER: &str = "MEMOKIT_BENCH_WORKER";
/// The beginning of a line with the table of a worker.
const MARK: &str = "table ";

pub(crate) fn print(table: &Table) {
    if var_os(WORKER).is_some() {
        println!("{MARK}{}", serde_json::to_string(table).expect("plain data"));
    } else {
        table.show();
    }
}

/// The table in a line that a worker printed; `None` for any other line.
pub(crate) fn parse(line: &str) -> Option<Table> {
    line.strip_prefix(MARK).map(|table| serde_json::from_str(table).expect("printed by `print`"))
}
