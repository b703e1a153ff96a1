//! `key`: API keys by the operator, without a server.

use serde_json::json;

use crate::program::Bench;

const APP: &str = "[app]\nname = \"x\"\n[entity.memo.field]\ntext = { type = \"text\" }\n";
const SECRET: &str = "SECRET_KEY=0123456789abcdef0123456789abcdef\n";

fn bench() -> Bench {
    let bench = Bench::with(APP);
    bench.write(".env", SECRET);
    let add = ["user", "add", "--email", "ana@example.com", "--password-stdin"];
    bench.run_with_input(&add, "seven green kettles sing").fine();
    bench
}

#[test]
fn a_key_is_made_listed_and_revoked() {
    let bench = bench();
    let add = ["key", "add", "--user", "ana@example.com", "--name", "ci", "--allow", "memo:read,create"];
    let said = bench.run(&add).fine();
    assert!(said.contains("Made the key ci of ana@example.com, good until"), "{said}");
    let key = said.lines().find(|line| line.starts_with("sm_")).unwrap();
    let prefix = key.rsplit_once('_').map_or(key, |_| &key[..11]);
    let list = bench.run(&["key", "list"]).fine();
    assert!(list.contains(prefix) && list.contains("memo:create,read") && !list.contains(key), "{list}");

    let json = bench.run(&[&add[..], &["--expires", "never", "--json"]].concat()).json();
    assert_eq!((&json["name"], &json["expires_at"]), (&json!("ci"), &json!(null)));
    bench.run(&["key", "revoke", prefix]).fine();
    let states = bench.run(&["key", "list", "--json"]).json();
    let revoked: Vec<bool> = states.as_array().unwrap().iter().map(|key| key["revoked_at"].is_string()).collect();
    assert_eq!(revoked, [true, false]);
    bench.run(&["key", "revoke", prefix]).refused(1, &["no key", "key list"]);
}

#[test]
fn a_key_that_leaked_is_revoked_by_itself_and_not_shown() {
    let bench = bench();
    let add = ["key", "add", "--user", "ana@example.com", "--name", "ci", "--allow", "memo", "--json"];
    let made = bench.run(&add).json();
    let (key, prefix) = (made["key"].as_str().unwrap(), made["prefix"].as_str().unwrap());
    let other = format!("{prefix}_{}", "A".repeat(43));
    let said = bench.run(&["key", "revoke", &other]).refused(1, &["no key", prefix]);
    assert!(!said.err.contains(&other), "{}", said.err);
    for manner in [&["--dry-run"][..], &["--json"]] {
        let said = bench.run(&[&["key", "revoke", key], manner].concat()).fine();
        assert!(said.contains(prefix) && !said.contains(key), "{said}");
    }
    assert!(bench.run(&["key", "list", "--json"]).json()[0]["revoked_at"].is_string());
    let said = bench.run(&["key", "revoke", key]).refused(1, &["no key", prefix]);
    assert!(!said.err.contains(key), "{}", said.err);
}

#[test]
fn what_a_key_deletes_besides_is_said() {
    let bench = bench();
    let more =
        "[entity.line]\n[entity.line.field]\nmemo = { type = \"reference\", to = \"memo\", on_delete = \"cascade\" }\n";
    bench.write("blueprint.toml", &format!("{APP}{more}"));
    let add = ["key", "add", "--user", "ana@example.com", "--name", "ci", "--dry-run", "--allow"];
    let run = bench.run(&[&add[..], &["memo:read,delete"]].concat());
    assert_eq!(run.code, 0);
    assert!(run.err.contains("deletes each line that refers to it"), "{}", run.err);
    bench.run(&[&add[..], &["memo:read,delete", "--allow", "line"]].concat()).fine();
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let bench = bench();
    let add = ["key", "add", "--user", "ana@example.com", "--name", "ci", "--allow"];
    bench.run(&[&add[..], &["memo:reed"]].concat()).refused(1, &["no operation `reed`", "read, create"]);
    bench.run(&[&add[..], &["memo:update"]].concat()).refused(1, &["needs `memo:read`"]);
    bench.run(&[&add[..], &["memo", "--expires", "soon"]].concat()).refused(2, &["wants a time such as"]);
    bench.run(&["key", "add", "--user", "bob@example.com", "--name", "ci", "--allow", "*"]).refused(1, &["no user"]);
    let said = bench.run(&[&add[..], &["*", "--dry-run"]].concat()).fine();
    assert!(said.contains("Would make the key ci of ana@example.com, for *"), "{said}");
    assert_eq!(bench.run(&["key", "list", "--json"]).json(), json!([]));
}
