//! The tables: one for readers, and a line per row for programs.

use std::fmt::{Display, Write as _};

use crate::race::{Role, Times, least};

/// A column of figures: its title, its name for programs, and how many decimals it shows.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) &'static str, pub(crate) usize);

/// A part of what was asked: its name and value for programs, and how readers see it.
struct Fact {
    name: &'static str,
    value: String,
    shown: String,
}

/// Figures of everybody who was asked the same.
pub(crate) struct Table {
    question: &'static str,
    /// What was asked: part of the title and of every line for programs.
    facts: Vec<Fact>,
    columns: Vec<Column>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    pub(crate) fn new(question: &'static str, columns: &[Column]) -> Self {
        Self { question, facts: Vec::new(), columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.fact("key", key, key)
    }

    pub(crate) fn entries(self, entries: usize) -> Self {
        self.fact("entries", entries, format!("{entries} entries"))
    }

    pub(crate) fn threads(self, threads: usize) -> Self {
        self.fact("threads", threads, format!("{threads} thread{}", if threads == 1 { "" } else { "s" }))
    }

    pub(crate) fn fact(mut self, name: &'static str, value: impl Display, shown: impl Into<String>) -> Self {
        self.facts.push(Fact { name, value: value.to_string(), shown: shown.into() });
        self
    }

    /// One cell per column; a figure that there is not stays empty.
    pub(crate) fn row(&mut self, who: impl Into<String>, cells: impl IntoIterator<Item = Option<f64>>) {
        self.rows.push((who.into(), cells.into_iter().collect()));
    }

    /// Another column at the right, from its cell for each row.
    pub(crate) fn column(&mut self, column: Column, cells: impl IntoIterator<Item = Option<f64>>) {
        self.columns.push(column);
        let mut cells = cells.into_iter();
        for (_, row) in &mut self.rows {
            row.push(cells.next().flatten());
        }
    }

    pub(crate) fn print(&self) {
        let mut title = self.question.to_owned();
        for fact in &self.facts {
            let _ = write!(title, ", {}", fact.shown);
        }
        let names = self.rows.iter().map(|(who, _)| who.chars().count() + 2);
        let width = names.max().unwrap_or(0).max(title.chars().count());
        print!("\n{title:width$}");
        for Column(title, ..) in &self.columns {
            print!("  {title:>13}");
        }
        println!();
        for (who, cells) in &self.rows {
            print!("  {who:0$}", width - 2);
            for (cell, Column(_, _, digits)) in cells.iter().zip(&self.columns) {
                let cell = cell.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"));
                print!("  {cell:>13}");
            }
            println!();
        }
        println!();
        for row in &self.rows {
            println!("{}", self.json(row));
        }
    }

    /// Names hold neither quotes nor backslashes.
    fn json(&self, (who, cells): &(String, Vec<Option<f64>>)) -> String {
        let mut line = format!(r#"{{"question":"{}""#, self.question);
        for Fact { name, value, .. } in &self.facts {
            let quote = if value.parse::<f64>().is_ok() { "" } else { "\"" };
            let _ = write!(line, r#","{name}":{quote}{value}{quote}"#);
        }
        let _ = write!(line, r#","who":"{who}""#);
        for (cell, Column(_, name, _)) in cells.iter().zip(&self.columns) {
            let cell = cell.map_or_else(|| "null".to_owned(), |value| format!("{value:.3}"));
            let _ = write!(line, r#","{name}":{cell}"#);
        }
        line + "}"
    }
}

/// A figure from another program, in nanoseconds per call.
pub(crate) struct Other {
    pub(crate) who: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
}

/// What a race came to; `others` were measured elsewhere and have no rounds to compare by.
///
/// Where there is no floor, the peer that comes nearest to doing the same stands in its column.
pub(crate) fn standings(question: &'static str, race: &[Times], others: &[Other]) -> Table {
    let floor = race.iter().find(|times| times.role == Role::Floor);
    let closest = race.iter().find(|times| times.name == CLOSEST);
    let peers = race.iter().filter(|times| times.role == Role::Peer);
    let best = peers.min_by(|a, b| a.median().total_cmp(&b.median()));
    let (first, to_first) = if floor.is_some() {
        (floor, Column("x floor", "to_floor", 2))
    } else {
        (closest, Column("x quick_cache", "to_quick_cache", 2))
    };
    let columns =
        [Column("median ns", "median_ns", 2), Column("min ns", "min_ns", 2), to_first, Column("x peer", "to_peer", 2)];
    let mut table = Table::new(question, &columns);
    for times in race {
        let ratio_to = |other: Option<&Times>| other.map(|other| times.ratio_to(other));
        table.row(times.name, [Some(times.median()), Some(least(&times.rounds)), ratio_to(first), ratio_to(best)]);
    }
    for Other { who, median, min } in others {
        let ratio_to = |other: Option<&Times>| other.map(|other| median / other.median());
        table.row(who, [Some(*median), Some(*min), ratio_to(first), ratio_to(best)]);
    }
    table
}

/// Of all peers the one that does most of what we do: bounded, shared, and once per key at a time.
const CLOSEST: &str = "quick_cache";

/// Where all calls were to be hits: says who missed, as happens where a shard is too small for its share of the keys. That flatters nobody.
pub(crate) fn note_misses(race: &[Times]) {
    for Times { name, misses, .. } in race.iter().filter(|times| times.misses > 0) {
        println!("\nnote: {misses} calls of {name} were misses");
    }
}
