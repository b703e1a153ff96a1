//! Every blueprint that the reader writes is one that the engine takes.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

#[test]
fn every_case_loads() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (mut loaded, mut refused) = (0, Vec::new());
    for entry in fs::read_dir(cases).unwrap() {
        let request = fs::read_to_string(entry.unwrap().path().join("request.txt")).unwrap();
        let reading = intake::read(request.trim_end());
        if !reading.understood() {
            continue;
        }
        match blueprint::load(&reading.blueprint) {
            Ok(_) => loaded += 1,
            Err(problems) => refused.push(format!("{}\n{problems:?}", reading.blueprint)),
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
    assert!(loaded >= 8, "only {loaded} cases were understood");
}

/// What the engine keeps for itself, and what no program can be written with.
#[test]
fn fields_of_any_name_load() {
    const NAMES: &[&str] = &[
        "id",
        "self",
        "super",
        "crate",
        "type",
        "limit",
        "sort",
        "cursor",
        "q",
        "count",
        "fields",
        "expand",
        "order",
        "group",
        "like",
        "select",
        "from",
        "where",
        "user",
        "user_id",
        "team_id",
        "created_at",
        "updated_at",
        "version",
        "table",
        "index",
        "true",
        "null",
        "password",
        "email",
        "roles",
        "owner",
    ];
    let (mut refused, mut tables) = (Vec::new(), 0);
    for name in NAMES {
        let blueprint = intake::read(&format!("Keys: colour, {name}, length.")).blueprint;
        if let Err(problems) = blueprint::load(&blueprint) {
            refused.push(format!("{name}: {problems:?}"));
        }
        let text = format!("# Keys\n\n## Key\n\n| Field | Type |\n|---|---|\n| colour | text |\n| {name} | text |\n");
        let file = intake::SpecFile { name: "spec.md", text: &text };
        // What is refused says why; what is read must load.
        let Ok(read) = intake::read_spec(&[file], "keys", "spec.md") else { continue };
        tables += 1;
        if let Err(problems) = blueprint::load(&read.blueprint) {
            refused.push(format!("{name} in a table: {problems:?}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(tables >= 25, "only {tables} tables were read");
}
