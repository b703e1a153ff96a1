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
