//! `new --from`: a specification in, a folder out; and what is wrong with a specification, with its place.

use crate::program::Bench;

const SCHEMA: &str =
    "### tasks\n\n| Field | Type | Required |\n|---|---|---|\n| title | text | yes |\n| done | boolean | |\n";
const ENDPOINTS: &str = "| Method | Path |\n|---|---|\n| GET | /api/tasks |\n";

#[test]
fn a_folder_of_markdown_becomes_a_project() {
    let bench = Bench::new();
    bench.write("shop/specs/database/schema.md", SCHEMA);
    bench.write("shop/specs/api/rest-endpoints.md", ENDPOINTS);
    let said = bench.run(&["new", "--from", "shop/specs", "--dir", "made"]).fine();
    assert!(said.contains("title") && said.contains("made/blueprint.toml"), "{said}");
    let blueprint = bench.read("made/blueprint.toml");
    assert!(blueprint.contains("name = \"shop\"") && blueprint.contains("prefix = \"/api\""), "{blueprint}");
    assert_eq!(bench.run(&["check", "made"]).code, 0);
    let again = bench.run(&["new", "--from", "shop/specs", "--dir", "made"]).fine();
    assert!(again.contains("nothing was written"), "{again}");
    // Another version of the files is another specification.
    bench.write("shop/specs/database/schema.md", &SCHEMA.replace("title", "name"));
    bench.run(&["new", "--from", "shop/specs", "--dir", "made"]).refused(1, &["another request", "--dir made-2"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let bench = Bench::new();
    bench.write("specs/schema.md", &SCHEMA.replace("boolean", "wibble"));
    bench.write("empty/notes.txt", "");
    bench.write("api.yaml", "openapi: 3.1.0");
    bench.write("openapi.json", "{\n oops");
    for (path, words) in [
        ("specs", &["specs/schema.md:6: \"wibble\" is no type", "types are"][..]),
        ("empty", &["empty holds no Markdown", "hint"]),
        ("api.yaml", &["as JSON, not as YAML", "--from api.json"]),
        ("openapi.json", &["openapi.json:2: is no JSON"]),
        ("nowhere", &["cannot read nowhere"]),
    ] {
        bench.run(&["new", "--from", path, "--dir", "made"]).refused(1, words);
    }
    bench.run(&["new", "--from", "specs", "A shop"]).refused(2, &["cannot be used with"]);
    assert!(!bench.files().iter().any(|file| file.starts_with("made")));
}
