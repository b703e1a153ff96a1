//! Learns how much each sign says of a noun being a record, and of a service being wanted, and writes the weights into their
//! tables.
//!
//! ```text
//! cargo run --release -p intake --example weigh          # learn, and write the tables
//! cargo run --release -p intake --example weigh -- check # only say how well weights do that were learnt without a file
//! ```
//!
//! `corpus/` holds requests, a JSON object a line, each with what whoever wrote it wants kept: `records` and `maybe` are
//! lists of names for one thing, `not` are words that must not become records; `services`, `maybe_services` and `no_services`
//! say the same of services. The weights are those of a logistic regression, held small so that no sign of a few nouns decides.
#![expect(clippy::unwrap_used, reason = "a chore of those who work on the reader")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

const ROUNDS: usize = 25;

#[derive(Default, Deserialize)]
struct Request {
    request: String,
    records: Vec<Vec<String>>,
    maybe: Vec<Vec<String>>,
    not: Vec<String>,
    services: Vec<String>,
    maybe_services: Vec<String>,
    no_services: Vec<String>,
}

/// A table of signs, and what its weights are learnt from.
struct Table {
    path: &'static str,
    /// What is weighed.
    what: &'static str,
    /// How small weights are held: as much as so many rows speak against any weight.
    hold: f64,
    /// Whether the sentences of the tests are learnt from too: of single ways to name a service the corpus has too few.
    sentences: bool,
    rows: fn(&Request, &mut Vec<&'static str>) -> Vec<Row>,
}

const TABLES: [Table; 2] = [
    Table { path: "src/resolve/entities/signs.rs", what: "records", hold: 4.0, sentences: false, rows: nouns },
    Table { path: "src/rules/outside/signs.rs", what: "services", hold: 2.0, sentences: true, rows: services },
];

/// Something of the corpus that is weighed: its signs by number, and what it should be.
struct Row {
    /// Of rows with the same name in one request one decides: the likeliest.
    name: String,
    signs: Vec<usize>,
    /// What signs weigh whose weight is not learnt.
    chosen: f64,
    /// The log-odds from which on it is made.
    enough: f64,
    wanted: bool,
    must_not: bool,
    /// How much it counts beside others of its name.
    share: f64,
}

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus: Vec<Vec<Request>> = files(&home.join("corpus"), "jsonl").iter().map(|path| requests(path)).collect();
    let sentences = files(&home.join("tests/sentences"), "txt").iter().flat_map(|path| sentences(path)).collect();
    for table in TABLES {
        let mut names = Vec::new();
        let more: &[Vec<Request>] = if table.sentences { std::slice::from_ref(&sentences) } else { &[] };
        let mut of_file = |file: &Vec<Request>| file.iter().map(|asked| (table.rows)(asked, &mut names)).collect();
        let rows: Vec<Vec<Vec<Row>>> = corpus.iter().chain(more).map(&mut of_file).collect();
        held_out(&table, &rows, corpus.len(), names.len());
        if std::env::args().nth(1).is_none() {
            let all: Vec<&Row> = rows.iter().flatten().flatten().collect();
            let weights = names.iter().copied().zip(learn(&all, names.len(), table.hold)).collect();
            let path = home.join(table.path);
            let text = written(&fs::read_to_string(&path).unwrap(), &weights);
            fs::write(path, text).unwrap();
        }
    }
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|kind| kind == ending)).collect();
    files.sort();
    files
}

fn requests(path: &Path) -> Vec<Request> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The sentences of a file of tests of which it is told what services they want: `uses sms email`.
fn sentences(path: &Path) -> Vec<Request> {
    let mut all: Vec<Request> = Vec::new();
    let (mut text, mut told) = (String::new(), false);
    for line in fs::read_to_string(path).unwrap().lines() {
        if let Some(more) = line.strip_prefix("> ") {
            if std::mem::take(&mut told) {
                text.clear();
            }
            text = format!("{text}{more}\n");
            continue;
        }
        told = true;
        if let Some(names) = line.strip_prefix("uses ") {
            let services = names.split(' ').map(str::to_owned).collect();
            all.push(Request { request: text.clone(), services, ..Request::default() });
        }
    }
    all
}

/// The nouns of a request, but those that may be kept or not. People who only have rights are no records.
fn nouns(asked: &Request, names: &mut Vec<&'static str>) -> Vec<Row> {
    let any = |lists: &[Vec<String>], name: &str| lists.iter().flatten().any(|known| same(known, name));
    let mut rows = Vec::new();
    for noun in intake::nouns(&asked.request) {
        let wanted = any(&asked.records, &noun.name);
        if !wanted && any(&asked.maybe, &noun.name) {
            continue;
        }
        let must_not = asked.not.iter().any(|name| same(name, &noun.name));
        let (signs, chosen, enough) = (numbers(&noun.signs, names), noun.chosen, noun.enough);
        rows.push(Row { name: noun.name, signs, chosen, enough, wanted, must_not, share: 1.0 });
    }
    rows
}

/// The services that a request names, each place where it does, but those that may be used or not.
fn services(asked: &Request, names: &mut Vec<&'static str>) -> Vec<Row> {
    let all = intake::services(&asked.request);
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let mut rows = Vec::new();
    for service in &all {
        let name = service.category;
        let wanted = has(&asked.services, name);
        if !wanted && has(&asked.maybe_services, name) {
            continue;
        }
        let places = all.iter().filter(|other| other.category == name).count();
        rows.push(Row {
            name: name.to_owned(),
            signs: numbers(&service.signs, names),
            chosen: 0.0,
            enough: if service.told { f64::INFINITY } else { service.enough },
            wanted,
            must_not: has(&asked.no_services, name),
            // Not each place of what is wanted asks for it.
            share: (places as f64).sqrt().recip(),
        });
    }
    rows
}

/// Signs by number.
fn numbers(signs: &[&'static str], names: &mut Vec<&'static str>) -> Vec<usize> {
    let number = |sign: &&'static str| match names.iter().position(|known| known == sign) {
        Some(known) => known,
        None => {
            names.push(sign);
            names.len() - 1
        }
    };
    signs.iter().map(number).collect()
}

fn same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('s').replace('_', "");
    plain(a) == plain(b)
}

/// Says how weights do on each file that were learnt from all the others.
fn held_out(table: &Table, files: &[Vec<Vec<Row>>], corpus: usize, signs: usize) {
    let (mut right, mut wrong, mut missed, mut never) = (0, 0, 0, 0);
    for (place, file) in files.iter().enumerate().take(corpus) {
        let others = files.iter().enumerate().filter(|(other, _)| *other != place);
        let others: Vec<&Row> = others.flat_map(|(_, file)| file.iter().flatten()).collect();
        let weights = learn(&others, signs, table.hold);
        for request in file {
            let mut made: BTreeMap<&str, (&Row, bool)> = BTreeMap::new();
            for row in request {
                let enough = odds(&weights, row) >= row.enough;
                made.entry(&row.name).or_insert((row, false)).1 |= enough;
            }
            for (row, made) in made.into_values() {
                match (made, row.wanted) {
                    (true, true) => right += 1,
                    (true, false) => wrong += 1,
                    (false, true) => missed += 1,
                    (false, false) => {}
                }
                never += usize::from(made && row.must_not);
            }
        }
    }
    let what = table.what;
    println!(
        "{what} held out: {right} found, {missed} missed, {wrong} made that were not wanted, {never} of them forbidden"
    );
}

fn odds(weights: &[f64], row: &Row) -> f64 {
    row.signs.iter().filter_map(|sign| weights.get(*sign)).sum::<f64>() + row.chosen
}

/// Newton's way to the weights of a logistic regression.
fn learn(rows: &[&Row], signs: usize, hold: f64) -> Vec<f64> {
    let mut weights = vec![0.0; signs];
    for _ in 0..ROUNDS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -hold * weight).collect();
        let mut bend = vec![vec![0.0; signs]; signs];
        for (at, row) in bend.iter_mut().enumerate() {
            row[at] = hold;
        }
        for row in rows {
            let chance = 1.0 / (1.0 + (-odds(&weights, row)).exp());
            for &sign in &row.signs {
                slope[sign] += row.share * (f64::from(u8::from(row.wanted)) - chance);
                for &other in &row.signs {
                    bend[sign][other] += row.share * chance * (1.0 - chance);
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
    let (learnt, chosen) = table.split_at(table.find("const CHOSEN").unwrap_or(table.len()));
    let text: String = learnt.lines().map(|text| line(text).unwrap_or_else(|| text.to_owned()) + "\n").collect();
    text + chosen
}
