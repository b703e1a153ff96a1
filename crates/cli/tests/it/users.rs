//! `user`: accounts by the operator, without a server.

use serde_json::json;

use crate::program::Bench;
use crate::terminal::Terminal;

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

/// An id alone is half of a line; in a pipe each is one line, since programs read lines.
#[test]
fn a_list_fits_the_terminal() {
    let bench = bench();
    let email = "somebody-with-a-rather-long-address@example.com";
    add(&bench, email, "admin").fine();
    let (code, shown) = Terminal::start(bench.command(&["user", "list", "--color", "never"]), 80, "C.UTF-8").ends();
    let lines: Vec<&str> = shown.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    assert!(code == 0 && lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(lines.first() == Some(&email) && lines[1].starts_with("  roles admin, state active, since "), "{shown}");
    let id = bench.run(&["user", "list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    assert!(lines.iter().any(|line| line.ends_with(&format!("id {id}"))), "{shown}");
    let piped = bench.run(&["user", "list"]).fine();
    assert!(piped.lines().count() == 2 && piped.starts_with("email "), "{piped}");
}

/// Somebody of another issuer may have the address of an admin: a list must not show one for the other.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "somebody of another issuer comes with a token, which none of this program's commands makes"
)]
fn who_signs_somebody_in_is_listed_where_it_is_not_this_server_alone() {
    let bench = bench();
    add(&bench, "ana@example.com", "admin").fine();
    let alone = bench.run(&["user", "list"]).fine();
    assert!(!alone.contains("issuer") && !alone.contains("own"), "{alone}");
    let database = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    let foreign = "INSERT INTO users (id, iss, sub, email, roles, created_at, updated_at) SELECT \
        '018f4e5a-7b1c-7000-8000-000000000001', 'https://login.example', 'u-1', email, '[]', created_at, updated_at FROM users";
    database.execute(foreign, []).unwrap();
    let both = bench.run(&["user", "list"]).fine();
    let of = |id: &str| both.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{both}")).to_owned();
    assert!(of("018f4e5a-7b1c-7000-8000-000000000001").contains("https://login.example"), "{both}");
    assert!(of("admin").contains(" own "), "{both}");
}

#[test]
fn an_address_is_invited() {
    let bench = Bench::with(&APP.replace("[auth]", "[auth]\nsign_up = \"invite\""));
    bench.write(".env", SECRET);
    let warned = bench.run(&["user", "invite", "ana@example.com", "--role", "agent"]);
    assert!(warned.code == 0 && warned.err.contains("no server is known to run on this database"), "{warned:?}");
    let said = warned.out;
    assert!(said.contains("Invited ana@example.com as agent for 7 days"), "{said}");
    assert!(said.contains("http://127.0.0.1:8000/auth/pages/invitation#token="), "{said}");
    let json = bench.run(&["user", "invite", "Bob@Example.com", "--json"]).json();
    assert_eq!((json["token"].as_str().unwrap().len(), &json["link_is_known"]), (43, &json!(false)));
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
    bench
        .run_with_input(&["user", "add", "--email", "b@c.de", "--password-stdin"], "s")
        .refused(1, &["has 1 character; at least"]);
    bench
        .run(&["user", "role", "ana@example.com", "agent"])
        .refused(2, &["is `agent` to be given or taken?", "user role ana@example.com --add agent gives it"]);
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

#[test]
fn where_users_have_no_fields_that_is_said() {
    let expected = ["users have no field `team`; they have none of their own", "[user.field]"];
    bench().run(&["user", "set", "ana@example.com", "team=blue"]).refused(1, &expected);
}

/// Of `correct horse battery`.
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";

#[test]
fn accounts_of_another_system_are_imported_once() {
    let bench = bench();
    bench.write("accounts.csv", &format!("email,hash,roles\nana@example.com,{BCRYPT},agent\nbob@example.com,,\n"));
    let said = bench.run(&["user", "import", "accounts.csv", "--dry-run"]).fine();
    assert!(said.contains("Would import 2 accounts into a database that is not there yet"), "{said}");
    assert_eq!(bench.files(), [".env", "accounts.csv", "blueprint.toml"], "nothing was made");
    let said = bench.run(&["user", "import", "accounts.csv"]).fine();
    assert!(said.contains("Imported 2 accounts (1 bcrypt)\n1 have no password"), "{said}");
    assert_eq!(roles(&bench), json!([["ana@example.com", ["agent"], false], ["bob@example.com", [], false]]));
    let line = "{\"email\": \"eve@example.com\"}\n{\"email\": \"ana@example.com\"}\n";
    let again = ["user", "import", "-", "--format", "jsonl", "--json"];
    for (more, imported) in [(&["--dry-run"][..], 1), (&[], 1), (&[], 0)] {
        let told = bench.run_with_input(&[&again[..], more].concat(), line).json();
        let already = told["already"].as_array().unwrap().len();
        assert_eq!((told["imported"].clone(), already), (json!(imported), 2 - imported), "{told}");
        assert_eq!(told["dry_run"], json!(!more.is_empty()));
    }
    let said = bench.run(&["user", "import", "accounts.csv"]).fine();
    assert!(said.contains("Imported 0 accounts") && said.contains("2 were there already"), "{said}");
}

#[test]
fn what_cannot_be_imported_is_all_told_with_its_place() {
    let bench = bench();
    bench.write("accounts.csv", "email,hash,roles\nana@,hunter2hunter2,agnt\n");
    let run = bench.run(&["user", "import", "accounts.csv"]);
    run.refused(
        1,
        &[
            "3 problems in accounts.csv; nothing was imported",
            "accounts.csv:2: `email` is no e-mail address",
            "`roles` has `agnt`",
        ],
    );
    let run = bench.run(&["user", "import", "accounts.csv", "--json"]);
    assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
    let told = run.json();
    assert_eq!(
        (run.code, told["problems"].as_array().unwrap().len(), told["problems"][0]["line"].clone()),
        (1, 3, json!(2))
    );
    for (file, text, words) in [
        ("accounts.txt", "email\n", "what accounts.txt is written in is not known"),
        ("none.csv", "email,hash\n", "holds no account"),
        ("list.json", "[{\"email\": \"a@example.com\"}]", "jq -c '.[]'"),
    ] {
        bench.write(file, text);
        let run = bench.run(&["user", "import", file]);
        assert!(run.code != 0 && run.err.contains(words), "{run:?}");
    }
    bench.run(&["user", "import", "nowhere.csv"]).refused(1, &["nowhere.csv cannot be read"]);
    assert!(!bench.files().iter().any(|file| file.ends_with(".db")), "the database was not even made");
}
