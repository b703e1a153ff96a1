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
    assert_eq!(json, json!({"ok": true, "rows": 0, "seals": 0, "unsealed": 1, "unchecked": 0, "head": null}));
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
