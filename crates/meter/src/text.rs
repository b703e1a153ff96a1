//! Prometheus's text format, version 0.0.4.

use std::fmt::Write;

use crate::Distribution;

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

/// A page of numbers while it is written.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// Begins a family: all samples up to the next one are its.
    pub fn family<'t>(&'t mut self, name: &'t str, kind: Kind, help: &str) -> Family<'t> {
        let word = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        line(&mut self.0, format_args!("# HELP {name} {}", help.replace('\\', "\\\\").replace('\n', "\\n")));
        line(&mut self.0, format_args!("# TYPE {name} {word}"));
        Family { text: &mut self.0, name }
    }

    /// A family of one sample without labels.
    pub fn single(&mut self, name: &str, kind: Kind, help: &str, value: u64) {
        self.family(name, kind, help).sample(&[], value);
    }

    /// The page.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A family while its samples are written.
#[derive(Debug)]
pub struct Family<'t> {
    text: &'t mut String,
    name: &'t str,
}

impl Family<'_> {
    /// One number.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: u64) {
        line(self.text, format_args!("{}{} {value}", self.name, Labels(labels, None)));
    }

    /// Counts by size. `unit` is how many of the histogram's units are one of the page's.
    pub fn distribution(&mut self, labels: &[(&str, &str)], read: &Distribution, unit: f64) {
        let bounds = read.bounds.iter().map(|bound| (*bound as f64 / unit).to_string());
        let mut below = 0;
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&read.counts) {
            below += count;
            line(self.text, format_args!("{}_bucket{} {below}", self.name, Labels(labels, Some(&bound))));
        }
        line(self.text, format_args!("{}_sum{} {}", self.name, Labels(labels, None), read.sum as f64 / unit));
        line(self.text, format_args!("{}_count{} {below}", self.name, Labels(labels, None)));
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}

struct Labels<'a>(&'a [(&'a str, &'a str)], Option<&'a str>);

impl std::fmt::Display for Labels<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.0.iter().copied().chain(self.1.map(|bound| ("le", bound)));
        let mut before = '{';
        for (name, value) in all {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            write!(out, "{before}{name}=\"{value}\"")?;
            before = ',';
        }
        if before == ',' { out.write_str("}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Histogram;

    #[test]
    fn it_is_what_prometheus_reads() {
        let histogram = Histogram::new(&[500_000, 1_000_000_000]);
        [400_000, 500_000, 2_000_000_000].into_iter().for_each(|nanos| histogram.observe(nanos));
        let mut text = Text::default();
        text.single("queue_length", Kind::Gauge, "What waits.", 3);
        text.family("answers_total", Kind::Counter, "A \\ and\na line.").sample(&[("route", "/a\"b\\c\n")], 7);
        text.family("took_seconds", Kind::Histogram, "How long.").distribution(&[("m", "GET")], &histogram.read(), 1e9);
        let expected = r#"# HELP queue_length What waits.
# TYPE queue_length gauge
queue_length 3
# HELP answers_total A \\ and\na line.
# TYPE answers_total counter
answers_total{route="/a\"b\\c\n"} 7
# HELP took_seconds How long.
# TYPE took_seconds histogram
took_seconds_bucket{m="GET",le="0.0005"} 2
took_seconds_bucket{m="GET",le="1"} 2
took_seconds_bucket{m="GET",le="+Inf"} 3
took_seconds_sum{m="GET"} 2.0009
took_seconds_count{m="GET"} 3
"#;
        assert_eq!(text.finish(), expected);
    }
}
