//! The files of whole projects: a folder in `cases` is a test. `UPDATE_EXPECT=1` writes what is expected anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use codegen::checklist::Outcome;
use codegen::record::{FILES_PATH, Files, Origin, REQUEST_PATH, sha256};
use codegen::{Asked, Assumption, FileDraft, FileMode, Ownership, ProjectFacts, SettingFact, project};

const SECRET: &str = "a-random-text-that-the-caller-made";

/// Not compared with a file: the one is the input, the other two follow from the rest and are tested below.
const DERIVED: [&str; 3] = ["blueprint.toml", "blueprint.schema.json", FILES_PATH];

fn facts(blueprint: &Blueprint) -> ProjectFacts {
    ProjectFacts {
        planner: "rules".to_owned(),
        coverage: 0.75,
        assumptions: vec![Assumption {
            text: "prices are in USD".to_owned(),
            why: "no currency is named".to_owned(),
            about: String::new(),
            parts: Vec::new(),
        }],
        asked: vec![Asked { who: "user".to_owned(), action: "update".to_owned(), entity: "prospect".to_owned() }],
        questions: vec!["Who may see prospects?".to_owned()],
        unplaced: vec!["make it pop".to_owned()],
        secret_key: SECRET.to_owned(),
        settings: vec![
            SettingFact { name: "PORT", default: "8000", summary: "the port to listen on" },
            SettingFact { name: "SECRET_KEY", default: "a new one at each start", summary: "all keys come from it" },
            SettingFact { name: "PUBLIC_URL", default: "none", summary: "how the outside reaches it" },
        ],
        outcomes: [("blueprint.check".to_owned(), Outcome::Passed)].into(),
        openapi: server::openapi::document(blueprint),
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn drafts(case: &Path) -> Vec<FileDraft> {
    let text = fs::read_to_string(case.join("blueprint.toml")).unwrap();
    let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{}:\n{problems}", case.display()));
    project(&blueprint, &facts(&blueprint)).unwrap()
}

fn content<'a>(drafts: &'a [FileDraft], path: &str) -> &'a str {
    &drafts.iter().find(|draft| draft.path == path).unwrap_or_else(|| panic!("no {path}")).content
}

#[test]
fn files_are_as_expected() {
    for case in cases() {
        for draft in drafts(&case).iter().filter(|draft| !DERIVED.contains(&draft.path.as_str())) {
            // Without the leading dot, lest the .gitignore among them works.
            let path = case.join("expected").join(draft.path.trim_start_matches('.'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            expect_test::expect_file![path].assert_eq(&draft.content);
        }
    }
}

#[test]
fn the_same_in_gives_the_same_bytes_out() {
    for case in cases() {
        assert_eq!(drafts(&case), drafts(&case));
    }
}

#[test]
fn the_blueprint_is_written_byte_for_byte_with_its_schema() {
    for case in cases() {
        let drafts = drafts(&case);
        assert_eq!(content(&drafts, "blueprint.toml"), fs::read_to_string(case.join("blueprint.toml")).unwrap());
        let schema: serde_json::Value = serde_json::from_str(content(&drafts, "blueprint.schema.json")).unwrap();
        assert_eq!(schema, blueprint::json_schema());
    }
}

#[test]
fn the_secret_is_in_one_file_that_only_its_owner_reads_and_its_hash_is_in_none() {
    for draft in cases().iter().flat_map(|case| drafts(case)) {
        let secret = draft.path == ".env";
        assert_eq!(draft.content.contains(SECRET), secret, "{}", draft.path);
        assert_eq!(draft.mode == FileMode::Secret, secret, "{}", draft.path);
        if secret {
            assert_eq!(draft.ownership, Ownership::Yours);
        }
    }
}

#[test]
fn the_record_knows_every_other_file() {
    for case in cases() {
        let drafts = drafts(&case);
        let record = Files::parse(content(&drafts, FILES_PATH)).unwrap();
        assert_eq!(record.files.len(), drafts.len() - 1);
        for draft in drafts.iter().filter(|draft| draft.path != FILES_PATH) {
            let written = record.get(&draft.path).unwrap_or_else(|| panic!("{} is not recorded", draft.path));
            let hash = (draft.mode == FileMode::Normal).then(|| sha256(draft.content.as_bytes()));
            assert_eq!((written.ownership, &written.sha256), (draft.ownership, &hash), "{}", draft.path);
        }
        let origin = Origin::parse(content(&drafts, REQUEST_PATH)).unwrap();
        assert_eq!(origin.assumptions.first().map(|one| one.text.as_str()), Some("prices are in USD"));
    }
}

/// Whatever texts a blueprint has, they are words of the documents: no heading, row, HTML or comment comes of them.
#[test]
fn texts_of_the_blueprint_are_no_markup() {
    let text = "[app]\nname = \"x\"\nsummary = \"# Boo\\n\\n## Far\\n<script>1</script> | a\"\n[entity.task]\n\
        summary = \"- it\\n\\n## Far <!-- access.read -->\\n<b>| c\"\n[entity.task.field]\n\
        kind = { type = \"enum\", values = [\"new\", \"a|b\", \"<i>\"], summary = \"# f\\n\\n## Far <u>\" }\n";
    let blueprint = blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"));
    let drafts = project(&blueprint, &facts(&blueprint)).unwrap();
    for draft in drafts.iter().filter(|draft| draft.path.ends_with(".md")) {
        for line in draft.content.lines() {
            let raw = ["<script", "<b>", "<u>", "<!-- access.read -->\n<", "access.read --> <"]
                .iter()
                .any(|it| line.contains(it));
            // Values stand as they are in code.
            let raw = raw || line.split('`').step_by(2).any(|outside| outside.contains("<i>"));
            let begins = ["# Boo", "## Far", "# f", "- it"].iter().any(|start| line.starts_with(start));
            assert!(!raw && !begins, "{}: {line}", draft.path);
        }
        let tables = draft.content.split("\n\n").filter(|part| part.starts_with('|'));
        for table in tables {
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let head = table.lines().next().map(cells);
            let rows = table.lines().filter(|line| line.starts_with('|'));
            assert!(rows.map(cells).all(|count| Some(count) == head), "{}: {table}", draft.path);
        }
    }
    let of = |path: &str| content(&drafts, path);
    assert!(of("AGENTS.md").contains("\\# Boo ## Far &lt;script>1&lt;/script> | a This folder"), "{}", of("AGENTS.md"));
    let summary = r#"- **What it is**: `"- it\n\n## Far \u003c!-- access.read -->\n\u003cb>| c"`"#;
    assert!(of("specs/database/schema.md").contains(summary), "{}", of("specs/database/schema.md"));
}

/// `sh -n` reads a script without running it.
#[test]
fn the_walk_through_is_valid_shell() {
    for case in cases() {
        let drafts = drafts(&case);
        let readme = content(&drafts, "README.md");
        let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
        let script: String = blocks.collect();
        assert!(script.contains("curl"), "{}", case.display());
        let checked = std::process::Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
        assert!(checked.status.success(), "{}: {}", case.display(), String::from_utf8_lossy(&checked.stderr));
    }
}
