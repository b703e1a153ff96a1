//! What is made of the numbers: medians, ratios, and whether the targets are met; as Markdown.

use std::fmt::Write;

use crate::bench::load::Sample;
use crate::failure::{Failure, Result};

/// What stands above the table in a file.
pub const HEADING: &str = "\
# How fast it is

Made by `cargo xtask bench`; see `bench/` for the peers. Every figure is of one run on one machine, so ratios say more than \
rates. Ours checks a token, the session behind it and the access rule in every request, and writes an audit row with every \
change; an answer of success comes after the data is on disk. PocketBase does not wait for the disk; FastAPI checks a token; \
axum + sqlx checks nothing.

";

/// One case of one contender with all its rounds.
pub struct Measured {
    /// Who.
    pub by: &'static str,
    /// What.
    pub case: &'static str,
    /// One for each round.
    pub rounds: Vec<Sample>,
}

/// Everything that was measured.
pub struct Report {
    /// Machine and load, in a line.
    pub title: String,
    /// In the order of the table.
    pub measured: Vec<Measured>,
    /// From starting the process to its first answer.
    pub start_ms: f64,
    /// Memory after the first answer.
    pub rss_idle: u64,
    /// Memory of each after the load.
    pub memory: Vec<(&'static str, u64)>,
    /// Time of a release build from nothing, if it was taken.
    pub build_seconds: Option<f64>,
}

/// A target, and what came out.
pub struct Target {
    /// What is judged.
    pub name: String,
    /// Whether it is good enough.
    pub met: bool,
    said: String,
}

/// The blueprint served.
pub const SERVED: &str = "served, SQLite";
/// The same app as code.
pub const OWNED: &str = "owned, SQLite";
/// The blueprint served, on the other database.
pub const SERVED_ON_POSTGRES: &str = "served, Postgres";
const SQLX: &str = "axum + sqlx, Postgres";
const FASTAPI: &str = "FastAPI, Postgres";

/// Who, and what he was asked.
type Asked = (&'static str, &'static str);

/// Requests a second of one over those of another, where both were measured, must be this or more.
const RATIOS: &[(Asked, Asked, f64)] = &[
    ((SERVED, "own"), ("bare axum", "own"), 0.7),
    ((SERVED, "get"), (SERVED, "own"), 0.5),
    ((OWNED, "get"), (SERVED, "get"), 0.8),
    ((SERVED, "get"), ("PocketBase, SQLite", "get"), 5.0),
    ((SERVED, "list"), ("PocketBase, SQLite", "list"), 5.0),
    ((SERVED, "create"), ("PocketBase, SQLite", "create"), 4.0),
    ((SERVED_ON_POSTGRES, "get"), (SQLX, "get"), 1.3),
    ((SERVED_ON_POSTGRES, "list"), (SQLX, "list"), 1.5),
    ((SERVED_ON_POSTGRES, "create"), (SQLX, "create"), 0.9),
    ((SERVED_ON_POSTGRES, "get"), (FASTAPI, "get"), 12.0),
    ((SERVED_ON_POSTGRES, "list"), (FASTAPI, "list"), 9.0),
    ((SERVED_ON_POSTGRES, "create"), (FASTAPI, "create"), 8.0),
];
const MAX_START_MS: f64 = 100.0;
const MAX_RSS_IDLE_MIB: f64 = 25.0;
const MAX_RSS_LOADED_MIB: f64 = 120.0;

impl Measured {
    /// No round yet.
    pub fn new(by: &'static str, case: &'static str) -> Measured {
        Measured { by, case, rounds: Vec::new() }
    }

    /// The middle of all rounds.
    pub fn median(&self, of: fn(&Sample) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }
}

impl Report {
    /// The table and the targets.
    pub fn markdown(&self) -> Result<String> {
        let mut text = format!(
            "{}. Medians; a target is the middle of the ratios of each round. Every answer had the expected status.\n\n",
            self.title
        );
        text += "| who | what | requests/s | of ours | p50 ms | p99 ms |\n|---|---|---:|---:|---:|---:|\n";
        for measured in &self.measured {
            let Measured { by, case, .. } = measured;
            let rate = measured.median(|sample| sample.per_second);
            let (p50, p99) =
                (measured.median(|sample| sample.p50_us) / 1e3, measured.median(|sample| sample.p99_us) / 1e3);
            let of_ours = rate / self.rate(SERVED, case)?;
            line(&mut text, format_args!("| {by} | {case} | {rate:.0} | {of_ours:.2} | {p50:.2} | {p99:.2} |"));
        }
        text += "\n`own`: an answer that needs no database, all checks; `get`: one row; `list`: 20 rows; `create`: one row.\n";
        text += "\n| target | measured | |\n|---|---|---|\n";
        for Target { name, met, said } in self.targets()? {
            line(&mut text, format_args!("| {name} | {said} | {} |", if met { "met" } else { "NOT MET" }));
        }
        for (by, bytes) in &self.memory {
            line(&mut text, format_args!("| memory after the load, {by} | {:.1} MiB | |", mib(*bytes)));
        }
        if let Some(seconds) = self.build_seconds {
            line(&mut text, format_args!("| release build from nothing | {seconds:.0} s | |"));
        }
        Ok(text)
    }

    /// Every target whose both sides were measured, met or not.
    pub fn targets(&self) -> Result<Vec<Target>> {
        let mut targets = Vec::new();
        for ((by, case), (than, other), least) in RATIOS {
            let is_there = |who| self.measured.iter().any(|measured| measured.by == who);
            if !is_there(*by) || !is_there(*than) {
                continue;
            }
            let ratio = self.ratio((by, case), (than, other))?;
            let name = format!("{case}, {by} ÷ {other}, {than}");
            targets.push(Target { name, met: ratio >= *least, said: format!("{ratio:.2}, at least {least:.2}") });
        }
        let loaded = self.memory.iter().find(|(by, _)| *by == SERVED).map_or(f64::NAN, |(_, bytes)| mib(*bytes));
        targets.push(at_most("ms from start to first answer", self.start_ms, MAX_START_MS));
        targets.push(at_most("MiB after the first answer", mib(self.rss_idle), MAX_RSS_IDLE_MIB));
        targets.push(at_most("MiB after the load", loaded, MAX_RSS_LOADED_MIB));
        Ok(targets)
    }

    /// In the middle of all rounds. Within a round both were measured at about the same time, so a machine that becomes
    /// slower meanwhile changes it less than the ratio of two medians.
    fn ratio(&self, (by, case): Asked, (than, other): Asked) -> Result<f64> {
        let (ours, theirs) = (self.find(by, case)?, self.find(than, other)?);
        let rounds = ours.rounds.iter().zip(&theirs.rounds);
        Ok(median(rounds.map(|(ours, theirs)| ours.per_second / theirs.per_second).collect()))
    }

    fn rate(&self, by: &str, case: &str) -> Result<f64> {
        Ok(self.find(by, case)?.median(|sample| sample.per_second))
    }

    fn find(&self, by: &str, case: &str) -> Result<&Measured> {
        let found = self.measured.iter().find(|it| it.by == by && it.case == case && !it.rounds.is_empty());
        found.ok_or_else(|| Failure::new(format!("`{case}` of {by} was not measured")))
    }
}

fn at_most(name: &str, measured: f64, most: f64) -> Target {
    Target { name: name.to_owned(), met: measured <= most, said: format!("{measured:.1}, at most {most:.0}") }
}

/// The one in the middle; of an even number, the mean of the two.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    if numbers.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.wrapping_sub(1)), at(middle)) }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // A String takes whatever is written into it.
    let _ = writeln!(text, "{arguments}");
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A report of these rates.
    pub fn report(rates: &[(&'static str, &'static str, f64)], start_ms: f64, rss_mib: u64) -> Report {
        let sample = |per_second| Sample { per_second, p50_us: 1500.0, p99_us: 9000.0 };
        let measured = |(by, case, rate): &(&'static str, &'static str, f64)| {
            let rounds = vec![sample(*rate)];
            Measured { by, case, rounds }
        };
        Report {
            title: "here".to_owned(),
            measured: rates.iter().map(measured).collect(),
            start_ms,
            rss_idle: rss_mib * 1024 * 1024,
            memory: vec![(SERVED, 64 * 1024 * 1024)],
            build_seconds: None,
        }
    }

    const GOOD: &[(&str, &str, f64)] = &[
        ("bare axum", "own", 100_000.0),
        (SERVED, "own", 70_000.0),
        (SERVED, "get", 35_000.0),
        (SERVED, "list", 9_000.0),
    ];

    fn not_met(report: &Report) -> Vec<String> {
        report.targets().unwrap().into_iter().filter(|target| !target.met).map(|target| target.name).collect()
    }

    #[test]
    fn targets_are_met_at_their_border_and_missed_beyond_it() {
        assert_eq!(not_met(&report(GOOD, 100.0, 25)), [""; 0]);
        assert_eq!(not_met(&report(GOOD, 100.1, 26)), ["ms from start to first answer", "MiB after the first answer"]);
        let slow = &[("bare axum", "own", 100_000.0), (SERVED, "own", 69_000.0), (SERVED, "get", 30_000.0)];
        assert_eq!(not_met(&report(slow, 1.0, 1)).len(), 2);
    }

    #[test]
    fn a_peer_counts_where_it_was_measured() {
        let beside =
            [GOOD, &[("PocketBase, SQLite", "get", 8_000.0), ("PocketBase, SQLite", "list", 1_000.0)]].concat();
        assert!(report(&beside, 1.0, 1).targets().is_err(), "its creates were not measured");
        let beside = [&beside[..], &[("PocketBase, SQLite", "create", 1.0), (SERVED, "create", 9.0)]].concat();
        assert_eq!(not_met(&report(&beside, 1.0, 1)), ["get, served, SQLite ÷ get, PocketBase, SQLite"]);
    }

    #[test]
    fn a_ratio_is_of_those_that_were_measured_together() {
        let of = |by, rates: [f64; 3]| {
            let rounds = rates.map(|per_second| Sample { per_second, p50_us: 1.0, p99_us: 1.0 }).into();
            Measured { by, case: "own", rounds }
        };
        // Twice as fast, on a machine that slows down between the two of a round once.
        let measured = vec![of(SERVED, [200.0, 100.0, 20.0]), of("bare axum", [100.0, 50.0, 50.0])];
        let ratio = Report { measured, ..report(&[], 1.0, 1) }.ratio((SERVED, "own"), ("bare axum", "own")).unwrap();
        assert_eq!(ratio, 2.0);
    }

    #[test]
    fn what_was_not_measured_is_told() {
        let failure = report(&[("bare axum", "own", 1.0), (SERVED, "own", 1.0)], 1.0, 1).markdown().err().unwrap();
        assert!(failure.to_string().contains("`get` of served, SQLite was not measured"), "{failure}");
    }

    #[test]
    fn the_table_shows_rates_and_ratios() {
        let text = report(GOOD, 40.0, 20).markdown().unwrap();
        for line in [
            "| bare axum | own | 100000 | 1.43 | 1.50 | 9.00 |",
            "| get, served, SQLite ÷ own, served, SQLite | 0.50, at least 0.50 | met |",
            "| MiB after the first answer | 20.0, at most 25 | met |",
            "| memory after the load, served, SQLite | 64.0 MiB | |",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }
}
