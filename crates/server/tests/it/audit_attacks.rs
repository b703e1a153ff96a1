//! Each way in which somebody who owns the database may tamper with the audit, and the first row that `audit verify` names.

use serde_json::json;
use server::audit::{Broken, Fault, verify};

use crate::forger;
use crate::support::{self, TestApp, place};

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

/// The audit of an app that has stopped: some dozen rows, a seal for each name.
async fn archive() -> tempfile::TempDir {
    let mut folder = tempfile::tempdir().unwrap();
    for name in ["ana", "bob", "eve"] {
        let app = TestApp::in_folder(NOTES, &[], folder).await;
        let user = app.user(name).await;
        for text in ["a", "b", "c"] {
            user.post("/notes", json!({"text": text})).await.expect(201);
        }
        app.app.seal_audit().await;
        app.app.close().await;
        folder = app.folder;
    }
    folder
}

async fn verified(folder: &tempfile::TempDir) -> Result<(), Broken> {
    let settings = support::settings(&[], folder);
    let verifying = move || {
        let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
        let verified = verify(&store, &settings, None).unwrap();
        store.close_blocking();
        verified.map(drop)
    };
    tokio::task::spawn_blocking(verifying).await.unwrap()
}

fn execute(folder: &tempfile::TempDir, statement: &str) {
    place::execute(folder.path(), statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

fn numbers(folder: &tempfile::TempDir, sql: &str) -> Vec<i64> {
    place::query(folder.path(), sql)
}

/// The first row under a seal.
fn first_of(folder: &tempfile::TempDir, seal: i64) -> i64 {
    let seqs =
        place::query::<String>(folder.path(), &format!("SELECT seqs || ',' FROM _audit_seals WHERE number = {seal}"));
    seqs[0].split(['-', ',']).next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn seals_that_are_others_do_not_hold() {
    let other = archive().await;
    for (what, tamper) in [
        ("made anew by another secret", None),
        (
            "those of another, from the first on",
            Some(
                "UPDATE _audit_seals SET seal = (SELECT o.seal FROM _audit_seals o WHERE o.number = 2) WHERE number = 1",
            ),
        ),
        ("which gaps are open", Some("UPDATE _audit_seals SET open = open + 1 WHERE number = 1")),
        ("how far those before came", Some("UPDATE _audit_seals SET top = top + 1 WHERE number = 1")),
        ("of the format before", Some("UPDATE _audit_seals SET format = 1 WHERE number = 1")),
    ] {
        let folder = archive().await;
        assert_eq!(verified(&folder).await, Ok(()));
        match tamper {
            None => {
                forger::sealed_anew(folder.path(), "the secret of somebody else, of 32 bytes", 2);
            }
            Some(sql) => {
                forger::without_triggers(folder.path());
                execute(&folder, sql);
            }
        }
        assert_eq!(verified(&folder).await, Err(Broken { row: 1, fault: Fault::SealChanged(1) }), "{what}");
    }
    // The forger makes what holds, or the first of these shows nothing.
    forger::sealed_anew(other.path(), support::SECRET, 2);
    assert_eq!(verified(&other).await, Ok(()));
}

#[tokio::test]
async fn seals_in_another_order_are_found() {
    let folder = archive().await;
    forger::without_triggers(folder.path());
    for (from, to) in [(2, 1000), (3, 2), (1000, 3)] {
        execute(&folder, &format!("UPDATE _audit_seals SET number = {to} WHERE number = {from}"));
    }
    let row = first_of(&folder, 2);
    assert_eq!(verified(&folder).await, Err(Broken { row, fault: Fault::SealChanged(2) }));
}

/// Both have one secret, as two that were copied from one another may.
#[tokio::test]
async fn a_row_of_another_database_is_none_of_this_one() {
    let (folder, other) = (archive().await, archive().await);
    let columns = "request_id || '|' || sub";
    let theirs = place::query::<String>(other.path(), &format!("SELECT {columns} FROM _audit WHERE seq = 7")).remove(0);
    let (request, sub) = theirs.split_once('|').unwrap();
    forger::without_triggers(folder.path());
    execute(&folder, &format!("UPDATE _audit SET request_id = '{request}', sub = '{sub}' WHERE seq = 7"));
    assert_eq!(verified(&folder).await, Err(Broken { row: 7, fault: Fault::Changed }));
}

/// By what lists of the audit are found.
#[tokio::test]
async fn what_hides_rows_from_lists_is_found() {
    for tamper in [
        "UPDATE _audit_times SET last = first",
        "DELETE FROM _audit_times",
        "UPDATE _state SET value = 7 WHERE name = 'audit_found'",
    ] {
        let app = TestApp::new(NOTES).await;
        app.user("ana").await;
        let (time, from) = match place::is_postgres() {
            true => ("timestamptz", "generate_series(1, 600) AS n(i)"),
            false => (
                "text",
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i FROM n)",
            ),
        };
        let write = format!(
            "INSERT INTO _audit (\"at\", iss, sub, action, outcome) \
             SELECT CAST('2026-11-20T00:00:' || (10 + i % 50) || '.000000Z' AS {time}), 'own', 'ana', 'create', 'done' FROM {from}"
        );
        execute(&app.folder, &write);
        app.app.seal_audit().await;
        app.app.close().await;
        assert_eq!(verified(&app.folder).await, Ok(()));
        execute(&app.folder, tamper);
        let broken = verified(&app.folder).await.unwrap_err();
        assert_eq!(broken.fault, Fault::NotIndexed, "{tamper}");
        assert!(numbers(&app.folder, "SELECT seq FROM _audit").contains(&broken.row));
    }
}

/// Beyond all numbers that were given out: those that are given out later would be in a gap, and sealed by nobody.
#[tokio::test]
async fn who_puts_a_row_far_beyond_the_others_keeps_none_of_them_from_being_sealed() {
    if !place::is_postgres() {
        return;
    }
    let app = TestApp::new(NOTES).await;
    let ana = app.user("ana").await;
    execute(
        &app.folder,
        "INSERT INTO _audit (seq, \"at\", action, outcome) OVERRIDING SYSTEM VALUE VALUES (1000000000, now(), 'create', 'done')",
    );
    app.app.seal_audit().await;
    ana.post("/notes", json!({"text": "a"})).await.expect(201);
    app.app.close().await;
    let top = numbers(&app.folder, "SELECT max(top) FROM _audit_seals")[0];
    assert!(top < 1000, "{top}");
    assert_eq!(verified(&app.folder).await, Err(Broken { row: 1_000_000_000, fault: Fault::Inserted }));
    forger::without_triggers(app.folder.path());
    execute(&app.folder, "DELETE FROM _audit WHERE seq = 1000000000");
    assert_eq!(verified(&app.folder).await, Ok(()), "all others are sealed as ever");
}
