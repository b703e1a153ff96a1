//! What is made of the numbers: medians, ratios, and whether the targets are met; as Markdown.

use std::fmt::Write;

use crate::bench::load::Sample;
use crate::failure::{Failure, Result};

/// One case with all its rounds.
pub struct Measured {
    name: &'static str,
    what: &'static str,
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
    /// Memory after the load.
    pub rss_after: u64,
    /// Time of a release build from nothing, if it was taken.
    pub build_seconds: Option<f64>,
}

/// A target, and what came out.
pub struct Target {
    /// What is judged.
    pub name: &'static str,
    /// Whether it is good enough.
    pub met: bool,
    said: String,
}

/// Requests a second of one case over those of another must be this or more.
const RATIOS: &[(&str, &str, &str, f64)] =
    &[("own / bare", "own", "bare", 0.6), ("get / own", "get", "own", 0.35), ("create / own", "create", "own", 0.2)];
const MAX_START_MS: f64 = 100.0;
const MAX_RSS_IDLE_MIB: f64 = 25.0;

impl Measured {
    /// No round yet.
    pub fn new(name: &'static str, what: &'static str) -> Measured {
        Measured { name, what, rounds: Vec::new() }
    }

    fn median(&self, of: fn(&Sample) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }
}

impl Report {
    /// The table and the targets.
    pub fn markdown(&self) -> Result<String> {
        let mut text = format!("{}. Medians; every answer had the expected status.\n\n", self.title);
        text += "| what | requests/s | of bare | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|\n";
        let bare = self.per_second("bare")?;
        for case in &self.measured {
            let per_second = case.median(|sample| sample.per_second);
            let (p50, p99) = (case.median(|sample| sample.p50_us) / 1e3, case.median(|sample| sample.p99_us) / 1e3);
            let (name, what, of_bare) = (case.name, case.what, per_second / bare);
            line(&mut text, format_args!("| {name}: {what} | {per_second:.0} | {of_bare:.2} | {p50:.2} | {p99:.2} |"));
        }
        text += "\n| target | measured | |\n|---|---|---|\n";
        for Target { name, met, said } in self.targets()? {
            line(&mut text, format_args!("| {name} | {said} | {} |", if met { "met" } else { "NOT MET" }));
        }
        let list = self.per_second("list")? / self.per_second("own")?;
        line(&mut text, format_args!("| list / own | {list:.2} | no target |"));
        line(&mut text, format_args!("| memory after the load | {:.1} MiB | no target |", mib(self.rss_after)));
        if let Some(seconds) = self.build_seconds {
            line(&mut text, format_args!("| release build from nothing | {seconds:.0} s | no target |"));
        }
        Ok(text)
    }

    /// Every target, met or not.
    pub fn targets(&self) -> Result<Vec<Target>> {
        let mut targets = Vec::new();
        for (name, above, below, least) in RATIOS {
            let ratio = self.per_second(above)? / self.per_second(below)?;
            targets.push(Target { name, met: ratio >= *least, said: format!("{ratio:.2}, at least {least:.2}") });
        }
        targets.push(Target {
            name: "start to first answer",
            met: self.start_ms <= MAX_START_MS,
            said: format!("{:.0} ms, at most {MAX_START_MS:.0} ms", self.start_ms),
        });
        let idle = mib(self.rss_idle);
        targets.push(Target {
            name: "memory after the first answer",
            met: idle <= MAX_RSS_IDLE_MIB,
            said: format!("{idle:.1} MiB, at most {MAX_RSS_IDLE_MIB:.0} MiB"),
        });
        Ok(targets)
    }

    fn per_second(&self, name: &str) -> Result<f64> {
        let case = self.measured.iter().find(|case| case.name == name && !case.rounds.is_empty());
        let case = case.ok_or_else(|| Failure::new(format!("`{name}` was not measured")))?;
        Ok(case.median(|sample| sample.per_second))
    }
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
mod tests {
    use super::*;

    fn report(rates: &[(&'static str, f64)], start_ms: f64, rss_idle_mib: u64) -> Report {
        let sample = |per_second| Sample { per_second, p50_us: 1500.0, p99_us: 9000.0 };
        let measured = |(name, rate): &(&'static str, f64)| Measured { name, what: "it", rounds: vec![sample(*rate)] };
        Report {
            title: "here".to_owned(),
            measured: rates.iter().map(measured).collect(),
            start_ms,
            rss_idle: rss_idle_mib * 1024 * 1024,
            rss_after: 64 * 1024 * 1024,
            build_seconds: None,
        }
    }

    const GOOD: &[(&str, f64)] =
        &[("bare", 100_000.0), ("own", 60_000.0), ("get", 21_000.0), ("list", 9_000.0), ("create", 12_000.0)];

    fn not_met(report: &Report) -> Vec<&str> {
        report.targets().unwrap().iter().filter(|target| !target.met).map(|target| target.name).collect()
    }

    #[test]
    fn targets_are_met_at_their_border_and_missed_beyond_it() {
        assert_eq!(not_met(&report(GOOD, 100.0, 25)), &[] as &[&str]);
        assert_eq!(not_met(&report(GOOD, 100.1, 26)), ["start to first answer", "memory after the first answer"]);
        let slow = &[("bare", 100_000.0), ("own", 59_000.0), ("get", 20_000.0), ("create", 11_000.0)];
        assert_eq!(not_met(&report(slow, 1.0, 1)), ["own / bare", "get / own", "create / own"]);
    }

    #[test]
    fn what_was_not_measured_is_told() {
        let failure = report(&[("bare", 1.0), ("own", 1.0)], 1.0, 1).markdown().err().unwrap();
        assert!(failure.to_string().contains("`get` was not measured"), "{failure}");
    }

    #[test]
    fn the_table_shows_rates_and_ratios() {
        let text = report(GOOD, 40.0, 20).markdown().unwrap();
        for line in [
            "| own: it | 60000 | 0.60 | 1.50 | 9.00 |",
            "| get / own | 0.35, at least 0.35 | met |",
            "| list / own | 0.15 | no target |",
            "| memory after the first answer | 20.0 MiB, at most 25 MiB | met |",
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
