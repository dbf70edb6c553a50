//! The tables: one for readers, and a line per row for programs.

use std::fmt::{Display, Write as _};

use serde::{Deserialize, Serialize};

use crate::processes;
use crate::race::{Role, Times, least};

/// A column of figures: its title, its name for programs, and how many decimals it shows.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) &'static str, pub(crate) usize);

/// The same in a table.
#[derive(Serialize, Deserialize)]
struct Heading {
    title: String,
    name: String,
    digits: usize,
}

impl From<Column> for Heading {
    fn from(Column(title, name, digits): Column) -> Self {
        Self { title: title.to_owned(), name: name.to_owned(), digits }
    }
}

/// A part of what was asked: its name and value for programs, and how readers see it.
#[derive(Serialize, Deserialize)]
struct Fact {
    name: String,
    value: String,
    shown: String,
}

/// Figures of everybody who was asked the same.
#[derive(Serialize, Deserialize)]
pub(crate) struct Table {
    question: String,
    /// What was asked: part of the title and of every line for programs.
    facts: Vec<Fact>,
    columns: Vec<Heading>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    pub(crate) fn new(question: &str, columns: &[Column]) -> Self {
        let columns = columns.iter().copied().map(Heading::from).collect();
        Self { question: question.to_owned(), facts: Vec::new(), columns, rows: Vec::new() }
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

    pub(crate) fn fact(mut self, name: &str, value: impl Display, shown: impl Into<String>) -> Self {
        self.facts.push(Fact { name: name.to_owned(), value: value.to_string(), shown: shown.into() });
        self
    }

    /// One cell per column; a figure that there is not stays empty.
    pub(crate) fn row(&mut self, who: impl Into<String>, cells: impl IntoIterator<Item = Option<f64>>) {
        self.rows.push((who.into(), cells.into_iter().collect()));
    }

    /// Another column at the right, from its cell for each row.
    pub(crate) fn column(&mut self, column: Column, cells: impl IntoIterator<Item = Option<f64>>) {
        self.columns.push(column.into());
        let mut cells = cells.into_iter();
        for (_, row) in &mut self.rows {
            row.push(cells.next().flatten());
        }
    }

    /// Makes each figure one of all that tables of the same shape have in its place. A row that some of them lack keeps what there is.
    pub(crate) fn merge<'a>(&mut self, others: impl Iterator<Item = &'a Self>, of: impl Fn(&[f64]) -> f64) {
        let others: Vec<&Self> = others.collect();
        for (who, cells) in &mut self.rows {
            let rows = others.iter().filter_map(|table| table.rows.iter().find(|(other, _)| other == who));
            let rows: Vec<_> = rows.collect();
            for (at, cell) in cells.iter_mut().enumerate() {
                let all: Vec<f64> = rows.iter().filter_map(|(_, cells)| cells[at]).chain(*cell).collect();
                *cell = (!all.is_empty()).then(|| of(&all));
            }
        }
    }

    pub(crate) fn print(&self) {
        if !processes::handed_on(self) {
            self.show();
        }
    }

    fn show(&self) {
        let mut title = self.question.clone();
        for fact in &self.facts {
            let _ = write!(title, ", {}", fact.shown);
        }
        let names = self.rows.iter().map(|(who, _)| who.chars().count() + 2);
        let width = names.max().unwrap_or(0).max(title.chars().count());
        print!("\n{title:width$}");
        for Heading { title, .. } in &self.columns {
            print!("  {title:>13}");
        }
        println!();
        for (who, cells) in &self.rows {
            print!("  {who:0$}", width - 2);
            for (cell, Heading { digits, .. }) in cells.iter().zip(&self.columns) {
                let cell = cell.map_or_else(|| "-".to_owned(), |value| format!("{value:.0$}", *digits));
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
        for (cell, Heading { name, .. }) in cells.iter().zip(&self.columns) {
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
pub(crate) fn standings(question: &str, race: &[Times], others: &[Other]) -> Table {
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
