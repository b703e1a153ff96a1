//! Learns how much each sign says of a noun being a record, and writes the weights into their table.
//!
//! ```text
//! cargo run --release -p intake --example weigh          # learn, and write src/resolve/entities/signs.rs
//! cargo run --release -p intake --example weigh -- check # only say how well weights do that were learnt without a file
//! ```
//!
//! `corpus/` holds requests, a JSON object a line, each with what whoever wrote it wants kept: `records` and `maybe` are
//! lists of names for one thing, `not` are words that must not become records. The weights are those of a logistic
//! regression, held small so that no sign of a few nouns decides.
#![expect(clippy::unwrap_used, reason = "a chore of those who work on the reader")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// How small weights are held: as much as so many nouns speak against any weight.
const HOLD: f64 = 4.0;
const ROUNDS: usize = 25;

#[derive(Deserialize)]
struct Request {
    request: String,
    records: Vec<Vec<String>>,
    maybe: Vec<Vec<String>>,
    not: Vec<String>,
}

/// A noun of the corpus: its signs by number, and what it should be.
struct Row {
    file: usize,
    signs: Vec<usize>,
    /// What signs weigh whose weight is not learnt.
    chosen: f64,
    record: bool,
    must_not: bool,
}

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = files(&home.join("corpus"));
    let mut names: Vec<&'static str> = Vec::new();
    let rows: Vec<Row> = files.iter().enumerate().flat_map(|(file, path)| rows(file, path, &mut names)).collect();
    held_out(&rows, files.len(), names.len());
    if std::env::args().nth(1).is_none() {
        let all: Vec<&Row> = rows.iter().collect();
        let weights = names.iter().copied().zip(learn(&all, names.len())).collect();
        let table = home.join("src/resolve/entities/signs.rs");
        let text = written(&fs::read_to_string(&table).unwrap(), &weights);
        fs::write(table, text).unwrap();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")).collect();
    files.sort();
    files
}

/// The nouns of a file's requests, but those that may be kept or not. People who only have rights are no records.
fn rows(file: usize, path: &Path, names: &mut Vec<&'static str>) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let asked: Request = serde_json::from_str(line).unwrap();
        let any = |lists: &[Vec<String>], name: &str| lists.iter().flatten().any(|known| same(known, name));
        for noun in intake::nouns(&asked.request) {
            let record = any(&asked.records, &noun.name);
            if !record && any(&asked.maybe, &noun.name) {
                continue;
            }
            let must_not = asked.not.iter().any(|name| same(name, &noun.name));
            rows.push(Row { file, signs: numbers(&noun, names), chosen: noun.chosen, record, must_not });
        }
    }
    rows
}

/// The signs of a noun by number.
fn numbers(noun: &intake::Noun, names: &mut Vec<&'static str>) -> Vec<usize> {
    let number = |sign: &&'static str| match names.iter().position(|known| known == sign) {
        Some(known) => known,
        None => {
            names.push(sign);
            names.len() - 1
        }
    };
    noun.signs.iter().map(number).collect()
}

fn same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('s').replace('_', "");
    plain(a) == plain(b)
}

/// Says how weights do on each file that were learnt from all the others.
fn held_out(rows: &[Row], files: usize, signs: usize) {
    let (mut right, mut wrong, mut missed, mut never) = (0, 0, 0, 0);
    for file in 0..files {
        let others: Vec<&Row> = rows.iter().filter(|row| row.file != file).collect();
        let weights = learn(&others, signs);
        for row in rows.iter().filter(|row| row.file == file) {
            match (odds(&weights, row) >= intake::LIKELY, row.record) {
                (true, true) => right += 1,
                (true, false) => wrong += 1,
                (false, true) => missed += 1,
                (false, false) => {}
            }
            never += usize::from(odds(&weights, row) >= intake::LIKELY && row.must_not);
        }
    }
    println!(
        "held out: {right} records found, {missed} missed, {wrong} made of other nouns, {never} of them forbidden"
    );
}

fn odds(weights: &[f64], row: &Row) -> f64 {
    row.signs.iter().filter_map(|sign| weights.get(*sign)).sum::<f64>() + row.chosen
}

/// Newton's way to the weights of a logistic regression.
fn learn(rows: &[&Row], signs: usize) -> Vec<f64> {
    let mut weights = vec![0.0; signs];
    for _ in 0..ROUNDS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -HOLD * weight).collect();
        let mut bend = vec![vec![0.0; signs]; signs];
        for (at, row) in bend.iter_mut().enumerate() {
            row[at] = HOLD;
        }
        for row in rows {
            let chance = 1.0 / (1.0 + (-odds(&weights, row)).exp());
            for &sign in &row.signs {
                slope[sign] += f64::from(u8::from(row.record)) - chance;
                for &other in &row.signs {
                    bend[sign][other] += chance * (1.0 - chance);
                }
            }
        }
        for (weight, step) in weights.iter_mut().zip(solve(bend, slope)) {
            *weight += step;
        }
    }
    weights
}

/// Solves `matrix · x = right`, whose matrix is symmetric and has its weight on the diagonal.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for at in 0..size {
        let (above, below) = matrix.split_at_mut(at + 1);
        let lead = &above[at];
        for (offset, row) in below.iter_mut().enumerate() {
            let share = row[at] / lead[at];
            for column in at..size {
                row[column] -= share * lead[column];
            }
            right[at + 1 + offset] -= share * right[at];
        }
    }
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|column| matrix[at][column] * right[column]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

/// The table with other weights.
fn written(table: &str, weights: &HashMap<&str, f64>) -> String {
    let line = |line: &str| {
        let (lead, rest) = line.split_once("(\"").filter(|(_, rest)| rest.contains("\", "))?;
        let (name, rest) = rest.split_once("\", ")?;
        let (number, rest) = rest.split_once(", ")?;
        number.parse::<f64>().ok()?;
        let weight = weights.get(name).copied().unwrap_or(0.0);
        Some(format!("{lead}(\"{name}\", {weight:.2}, {rest}"))
    };
    let (learnt, chosen) = table.split_at(table.find("const CHOSEN").unwrap());
    let text: String = learnt.lines().map(|text| line(text).unwrap_or_else(|| text.to_owned()) + "\n").collect();
    text + chosen
}
