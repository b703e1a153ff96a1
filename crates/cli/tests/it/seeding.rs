//! `seed`: sample rows, and what is said of them.

use serde_json::json;

use crate::program::Bench;

const APP: &str = "[app]\nname = \"x\"\n[auth]\nroles = [\"boss\"]\n[entity.task.field]\ntitle = { type = \"text\" }\n\
     [entity.plan.access]\ncreate = [\"role:boss\"]\n";

fn bench() -> Bench {
    let bench = Bench::with(APP);
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    bench
}

#[test]
fn rows_belong_to_a_sample_user_whose_password_is_shown_once() {
    let bench = bench();
    let first = bench.run(&["seed", "--rows", "3", "--json"]).json();
    assert_eq!(first["rows"], 6);
    assert_eq!(first["user"]["roles"], json!(["boss"]));
    assert!(first["user"]["password"].as_str().unwrap().len() >= 16);
    let second = bench.run(&["seed", "--rows", "2"]).fine();
    assert_eq!(second, "Made 4 rows as sample@example.com with boss, seed 1\n  task  2\n  plan  2\n");
}

#[test]
fn an_account_that_is_named_keeps_its_roles_and_what_it_may_not_make_is_told() {
    let bench = bench();
    bench.run(&["seed", "--user", "ana@example.com"]).refused(1, &["no account for ana@example.com", "user add"]);
    let words = ["user", "add", "--email", "ana@example.com", "--password-stdin"];
    bench.run_with_input(&words, "seven green kettles sing").fine();
    let told = bench.run(&["seed", "--user", "Ana@example.com", "--json"]).json();
    let note = "this user may not make one: a role is missing";
    assert_eq!(told["entities"][0], json!({"entity": "task", "rows": 20, "notes": []}));
    assert_eq!(told["entities"][1], json!({"entity": "plan", "rows": 0, "notes": [note]}));
    assert_eq!(bench.run(&["user", "list", "--json"]).json()[0]["roles"], json!([]));
}

#[test]
fn a_dry_run_makes_no_database_and_production_gets_no_samples() {
    let bench = bench();
    let said = bench.run(&["seed", "--dry-run", "--rows", "4"]).fine();
    assert_eq!(said, "Would make 8 rows as sample@example.com with boss, seed 1\n  task  4\n  plan  4\n");
    bench.write(".env", "ENV=production\nSECRET_KEY=0123456789abcdef0123456789abcdef\nPUBLIC_URL=https://x.example.com\nALLOWED_HOSTS=x.example.com\n");
    bench.run(&["seed"]).refused(1, &["ENV=production", "hint"]);
    assert_eq!(bench.files(), [".env", "blueprint.toml"]);
}
