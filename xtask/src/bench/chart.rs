//! The report as a picture: for each case a bar for each who was measured.

use crate::bench::report::Report;

const WIDTH: f64 = 760.0;
const LABEL: f64 = 200.0;
const BAR: f64 = 20.0;
const GAP: f64 = 6.0;

/// An SVG that shows on light and on dark pages.
pub fn svg(report: &Report) -> String {
    let mut cases: Vec<&str> = Vec::new();
    for measured in &report.measured {
        if !cases.contains(&measured.case) {
            cases.push(measured.case);
        }
    }
    let (mut body, mut y) = (String::new(), 10.0);
    for case in cases {
        body += &format!("<text x=\"0\" y=\"{:.0}\" class=\"case\">{case}, requests/s</text>\n", y + 16.0);
        y += 26.0;
        let of_case = report.measured.iter().filter(|measured| measured.case == case);
        let mut rates: Vec<(&str, f64)> = of_case.map(|it| (it.by, it.median(|sample| sample.per_second))).collect();
        rates.sort_by(|a, b| b.1.total_cmp(&a.1));
        let most = rates.first().map_or(1.0, |(_, rate)| rate.max(1.0));
        for (by, rate) in rates {
            let width = (rate / most * (WIDTH - LABEL - 90.0)).max(1.0);
            let class = if by.starts_with("served") || by.starts_with("owned") { "ours" } else { "other" };
            let (text, end) = (y + 14.0, LABEL + width + 6.0);
            body += &format!(
                "<text x=\"{:.0}\" y=\"{text:.0}\" class=\"who\">{by}</text>\
                 <rect x=\"{LABEL:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{BAR:.0}\" class=\"{class}\"/>\
                 <text x=\"{end:.0}\" y=\"{text:.0}\">{rate:.0}</text>\n",
                LABEL - 8.0
            );
            y += BAR + GAP;
        }
        y += 14.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {y:.0}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #57606a }} .case {{ font-weight: bold }} .who {{ text-anchor: end }} \
         .ours {{ fill: #1f883d }} .other {{ fill: #8c959f }}</style>\n{body}</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::tests::report;

    #[test]
    fn every_bar_is_as_long_as_its_rate() {
        let report = report(&[("served, SQLite", "get", 100.0), ("PocketBase, SQLite", "get", 50.0)], 1.0, 1);
        let svg = svg(&report);
        let width = |by: &str| {
            let line = svg.lines().find(|line| line.contains(by)).unwrap();
            let (_, after) = line.split_once("width=\"").unwrap();
            after.split_once('"').unwrap().0.parse::<f64>().unwrap()
        };
        assert_eq!(width("PocketBase") * 2.0, width("served"));
        assert_eq!(svg.matches("<rect").count(), 2);
    }
}
