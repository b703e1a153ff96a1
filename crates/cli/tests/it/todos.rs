//! `todos`: what is ticked is what a check saw just now, and what a person wrote stays.

use std::fs;
use std::path::Path;

use crate::program::{Bench, REQUEST, Run};

const LIST: &str = "app/docs/backend_todos_APP.md";

/// A project that was just made, and where its checklist is.
fn project() -> (Bench, String) {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "app"]).fine();
    let name = blueprint::load(&bench.read("app/blueprint.toml")).unwrap().app.name;
    (bench, LIST.replace("APP", &name.replace('-', "_")))
}

/// What a run that found no failure said; on stderr it may say that it takes a while.
fn passed(run: Run) -> String {
    assert_eq!(run.code, 0, "{run:?}");
    run.out
}

fn line<'t>(text: &'t str, id: &str) -> &'t str {
    let end = format!("<!-- {id} -->");
    text.lines().find(|line| line.ends_with(&end)).unwrap_or_else(|| panic!("no {id} in {text}"))
}

fn outcome(report: &serde_json::Value, id: &str) -> (String, String) {
    let line = report["lines"].as_array().unwrap().iter().find(|line| line["id"] == id);
    let line = line.unwrap_or_else(|| panic!("no {id} in {report}"));
    (line["outcome"].as_str().unwrap_or_default().to_owned(), line["why"].as_str().unwrap_or_default().to_owned())
}

/// Every check of every example passes, but for what is not there yet.
#[test]
fn every_example_passes_its_checks() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for example in ["clinic", "lead-tracker", "shop", "todo"] {
        let bench = Bench::with(&fs::read_to_string(examples.join(example).join("blueprint.toml")).unwrap());
        let report = bench.run(&["todos", "--json"]).json();
        assert_eq!(report["failed"], 0, "{example}: {report}");
        for line in report["lines"].as_array().unwrap() {
            let id = line["id"].as_str().unwrap();
            let tried =
                ["entity.", "action.", "accounts.sign", "errors.", "logging.audit"].iter().any(|it| id.starts_with(it));
            assert!(line["by"] == "hand" || !tried || line["outcome"] == "passed", "{example}: {line}");
        }
        assert!(report["passed"].as_u64() > Some(8), "{example}: {report}");
    }
}

#[test]
fn what_holds_is_ticked_and_the_same_again_is_the_same() {
    let (bench, list) = project();
    let fresh = bench.read(&list);
    assert!(line(&fresh, "entity.book.rows").starts_with("- [x]"), "tried when it was made: {fresh}");
    assert!(line(&fresh, "database.reachable").starts_with("- [ ]"), "{fresh}");
    let said = passed(bench.run(&["todos", "app"]));
    assert!(said.contains("0 fail") && said.contains("left to you") && said.contains("there is none yet"), "{said}");
    let first = bench.read(&list);
    assert!(
        line(&first, "config.secret").starts_with("- [x]") && line(&first, "documents.current").starts_with("- [x]")
    );
    bench.run(&["user", "list", "--file", "app"]).fine();
    passed(bench.run(&["todos", "app", "--check"]));
    assert_eq!(bench.read(&list), first, "--check changes nothing");
    passed(bench.run(&["todos", "app"]));
    let second = bench.read(&list);
    assert!(
        line(&second, "database.reachable").starts_with("- [x]")
            && line(&second, "schema.current").starts_with("- [x]")
    );
    assert_eq!(passed(bench.run(&["todos", "app", "--quiet"])), "");
    assert_eq!(bench.read(&list), second);
}

/// Without one nobody manages users or reads the audit over HTTP, which nobody notices until it is needed.
#[test]
fn whether_there_is_an_administrator_is_looked_up() {
    let (bench, list) = project();
    let admin = |found: &str, why: &str| {
        let (outcome, told) = outcome(&bench.run(&["todos", "app", "--json"]).json(), "accounts.admin");
        assert!(outcome == found && told.contains(why), "{outcome}: {told}");
        line(&bench.read(&list), "accounts.admin").starts_with("- [x]")
    };
    assert!(!admin("waiting", "no database yet"));
    bench.run(&["user", "list", "--file", "app"]).fine();
    assert!(!admin("waiting", "nobody has the role admin"));
    let said = passed(bench.run(&["todos", "app"]));
    assert!(said.contains("supermaker user add you@example.com --role admin"), "{said}");
    let add = ["user", "add", "ana@example.com", "--role", "admin", "--password-stdin", "--file", "app"];
    bench.run_with_input(&add, "seven green kettles sing").fine();
    assert!(admin("passed", ""));
    bench.run(&["user", "disable", "ana@example.com", "--file", "app"]).fine();
    assert!(!admin("waiting", "nobody has the role admin and may sign in"));
}

#[test]
fn what_fails_now_is_unticked_and_told() {
    let (bench, list) = project();
    bench.run(&["user", "list", "--file", "app"]).fine();
    passed(bench.run(&["todos", "app"]));
    // Another column than the database has, and other documents.
    let blueprint = bench.read("app/blueprint.toml");
    bench.write("app/blueprint.toml", &format!("{blueprint}\n[entity.shelf.field]\nname = {{ type = \"text\" }}\n"));
    let run = bench.run(&["todos", "app"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("(was ticked)") && run.out.contains("2 fail"), "{run:?}");
    let text = bench.read(&list);
    for id in ["schema.current", "documents.current"] {
        assert!(line(&text, id).starts_with("- [ ]"), "{text}");
    }
    assert!(text.contains("  - fails: ") && line(&text, "entity.shelf.rows").starts_with("- [x]"), "{text}");
    bench.run(&["docs", "app"]).fine();
    let report = bench.run(&["todos", "app", "--json"]).json();
    assert_eq!(outcome(&report, "documents.current").0, "passed");
    assert_eq!(outcome(&report, "schema.current").0, "failed");
}

#[test]
fn a_checklist_of_another_blueprint_fails_a_check_that_changes_nothing() {
    let (bench, list) = project();
    let before = bench.read(&list);
    let blueprint = bench.read("app/blueprint.toml");
    bench.write("app/blueprint.toml", &format!("{blueprint}\n[entity.shelf.field]\nname = {{ type = \"text\" }}\n"));
    bench.run(&["docs", "app"]).fine();
    let run = bench.run(&["todos", "app", "--check"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("not those of the blueprint"), "{run:?}");
    assert_eq!(bench.read(&list), before);
}

/// Nobody ticks for a check.
#[test]
fn a_line_that_was_ticked_by_hand_fails_a_check() {
    let (bench, list) = project();
    bench.run(&["todos", "app"]);
    let before = bench.read(&list);
    let item = line(&before, "schema.current");
    bench.write(&list, &before.replace(item, &item.replace("[ ]", "[x]")));
    let run = bench.run(&["todos", "app", "--check"]);
    assert!(run.code == 1 && run.out.contains("schema.current is ticked"), "{run:?}");
    bench.write(&list, &before.replace("`blueprint.toml` loads", "All is well"));
    let run = bench.run(&["todos", "app", "--check", "--json"]);
    assert!(run.code == 1 && run.out.contains("blueprint.check reads otherwise"), "{run:?}");
    bench.write(&list, &before);
    passed(bench.run(&["todos", "app", "--check"]));
}

#[test]
fn what_a_person_ticked_and_wrote_stays() {
    let (bench, list) = project();
    let text = bench.read(&list);
    let item = line(&text, "database.backups").to_owned();
    let noted = format!("{}\n  - every night, to the other house", item.replace("- [ ]", "- [x]"));
    bench.write(&list, &text.replace(&item, &noted));
    passed(bench.run(&["todos", "app"]));
    assert!(bench.read(&list).contains(&noted), "{}", bench.read(&list));
    let report = bench.run(&["todos", "app", "--json"]).json();
    assert!(!report.to_string().contains("\"id\":\"database.backups\",\"text\":\"\""));
    let hand = report["lines"].as_array().unwrap().iter().find(|line| line["id"] == "database.backups").unwrap();
    assert_eq!((hand["by"].as_str(), hand["ticked"].as_bool()), (Some("hand"), Some(true)));
}

/// A name that is set says nothing of the service behind it.
#[test]
fn tokens_of_others_are_ticked_by_no_setting() {
    let bench = Bench::with(
        "[app]\nname = \"x\"\n[auth]\naccept = [\"own\", \"firebase\"]\n[entity.a.field]\nb = { type = \"text\" }\n",
    );
    let seen = || outcome(&bench.run(&["todos", "--json"]).json(), "tokens.firebase");
    assert_eq!(seen(), ("waiting".into(), "not set: FIREBASE_PROJECT_ID".into()));
    bench.write(".env", "FIREBASE_PROJECT_ID=nonsense\n");
    let (state, why) = seen();
    assert!(state == "waiting" && why.contains("no token was tried"), "{state} {why}");
}

/// Whoever takes every `#` away in `.env.example` has settings that can be used.
#[test]
fn every_value_of_the_example_can_be_used() {
    let (bench, _) = project();
    let example = bench.read("app/.env.example");
    let values = example.lines().filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    let name = |name: &str| !name.is_empty() && name.chars().all(|it| it.is_ascii_uppercase() || it == '_');
    let set: Vec<String> = values
        .filter(|(key, value)| name(key) && !value.is_empty())
        .map(|(key, value)| format!("{key}={value}\n"))
        .collect();
    assert!(set.len() > 5 && set.iter().all(|line| !line.starts_with("DIRECT_URL")), "{set:?}");
    bench.write("app/.env", &set.concat());
    let (state, why) = outcome(&bench.run(&["todos", "app", "--json"]).json(), "config.settings");
    assert_eq!(state, "passed", "{why}\n{}", set.concat());
}

/// What no request may do is nothing that was seen to work.
#[test]
fn what_cannot_be_tried_is_not_ticked() {
    let bench = Bench::with(
        "[app]\nname = \"x\"\n[entity.a.field]\nb = { type = \"text\" }\n[entity.a.access]\ncreate = [\"nobody\"]\n\
         [entity.a.action.close]\nset = { b = \"c\" }\n",
    );
    let report = bench.run(&["todos", "--json"]).json();
    for id in ["entity.a.rows", "entity.a.validation", "action.a.close"] {
        let (state, why) = outcome(&report, id);
        assert!(
            state == "waiting" && why.contains("nobody add one") || why.contains("no record"),
            "{id}: {state} {why}"
        );
    }
    assert_eq!(outcome(&report, "entity.a.strangers").0, "passed");
    let list = bench.read("docs/backend_todos_x.md");
    assert!(
        line(&list, "entity.a.rows").starts_with("- [ ]") && list.contains("  - not yet: the rules let nobody"),
        "{list}"
    );
}

/// Each must be seen: a check that cannot fail is none.
#[test]
fn what_is_wrong_is_seen() {
    let (bench, _) = project();
    let seen = |id: &str| outcome(&bench.run(&["todos", "app", "--check", "--json"]).json(), id);
    fs::write(bench.path("app/.env.example"), "# PORT=8000\n").unwrap();
    let (state, why) = seen("config.example");
    assert!(state == "failed" && why.contains("DATABASE_URL") && !why.contains("PORT,"), "{state} {why}");
    fs::write(bench.path("app/.gitignore"), "data/\n").unwrap();
    assert_eq!(seen("config.secret"), ("failed".into(), "`.gitignore` does not keep `.env` out".into()));
    fs::create_dir_all(bench.path("app/data")).unwrap();
    fs::write(
        bench.path("app/data/app.db"),
        "this is a text, and no database, whatever its name says of it; it is long enough",
    )
    .unwrap();
    assert_eq!(seen("database.reachable").0, "failed");
    fs::write(bench.path("app/.env"), "SECRET_KEY=short\nENV=production\n").unwrap();
    let (state, why) = seen("config.settings");
    assert!(state == "failed" && why.contains("SECRET_KEY"), "{state} {why}");
    assert_eq!(seen("config.secret").0, "waiting");
}

/// On a server the same is seen as in a file, and the columns are those that the document tells of Postgres.
#[test]
fn a_server_is_looked_into_too() {
    let Some(cluster) = throwaway::Cluster::start(&[("fsync", "off")], &[]) else { return };
    let url = cluster.url("postgres");
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop/blueprint.toml");
    let bench = Bench::with(&fs::read_to_string(shop).unwrap());
    let env = format!("DATABASE_URL={url}\nSECRET_KEY=a secret for tests only, 32 bytes or more\n");
    bench.write(
        ".env",
        &env.replace("a secret for tests only, 32 bytes or more", "'a secret for tests only, 32 bytes or more'"),
    );
    let seen = || {
        let report = bench.run(&["todos", "--check", "--json"]).json();
        (outcome(&report, "database.reachable").0, outcome(&report, "schema.current").0)
    };
    let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(seen(), both("passed", "waiting"));
    let tables = "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'app'";
    let none = throwaway::query(&url, tables).unwrap();
    assert_eq!(none[0][0].as_deref(), Some("0"), "a look makes nothing");
    bench.run(&["user", "list"]).fine();
    assert_eq!(seen(), both("passed", "passed"));
    bench.run(&["docs"]).fine();
    let document = bench.read("docs/schema.md");
    let columns = "SELECT table_name::text || '.' || column_name::text FROM information_schema.columns \
        WHERE table_schema = 'app' AND table_name NOT LIKE '\\_%' AND table_name <> 'users' ORDER BY 1";
    let made: Vec<String> =
        throwaway::query(&url, columns).unwrap().into_iter().map(|row| row[0].clone().unwrap()).collect();
    let mut told = Vec::new();
    for (table, rest) in document.split("\n### `").skip(1).filter_map(|section| section.split_once('`')) {
        let rows = rest.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| `"));
        let rows = rows.filter(|line| line.split(" | ").nth(2) != Some("–"));
        told.extend(rows.map(|line| format!("{table}.{}", line.split('`').nth(1).unwrap())));
    }
    told.sort();
    assert_eq!(told, made);
    let text = bench
        .read("blueprint.toml")
        .replace("[entity.review.field]\n", "[entity.review.field]\nnew = { type = \"text\" }\n");
    bench.write("blueprint.toml", &text);
    assert_eq!(seen(), both("passed", "failed"));
}
