//! `audit verify`, without a server: what the command line did is there, and not sealed until a server was.

use serde_json::json;

use crate::program::Bench;

#[test]
fn without_the_key_it_is_asked_for() {
    let bench = Bench::with("[app]\nname = \"x\"\n[entity.a]\n");
    bench.run(&["audit", "verify"]).refused(1, &["there is no SECRET_KEY", "set the SECRET_KEY"]);
}

#[test]
fn an_audit_is_verified() {
    let bench = Bench::with("[app]\nname = \"x\"\n[entity.a]\n");
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    let add = ["user", "add", "--email", "ana@example.com", "--password-stdin"];
    bench.run_with_input(&add, "seven green kettles sing").fine();
    let json = bench.run(&["audit", "verify", "--json"]).json();
    let expected = json!({
        "ok": true, "rows": 0, "seals": 0, "unsealed": 1, "unchecked": 0, "head": null, "missing_triggers": [],
        "strange_triggers": []
    });
    assert_eq!(json, expected);
    let said = bench.run(&["audit", "verify"]).fine();
    assert!(said.contains("0 rows under 0 seals, 1 not sealed yet"), "{said}");
    let head = format!("1:{}", "0".repeat(64));
    bench.run(&["audit", "verify", "--head", &head]).refused(1, &["seal 1 of the audit", "is gone"]);
    bench.run(&["audit", "verify", "--head", "1"]).refused(2, &["wants a number and a seal"]);
}

#[test]
fn what_makes_old_seals_hold_is_kept_once() {
    let bench = Bench::with("[app]\nname = \"x\"\n[entity.a]\n");
    bench.run(&["audit", "rekey"]).refused(1, &["there is no SECRET_KEY"]);
    let secret = "SECRET_KEY=0123456789abcdef0123456789abcdef\n";
    bench.write(".env", &format!("{secret}SECRET_KEY_PREVIOUS=fedcba9876543210fedcba9876543210\n"));
    assert!(bench.run(&["audit", "rekey", "--dry-run"]).fine().contains("Would see"));
    for expected in ["taken_over", "current"] {
        assert_eq!(bench.run(&["audit", "rekey", "--json"]).json(), json!({ "audit": expected }));
    }
    // Taken out, so the old key is closed; and there is nothing to do without.
    bench.write(".env", secret);
    for expected in ["taken_over", "current"] {
        assert_eq!(bench.run(&["audit", "rekey", "--lost", "--json"]).json(), json!({ "audit": expected }));
    }
    assert_eq!(bench.run(&["audit", "verify", "--json"]).json()["unsealed"], 2);
}

/// Whoever owns the database can take away what keeps the audit from being changed, but not in silence.
#[expect(clippy::disallowed_methods, reason = "changes the file past the program")]
#[test]
fn what_keeps_the_audit_from_being_changed_is_looked_at() {
    let bench = Bench::with("[app]\nname = \"x\"\n[entity.a]\n");
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    let add = ["user", "add", "--email", "ana@example.com", "--password-stdin"];
    bench.run_with_input(&add, "seven green kettles sing").fine();
    let findings = |bench: &Bench| -> Vec<String> {
        let json = bench.run(&["doctor", "--json"]).json();
        let of_audit = json["findings"].as_array().unwrap().iter().filter(|finding| finding["name"] == "audit");
        of_audit.map(|finding| finding["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(findings(&bench), ["good"]);
    let database = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    database.execute_batch("DROP TRIGGER _audit_no_delete").unwrap();
    drop(database);
    assert_eq!(findings(&bench), ["error"]);
    for words in [&["doctor"][..], &["audit", "verify"]] {
        let run = bench.run(words);
        assert!(run.code == 1 && format!("{run:?}").contains("_audit_no_delete on _audit"), "{run:?}");
    }
    let json = bench.run(&["audit", "verify", "--json"]).json();
    assert_eq!((&json["ok"], &json["missing_triggers"]), (&json!(false), &json!(["_audit_no_delete on _audit"])));
}
