//! A table of figures, with one line of JSON per row.

use std::fmt::{Display, Write as _};

use serde::{Deserialize, Serialize};

/// A column of figures: its title, its name in JSON, and how many decimals it shows.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) &'static str, pub(crate) usize);

/// A [`Column`] with owned text.
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

/// A parameter of the benchmark: its name and value in JSON, and its text in the title.
#[derive(Serialize, Deserialize)]
struct Parameter {
    name: String,
    value: String,
    text: String,
}

/// The figures of all contenders under the same parameters.
#[derive(Serialize, Deserialize)]
pub(crate) struct Table {
    benchmark: String,
    /// Part of the title and of every line of JSON.
    parameters: Vec<Parameter>,
    columns: Vec<Heading>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    pub(crate) fn new(benchmark: &str, columns: &[Column]) -> Self {
        let columns = columns.iter().copied().map(Heading::from).collect();
        Self { benchmark: benchmark.to_owned(), parameters: Vec::new(), columns, rows: Vec::new() }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.parameter("key", key, key)
    }

    pub(crate) fn entries(self, entries: usize) -> Self {
        self.parameter("entries", entries, format!("{entries} entries"))
    }

    pub(crate) fn threads(self, threads: usize) -> Self {
        self.parameter("threads", threads, format!("{threads} thread{}", if threads == 1 { "" } else { "s" }))
    }

    pub(crate) fn parameter(mut self, name: &str, value: impl Display, text: impl Into<String>) -> Self {
        self.parameters.push(Parameter { name: name.to_owned(), value: value.to_string(), text: text.into() });
        self
    }

    /// Adds a row with one cell per column. `None` is a figure that does not exist.
    pub(crate) fn row(&mut self, contender: impl Into<String>, cells: impl IntoIterator<Item = Option<f64>>) {
        self.rows.push((contender.into(), cells.into_iter().collect()));
    }

    /// Adds a column at the right, with one cell per row.
    pub(crate) fn column(&mut self, column: Column, cells: impl IntoIterator<Item = Option<f64>>) {
        self.columns.push(column.into());
        let mut cells = cells.into_iter();
        for (_, row) in &mut self.rows {
            row.push(cells.next().flatten());
        }
    }

    /// Replaces each figure with `statistic` of that figure in all tables, which have the same
    /// columns. A row that some tables lack is made of the others.
    pub(crate) fn merge<'a>(&mut self, others: impl Iterator<Item = &'a Self>, statistic: impl Fn(&[f64]) -> f64) {
        let others: Vec<&Self> = others.collect();
        for (contender, cells) in &mut self.rows {
            let rows = others.iter().filter_map(|table| table.rows.iter().find(|(other, _)| other == contender));
            let rows: Vec<_> = rows.collect();
            for (index, cell) in cells.iter_mut().enumerate() {
                let all: Vec<f64> = rows.iter().filter_map(|(_, cells)| cells[index]).chain(*cell).collect();
                *cell = (!all.is_empty()).then(|| statistic(&all));
            }
        }
    }

    /// Prints the table, and its lines of JSON below it.
    pub(super) fn show(&self) {
        let mut title = self.benchmark.clone();
        for parameter in &self.parameters {
            let _ = write!(title, ", {}", parameter.text);
        }
        let names = self.rows.iter().map(|(contender, _)| contender.chars().count() + 2);
        let width = names.max().unwrap_or(0).max(title.chars().count());
        print!("\n{title:width$}");
        for Heading { title, .. } in &self.columns {
            print!("  {title:>13}");
        }
        println!();
        for (contender, cells) in &self.rows {
            print!("  {contender:0$}", width - 2);
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

    /// One row. Names contain neither quotes nor backslashes.
    fn json(&self, (contender, cells): &(String, Vec<Option<f64>>)) -> String {
        let mut line = format!(r#"{{"benchmark":"{}""#, self.benchmark);
        for Parameter { name, value, .. } in &self.parameters {
            let quote = if value.parse::<f64>().is_ok() { "" } else { "\"" };
            let _ = write!(line, r#","{name}":{quote}{value}{quote}"#);
        }
        let _ = write!(line, r#","contender":"{contender}""#);
        for (cell, Heading { name, .. }) in cells.iter().zip(&self.columns) {
            let cell = cell.map_or_else(|| "null".to_owned(), |value| format!("{value:.3}"));
            let _ = write!(line, r#","{name}":{cell}"#);
        }
        line + "}"
    }
}
