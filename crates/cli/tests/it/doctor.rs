//! `doctor`: what it finds wrong, and that it touches nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value as Json, json};

use crate::program::{Bench, Run};
use crate::terminal::Terminal;

const APP: &str = "[app]\nname = \"x\"\n[auth]\nsign_up = \"invite\"\n[entity.a.field]\nb = { type = \"text\" }\n";
const SECRET: &str = "SECRET_KEY=0123456789abcdef0123456789abcdef\n";

fn secret(bench: &Bench, text: &str, mode: u32) {
    bench.write(".env", text);
    std::fs::set_permissions(bench.path(".env"), std::fs::Permissions::from_mode(mode)).unwrap();
}

fn bench(blueprint: &str, settings: &str) -> Bench {
    let bench = Bench::with(blueprint);
    secret(&bench, &format!("{SECRET}{settings}"), 0o600);
    bench
}

/// The findings of a state, by name.
fn found(run: &Run, state: &str) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["state"] == state);
    findings.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_well_set_up_is_healthy_and_nothing_is_made() {
    let bench = bench(APP, "ENV=production\nPUBLIC_URL=https://x.example.com\n");
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!((run.code, run.json()["healthy"].clone()), (0, json!(true)), "{run:?}");
    assert_eq!(found(&run, "error").len() + found(&run, "warning").len(), 0, "{run:?}");
    assert_eq!(bench.files(), [".env", "blueprint.toml"], "nothing was made");
    let said = bench.run(&["doctor"]).fine();
    assert!(said.contains("ok       secrets: SECRET_KEY is set") && !said.contains("0123456789abcdef"), "{said}");
}

#[test]
fn each_fault_is_told_with_why_and_what_mends_it() {
    let bench = bench(&APP.replace("invite", "open"), "HOST=0.0.0.0\n");
    secret(&bench, "ENV=staging\nHOST=0.0.0.0\nSECRET_KEY=0123456789abcdef0123456789abcdef\n", 0o644);
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!(run.code, 1);
    assert_eq!(found(&run, "error"), ["env_file", "tls"], "{run:?}");
    assert_eq!(found(&run, "warning"), ["settings", "sign_up"], "{run:?}");
    let json = run.json();
    let faults = json["findings"].as_array().unwrap().iter().filter(|finding| finding["state"] != "good");
    assert!(faults.clone().all(|fault| fault["why"].is_string() && fault["mend"].is_string()), "{json}");
    let said = bench.run(&["doctor"]);
    assert!(said.code == 1 && said.out.contains("mend chmod 600"), "{said:?}");
    let quiet = bench.run(&["doctor", "--quiet"]);
    assert!(quiet.code == 1 && !quiet.out.contains("warning"), "{quiet:?}");
}

/// What an operator turns off to try something, or takes over from a guide, and then serves people with.
#[test]
fn limits_that_are_off_and_proxies_that_anybody_is_are_told() {
    let served = "ENV=production\nPUBLIC_URL=https://x.example.com\n";
    for (setting, name, state) in [
        ("RATE_LIMIT_USER=0", "limits", "warning"),
        ("RATE_LIMIT_STRANGER=0", "limits", "warning"),
        ("RATE_LIMIT_LOGIN=0", "limits", "warning"),
        ("LOGIN_FAILURES=0", "limits", "warning"),
        ("TRUSTED_PROXIES=10.1.0.0/16,0.0.0.0/0", "proxies", "error"),
        ("TRUSTED_PROXIES=::/0", "proxies", "error"),
    ] {
        let run = bench(APP, &format!("{served}{setting}\n")).run(&["doctor", "--json"]);
        assert_eq!(found(&run, state), [name], "{setting}: {run:?}");
        let what = run.json().to_string();
        assert!(
            what.contains(setting.rsplit(',').next().unwrap().trim_start_matches("TRUSTED_PROXIES=")),
            "{setting}: {what}"
        );
    }
    let run =
        bench(APP, &format!("{served}TRUSTED_PROXIES=10.0.0.0/8,fc00::/7,127.0.0.1\n")).run(&["doctor", "--json"]);
    assert_eq!((run.code, found(&run, "warning").len()), (0, 0), "{run:?}");
}

#[test]
fn it_is_told_where_nobody_is_an_administrator() {
    let bench = bench(APP, "ENV=production\nPUBLIC_URL=https://x.example.com\n");
    let add = |who: &str, words: &[&str]| {
        let words: Vec<&str> = ["user", "add", who, "--password-stdin"].iter().chain(words).copied().collect();
        bench.run_with_input(&words, "seven green kettles sing").fine();
    };
    add("bob@example.com", &[]);
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!((run.code, found(&run, "warning")), (0, vec!["admin".to_owned()]), "{run:?}");
    assert!(bench.run(&["doctor"]).fine().contains("user add you@example.com --role admin"));
    add("ana@example.com", &["--role", "admin"]);
    let run = bench.run(&["doctor", "--json"]);
    assert!(found(&run, "warning").is_empty() && found(&run, "good").contains(&"admin".to_owned()), "{run:?}");
}

/// As one that was brought back from a backup by `cp`.
#[test]
fn a_database_that_others_can_read_is_told() {
    let bench = bench(APP, "ENV=production\nPUBLIC_URL=https://x.example.com\n");
    bench.write("data/app.db", "");
    for (mode, errors) in [(0o644, &["data_file"][..]), (0o640, &["data_file"]), (0o600, &[])] {
        std::fs::set_permissions(bench.path("data/app.db"), std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(found(&bench.run(&["doctor", "--json"]), "error"), errors, "{mode:o}");
    }
}

#[test]
fn a_secret_that_is_being_exchanged_is_told_and_when_that_is_over() {
    let bench = bench(APP, "ENV=production\nPUBLIC_URL=https://x.example.com\nJWT_EXPIRATION=1h\n");
    let previous = "fedcba9876543210fedcba9876543210";
    bench.write(".env", &format!("{}SECRET_KEY_PREVIOUS={previous}\n", bench.read(".env")));
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!((run.code, found(&run, "warning")), (0, vec!["secrets".to_owned()]), "{run:?}");
    let said = bench.run(&["doctor"]).fine();
    assert!(said.contains("take it out when every instance has run with the new SECRET_KEY for 60 minutes"), "{said}");
    assert!(!said.contains(previous), "{said}");
}

#[test]
fn settings_that_cannot_be_used_are_all_told() {
    let bench = bench(APP, "PORT=high\nJWT_EXPIRATION=soon\n");
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!((run.code, found(&run, "error")), (1, vec!["settings".to_owned(), "settings".to_owned()]), "{run:?}");
}

#[test]
fn a_database_that_does_not_answer_is_told_without_its_password() {
    let bench = bench(APP, "DATABASE_URL=postgres://app:hunter2hunter2@127.0.0.1:1/x\n");
    let run = bench.run(&["doctor", "--json"]);
    assert_eq!((run.code, found(&run, "error")), (1, vec!["database".to_owned()]), "{run:?}");
    assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
}

#[test]
fn a_platform_that_shows_our_tables_is_told() {
    let Some(cluster) = throwaway::Cluster::start(&[("fsync", "off")], &[]) else { return };
    let url = cluster.url("postgres");
    for sql in
        ["CREATE ROLE anon", "CREATE SCHEMA app", "CREATE TABLE app.users ()", "GRANT USAGE ON SCHEMA app TO anon"]
    {
        throwaway::execute(&url, sql).unwrap();
    }
    let bench = bench(APP, &format!("DATABASE_URL={url}\n"));
    let closed = bench.run(&["doctor", "--json"]);
    assert_eq!(found(&closed, "error"), [""; 0], "{closed:?}");
    throwaway::execute(&url, "GRANT SELECT ON app.users TO anon").unwrap();
    throwaway::execute(&url, "ALTER ROLE anon SET pgrst.db_schemas = 'public, app'").unwrap();
    let open = bench.run(&["doctor", "--json"]);
    assert_eq!((open.code, found(&open, "error")), (1, vec!["data_api".to_owned(), "data_api".to_owned()]), "{open:?}");
    assert!(open.out.contains("anon may SELECT users"), "{open:?}");
    let tables = throwaway::query(&url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'app'").unwrap();
    assert_eq!(tables, [[Some("1".to_owned())]], "nothing was made");
}

#[test]
fn key_sets_of_other_issuers_are_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let key: Json = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "one",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let sets = [json!({ "keys": [key] }), json!({ "keys": [] })];
    std::thread::spawn(move || {
        for (stream, set) in listener.incoming().flatten().zip(sets) {
            let (mut stream, body) = (stream, set.to_string());
            let _ = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    let settings = format!("JWKS_URL={url}\nJWT_ISSUER=https://issuer.example.com\nJWT_AUDIENCE=x\n");
    let bench = bench(&APP.replace("sign_up = \"invite\"", "accept = [\"jwks\"]"), &settings);
    for (errors, word) in [(0, "holds 1 keys"), (1, "holds no key that counts"), (1, "is not to be had")] {
        let run = bench.run(&["doctor", "--json"]);
        assert_eq!(found(&run, "error").len(), errors, "{run:?}");
        assert!(run.out.contains(word), "{word}: {run:?}");
    }
}

/// On a terminal lines end between words, under their begin; in a pipe each is one, for those who search in it.
#[test]
fn on_a_terminal_no_line_is_cut_within_a_word() {
    let bench = bench(&APP.replace("invite", "open"), "");
    let piped = bench.run(&["doctor"]).fine();
    assert!(piped.lines().any(|line| line.chars().count() > 60), "{piped}");
    for columns in [40, 60, 80] {
        let terminal = Terminal::start(bench.command(&["doctor", "--color", "never"]), columns, "C.UTF-8");
        let (code, shown) = terminal.ends();
        let lines: Vec<&str> = shown.lines().collect();
        assert!(code == 0 && lines.iter().all(|line| line.chars().count() <= usize::from(columns)), "{shown}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&shown.replace('…', "...")), words(&piped), "{columns}");
        let hanging = lines.iter().filter(|line| line.starts_with("              ")).count();
        assert!(hanging > 0, "{shown}");
    }
    // What goes wrong, too.
    let terminal = Terminal::start(bench.command(&["new", "boats", "--answer", "share=all"]), 50, "C.UTF-8");
    let (code, shown) = terminal.ends();
    let shown = console::strip_ansi_codes(&shown);
    assert!(code != 0 && shown.lines().all(|line| line.chars().count() <= 50), "{shown}");
}
