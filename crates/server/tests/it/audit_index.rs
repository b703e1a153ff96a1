//! Lists of the audit with filters: the same rows in the same order, wherever the index behind the writers has come to.

use serde_json::{Value as Json, json};
use server::audit::{Broken, Fault, verify};

use crate::forger;
use crate::support::{self, Caller, TestApp, place};

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";
const BLOCK: i64 = 256;

/// Filters, and what they say in SQL.
const FILTERS: &[(&str, &str)] = &[
    ("entity=note", "entity = 'note'"),
    ("entity=rare", "entity = 'rare'"),
    // Every eleventh tells that record 3 was shown, and another one.
    ("entity=note&entity_id=3", "entity = 'note' AND (entity_id = '3' OR action = 'read')"),
    ("entity_id=3", "entity_id = '3' OR action = 'read'"),
    ("entity=note&entity_id=100022", "action = 'read' AND request_id = 'r22'"),
    ("entity=note&entity_id=100022&action=delete", "FALSE"),
    ("entity=note&entity_id=nobody", "FALSE"),
    ("sub=s2", "sub = 's2'"),
    ("sub=s2&entity=note&action=update", "sub = 's2' AND entity = 'note' AND action = 'update'"),
    ("action=delete", "action = 'delete'"),
    ("outcome=done&action=delete&iss=own", "outcome = 'done' AND action = 'delete' AND iss = 'own'"),
    ("key=k&request_id=r7", "\"key\" = 'k' AND request_id = 'r7'"),
    ("request_id=r7", "request_id = 'r7'"),
    ("request_id=nobody", "FALSE"),
    ("entity_id=100022", "request_id = 'r22'"),
    ("entity_id=nobody", "FALSE"),
    ("entity_id=5&sub=s2&action=create", "entity_id = '5' AND sub = 's2' AND action = 'create'"),
    (
        "from=2026-11-20T00:00:30Z&to=2026-11-20T00:00:40Z",
        "\"at\" >= '2026-11-20T00:00:30.000000Z' AND \"at\" < '2026-11-20T00:00:40.000000Z'",
    ),
    ("to=2026-11-20T00:00:10Z", "FALSE"),
    ("iss=own&sub=s1&to=2026-11-20T00:00:30Z", "sub = 's1' AND \"at\" < '2026-11-20T00:00:30.000000Z'"),
];

/// So many rows more, past the server, as others might write them.
fn write(app: &TestApp, rows: i64) {
    let (time, json) = if place::is_postgres() { ("timestamptz", "json") } else { ("text", "text") };
    let sql = format!(
        "INSERT INTO _audit (\"at\", iss, sub, \"key\", request_id, action, entity, entity_id, after, outcome) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         SELECT CAST('2026-11-20T00:00:' || (10 + i % 50) || '.000000Z' AS {time}), 'own', 's' || (i % 3), \
         CASE WHEN i % 5 = 0 THEN 'k' END, 'r' || i, \
         CASE WHEN i % 11 = 0 THEN 'read' WHEN i % 40 = 0 THEN 'delete' WHEN i % 40 = 1 THEN 'update' ELSE 'create' END, \
         CASE WHEN i = 9 THEN 'rare' ELSE 'note' END, CASE WHEN i % 11 > 0 THEN CAST(i % 7 AS text) END, \
         CAST(CASE WHEN i % 11 = 0 THEN '{{\"ids\":[3,' || (100000 + i) || ']}}' END AS {json}), 'done' FROM n"
    );
    place::execute(app.folder.path(), &sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// All pages of a list.
async fn listed(root: &Caller<'_>, filter: &str) -> Vec<i64> {
    let (mut seqs, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = root.send("GET", &format!("/_/audit?limit=17&{filter}{cursor}"), None).await.expect(200).json();
        seqs.extend(page["data"].as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seqs,
        }
    }
}

fn numbers(app: &TestApp, sql: &str) -> Vec<i64> {
    place::query(app.folder.path(), sql)
}

fn indexed(app: &TestApp) -> i64 {
    numbers(app, "SELECT value FROM _state WHERE name = 'audit_found'")[0]
}

async fn each_list_is_whole(app: &TestApp, root: &Caller<'_>) {
    for (filter, condition) in FILTERS {
        let expected = numbers(app, &format!("SELECT seq FROM _audit WHERE {condition} ORDER BY seq DESC"));
        assert_eq!(listed(root, filter).await, expected, "{filter} with {} blocks indexed", indexed(app));
    }
}

#[tokio::test]
async fn lists_are_the_same_whatever_is_indexed() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    each_list_is_whole(&app, &root).await;
    write(&app, 3 * BLOCK);
    each_list_is_whole(&app, &root).await;
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 3);
    each_list_is_whole(&app, &root).await;
    write(&app, 100);
    each_list_is_whole(&app, &root).await;

    // A walk during which the index comes further misses nothing and shows nothing twice.
    let expected = numbers(&app, "SELECT seq FROM _audit WHERE sub = 's1' ORDER BY seq DESC");
    let first = root.send("GET", "/_/audit?sub=s1&limit=20", None).await.expect(200).json();
    write(&app, 2 * BLOCK);
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 5);
    let seqs = |page: &Json| page["data"].as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    let mut walked: Vec<i64> = seqs(&first);
    let mut next = first["next_cursor"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let page =
            root.send("GET", &format!("/_/audit?sub=s1&limit=20&cursor={cursor}"), None).await.expect(200).json();
        walked.extend::<Vec<i64>>(seqs(&page));
        next = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(walked, expected);
    assert_eq!(numbers(&app, "SELECT count(*) FROM _audit_index WHERE block >= 5"), [0]);
}

/// Takes a number for which there is no row.
fn skip(app: &TestApp) {
    let next = match place::is_postgres() {
        true => "SELECT nextval(pg_get_serial_sequence('_audit', 'seq'))",
        false => "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = '_audit'",
    };
    place::execute(app.folder.path(), next).unwrap();
}

/// On Postgres a row may be seen after others with later numbers.
#[tokio::test]
async fn rows_that_come_late_are_listed_at_once_and_indexed_with_their_seal() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    write(&app, BLOCK + 40);
    let skip = || {
        skip(&app);
        let taken = numbers(&app, "SELECT max(seq) + 1 FROM _audit")[0];
        write(&app, 10);
        taken
    };
    let (late, never) = (skip(), skip());
    assert_eq!((late / BLOCK, never), (1, late + 11));
    write(&app, 2 * BLOCK);
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 1, "somebody may still have the numbers of the second block");
    let identity = if place::is_postgres() { "OVERRIDING SYSTEM VALUE " } else { "" };
    let copy = format!(
        "INSERT INTO _audit (seq, \"at\", iss, sub, action, entity, entity_id, outcome) {identity}\
         SELECT {late}, \"at\", iss, 'late', action, entity, 'late', outcome FROM _audit WHERE seq = {late} + 1"
    );
    place::execute(app.folder.path(), &copy).unwrap();
    assert_eq!(listed(&root, "sub=late").await, [late]);
    each_list_is_whole(&app, &root).await;

    app.app.close().await;
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 1);
    let terms = "SELECT block FROM _audit_index WHERE term IN ('sub:late', 'row:note:late')";
    assert_eq!(numbers(&app, terms), [1, 1]);
    let root = app.log_in("root").await;
    assert_eq!(listed(&root, "sub=late").await, [late]);
}

/// So many rows that each tell of a thousand records are written in several transactions; until the last one they are read row by row.
#[tokio::test]
async fn rows_that_tell_of_many_records_are_indexed_as_others() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    let json = if place::is_postgres() { "json" } else { "text" };
    write(&app, 40);
    let ids: Vec<String> = (5000..6000).map(|id| id.to_string()).collect();
    let many = format!(
        "INSERT INTO _audit (\"at\", iss, sub, action, entity, after, outcome) \
         SELECT \"at\", iss, 'reader', 'list', entity, CAST('{{\"ids\":[{}]}}' AS {json}), outcome FROM _audit WHERE iss = 'own' AND sub = 's1'",
        ids.join(",")
    );
    place::execute(app.folder.path(), &many).unwrap_or_else(|error| panic!("{error}"));
    write(&app, 2 * BLOCK);
    let expected = numbers(&app, "SELECT seq FROM _audit WHERE sub = 'reader' ORDER BY seq DESC");
    assert!(expected.len() > 10, "{expected:?}");
    assert_eq!(listed(&root, "entity=note&entity_id=5999").await, expected);
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 2);
    assert_eq!(numbers(&app, "SELECT count(*) FROM _audit_index WHERE term LIKE 'row:note:5___'"), [1000]);
    assert_eq!(listed(&root, "entity=note&entity_id=5999").await, expected);
    each_list_is_whole(&app, &root).await;
    app.app.close().await;
    let settings = support::settings(&[], &app.folder);
    let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
    assert!(verify(&store, &settings, None).unwrap().is_ok());
    store.close_blocking();
}

#[tokio::test]
async fn two_instances_fill_one_index() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    let settings = support::settings(&[], &app.folder);
    let other = server::App::open(blueprint::load(NOTES).unwrap().into(), settings).await.unwrap();
    for round in 1..=4 {
        write(&app, BLOCK);
        futures_util::future::join(app.app.seal_audit(), other.seal_audit()).await;
        app.app.seal_audit().await;
        assert_eq!(indexed(&app), round);
        each_list_is_whole(&app, &root).await;
    }
    other.close().await;
}

/// As the version before left it: two indexes, which every writer kept, and no index of ours.
const BEFORE: &[&str] = &[
    "DROP TABLE _audit_index",
    "DROP TABLE _audit_times",
    "DELETE FROM _state WHERE name IN ('audit_indexed', 'audit_found')",
    "DELETE FROM _migrations WHERE kind = 'engine' AND number >= 8",
    "DROP INDEX _sessions_expires_at_index",
    "DROP INDEX _sessions_revoked_at_index",
    "ALTER TABLE _audit_seals DROP COLUMN top",
    "ALTER TABLE _audit_seals DROP COLUMN open",
    "CREATE INDEX \"_audit_entity_index\" ON \"_audit\" (\"entity\", \"entity_id\")",
    "CREATE INDEX \"_audit_sub_index\" ON \"_audit\" (\"sub\", \"seq\")",
];

#[tokio::test]
async fn a_database_of_the_version_before_is_indexed_behind_the_scenes() {
    let app = TestApp::new(NOTES).await;
    app.user_with("root", &["admin"]).await;
    write(&app, 2 * BLOCK);
    app.app.close().await;
    forger::seals_of_the_first_format(app.folder.path(), support::SECRET);
    for sql in BEFORE {
        place::execute(app.folder.path(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    let root = app.log_in("root").await;
    each_list_is_whole(&app, &root).await;
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 2);
    each_list_is_whole(&app, &root).await;
    let indexes = match place::is_postgres() {
        true => "SELECT count(*) FROM pg_indexes WHERE schemaname = 'app' AND tablename = '_audit'",
        false => "SELECT count(*) + 1 FROM sqlite_schema WHERE type = 'index' AND tbl_name = '_audit'",
    };
    assert_eq!(numbers(&app, indexes), [1], "that of the key alone");
}

#[tokio::test]
async fn who_takes_a_row_out_of_the_index_is_found_out() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    write(&app, 2 * BLOCK);
    app.app.seal_audit().await;
    let delete = "DELETE FROM _audit_index WHERE term = 'action:delete' AND block = 1";
    let refused = place::execute(app.folder.path(), delete).unwrap_err();
    assert!(refused.contains("append-only"), "{refused}");
    let of_table = if place::is_postgres() { " ON _audit_index" } else { "" };
    let trigger = if place::is_postgres() { "_audit_index_no_change" } else { "_audit_index_no_delete" };
    place::execute(app.folder.path(), &format!("DROP TRIGGER \"{trigger}\"{of_table}")).unwrap();
    place::execute(app.folder.path(), delete).unwrap();
    let hidden =
        numbers(&app, "SELECT seq FROM _audit WHERE action = 'delete' AND seq >= 256 AND seq < 512 ORDER BY seq");
    let listed_now = listed(&root, "action=delete").await;
    assert!(!hidden.is_empty() && hidden.iter().all(|seq| !listed_now.contains(seq)), "found past the index");
    app.app.close().await;

    let settings = support::settings(&[], &app.folder);
    let verified = || {
        let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
        let verified = verify(&store, &settings, None).unwrap();
        store.close_blocking();
        verified
    };
    assert_eq!(verified(), Err(Broken { row: hidden[0], fault: Fault::NotIndexed }));
    place::execute(app.folder.path(), "UPDATE _state SET value = 0 WHERE name = 'audit_found'").unwrap();
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    let root = app.log_in("root").await;
    app.app.seal_audit().await;
    each_list_is_whole(&app, &root).await;
    app.app.close().await;
    assert!(verified().is_ok());
}

/// A long audit that is not indexed yet is looked through a part at a time; and what is found by its end is found by the index first.
#[tokio::test]
async fn a_list_reads_so_many_rows_one_by_one_and_then_says_where_it_came() {
    let app = TestApp::new(NOTES).await;
    let root = app.user_with("root", &["admin"]).await;
    // Nothing is indexed as long as somebody may write into the first block.
    let missing = numbers(&app, "SELECT max(seq) + 1 FROM _audit")[0];
    skip(&app);
    write(&app, 80 * BLOCK);
    assert_eq!(indexed(&app), 0);
    // It is the ninth row that was written.
    let page = root.send("GET", "/_/audit?entity=rare", None).await.expect(200).json();
    assert_eq!((&page["data"], &page["has_more"]), (&json!([]), &json!(true)), "{page}");
    assert!(page["next_cursor"].is_string());
    let rare = numbers(&app, "SELECT seq FROM _audit WHERE entity = 'rare'");
    assert_eq!(listed(&root, "entity=rare").await, rare);
    assert_eq!(listed(&root, "sub=s2&entity=rare").await, [0; 0]);
    assert_eq!(pages(&root, "entity=rare").await, 3);
    let full = root.send("GET", "/_/audit?entity=note&limit=100", None).await.expect(200).json();
    assert_eq!(full["data"].as_array().unwrap().len(), 100, "nothing is left out of a page that can be full");
    let identity = if place::is_postgres() { "OVERRIDING SYSTEM VALUE " } else { "" };
    let late = format!(
        "INSERT INTO _audit (seq, \"at\", action, outcome) {identity}SELECT {missing}, \"at\", action, outcome FROM _audit WHERE seq = 1"
    );
    place::execute(app.folder.path(), &late).unwrap();
    app.app.close().await;
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    let root = app.log_in("root").await;
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 80);
    assert_eq!(pages(&root, "entity=rare").await, 1);
    assert_eq!(listed(&root, "entity=rare").await, rare);
}

/// How many pages it takes.
async fn pages(root: &Caller<'_>, filter: &str) -> usize {
    let (mut pages, mut cursor) = (0, String::new());
    loop {
        let page = root.send("GET", &format!("/_/audit?{filter}{cursor}"), None).await.expect(200).json();
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

/// In the middle of it: the first blocks and the last ones are indexed, and those between them are not.
#[tokio::test]
async fn lists_are_whole_while_the_index_is_filled_from_both_ends() {
    let app = TestApp::new(NOTES).await;
    app.user_with("root", &["admin"]).await;
    write(&app, 5 * BLOCK);
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 5);
    app.app.close().await;
    for sql in [
        if place::is_postgres() {
            "DROP TRIGGER \"_audit_index_no_change\" ON _audit_index"
        } else {
            "DROP TRIGGER \"_audit_index_no_delete\""
        },
        "DELETE FROM _audit_index WHERE block IN (1, 2)",
        "UPDATE _state SET value = 1 WHERE name = 'audit_found'",
        "DELETE FROM _state WHERE name IN ('audit_found_from', 'audit_found_to')",
        "INSERT INTO _state (name, value) VALUES ('audit_found_from', 3), ('audit_found_to', 5)",
    ] {
        place::execute(app.folder.path(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let settings = support::settings(&[], &app.folder);
    let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
    assert!(verify(&store, &settings, None).unwrap().is_ok(), "what is not indexed yet is no gap");
    place::execute(app.folder.path(), "DELETE FROM _audit_index WHERE block = 3 AND term = 'action:delete'").unwrap();
    let broken = verify(&store, &settings, None).unwrap();
    assert!(matches!(broken, Err(Broken { fault: Fault::NotIndexed, .. })), "{broken:?}");
    place::execute(app.folder.path(), "INSERT INTO _audit_index (term, block) VALUES ('action:delete', 3)").unwrap();
    store.close_blocking();

    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    let root = app.log_in("root").await;
    each_list_is_whole(&app, &root).await;
    write(&app, BLOCK);
    each_list_is_whole(&app, &root).await;
    app.app.seal_audit().await;
    assert_eq!(indexed(&app), 6);
    assert_eq!(numbers(&app, "SELECT value FROM _state WHERE name IN ('audit_found_from', 'audit_found_to')"), [0, 0]);
    each_list_is_whole(&app, &root).await;
    app.app.close().await;
    let store = server::open_database(&blueprint::load(NOTES).unwrap(), &support::settings(&[], &app.folder)).unwrap();
    assert!(verify(&store, &settings, None).unwrap().is_ok());
    store.close_blocking();
}
