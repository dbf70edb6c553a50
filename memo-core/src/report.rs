//! [`report`]: the table with the statistics of all caches.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::info::CacheInfo;
use crate::registry::{CacheRef, caches};

/// Summarises every cache of the process in a table that fits a terminal of 80 columns.
///
/// One line per cache, in the order of [`caches`]. Counts from 10 000 on are rounded down to three
/// digits (`12.3k`). The columns `coalesced`, `evicted` and `expired` appear only if some cache has
/// a count there. `hit %` is [`CacheInfo::hit_rate`], which counts coalesced calls as hits, and
/// `saved` is [`CacheInfo::time_saved`], an estimate.
///
/// A name that is too long for 80 columns is shown without its leading path segments
/// (`..::module::function`), as long as it cannot be mistaken for another cache's. Caches of the
/// same name are told apart by `@file:line`. [`CacheRef::name`] and [`CacheRef::location`] are
/// always complete.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// let primes = memokit::Cache::builder().lru(100).name("primes").build();
/// primes.get_or_insert_with(4, || 7);
/// primes.get(&4);
/// let report = memokit::report().to_string();
/// assert!(report.contains("primes"));
/// ```
#[must_use]
pub fn report() -> Report {
    let row = |cache: &CacheRef| Row { name: cache.name().to_owned(), location: cache.location(), info: cache.info() };
    Report(caches().iter().map(row).collect())
}

/// The statistics of every cache at one moment, returned by [`report`]. Displays as a table.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::{Report, report};
///
/// let report: Report = report();
/// println!("{report}");
/// ```
#[derive(Clone, Debug)]
pub struct Report(Vec<Row>);

#[derive(Clone, Debug)]
struct Row {
    name: String,
    location: String,
    info: CacheInfo,
}

/// The columns after the name.
const COLUMNS: [&str; 8] = ["hits", "misses", "hit %", "size", "coalesced", "evicted", "expired", "saved"];
/// Columns left out if they hold only zeros, which leaves more room for the names.
const OPTIONAL: Range<usize> = 4..7;
/// The width of a line, unless its name is too long even when shortened.
const TERMINAL: usize = 80;

fn cells(info: &CacheInfo) -> [String; 8] {
    let size = match info.maxsize {
        Some(bound) => format!("{}/{}", count(info.currsize as u64), count(bound as u64)),
        None => count(info.currsize as u64),
    };
    [
        count(info.hits),
        count(info.misses),
        format!("{:.1}", info.hit_rate() * 100.0),
        size,
        count(info.coalesced),
        count(info.evictions),
        count(info.expirations),
        time(info.time_saved()),
    ]
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no caches yet");
        }
        let rows: Vec<[String; 8]> = self.0.iter().map(|row| cells(&row.info)).collect();
        let shown = |column: &usize| !OPTIONAL.contains(column) || rows.iter().any(|row| row[*column] != "0");
        let widths: Vec<(usize, usize)> = (0..COLUMNS.len())
            .filter(shown)
            .map(|column| {
                let widest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
                (column, widest.max(COLUMNS[column].len()))
            })
            .collect();
        let numbers: usize = widths.iter().map(|(_, width)| width).sum();
        let longest = self.0.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let gap = if longest + numbers + 2 * widths.len() <= TERMINAL { "  " } else { " " };
        let room = TERMINAL.saturating_sub(numbers + gap.len() * widths.len());
        let names = self.names(room);
        // A name that is still too long widens its own line, not all of them.
        let fitting = names.iter().map(|name| name.chars().count()).filter(|&width| width <= room);
        let name_width = fitting.max().unwrap_or(0).max("cache".len());

        write!(f, "{:name_width$}", "cache")?;
        for &(column, width) in &widths {
            write!(f, "{gap}{:>width$}", COLUMNS[column])?;
        }
        for (name, row) in names.iter().zip(&rows) {
            write!(f, "\n{name:name_width$}")?;
            for &(column, width) in &widths {
                write!(f, "{gap}{:>width$}", row[column])?;
            }
        }
        Ok(())
    }
}

impl Report {
    /// The names as the table shows them: at most `room` characters long where that is unambiguous.
    fn names(&self, room: usize) -> Vec<String> {
        let shorten = |Row { name, location, .. }: &Row| {
            if self.0.iter().filter(|other| other.name == *name).count() > 1 {
                let file = location.rsplit(['/', '\\']).next().unwrap_or(location);
                return format!("{name}@{file}");
            }
            let mut shown = name.clone();
            for (at, _) in name.match_indices("::") {
                let rest = &name[at + 2..];
                let matches_other = |other: &Row| other.name != *name && ends_with_path(&other.name, rest);
                if shown.chars().count() <= room || self.0.iter().any(matches_other) {
                    break;
                }
                shown = format!("..::{rest}");
            }
            // A short first segment, as in `a::load`, is not worth replacing.
            if shown.len() < name.len() { shown } else { name.clone() }
        };
        self.0.iter().map(shorten).collect()
    }
}

/// Whether `path` is `end`, or ends in `::end`.
fn ends_with_path(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with("::"))
}

/// A count in at most five characters, up to 10^12.
fn count(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => three_digits(n, 1_000, "k"),
        1_000_000..1_000_000_000 => three_digits(n, 1_000_000, "M"),
        _ => three_digits(n, 1_000_000_000, "G"),
    }
}

/// A duration in at most six characters, up to 10^5 s.
fn time(time: Duration) -> String {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match nanos {
        0..1_000 => three_digits(nanos, 1, "ns"),
        1_000..1_000_000 => three_digits(nanos, 1_000, "us"),
        1_000_000..1_000_000_000 => three_digits(nanos, 1_000_000, "ms"),
        _ => three_digits(nanos, 1_000_000_000, "s"),
    }
}

/// `n` in multiples of `unit`, without trailing zeros. Rounds down, so that 999 999 does not become
/// `1000k`.
fn three_digits(n: u64, unit: u64, name: &str) -> String {
    let (whole, rest) = (n / unit, n % unit);
    let decimals = match whole {
        ..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let thousandths = format!("{:03}", rest * 1_000 / unit);
    match thousandths[..decimals].trim_end_matches('0') {
        "" => format!("{whole}{name}"),
        fraction => format!("{whole}.{fraction}{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(hits: u64, misses: u64) -> CacheInfo {
        CacheInfo { hits, misses, ..CacheInfo::default() }
    }

    fn named(caches: &[(&str, CacheInfo)]) -> Report {
        let rows = caches.iter().enumerate().map(|(at, (name, info))| Row {
            name: (*name).to_owned(),
            location: format!("src/a.rs:{at}"),
            info: *info,
        });
        Report(rows.collect())
    }

    #[test]
    fn large_counts_are_rounded_down_to_three_digits() {
        let all = [0, 9_999, 10_000, 12_399, 200_000, 999_999, 1_048_576, 45_600_000, 999_999_999, 3_000_000_000];
        let shown = ["0", "9999", "10k", "12.3k", "200k", "999k", "1.04M", "45.6M", "999M", "3G"];
        assert_eq!(all.map(count), shown.map(str::to_owned));
        assert_eq!(count(u64::MAX), "18446744073G");
    }

    #[test]
    fn times_have_three_digits_and_a_unit() {
        let all = [0, 999, 1_000, 15_240, 904_400_000, 1_250_000_000, 75_000_000_000];
        let shown = ["0ns", "999ns", "1us", "15.2us", "904ms", "1.25s", "75s"];
        assert_eq!(all.map(|nanos| time(Duration::from_nanos(nanos))), shown.map(str::to_owned));
        assert_eq!(time(Duration::MAX), "18446744073s");
    }

    #[test]
    fn a_column_without_a_count_is_left_out() {
        let report = named(&[("a", info(3, 1)), ("b", CacheInfo { expirations: 2, ..info(0, 2) })]).to_string();
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "cache  hits  misses  hit %  size  expired  saved");
        assert_eq!(lines[1], "a         3       1   75.0     0        0    0ns");
        assert_eq!(lines[2], "b         0       2    0.0     0        2    0ns");
    }

    #[test]
    fn a_full_table_with_usual_names_fits_a_terminal() {
        let busy = CacheInfo {
            hits: 123_456_789,
            misses: 98_765,
            maxsize: Some(123_456),
            currsize: 123_456,
            coalesced: 54_321,
            evictions: 87_654,
            expirations: 4_321,
            load_time: Duration::from_millis(1_234),
            ..CacheInfo::default()
        };
        let report = named(&[("server::accounts::invoice", busy), ("server::users::profile", busy)]).to_string();
        assert!(report.lines().all(|line| line.chars().count() <= TERMINAL), "{report}");
        assert!(report.contains("..::invoice ") && report.contains("..::users::profile "), "{report}");
    }

    #[test]
    fn a_name_keeps_the_segments_that_tell_it_from_others() {
        let all = [
            ("app::a::load", info(0, 0)),
            ("app::b::load", info(0, 0)),
            ("load", info(0, 0)),
            ("app::b::save", info(0, 0)),
        ];
        let names = |room| named(&all).names(room);
        assert_eq!(names(12), ["app::a::load", "app::b::load", "load", "app::b::save"]);
        assert_eq!(names(9), ["..::a::load", "..::b::load", "load", "..::save"]);
        assert_eq!(named(&[("a::load", info(0, 0))]).names(3), ["a::load"], "`..::load` would be longer");
    }

    #[test]
    fn a_name_that_does_not_fit_widens_its_own_line_only() {
        let long = "x".repeat(90);
        let report = named(&[("usual", info(1, 1)), (&long, info(1, 1))]).to_string();
        let widths: Vec<usize> = report.lines().map(|line| line.chars().count()).collect();
        assert!(widths[0] == widths[1] && widths[0] <= TERMINAL && widths[2] > TERMINAL, "{report}");
    }

    #[test]
    fn caches_of_the_same_name_are_told_apart_by_their_location() {
        let report = named(&[("twins", info(0, 0)), ("twins", info(0, 0)), ("other", info(0, 0))]);
        assert_eq!(report.names(80), ["twins@a.rs:0", "twins@a.rs:1", "other"]);
    }
}
