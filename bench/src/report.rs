//! The tables: one for readers, and a line per row for programs.

use crate::race::{Role, Times, quantile};

/// One line of a table.
pub(crate) struct Row {
    who: String,
    median: f64,
    min: f64,
    to_floor: Option<f64>,
    to_peer: Option<f64>,
}

/// What was asked of everybody.
pub(crate) struct Case<'a> {
    pub(crate) question: &'static str,
    pub(crate) key: &'a str,
    pub(crate) entries: usize,
}

impl Case<'_> {
    /// Prints what a race came to; `others` were measured elsewhere and have no rounds to compare by.
    pub(crate) fn print(&self, race: &[Times], others: &[Other]) {
        let rows = rows(race, others);
        let width = rows.iter().map(|row| row.who.chars().count()).max().unwrap_or(0);
        let title = format!("{}, {}, {} entries", self.question, self.key, self.entries);
        println!("\n{title:width$}    {:>9}  {:>9}  {:>8}  {:>8}", "median ns", "min ns", "x floor", "x peer");
        for row in &rows {
            let (floor, peer) = (ratio(row.to_floor), ratio(row.to_peer));
            println!("  {:width$}  {:>9.2}  {:>9.2}  {floor:>8}  {peer:>8}", row.who, row.median, row.min);
        }
        println!();
        for row in &rows {
            println!("{}", self.json(row));
        }
    }

    /// Names hold neither quotes nor backslashes.
    fn json(&self, row: &Row) -> String {
        let Self { question, key, entries } = self;
        let Row { who, median, min, to_floor, to_peer } = row;
        let (to_floor, to_peer) = (number(*to_floor), number(*to_peer));
        format!(
            r#"{{"question":"{question}","key":"{key}","entries":{entries},"who":"{who}","median_ns":{median:.3},"min_ns":{min:.3},"to_floor":{to_floor},"to_peer":{to_peer}}}"#
        )
    }
}

/// A figure from another program, in nanoseconds per call.
pub(crate) struct Other {
    pub(crate) who: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
}

fn rows(race: &[Times], others: &[Other]) -> Vec<Row> {
    let floor = race.iter().find(|times| times.role == Role::Floor);
    let peers = race.iter().filter(|times| times.role == Role::Peer);
    let peer = peers.min_by(|a, b| a.median().total_cmp(&b.median()));
    let ours = race.iter().map(|times| Row {
        who: times.name.to_owned(),
        median: times.median(),
        min: times.rounds.iter().copied().fold(f64::INFINITY, f64::min),
        to_floor: floor.map(|floor| times.ratio_to(floor)),
        to_peer: peer.map(|peer| times.ratio_to(peer)),
    });
    let theirs = others.iter().map(|other| Row {
        who: other.who.clone(),
        median: other.median,
        min: other.min,
        to_floor: floor.map(|floor| other.median / floor.median()),
        to_peer: peer.map(|peer| other.median / peer.median()),
    });
    ours.chain(theirs).collect()
}

impl Times {
    fn median(&self) -> f64 {
        quantile(&mut self.rounds.clone(), 1, 2)
    }

    /// The median of the ratios of the rounds.
    fn ratio_to(&self, other: &Self) -> f64 {
        let mut ratios: Vec<f64> = self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| ours / theirs).collect();
        quantile(&mut ratios, 1, 2)
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| format!("{value:.3}"))
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}
