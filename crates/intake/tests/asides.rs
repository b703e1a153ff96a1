//! What is negated, put off, left to others or only named makes no record, whatever it is; what is asked for does.
//!
//! The files in `asides/` hold sentences with a gap for a noun. Each is read behind a request that keeps three records.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

const BASE: &str = "Boats have a name and a length. Skippers (name, phone) log trips with a date and a distance.";
const KEPT: [&str; 3] = ["boat", "skipper", "trip"];

/// Singular and plural; all of them are records that many requests do ask for.
const RECORDS: &[(&str, &str)] = &[
    ("invoice", "invoices"),
    ("fine", "fines"),
    ("lesson", "lessons"),
    ("supplier", "suppliers"),
    ("delivery", "deliveries"),
];
/// Places, devices, documents, bodies and events that stories speak of.
const NAMED: &[(&str, &str)] = &[
    ("harbour", "harbours"),
    ("kiosk", "kiosks"),
    ("printer", "printers"),
    ("contract", "contracts"),
    ("budget", "budgets"),
    ("school", "schools"),
    ("ticket", "tickets"),
];

fn sentences(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asides").join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The sentence about this noun.
fn about(sentence: &str, (one, many): (&str, &str)) -> String {
    let vowel = one.starts_with(['a', 'e', 'i', 'o', 'u']);
    let capital = |word: &str| word.get(..1).unwrap().to_uppercase() + word.get(1..).unwrap();
    let (small, large) = if vowel { ("an {x}", "An {x}") } else { ("a {x}", "A {x}") };
    sentence
        .replace("a {x}", small)
        .replace("A {x}", large)
        .replace("{xs}", many)
        .replace("{Xs}", &capital(many))
        .replace("{x}", one)
        .replace("{X}", &capital(one))
}

/// The records and services of a request.
fn made(request: &str) -> (Vec<String>, Vec<String>) {
    let read = intake::read(request).summary;
    (read.entities.into_iter().map(|entity| entity.name).collect(), read.integrations)
}

/// Sentences of the file that change what is made of the request.
fn changes(file: &str, nouns: &[(&str, &str)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for sentence in sentences(file) {
        for noun in nouns {
            let told = about(&sentence, *noun);
            // A title stands above.
            let label = told.split_once(": ").is_some_and(|(label, rest)| !label.contains(' ') && !rest.ends_with('.'));
            let request = if label { format!("{told}\n{BASE}") } else { format!("{BASE} {told}") };
            let (mut records, services) = made(&request);
            records.sort();
            if records != KEPT || !services.is_empty() {
                wrong.push(format!("{told}: {records:?} {services:?}"));
            }
        }
    }
    wrong
}

#[test]
fn what_is_negated_or_left_to_others_is_not_kept() {
    let wrong = changes("negated.txt", RECORDS);
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_only_named_is_not_kept() {
    let wrong = changes("named.txt", NAMED);
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_asked_for_is_kept() {
    let mut wrong = Vec::new();
    for sentence in sentences("asked.txt") {
        // "fine" is a sum of money first.
        for noun in RECORDS.iter().filter(|noun| noun.0 != "fine") {
            let told = about(&sentence, *noun);
            let (records, _) = made(&format!("{BASE} {told}"));
            let missing: Vec<&str> =
                KEPT.into_iter().chain([noun.0]).filter(|name| !records.iter().any(|one| one == name)).collect();
            if !missing.is_empty() {
                wrong.push(format!("{told}: {missing:?} missing in {records:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}
