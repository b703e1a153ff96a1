//! The documents of projects: they say what is so, they can be read back, and they leave alone what somebody edited.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use blueprint::{Blueprint, Entity, FieldKind, Target};

use crate::program::{Bench, REQUEST};

/// The folders of all examples with a blueprint.
fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join("blueprint.toml").is_file()).collect();
    folders.sort();
    assert!(folders.len() > 3, "{folders:?}");
    folders
}

fn load(text: &str) -> Blueprint {
    blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// Records, their fields and what they refer to, a line each; all the rest is compared where specifications are written.
fn shape(blueprint: &Blueprint) -> Vec<String> {
    let target = |to: Target| match to {
        Target::User => "user".to_owned(),
        Target::Entity(index) => blueprint.entity(index).name.clone(),
    };
    let fields = |entity: &Entity| {
        let fields = entity.fields.iter().map(|field| {
            let kind = match &field.kind {
                FieldKind::Reference { to, on_delete, .. } => format!("{} {on_delete:?}", target(*to)),
                kind => format!("{kind:?}"),
            };
            format!("{}.{}: {kind} required {} default {:?}", entity.name, field.name, field.required, field.default)
        });
        let links = entity.links.iter().map(|link| format!("{}.{}: many {}", entity.name, link.name, target(link.to)));
        fields.chain(links).collect::<Vec<_>>()
    };
    blueprint.entities.iter().flat_map(fields).collect()
}

#[test]
fn specifications_are_read_back_as_the_same_records() {
    for example in examples() {
        let before = fs::read_to_string(example.join("blueprint.toml")).unwrap();
        let bench = Bench::with(&before);
        bench.run(&["docs"]).fine();
        bench.run(&["new", "--from", "specs/", "--dir", "again", "--quiet"]).fine();
        let (before, after) = (load(&before), load(&bench.read("again/blueprint.toml")));
        assert_eq!(shape(&after), shape(&before), "{}", example.display());
        assert_eq!((after.api.prefix, after.api.user_path), (before.api.prefix, before.api.user_path));
        // And once more the same documents, as far as they are about records.
        let specs = "specs/database/schema.md";
        let fields =
            |text: &str| text.lines().filter(|line| line.starts_with("### ")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(fields(&bench.read(specs)), fields(&bench.read(&format!("again/{specs}"))));
    }
}

/// What the comparison above must be able to see.
#[test]
fn another_shape_is_another() {
    let one = "[app]\nname = \"x\"\n[entity.a.field]\nb = { type = \"text\" }\n";
    let shape = |text: &str| shape(&load(text));
    assert_ne!(shape(one), shape(&one.replace("\"text\"", "\"date\"")));
    assert_ne!(shape(one), shape(&one.replace("b =", "c =")));
    let parent = one.replace("\"text\"", "\"reference\", to = \"a\"");
    assert_ne!(shape(&parent), shape(&parent.replace("to = \"a\"", "to = \"a\", on_delete = \"cascade\"")));
    assert_ne!(shape(&parent), shape(&parent.replace("to = \"a\"", "to = \"user\"")));
}

/// Names that could be taken for something else.
#[test]
fn names_survive_a_specification_whatever_they_mean_elsewhere() {
    let text = "[app]\nname = \"x\"\n[entity.table.field]\nnumber = { type = \"integer\", min = 1, max = 40 }\nlabel = { type = \"text\" }\n\
        [entity.model.field]\nmodel_id = { type = \"text\" }\ntables = { type = \"reference\", to = \"table\", many = true }\n\
        parent = { type = \"reference\", to = \"model\", on_delete = \"cascade\" }\n";
    let bench = Bench::with(text);
    bench.run(&["docs"]).fine();
    bench.run(&["new", "--from", "specs/", "--dir", "again", "--quiet"]).fine();
    assert_eq!(shape(&load(&bench.read("again/blueprint.toml"))), shape(&load(text)));
}

/// The tables, columns and indexes of the document are those of a database that the program made.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test looks into the file past the program")]
fn the_schema_is_what_the_database_has() {
    for example in examples() {
        let bench = Bench::with(&fs::read_to_string(example.join("blueprint.toml")).unwrap());
        bench.run(&["docs"]).fine();
        bench.run(&["user", "list"]).fine();
        let document = bench.read("docs/schema.md");
        let database = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
        let column = |sql: &str| -> BTreeSet<String> {
            let mut statement = database.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let tables =
            column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
        // What FTS5 keeps beside a table of its own.
        let shadows = |name: &str| {
            ["_data", "_idx", "_config", "_docsize"].iter().any(|end| name.ends_with(&format!("_search{end}")))
        };
        for table in tables.iter().filter(|name| !shadows(name)) {
            assert!(document.contains(&format!("`{table}`")), "{}: no {table}", example.display());
        }
        let sections = document.split("\n### `").skip(1).filter_map(|section| section.split_once('`'));
        let mut seen = 0;
        for (table, rest) in sections {
            let rest = rest.split("\n## ").next().unwrap();
            let names = |head: &str, lines: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
                lines.filter_map(|line| line.strip_prefix(head)?.split('`').next().map(str::to_owned)).collect()
            };
            let rows = &mut rest.lines().filter(|line| line.split(" | ").nth(1) != Some("–"));
            assert_eq!(
                names("| `", rows),
                column(&format!("SELECT name FROM pragma_table_info('{table}')")),
                "{table}"
            );
            let made = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name =";
            let told = rest
                .lines()
                .filter_map(|line| line.strip_prefix("- ").filter(|line| !line.starts_with("Postgres: ")))
                .map(|line| line.trim_start_matches("SQLite: "));
            let indexes =
                told.filter(|line| line.contains("`: ")).filter_map(|line| line.strip_prefix('`')?.split('`').next());
            assert_eq!(
                indexes.map(str::to_owned).collect::<BTreeSet<_>>(),
                column(&format!("{made} '{table}'")),
                "{table}"
            );
            seen += 1;
        }
        assert!(seen > 0, "{document}");
    }
}

#[test]
fn what_was_edited_stays_and_the_rest_is_renewed() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "app"]).fine();
    assert!(bench.run(&["docs", "app", "--check"]).fine().contains("are what the blueprint gives"));
    let blueprint = bench.read("app/blueprint.toml");
    let more = format!("{blueprint}\n[entity.shelf.field]\nname = {{ type = \"text\" }}\n");
    bench.write("app/blueprint.toml", &more);
    bench.write("app/docs/schema.md", "mine");
    fs::remove_file(bench.path("app/specs/api/rest-endpoints.md")).unwrap();
    bench.run(&["docs", "app", "--check"]).refused(1, &["not what the blueprint gives", "supermaker docs"]);
    assert!(!bench.read("app/docs/access.md").contains("shelf"));
    let json = bench.run(&["docs", "app", "--json"]).json();
    let listed = |key: &str| json[key].to_string();
    assert!(listed("written").contains("docs/access.md"), "{json}");
    assert_eq!(listed("edited"), "[\"docs/schema.md\"]");
    assert_eq!(listed("removed"), "[\"specs/api/rest-endpoints.md\"]");
    assert_eq!(bench.read("app/docs/schema.md"), "mine");
    assert!(bench.read("app/docs/access.md").contains("shelf"));
    // They are not what the blueprint gives, and nobody is told that they are.
    let said = bench.run(&["docs", "app", "--check"]).fine();
    assert!(!said.contains("The documents are"), "{said}");
    assert!(said.contains("you edited docs/schema.md; you took away specs/api/rest-endpoints.md"), "{said}");
    let report = bench.run(&["todos", "app", "--json"]).json();
    let line = report["lines"].as_array().unwrap().iter().find(|line| line["id"] == "documents.current").unwrap();
    let why = line["why"].as_str().unwrap();
    assert!(line["outcome"] == "waiting" && why.contains("docs/schema.md") && why.contains("rest-endpoints"), "{line}");
}

#[test]
fn a_change_renews_the_documents() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "app"]).fine();
    bench.write("app/docs/access.md", "mine");
    let run = bench.run(&["change", "rename author to writer", "--file", "app", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    let said = run.out;
    assert!(said.contains("Wrote docs/schema.md") && said.contains("Left as you edited it: docs/access.md"), "{said}");
    assert!(bench.read("app/docs/schema.md").contains("`writer`"));
    bench.run(&["docs", "app", "--check"]).fine();
}

/// A run that was killed, and somebody else's file of such a name, are in no run's way.
#[test]
fn what_was_left_half_way_blocks_nothing() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "app"]).fine();
    for path in ["app/.blueprint.toml.supermaker-new", "app/.AGENTS.md.supermaker-new"] {
        bench.write(path, "theirs");
    }
    fs::write(bench.path("app/AGENTS.md"), "").unwrap();
    let run = bench.run(&["change", "rename author to writer", "--file", "app", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    bench.run(&["docs", "app"]).fine();
    assert_eq!(bench.read("app/.AGENTS.md.supermaker-new"), "theirs");
    assert_eq!(bench.files().iter().filter(|path| path.contains("supermaker-new")).count(), 2);
}

/// What a killed run left of its record is told and mended, and documents are no "edited" ones for ever.
#[test]
fn a_broken_record_is_told_and_made_anew() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "app"]).fine();
    let record = "app/.supermaker/files.json";
    bench.write(record, "{ \"supermaker\":");
    let run = bench.run(&["docs", "app", "--check"]).refused(1, &["record of the documents"]);
    assert!(run.out.contains("files.json could not be read"), "{run:?}");
    assert_eq!(bench.read(record), "{ \"supermaker\":");
    assert!(bench.run(&["docs", "app"]).fine().contains("files.json could not be read"));
    assert!(bench.read(record).contains("docs/access.md"));
    bench.run(&["docs", "app", "--check"]).fine();
    bench.run(&["change", "rename author to writer", "--file", "app", "--yes"]);
    assert!(bench.read("app/docs/schema.md").contains("`writer`"));
}

/// A specification of one's own, and rules for agents, are not written over by those that are made of it.
#[test]
fn documents_that_were_there_before_are_left() {
    let bench = Bench::new();
    let mine = "### tasks\n\n| Field | Type |\n|---|---|\n| title | text |\n";
    bench.write("app/specs/database/schema.md", mine);
    bench.write("app/AGENTS.md", "mine");
    let said = bench.run(&["new", "--from", "app/specs", "--dir", "app", "--yes"]).fine();
    assert!(said.contains("Left as they are") && said.contains("AGENTS.md, specs/database/schema.md"), "{said}");
    assert_eq!((bench.read("app/AGENTS.md"), bench.read("app/specs/database/schema.md")), ("mine".into(), mine.into()));
    assert!(bench.read("app/specs/api/rest-endpoints.md").contains("/api/v1/tasks"));
    assert!(!bench.read("app/.supermaker/files.json").contains("AGENTS.md"));
    bench.run(&["docs", "app", "--check"]).fine();
    bench.run(&["docs", "app"]).fine();
    assert_eq!(bench.read("app/AGENTS.md"), "mine");
}
