//! Golden readings: a folder in `cases` is a test.
//!
//! `request.txt` is read; `reading.json` holds the summary, the assumptions' reasons and what found no place. With
//! `UPDATE=1` the golden files are written anew. `must_not.txt`, one name a line, lists what may be no entity.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

fn golden(request: &str) -> Value {
    let reading = intake::read(request);
    json!({
        "understood": reading.understood(),
        "summary": reading.summary,
        "unplaced": reading.unplaced.iter().map(|left| json!([left.class, left.text])).collect::<Vec<_>>(),
        "questions": reading.questions.iter().map(|question| question.text.clone()).collect::<Vec<_>>(),
        "blueprint": reading.blueprint.lines().collect::<Vec<_>>(),
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how the person who runs the test accepts changes")]
fn every_case_reads_as_before() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let update = std::env::var("UPDATE").is_ok();
    let mut folders: Vec<_> = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut changed = Vec::new();
    for folder in folders {
        let request = fs::read_to_string(folder.join("request.txt")).unwrap();
        let found = format!("{}\n", serde_json::to_string_pretty(&golden(request.trim_end())).unwrap());
        let file = folder.join("reading.json");
        if update {
            fs::write(&file, found).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != found {
            changed.push(folder.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert!(changed.is_empty(), "changed: {changed:?}; look at the difference with UPDATE=1 and git diff");
}

#[test]
fn nothing_is_made_of_what_a_request_only_mentions() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut checked = 0;
    for entry in fs::read_dir(cases).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(names) = fs::read_to_string(folder.join("must_not.txt")) else { continue };
        let request = fs::read_to_string(folder.join("request.txt")).unwrap();
        let reading = intake::read(request.trim_end());
        for name in names.lines() {
            checked += 1;
            if reading.summary.entities.iter().any(|entity| entity.name == name)
                || reading.summary.integrations.iter().any(|used| used == name)
            {
                panic!("{}: `{name}` was made", folder.display());
            }
        }
    }
    assert!(checked > 0);
}

#[test]
fn the_same_words_give_the_same_bytes() {
    let request = "Boats (name, length). Members rent boats. Email the member when a boat is late.";
    let first = serde_json::to_string(&intake::read(request)).unwrap();
    for _ in 0..5 {
        assert_eq!(serde_json::to_string(&intake::read(request)).unwrap(), first);
    }
}
