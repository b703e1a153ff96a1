//! `explain`, without a server: the answer, the rules and what they look at, for people and for machines.

use serde_json::json;

use crate::program::Bench;

const APP: &str = r#"
[app]
name = "x"
[entity.memo.field]
text = { type = "text" }
open = { type = "boolean", required = true, default = false }
[entity.memo.access]
read = ["owner", { when = "open and text is not null" }]
"#;

fn bench() -> Bench {
    let bench = Bench::with(APP);
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    for name in ["ana", "bob"] {
        let add = ["user", "add", "--email", &format!("{name}@example.com"), "--password-stdin"];
        bench.run_with_input(&add, "seven green kettles sing").fine();
    }
    bench.run(&["seed", "--user", "ana@example.com", "--rows", "2"]).fine();
    bench
}

#[test]
fn an_answer_is_explained() {
    let bench = bench();
    let said = bench.run(&["explain", "--as", "user:ana@example.com", "GET", "/memos/1"]).fine();
    for line in [
        "GET /api/v1/memos/1 as user:ana@example.com: 200\n`read` allows it: \"owner\"",
        "caller: ana@example.com, ",
        "memo 1: there: user_id = ",
        "\nyes  read of memo\n  yes  \"owner\"\n",
        "  {",
    ] {
        assert!(said.contains(line), "no {line} in {said}");
    }
    let said = bench.run(&["explain", "--as", "anyone", "delete", "/memos/1"]).fine();
    assert!(said.contains("DELETE /api/v1/memos/1 as anyone: 401 unauthorized\n"), "{said}");
    let list = ["explain", "--as", "user:bob@example.com", "GET", "/memos", "--json"];
    let json = bench.run(&list).json();
    assert_eq!((&json["rows"]["all"], &json["rules"][0]["parts"][0]["rows"]), (&json!(2), &json!(0)));
    let patch =
        ["explain", "--as", "user:bob@example.com", "PATCH", "/memos/1", "--body", "{\"text\": \"x\"}", "--json"];
    let json = bench.run(&patch).json();
    assert!([json!(403), json!(404)].contains(&json["answer"]["status"]), "{json}");
    // Two of these stand in the audit beside the rest: two users, two memos.
    let json = bench.run(&["audit", "verify", "--json"]).json();
    assert_eq!(json["unsealed"], 8);
}

#[test]
fn what_cannot_be_explained_is_said() {
    let bench = bench();
    bench.run(&["explain", "--as", "user:eve@example.com", "GET", "/memos"]).refused(1, &["eve@example.com"]);
    bench.run(&["explain", "--as", "key:sm_none", "GET", "/memos"]).refused(1, &["no key `sm_none`"]);
    bench.run(&["explain", "--as", "anyone", "POST", "/memos:batch"]).refused(1, &["a batch is many requests"]);
    bench.run(&["explain", "--as", "eve", "GET", "/memos"]).refused(2, &["expected `anyone`, `user:ID`"]);
    bench.run(&["explain", "--as", "anyone", "FETCH", "/memos"]).refused(2, &["expected GET, POST"]);
    bench.run(&["explain", "--as", "anyone", "GET", "memos"]).refused(2, &["begins with `/`"]);
    bench.run(&["explain", "GET", "/memos"]).refused(2, &["--as"]);
    let said = bench.run(&["explain", "--as", "anyone", "GET", "/memos", "--dry-run"]).fine();
    assert_eq!(said, "Would explain GET /memos as anyone\n");
}

/// It only looks: what a server would make of another blueprint, it makes when it is started.
#[test]
fn a_blueprint_that_is_not_served_is_not_made_so_by_looking() {
    let asked = ["explain", "--as", "anyone", "GET", "/memos"];
    let bench = Bench::with(APP);
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    bench.run(&asked).refused(1, &["not served yet", "no tables were made", "hint: serve the blueprint once"]);
    assert!(!bench.path("data").exists(), "a database was made");

    bench
        .run_with_input(&["user", "add", "--email", "ana@example.com", "--password-stdin"], "seven green kettles sing")
        .fine();
    let file = || std::fs::read(bench.path("data/app.db")).unwrap();
    let said = bench.run(&asked).fine();
    assert!(!said.contains("not served yet"), "{said}");
    // Other tables: what would change is said, and the file is as it was.
    let before = file();
    bench.write(
        "blueprint.toml",
        &APP.replace("[entity.memo.access]", "due = { type = \"date\" }\n[entity.memo.access]"),
    );
    let refused = bench.run(&asked);
    // In words, and no statements: those are for programs.
    assert!(!refused.err.contains("CREATE ") && !refused.err.contains("TEXT"), "{}", refused.err);
    refused.refused(1, &["not served yet", "its tables differ", "what that comes to", "`due`"]);
    assert_eq!(file(), before);
    // The same tables under other rules: it is told what these would answer, and that nobody is answered so yet.
    bench.write("blueprint.toml", &APP.replace("{ when = \"open and text is not null\" }", "\"anyone\""));
    let said = bench.run(&asked).fine();
    assert!(said.contains("GET /api/v1/memos as anyone: 200\n"), "{said}");
    assert!(said.contains("this text of the blueprint is not served yet"), "{said}");
    let said = bench.run(&asked).fine();
    assert!(said.contains("not served yet"), "looking has made it served: {said}");
    let json = bench.run(&["explain", "--as", "anyone", "GET", "/memos", "--json"]).json();
    assert!(json["unserved"].is_string(), "{json}");
}
