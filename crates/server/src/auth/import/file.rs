//! A file of accounts as records: CSV with a line of names (RFC 4180), or a JSON object a line. Everything that is wrong with its
//! form, each with its line.

use serde_json::{Map, Value as Json};

use super::Problem;
use crate::body;

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A line of names, then a line for each account.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// What a file says of one account. Cells of CSV are texts, and not there where they are empty.
pub(super) struct Record {
    pub(super) line: usize,
    pub(super) cells: Map<String, Json>,
}

/// All records, and all that is wrong.
pub(super) fn records(text: &str, format: Format) -> (Vec<Record>, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Csv => csv(text),
        Format::JsonLines => json_lines(text),
    }
}

fn json_lines(text: &str) -> (Vec<Record>, Vec<Problem>) {
    let (mut records, mut problems) = (Vec::new(), Vec::new());
    if text.trim_start().starts_with('[') {
        let hint = "one object a line: jq -c '.[]' users.json > users.jsonl";
        problems.push(Problem::at(1, None, "begins with `[`").hint(hint));
        return (records, problems);
    }
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        match body::parse(text.as_bytes()) {
            Ok(Json::Object(cells)) => records.push(Record { line, cells }),
            Ok(_) => problems.push(Problem::at(line, None, "is no JSON object")),
            Err(error) => problems.push(Problem::at(line, None, error.detail)),
        }
    }
    (records, problems)
}

fn csv(text: &str) -> (Vec<Record>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut rows = Rows { rest: text, line: 1 };
    let Some((line, Ok(names))) = rows.next() else {
        problems.push(Problem::at(1, None, "is empty or no CSV: its first line must name the columns"));
        return (Vec::new(), problems);
    };
    let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    for (place, name) in names.iter().enumerate() {
        if name.is_empty() || names[..place].contains(name) {
            let detail = if name.is_empty() { "a column has no name" } else { "the column is there twice" };
            problems.push(Problem::at(line, Some(name), detail));
        }
    }
    let mut records = Vec::new();
    for (line, row) in rows {
        let cells = match row {
            Ok(cells) => cells,
            Err(why) => {
                problems.push(Problem::at(line, None, why));
                continue;
            }
        };
        if cells.len() == 1 && cells.concat().trim().is_empty() {
            continue;
        }
        if cells.len() != names.len() {
            let detail = format!("has {} cells where there are {} columns", cells.len(), names.len());
            problems
                .push(Problem::at(line, None, detail).hint("a comma within a cell needs quotes around it: \"a, b\""));
            continue;
        }
        let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        records.push(Record { line, cells: filled.map(|(name, cell)| (name.clone(), Json::from(cell))).collect() });
    }
    (records, problems)
}

/// The lines of a CSV file, each with its number; within quotes a line may go on.
struct Rows<'t> {
    rest: &'t str,
    line: usize,
}

impl Iterator for Rows<'_> {
    type Item = (usize, Result<Vec<String>, &'static str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let begins = self.line;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok((cell, more)) => {
                    cells.push(cell);
                    if !more {
                        return Some((begins, Ok(cells)));
                    }
                }
                Err(why) => {
                    self.skip_line();
                    return Some((begins, Err(why)));
                }
            }
        }
    }
}

impl Rows<'_> {
    /// A cell, and whether another one follows in the same line.
    fn cell(&mut self) -> Result<(String, bool), &'static str> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n', '"']).unwrap_or(self.rest.len());
            let cell = &self.rest[..end];
            if self.rest[end..].starts_with('"') {
                return Err(
                    "has a quote in the middle of a cell; quotes stand around all of it, and one in it is written \"\"",
                );
            }
            let cell = if self.rest[end..].starts_with(',') { cell } else { cell.trim_end_matches('\r') }.to_owned();
            self.rest = &self.rest[end..];
            return Ok((cell, self.ended()));
        };
        let mut cell = String::new();
        let mut rest = quoted;
        loop {
            let end = rest.find('"').ok_or("has a quote that does not end")?;
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        self.line += cell.matches('\n').count();
        self.rest = rest.strip_prefix('\r').filter(|rest| rest.is_empty() || rest.starts_with('\n')).unwrap_or(rest);
        if !self.rest.is_empty() && !self.rest.starts_with([',', '\n']) {
            return Err("has something behind a quote that ends");
        }
        Ok((cell, self.ended()))
    }

    /// Goes past what ended a cell; whether that was a comma.
    fn ended(&mut self) -> bool {
        let more = self.rest.starts_with(',');
        if self.rest.starts_with('\n') {
            self.line += 1;
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        more
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
        self.rest = &self.rest[end..];
        self.line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let (records, problems) = records(text, Format::Csv);
        let records = records.iter().map(|record| format!("{} {}", record.line, Json::from(record.cells.clone())));
        let problems = problems.iter().map(|problem| format!("{} {}", problem.line, problem.detail));
        records.chain(problems).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn csv_as_spreadsheets_and_databases_write_it() {
        for (text, expected) in [
            ("a,b\n1,2\n", r#"2 {"a":"1","b":"2"}"#),
            ("\u{feff}a,b\r\n1,2\r\n\r\n3,\r\n", "2 {\"a\":\"1\",\"b\":\"2\"}\n4 {\"a\":\"3\"}"),
            ("a,b\n1,2", r#"2 {"a":"1","b":"2"}"#),
            ("a\n\"x \"\"y\"\", z\"\n", r#"2 {"a":"x \"y\", z"}"#),
            ("a,b\n\"two\nlines\",2\n3,4\n", "2 {\"a\":\"two\\nlines\",\"b\":\"2\"}\n4 {\"a\":\"3\",\"b\":\"4\"}"),
            ("a,b\n\"1\",\"2\"\r\n", r#"2 {"a":"1","b":"2"}"#),
            ("", "1 is empty or no CSV: its first line must name the columns"),
            ("a,a,\n", "1 the column is there twice\n1 a column has no name"),
            ("a,b\n1\n1,2,3\n", "2 has 1 cells where there are 2 columns\n3 has 3 cells where there are 2 columns"),
            (
                "a\nx\"y\nz\n",
                "3 {\"a\":\"z\"}\n2 has a quote in the middle of a cell; quotes stand around all of it, and one in it is written \"\"",
            ),
            ("a\n\"x\"y\nz\n", "3 {\"a\":\"z\"}\n2 has something behind a quote that ends"),
            ("a\n\"x\ny\n", "3 {\"a\":\"y\"}\n2 has a quote that does not end"),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_file_is_too_much_for_the_reader(text in "[a,\"\r\n]{0,40}") {
            for format in [Format::Csv, Format::JsonLines] {
                let (records, problems) = records(&text, format);
                let lines = text.lines().count() + 1;
                proptest::prop_assert!(records.iter().all(|record| (1..=lines).contains(&record.line)));
                proptest::prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
            }
        }
    }
}
