//! Rows that come after others with later numbers: none is left out of the seals and none is under two, whenever a server is started
//! anew; and what is put where nobody can come any more is named.

use serde_json::json;
use server::audit::{Broken, Fault, Verified, verify};

use crate::forger;
use crate::support::{self, TestApp, place};

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

fn numbers(app: &TestApp, sql: &str) -> Vec<i64> {
    place::query(app.folder.path(), sql)
}

/// A row as others might write it; with a number of its own, or the next one.
fn write(app: &TestApp, seq: Option<i64>) {
    let (number, value) = seq.map_or(Default::default(), |seq| ("seq, ".to_owned(), format!("{seq}, ")));
    let identity = if place::is_postgres() { "OVERRIDING SYSTEM VALUE " } else { "" };
    let now = jiff::Timestamp::now();
    let sql = format!(
        "INSERT INTO _audit ({number}\"at\", iss, sub, action, entity, outcome) {identity}\
         VALUES ({value}'{now:.6}', 'own', 'eve', 'create', 'note', 'done')"
    );
    place::execute(app.folder.path(), &sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Takes a number for which there is no row yet.
fn skip(app: &TestApp) -> i64 {
    let next = match place::is_postgres() {
        true => "SELECT nextval(pg_get_serial_sequence('_audit', 'seq'))",
        false => "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = '_audit'",
    };
    place::execute(app.folder.path(), next).unwrap();
    numbers(app, "SELECT max(seq) + 1 FROM _audit")[0]
}

/// So many seals more, of a row each.
async fn seal(app: &TestApp, seals: usize) {
    for _ in 0..seals {
        write(app, None);
        app.app.seal_audit().await;
    }
}

async fn started_anew(app: TestApp) -> TestApp {
    app.app.close().await;
    TestApp::in_folder(NOTES, &[], app.folder).await
}

/// Elsewhere, for it blocks its thread many times.
async fn verified(app: &TestApp) -> Result<Verified, Broken> {
    let settings = support::settings(&[], &app.folder);
    let verifying = move || {
        let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
        let verified = verify(&store, &settings, None).unwrap();
        store.close_blocking();
        verified
    };
    tokio::task::spawn_blocking(verifying).await.unwrap()
}

/// That each row is under one seal.
async fn each_once(app: &TestApp) {
    let verified = verified(app).await.unwrap();
    let (rows, sealed) = (
        numbers(app, "SELECT count(*) FROM _audit")[0],
        numbers(app, "SELECT CAST(sum(\"rows\") AS bigint) FROM _audit_seals")[0],
    );
    assert_eq!((verified.rows, sealed, verified.unsealed), (rows, rows, 0));
}

#[tokio::test]
async fn who_starts_anew_seals_no_row_twice() {
    let app = TestApp::new(NOTES).await;
    app.user("ana").await;
    app.app.seal_audit().await;
    let (late, later) = (skip(&app), {
        write(&app, None);
        skip(&app)
    });
    seal(&app, 5).await;
    write(&app, Some(late));
    // Looked into at once by who is started anew: the seal of that row alone is the one before the next ones.
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    seal(&app, 48).await;
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    write(&app, Some(later));
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    app.app.close().await;
    each_once(&app).await;
}

/// However many seals were made since its gap was found.
#[tokio::test]
async fn who_starts_anew_leaves_no_late_row_out() {
    let app = TestApp::new(NOTES).await;
    app.user("ana").await;
    app.app.seal_audit().await;
    let late = skip(&app);
    seal(&app, 60).await;
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    write(&app, Some(late));
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    app.app.close().await;
    each_once(&app).await;
}

/// On Postgres a first row may come after the second one.
#[tokio::test]
async fn the_first_row_of_all_may_come_late_too() {
    let app = TestApp::new(NOTES).await;
    let (first, _) = (skip_first(&app), write(&app, None));
    app.app.seal_audit().await;
    write(&app, Some(first));
    let app = started_anew(app).await;
    app.app.seal_audit().await;
    app.app.close().await;
    each_once(&app).await;
}

/// The same where there is no row yet.
fn skip_first(app: &TestApp) -> i64 {
    assert_eq!(numbers(app, "SELECT count(*) FROM _audit"), [0]);
    let next = match place::is_postgres() {
        true => "SELECT nextval(pg_get_serial_sequence('_audit', 'seq'))",
        false => "INSERT INTO sqlite_sequence (name, seq) VALUES ('_audit', 1)",
    };
    place::execute(app.folder.path(), next).unwrap();
    1
}

/// As a version before left it: seals that do not say which gaps are open.
#[tokio::test]
async fn seals_of_the_format_before_are_gone_on_from() {
    let app = TestApp::new(NOTES).await;
    app.user("ana").await;
    app.app.seal_audit().await;
    let late = skip(&app);
    seal(&app, 3).await;
    app.app.close().await;
    assert!(forger::seals_of_the_first_format(app.folder.path(), support::SECRET) > 3);
    assert_eq!(verified(&app).await.unwrap().unsealed, 0);
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    write(&app, Some(late));
    app.app.seal_audit().await;
    seal(&app, 2).await;
    let app = started_anew(app).await;
    seal(&app, 2).await;
    app.app.close().await;
    each_once(&app).await;
    assert_eq!(numbers(&app, "SELECT DISTINCT format FROM _audit_seals ORDER BY 1"), [1, 2]);
}

/// By the time that stands in it, which whoever puts it in makes up, it would have come late.
#[tokio::test]
async fn what_is_put_where_nobody_can_come_any_more_is_named() {
    let Some(app) = place::is_postgres().then(|| TestApp::new(NOTES)) else { return };
    let app = app.await;
    let ana = app.user("ana").await;
    app.app.seal_audit().await;
    let gap = skip(&app);
    seal(&app, 1).await;
    let left_by = numbers(&app, "SELECT max(number) FROM _audit_seals")[0];
    let is_over = || numbers(&app, "SELECT open FROM _audit_seals ORDER BY number DESC LIMIT 1")[0] > left_by;
    let began = std::time::Instant::now();
    while !is_over() {
        assert!(began.elapsed().as_secs() < 60, "nobody is under way, and still rows are expected");
        ana.post("/notes", json!({"text": "a"})).await.expect(201);
        app.app.seal_audit().await;
    }
    write(&app, Some(gap));
    let app = started_anew(app).await;
    seal(&app, 1).await;
    app.app.close().await;
    assert_eq!(verified(&app).await, Err(Broken { row: gap, fault: Fault::Inserted }));
}
