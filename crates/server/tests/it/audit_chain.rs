//! Whoever tampers with the audit past the server is found out, and the first row with which he did is named.

use serde_json::json;
use server::audit::{Broken, Fault, Head, Verified, verify};
use server::settings::Settings;

use crate::support::{self, TestApp, place};

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

/// The audit of an app that is not running any more.
struct Archive {
    blueprint: blueprint::Blueprint,
    settings: Settings,
    folder: tempfile::TempDir,
}

impl Archive {
    /// An audit of some dozen rows under three seals or more.
    async fn new() -> Archive {
        let mut folder = tempfile::tempdir().unwrap();
        for name in ["ana", "bob", "eve"] {
            let app = TestApp::in_folder(NOTES, &[], folder).await;
            let user = app.user(name).await;
            for text in ["a", "b", "c"] {
                user.post("/notes", json!({"text": text})).await.expect(201);
            }
            app.app.close().await;
            folder = app.folder;
        }
        let archive = Archive::of(folder);
        let verified = archive.verify().unwrap();
        assert_eq!((verified.seals >= 3, verified.unsealed), (true, 0));
        assert_eq!(verified.rows, archive.number("SELECT count(*) FROM _audit"));
        archive
    }

    fn of(folder: tempfile::TempDir) -> Archive {
        let blueprint = blueprint::load(NOTES).unwrap();
        let settings = support::settings(&[], &folder);
        Archive { blueprint, settings, folder }
    }

    fn verify(&self) -> Result<Verified, Broken> {
        self.verify_with(None)
    }

    fn verify_with(&self, head: Option<&Head>) -> Result<Verified, Broken> {
        let store = server::open_database(&self.blueprint, &self.settings).unwrap();
        let verified = verify(&store, &self.settings.secret_key, head).unwrap();
        store.close_blocking();
        verified
    }

    fn number(&self, sql: &str) -> i64 {
        place::query(self.folder.path(), sql)[0]
    }

    /// What somebody does who owns the database.
    fn tamper(&self, statement: &str) {
        let triggers: &[(&str, &str)] = match place::is_postgres() {
            true => &[
                ("_audit_no_change", "_audit"),
                ("_audit_no_truncate", "_audit"),
                ("_audit_seals_no_change", "_audit_seals"),
            ],
            false => &[
                ("_audit_no_update", ""),
                ("_audit_no_delete", ""),
                ("_audit_seals_no_update", ""),
                ("_audit_seals_no_delete", ""),
            ],
        };
        for (trigger, table) in triggers {
            let on = if table.is_empty() { String::new() } else { format!(" ON \"{table}\"") };
            place::execute(self.folder.path(), &format!("DROP TRIGGER IF EXISTS \"{trigger}\"{on}")).unwrap();
        }
        let done = place::execute(self.folder.path(), statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(done > 0, "{statement} changed nothing");
    }

    #[track_caller]
    fn finds(&self, row: i64, fault: Fault) {
        assert_eq!(self.verify(), Err(Broken { row, fault }));
    }
}

#[tokio::test]
async fn a_row_that_was_changed_is_named() {
    for change in [
        "\"sub\" = 'eve'",
        "\"outcome\" = 'Done'",
        "\"at\" = '2026-11-21T00:00:00.000001Z'",
        "\"after\" = '{\"text\": \"b\"}'",
        "\"after\" = NULL",
        "\"reason\" = ''",
        "\"key\" = 'k'",
        "\"request_id\" = \"request_id\" || ' '",
    ] {
        let archive = Archive::new().await;
        archive.tamper(&format!("UPDATE _audit SET {change} WHERE seq IN (8, 9)"));
        archive.finds(8, Fault::Changed);
    }
}

#[tokio::test]
async fn a_row_that_was_taken_away_is_named() {
    for (gone, first) in [("seq = 7", 7), ("seq = 1", 1), ("seq IN (4, 9)", 4), ("seq > 12", 13), ("seq > 0", 1)] {
        let archive = Archive::new().await;
        archive.tamper(&format!("DELETE FROM _audit WHERE {gone}"));
        archive.finds(first, Fault::Gone);
    }
}

#[tokio::test]
async fn rows_in_another_order_are_found() {
    let archive = Archive::new().await;
    let mut all =
        ["iss", "sub", "session", "key", "ip", "request_id", "action", "entity", "entity_id", "before", "after"]
            .to_vec();
    all.extend(["outcome", "batch", "reason", "at"]);
    for column in all {
        let sql = format!(
            "UPDATE _audit SET \"{column}\" = (SELECT other.\"{column}\" FROM _audit other WHERE other.seq = 13 - _audit.seq) \
             WHERE seq IN (3, 10)"
        );
        archive.tamper(&sql);
    }
    archive.finds(3, Fault::Changed);
}

#[tokio::test]
async fn a_row_that_was_put_in_is_named() {
    let copied = |seq: i64| {
        let columns = "\"at\", iss, sub, action, entity, entity_id, outcome";
        let (identity, from) =
            (if place::is_postgres() { "OVERRIDING SYSTEM VALUE " } else { "" }, "FROM _audit WHERE seq = 2");
        format!("INSERT INTO _audit (seq, {columns}) {identity}SELECT {seq}, {columns} {from}")
    };
    let archive = Archive::new().await;
    archive.tamper(&copied(-3));
    archive.tamper("UPDATE _audit SET \"at\" = '2026-11-20T00:00:00.000000Z' WHERE seq = -3");
    archive.finds(-3, Fault::Inserted);
    // In the place of another.
    let archive = Archive::new().await;
    archive.tamper("DELETE FROM _audit WHERE seq = 5");
    archive.tamper(&copied(5));
    archive.finds(5, Fault::Changed);
}

#[tokio::test]
async fn who_takes_the_end_away_takes_its_seals_too() {
    let archive = Archive::new().await;
    let head = archive.verify().unwrap().head.unwrap();
    assert_eq!(head.to_string().parse(), Ok(head.clone()));
    let (end, kept) = (head.number, head.number - 1);
    let sql = format!("SELECT seqs FROM _audit_seals WHERE number = {kept}");
    let covered = place::query::<String>(archive.folder.path(), &sql).remove(0);
    let last: i64 = covered.rsplit('-').next().unwrap().parse().unwrap();
    archive.tamper(&format!("DELETE FROM _audit_seals WHERE number = {end}"));
    archive.finds(last + 1, Fault::SealGone(end));
    // And how many there were.
    archive.tamper(&format!("DELETE FROM _audit WHERE seq > {last}"));
    archive.tamper(&format!("UPDATE _state SET value = {kept} WHERE name = 'audit_seals'"));
    if !place::is_postgres() {
        archive.finds(last + 1, Fault::Gone);
        archive.tamper(&format!("UPDATE sqlite_sequence SET seq = {last} WHERE name = '_audit'"));
    }
    assert_eq!(archive.verify().unwrap().seals, kept, "the database alone knows no more of it");
    let found = archive.verify_with(Some(&head));
    assert_eq!(found, Err(Broken { row: last + 1, fault: Fault::SealGone(end) }));
    let other = Head { number: kept, ..head };
    assert_eq!(archive.verify_with(Some(&other)), Err(Broken { row: last, fault: Fault::OtherHead(kept) }));
}

#[tokio::test]
async fn a_seal_that_was_changed_is_found() {
    for (change, first) in [
        ("UPDATE _audit_seals SET \"rows\" = \"rows\" + 1 WHERE number = 1", 1),
        ("UPDATE _audit_seals SET seqs = '1' WHERE number = 1", 1),
        ("UPDATE _audit_seals SET seal = digests WHERE number = 1", 1),
        ("UPDATE _audit_seals SET \"at\" = '2026-11-20T00:00:00.000000Z' WHERE number = 1", 1),
    ] {
        let archive = Archive::new().await;
        archive.tamper(change);
        archive.finds(first, Fault::SealChanged(1));
    }
    let archive = Archive::new().await;
    archive.tamper("DELETE FROM _audit_seals WHERE number = 1");
    archive.finds(1, Fault::SealGone(1));
    let archive = Archive::new().await;
    let with_another_key = Archive {
        settings: support::settings(&[("SECRET_KEY", "another secret for tests, 32 bytes or more")], &archive.folder),
        ..archive
    };
    with_another_key.finds(1, Fault::SealChanged(1));
}

#[tokio::test]
async fn two_instances_make_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let one = TestApp::in_folder(NOTES, &[], folder).await;
    let settings = support::settings(&[], &one.folder);
    let other = server::App::open(blueprint::load(NOTES).unwrap().into(), settings).await.unwrap();
    let ana = one.user("ana").await;
    for round in 0..8 {
        let posts = (0..5).map(|number| ana.post("/notes", json!({"text": format!("{round} {number}")})));
        let seals = futures_util::future::join(one.app.seal_audit(), other.seal_audit());
        let (answers, _) = futures_util::future::join(futures_util::future::join_all(posts), seals).await;
        assert!(answers.iter().all(|answer| answer.status == 201));
    }
    futures_util::future::join(one.app.close(), other.close()).await;
    let archive = Archive::of(one.folder);
    let verified = archive.verify().unwrap();
    assert_eq!((verified.rows, verified.unsealed), (archive.number("SELECT count(*) FROM _audit"), 0));
    assert!(verified.rows > 40 && verified.seals > 1, "{verified:?}");
}

#[tokio::test]
async fn refusals_are_sealed_with_the_rest() {
    let app = TestApp::new(NOTES).await;
    let ana = app.user("ana").await;
    ana.get("/notes/7").await.expect(404);
    app.app.close().await;
    let archive = Archive::of(app.folder);
    assert_eq!(archive.number("SELECT count(*) FROM _audit WHERE outcome = 'refused'"), 1);
    assert_eq!(archive.verify().unwrap().unsealed, 0);
    let seq = archive.number("SELECT seq FROM _audit WHERE outcome = 'refused'");
    archive.tamper(&format!("UPDATE _audit SET entity_id = '8' WHERE seq = {seq}"));
    assert_eq!(archive.verify().unwrap_err(), Broken { row: seq, fault: Fault::Changed });
}
