//! Whoever tampers with the audit past the server is found out, and the first row with which he did is named.

use serde_json::json;
use server::StartError;
use server::audit::{Broken, Fault, Head, Rekeyed, Verified, rekey, verify};
use server::settings::Settings;

use crate::forger;
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
        let verified = verify(&store, &self.settings, head).unwrap();
        store.close_blocking();
        verified
    }

    fn number(&self, sql: &str) -> i64 {
        place::query(self.folder.path(), sql)[0]
    }

    /// What somebody does who owns the database.
    fn tamper(&self, statement: &str) {
        forger::without_triggers(self.folder.path());
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

/// A transaction that took the number of its row before others and ends long after them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_comes_very_late_is_sealed_and_whoever_verifies_meanwhile_waits_for_that() {
    let Some(app) = place::is_postgres().then(|| TestApp::new(NOTES)) else { return };
    let app = app.await;
    let ana = app.user("ana").await;
    let url = place::url(app.folder.path());
    // Who holds the lock holds up whoever asks for it, until he is sent away.
    let (holds, waits) = (url.clone(), url.clone());
    let holder =
        std::thread::spawn(move || throwaway::execute(&holds, "SELECT pg_advisory_lock(42); SELECT pg_sleep(600)"));
    let pids = |condition: &str| -> Vec<i64> {
        let sql = format!("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND {condition}");
        place::query(app.folder.path(), &sql)
    };
    while pids("granted").is_empty() {
        tokio::task::yield_now().await;
    }
    let late = "BEGIN; INSERT INTO app._audit (at, iss, sub, action, entity, entity_id, outcome) \
         VALUES ('2026-11-20T00:00:00Z', 'own', 'late', 'create', 'note', 'late', 'done'); SELECT pg_advisory_xact_lock(42); COMMIT";
    let writer = std::thread::spawn(move || throwaway::execute(&waits, late));
    while pids("NOT granted").is_empty() {
        tokio::task::yield_now().await;
    }
    for text in ["a", "b"] {
        ana.post("/notes", json!({"text": text})).await.expect(201);
        app.app.seal_audit().await;
    }
    let holding = pids("granted")[0];
    place::query::<String>(app.folder.path(), &format!("SELECT pg_terminate_backend({holding})::text"));
    assert!(holder.join().unwrap().is_err());
    writer.join().unwrap().unwrap();
    let seq = place::query::<i64>(app.folder.path(), "SELECT seq FROM _audit WHERE sub = 'late'")[0];
    assert!(seq < place::query::<i64>(app.folder.path(), "SELECT max(seq) FROM _audit")[0]);
    let settings = support::settings(&[], &app.folder);
    let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
    let verifying = tokio::task::spawn_blocking(move || verify(&store, &settings, None).unwrap());
    app.app.close().await;
    verifying.await.unwrap().unwrap();
    let verified = Archive::of(app.folder).verify().unwrap();
    assert_eq!(verified.unsealed, 0);
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

const FIRST: &str = support::SECRET;
const SECOND: &str = "the second secret of these tests, 32 bytes";
const THIRD: &str = "the third secret of these tests, of 32 bytes";

/// The settings of a secret, with the one that is accepted beside it.
fn secrets<'a>(secret: &'a str, previous: &'a str) -> [(&'a str, &'a str); 2] {
    [("SECRET_KEY", secret), ("SECRET_KEY_PREVIOUS", previous)]
}

/// A server runs for a while with these settings.
async fn serve(settings: &[(&str, &str)], folder: tempfile::TempDir) -> tempfile::TempDir {
    let app = TestApp::in_folder(NOTES, settings, folder).await;
    // Each time another name: who is there already is not made anew.
    let name = format!("user{}", app.sql::<i64>("SELECT count(*) FROM users"));
    let user = app.user(&name).await;
    user.post("/notes", json!({"text": "a"})).await.expect(201);
    app.app.close().await;
    app.folder
}

fn archive(settings: &[(&str, &str)], folder: tempfile::TempDir) -> Archive {
    Archive { settings: support::settings(settings, &folder), ..Archive::of(folder) }
}

#[tokio::test]
async fn j12_the_audit_is_one_chain_whatever_secrets_it_was_sealed_by() {
    let mut folder = tempfile::tempdir().unwrap();
    for (secret, previous) in [
        (FIRST, ""),
        // All instances learn of the next one first, and some may go back.
        (FIRST, SECOND),
        (SECOND, FIRST),
        (FIRST, SECOND),
        (SECOND, FIRST),
        (SECOND, ""),
        (THIRD, SECOND),
        (THIRD, ""),
    ] {
        folder = serve(&secrets(secret, previous), folder).await;
        let archive = archive(&secrets(secret, ""), folder);
        let verified = archive.verify().unwrap_or_else(|broken| panic!("{secret} after {previous}: {broken}"));
        assert_eq!(verified.rows, archive.number("SELECT count(*) FROM _audit"));
        assert_eq!((verified.unsealed, verified.unchecked), (0, 0));
        folder = archive.folder;
    }
    let archive = archive(&secrets(THIRD, ""), folder);
    for secret in [FIRST, SECOND] {
        let archive = Archive {
            settings: support::settings(&secrets(secret, ""), &archive.folder),
            ..Archive::of(tempfile::tempdir().unwrap())
        };
        assert!(matches!(archive.verify().unwrap_err().fault, Fault::SealChanged(_)), "an old secret alone");
    }
    archive.tamper("UPDATE _audit SET \"sub\" = 'eve' WHERE seq IN (2, 8)");
    archive.finds(2, Fault::Changed);
    let keys = place::query::<String>(archive.folder.path(), "SELECT sealed FROM _audit_keys").concat();
    assert!(!keys.is_empty() && !keys.contains("rows"), "sealed");
}

#[tokio::test]
async fn j12_while_the_secret_is_exchanged_two_instances_make_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let one = TestApp::in_folder(NOTES, &[("SECRET_KEY", FIRST)], folder).await;
    let other = support::settings(&secrets(SECOND, FIRST), &one.folder);
    let other = server::App::open(blueprint::load(NOTES).unwrap().into(), other).await.unwrap();
    let ana = one.user("ana").await;
    for round in 0..4 {
        ana.post("/notes", json!({"text": format!("{round}")})).await.expect(201);
        one.app.seal_audit().await;
        ana.post("/notes", json!({"text": format!("{round}")})).await.expect(201);
        other.seal_audit().await;
    }
    futures_util::future::join(one.app.close(), other.close()).await;
    let archive = archive(&secrets(SECOND, ""), one.folder);
    assert!(archive.verify().unwrap().seals >= 8);
    // The exchange is over: what is sealed with the old secret from here on does not hold.
    let folder = serve(&secrets(SECOND, ""), archive.folder).await;
    let number = place::query::<i64>(folder.path(), "SELECT count(*) FROM _audit_seals")[0];
    let folder = serve(&[("SECRET_KEY", FIRST)], folder).await;
    let archive = self::archive(&secrets(SECOND, ""), folder);
    assert_eq!(archive.verify().unwrap_err().fault, Fault::SealChanged(number + 1));
}

/// The reason for the exchange may be that somebody knows the old secret.
#[tokio::test]
async fn j12_who_has_an_old_secret_and_the_database_makes_no_audit_anew() {
    let folder = serve(&[("SECRET_KEY", FIRST)], tempfile::tempdir().unwrap()).await;
    let folder = serve(&secrets(SECOND, FIRST), folder).await;
    let archive = archive(&secrets(SECOND, ""), serve(&secrets(SECOND, ""), folder).await);
    archive.verify().unwrap();
    archive.tamper("UPDATE _audit SET \"sub\" = 'eve' WHERE seq = 2");
    archive.tamper("DELETE FROM _audit_seals");
    archive.tamper("UPDATE _state SET value = 0 WHERE name = 'audit_seals'");
    // All of it is sealed once more, as often as it was.
    let mut folder = archive.folder;
    for _ in 0..6 {
        folder = serve(&[("SECRET_KEY", FIRST)], folder).await;
    }
    let forged = self::archive(&[("SECRET_KEY", FIRST)], folder);
    forged.verify().unwrap();
    let archive = self::archive(&secrets(SECOND, ""), forged.folder);
    assert!(matches!(archive.verify().unwrap_err().fault, Fault::OtherHead(_)));
}

#[tokio::test]
async fn j12_a_secret_that_is_another_one_does_not_start_in_production() {
    let production = |secret: &'static str, previous: &'static str| {
        [("ENV", "production"), ("SECRET_KEY", secret), ("SECRET_KEY_PREVIOUS", previous)]
    };
    let folder = serve(&production(FIRST, ""), tempfile::tempdir().unwrap()).await;
    for (secret, previous) in [(SECOND, ""), (SECOND, THIRD)] {
        let settings = support::settings(&production(secret, previous), &folder);
        let error = server::App::open(blueprint::load(NOTES).unwrap().into(), settings).await.err().unwrap();
        let StartError::Settings(problems) = &error else { panic!("{error}") };
        let said = problems[0].to_string();
        assert!(said.starts_with("SECRET_KEY: is not the one") && said.contains("SECRET_KEY_PREVIOUS"), "{said}");
    }
    // Where nobody has it any more.
    let archive = archive(&production(SECOND, ""), folder);
    let store = server::open_database(&archive.blueprint, &archive.settings).unwrap();
    assert_eq!(rekey(&store, &archive.settings, false).unwrap(), Rekeyed::Strange);
    let Rekeyed::GivenUp(given_up) = rekey(&store, &archive.settings, true).unwrap() else { panic!() };
    assert_eq!(rekey(&store, &archive.settings, true).unwrap(), Rekeyed::Current, "once is enough");
    store.close_blocking();
    let rows = archive.number("SELECT max(seq) FROM _audit WHERE action <> 'audit.rekey'");
    let archive = self::archive(&production(SECOND, ""), serve(&production(SECOND, ""), archive.folder).await);
    assert_eq!(archive.verify().unwrap().unchecked, given_up);
    // It stays so when the secret is exchanged once more.
    let folder = serve(&production(THIRD, SECOND), archive.folder).await;
    let archive = self::archive(&production(THIRD, ""), serve(&production(THIRD, ""), folder).await);
    assert_eq!(archive.verify().unwrap().unchecked, given_up);
    archive.tamper(&format!("UPDATE _audit SET \"sub\" = 'eve' WHERE seq = {}", rows + 1));
    archive.finds(rows + 1, Fault::Changed);
    archive.tamper("DELETE FROM _audit WHERE seq = 2");
    archive.finds(2, Fault::Gone);
}

/// Whose secret was exchanged a moment ago: a copy of the settings of before seals on top of what it cannot have sealed.
#[tokio::test]
async fn j12_the_secret_of_before_does_not_start_in_production_however_lately_it_was_the_right_one() {
    let production = |secret: &'static str, previous: &'static str| {
        [("ENV", "production"), ("SECRET_KEY", secret), ("SECRET_KEY_PREVIOUS", previous)]
    };
    let folder = serve(&production(FIRST, ""), tempfile::tempdir().unwrap()).await;
    let first = place::query::<i64>(folder.path(), "SELECT max(number) FROM _audit_seals")[0];
    let folder = serve(&production(SECOND, FIRST), folder).await;
    let sealed = place::query::<i64>(folder.path(), "SELECT max(number) FROM _audit_seals")[0];
    assert!(first >= 1 && sealed > first && sealed < 50, "{first} {sealed}");
    let settings = support::settings(&production(FIRST, ""), &folder);
    let error = server::App::open(blueprint::load(NOTES).unwrap().into(), settings).await.err().unwrap();
    let StartError::Settings(problems) = &error else { panic!("{error}") };
    assert!(problems[0].to_string().starts_with("SECRET_KEY: is not the one"), "{error}");

    // Where it was started elsewhere and did seal, who has the right one starts, and `audit verify` names what it did; where nobody has that
    // secret any more it goes on without.
    let folder = serve(&[("SECRET_KEY", THIRD)], folder).await;
    let strange = place::query::<i64>(folder.path(), "SELECT max(number) FROM _audit_seals")[0];
    let folder = serve(&production(SECOND, FIRST), serve(&[("SECRET_KEY", SECOND)], folder).await).await;
    let archive = archive(&production(SECOND, FIRST), folder);
    assert_eq!(archive.verify().unwrap_err().fault, Fault::SealChanged(sealed + 1));
    let store = server::open_database(&archive.blueprint, &archive.settings).unwrap();
    assert_eq!(rekey(&store, &archive.settings, false).unwrap(), Rekeyed::Mixed);
    assert_eq!(rekey(&store, &archive.settings, true).unwrap(), Rekeyed::GivenUp(strange));
    assert_eq!(rekey(&store, &archive.settings, false).unwrap(), Rekeyed::Current);
    store.close_blocking();
    assert_eq!(archive.verify().unwrap().unchecked, strange - sealed);
    // What the first secret sealed is checked as before.
    archive.tamper("UPDATE _audit SET \"sub\" = 'eve' WHERE seq = 1");
    archive.finds(1, Fault::Changed);
}

#[tokio::test]
async fn j12_rekeyed_by_hand_nothing_is_served_with_the_secret_before() {
    let folder = serve(&[("SECRET_KEY", FIRST)], tempfile::tempdir().unwrap()).await;
    let archive = archive(&secrets(SECOND, FIRST), folder);
    let store = server::open_database(&archive.blueprint, &archive.settings).unwrap();
    assert_eq!(rekey(&store, &archive.settings, true).unwrap(), Rekeyed::TakenOver, "nothing is lost that is known");
    assert_eq!(rekey(&store, &archive.settings, false).unwrap(), Rekeyed::Current);
    store.close_blocking();
    assert_eq!(archive.number("SELECT count(*) FROM _audit WHERE action = 'audit.rekey' AND iss = 'cli'"), 1);
    let production = [("ENV", "production"), ("SECRET_KEY", SECOND)];
    let archive = self::archive(&production, serve(&production, archive.folder).await);
    assert_eq!(archive.verify().unwrap().unchecked, 0);
}

#[tokio::test]
async fn j12_the_audit_holds_however_often_the_secret_is_exchanged() {
    let secret = |number: usize| format!("secret number {number:02} of these tests, 32 bytes or more");
    let served = |number: usize, previous: &str| {
        [("ENV", "production".to_owned()), ("SECRET_KEY", secret(number)), ("SECRET_KEY_PREVIOUS", previous.to_owned())]
    };
    let mut folder = tempfile::tempdir().unwrap();
    for number in 0..=20 {
        let previous = if number == 0 { String::new() } else { secret(number - 1) };
        let settings = served(number, &previous);
        folder = serve(&settings.each_ref().map(|(name, value)| (*name, value.as_str())), folder).await;
        let settings = served(number, "");
        let archive = archive(&settings.each_ref().map(|(name, value)| (*name, value.as_str())), folder);
        let store = server::open_database(&archive.blueprint, &archive.settings).unwrap();
        let expected = if number == 0 { Rekeyed::Current } else { Rekeyed::TakenOver };
        assert_eq!(rekey(&store, &archive.settings, false).unwrap(), expected, "exchange {number}");
        store.close_blocking();
        let verified = archive.verify().unwrap_or_else(|broken| panic!("exchange {number}: {broken}"));
        let all = archive.number("SELECT count(*) FROM _audit");
        assert_eq!((verified.rows + verified.unsealed, verified.unchecked), (all, 0));
        folder = archive.folder;
    }
    let settings = served(20, "");
    let archive = archive(&settings.each_ref().map(|(name, value)| (*name, value.as_str())), folder);
    assert_eq!(
        archive.number("SELECT count(*) FROM _audit_keys"),
        20 + 19,
        "those of the present secret and of the last"
    );
    // More than are looked at are told, and none is passed over.
    for round in 0..5 {
        let sql = format!("INSERT INTO _audit_keys SELECT id || '-{round}', under, \"at\", sealed FROM _audit_keys");
        archive.tamper(&sql);
    }
    let store = server::open_database(&archive.blueprint, &archive.settings).unwrap();
    let error = verify(&store, &archive.settings, None).unwrap_err().to_string();
    assert!(error.contains("more than 240 secrets"), "{error}");
    let error = rekey(&store, &archive.settings, false).unwrap_err().to_string();
    assert!(error.contains("more than 240 secrets"), "{error}");
    store.close_blocking();
}
