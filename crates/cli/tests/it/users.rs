//! `user`: accounts by the operator, without a server.

use serde_json::json;

use crate::program::Bench;

const APP: &str = "[app]\nname = \"x\"\n[auth]\nroles = [\"agent\"]\n[entity.a]\n";
const SECRET: &str = "SECRET_KEY=0123456789abcdef0123456789abcdef\n";
const PASSWORD: &str = "seven green kettles sing";

fn bench() -> Bench {
    let bench = Bench::with(APP);
    bench.write(".env", SECRET);
    bench
}

fn add(bench: &Bench, email: &str, role: &str) -> crate::program::Run {
    bench.run_with_input(&["user", "add", "--email", email, "--role", role, "--password-stdin"], PASSWORD)
}

fn roles(bench: &Bench) -> serde_json::Value {
    let users = bench.run(&["user", "list", "--json"]).json();
    let pairs = users.as_array().unwrap().iter().map(|user| json!([user["email"], user["roles"], user["disabled"]]));
    pairs.collect()
}

#[test]
fn an_account_is_made_given_roles_and_disabled() {
    let bench = bench();
    add(&bench, "Ana@Example.com", "admin").fine();
    assert_eq!(roles(&bench), json!([["ana@example.com", ["admin"], false]]));
    bench.run(&["user", "role", "ana@example.com", "--add", "agent", "--remove", "admin"]).fine();
    bench.run(&["user", "disable", "ana@example.com"]).fine();
    assert_eq!(roles(&bench), json!([["ana@example.com", ["agent"], true]]));
    bench.run(&["user", "enable", "ana@example.com"]).fine();
    bench.run(&["user", "role", "ana@example.com", "--remove", "agent"]).fine();
    assert_eq!(roles(&bench), json!([["ana@example.com", [], false]]));
    let said = bench.run(&["user", "list"]).fine();
    assert!(said.contains("ana@example.com") && !said.contains(PASSWORD), "{said}");
}

#[test]
fn an_address_is_invited() {
    let bench = Bench::with(&APP.replace("[auth]", "[auth]\nsign_up = \"invite\""));
    bench.write(".env", SECRET);
    let said = bench.run(&["user", "invite", "ana@example.com", "--role", "agent"]).fine();
    assert!(said.contains("Invited ana@example.com as agent for 7 days"), "{said}");
    assert!(said.contains("http://127.0.0.1:8000/invitation#token="), "{said}");
    let json = bench.run(&["user", "invite", "Bob@Example.com", "--json"]).json();
    assert_eq!(json["token"].as_str().unwrap().len(), 43);
    assert_eq!(roles(&bench), json!([]), "nobody has an account yet");
    bench.run(&["user", "invite", "nobody"]).refused(1, &["no e-mail address"]);
    bench.run(&["user", "invite", "eve@example.com", "--role", "agnt"]).refused(1, &["no role `agnt`"]);
    add(&bench, "ana@example.com", "agent").fine();
    bench.run(&["user", "invite", "ana@example.com"]).refused(1, &["ana@example.com already"]);
    self::bench().run(&["user", "invite", "ana@example.com"]).refused(1, &["takes no invitations", "user add"]);
}

#[test]
fn a_password_is_replaced() {
    let bench = bench();
    add(&bench, "ana@example.com", "admin").fine();
    let command = ["user", "password", "ana@example.com", "--password-stdin"];
    let said = bench.run_with_input(&command, "eight blue kettles sing").fine();
    assert_eq!(said, "ana@example.com has another password; all sessions are ended\n");
    bench.run_with_input(&command, "short").refused(1, &["5 characters"]);
    bench
        .run_with_input(&["user", "password", "nobody", "--password-stdin"], PASSWORD)
        .refused(1, &["no user `nobody`"]);
    bench.run(&["user", "password", "ana@example.com"]).refused(2, &["--password-stdin"]);
}

#[test]
fn what_cannot_be_done_says_why_and_changes_nothing() {
    let bench = bench();
    add(&bench, "ana@example.com", "agent").fine();
    add(&bench, "ana@example.com", "agent").refused(1, &["ana@example.com already"]);
    add(&bench, "bob@example.com", "agnt").refused(1, &["no role `agnt`"]);
    add(&bench, "no address", "agent").refused(1, &["no e-mail address"]);
    bench
        .run_with_input(&["user", "add", "--email", "b@c.de", "--password-stdin"], "short")
        .refused(1, &["5 characters"]);
    bench.run(&["user", "add", "--email", "b@c.de"]).refused(2, &["--password-stdin"]);
    bench.run(&["user", "role", "nobody@example.com", "--add", "agent"]).refused(1, &["no user `nobody@example.com`"]);
    bench.run(&["user", "add", "--email", "b@c.de", "--password", "x"]).refused(2, &["--password"]);
    assert_eq!(roles(&bench), json!([["ana@example.com", ["agent"], false]]));
}

#[test]
fn a_dry_run_makes_no_database() {
    let bench = bench();
    let said = bench.run(&["user", "add", "--email", "ana@example.com", "--dry-run"]).fine();
    assert_eq!(said, "Would add ana@example.com\n");
    assert_eq!(bench.files(), [".env", "blueprint.toml"]);
}

#[test]
fn what_rules_look_at_of_a_user_is_set() {
    let bench = Bench::with(
        "[app]\nname = \"x\"\n[user.field]\nteam = { type = \"text\", read_only = true }\n[entity.a.field]\n\
         team = { type = \"text\" }\n[entity.a.access]\nread = [\"owner\", { when = \"team = caller.team\" }]\n",
    );
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    let add = ["user", "add", "--email", "ana@example.com", "--password-stdin"];
    bench.run_with_input(&add, "seven green kettles sing").fine();
    let said = bench.run(&["user", "set", "ana@example.com", "team=blue"]).fine();
    assert_eq!(said, "team of ana@example.com is blue\n");
    let json = bench.run(&["user", "set", "ana@example.com", "team=", "--json"]).json();
    assert_eq!(json, serde_json::json!({"user": "ana@example.com", "field": "team"}));
    bench.run(&["user", "set", "ana@example.com", "tean=blue"]).refused(1, &["no field `tean`", "team"]);
    bench.run(&["user", "set", "ana@example.com", "team"]).refused(2, &["FIELD=VALUE"]);
    bench.run(&["user", "set", "eve@example.com", "team=blue"]).refused(1, &["no user `eve@example.com`"]);
}
