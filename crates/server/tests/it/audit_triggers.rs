//! Whoever takes away what keeps the audit from being changed is told of, and it is put back at the next start.

use server::audit::{triggers, verify};
use store::Triggers;

use crate::support::{self, TestApp, place};

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

/// What somebody does who owns the database, and which trigger does not stand any more.
const ON_SQLITE: &[(&str, &str)] = &[
    ("DROP TRIGGER _audit_no_update", "_audit_no_update on _audit"),
    ("DROP TRIGGER _audit_no_delete", "_audit_no_delete on _audit"),
    ("DROP TRIGGER _audit_seals_no_update", "_audit_seals_no_update on _audit_seals"),
    ("DROP TRIGGER _audit_seals_no_delete", "_audit_seals_no_delete on _audit_seals"),
    ("DROP TRIGGER _audit_index_no_update", "_audit_index_no_update on _audit_index"),
    ("DROP TRIGGER _audit_index_no_delete", "_audit_index_no_delete on _audit_index"),
    (
        "DROP TRIGGER _audit_no_update; CREATE TRIGGER _audit_no_update BEFORE UPDATE ON _audit WHEN 0 \
         BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
        "_audit_no_update on _audit",
    ),
];
const ON_POSTGRES: &[(&str, &str)] = &[
    ("DROP TRIGGER _audit_no_change ON _audit", "_audit_no_change on _audit"),
    ("DROP TRIGGER _audit_no_truncate ON _audit", "_audit_no_truncate on _audit"),
    ("DROP TRIGGER _audit_seals_no_change ON _audit_seals", "_audit_seals_no_change on _audit_seals"),
    ("DROP TRIGGER _audit_index_no_truncate ON _audit_index", "_audit_index_no_truncate on _audit_index"),
    ("ALTER TABLE _audit DISABLE TRIGGER _audit_no_change", "_audit_no_change on _audit"),
    ("ALTER TABLE _audit ENABLE REPLICA TRIGGER _audit_no_change", "_audit_no_change on _audit"),
    (
        "DROP TRIGGER _audit_no_change ON _audit; CREATE TRIGGER _audit_no_change BEFORE UPDATE OF batch ON _audit \
         FOR EACH ROW EXECUTE FUNCTION _audit_refuse()",
        "_audit_no_change on _audit",
    ),
    (
        "CREATE OR REPLACE FUNCTION _audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "_audit_no_change on _audit",
    ),
];

fn tampering() -> &'static [(&'static str, &'static str)] {
    if place::is_postgres() { ON_POSTGRES } else { ON_SQLITE }
}

fn execute(app: &TestApp, statements: &str) {
    for sql in statements.split("; CREATE").enumerate().map(|(place, part)| match place {
        0 => part.to_owned(),
        _ => format!("CREATE{part}"),
    }) {
        place::execute(app.folder.path(), &sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// How they stand, looked at past the server.
fn standing(folder: &tempfile::TempDir) -> Triggers {
    let store = server::open_database_as_it_is(&support::settings(&[], folder)).unwrap();
    let triggers = triggers(&store).unwrap();
    store.close_blocking();
    triggers
}

#[tokio::test]
async fn what_was_taken_away_is_told_and_put_back_at_the_next_start() {
    let mut app = TestApp::new(NOTES).await;
    app.user("ana").await;
    assert_eq!(standing(&app.folder), Triggers::default());
    for (sql, missing) in tampering() {
        execute(&app, sql);
        let found = standing(&app.folder);
        assert!(found.missing.iter().any(|said| said == missing), "{sql}: {found:?}");
        app.app.close().await;
        let before = place::query::<i64>(app.folder.path(), "SELECT max(seq) FROM _audit")[0];
        app = TestApp::in_folder(NOTES, &[], app.folder).await;
        assert_eq!(standing(&app.folder), Triggers::default(), "{sql}");
        let refused = place::execute(app.folder.path(), "UPDATE _audit SET sub = 'eve'").unwrap_err();
        assert!(refused.contains("append-only"), "{refused}");
        let told = format!("SELECT CAST(after AS TEXT) FROM _audit WHERE seq > {before} AND action = 'audit.mend'");
        let told: Vec<String> = place::query(app.folder.path(), &told);
        assert!(matches!(&told[..], [one] if one.contains(missing)), "{sql}: {told:?}");
    }
    app.app.close().await;
    let before = place::query::<i64>(app.folder.path(), "SELECT max(seq) FROM _audit");
    app = TestApp::in_folder(NOTES, &[], app.folder).await;
    assert_eq!(place::query::<i64>(app.folder.path(), "SELECT max(seq) FROM _audit"), before, "nothing to tell");
    app.app.close().await;
    let settings = support::settings(&[], &app.folder);
    let store = server::open_database(&blueprint::load(NOTES).unwrap(), &settings).unwrap();
    assert!(verify(&store, &settings, None).unwrap().is_ok());
    store.close_blocking();
}

/// They may be somebody's own, who ships the audit elsewhere; but one that keeps rows out of it leaves no trace.
#[tokio::test]
async fn triggers_of_others_are_told_and_left_alone() {
    let app = TestApp::new(NOTES).await;
    let (sql, name) = match place::is_postgres() {
        true => {
            ("CREATE RULE quiet AS ON INSERT TO _audit WHERE NEW.sub = 'eve' DO INSTEAD NOTHING", "quiet on _audit")
        }
        false => (
            "CREATE TRIGGER quiet BEFORE INSERT ON _audit WHEN NEW.sub = 'eve' BEGIN SELECT RAISE(IGNORE); END",
            "quiet on _audit",
        ),
    };
    place::execute(app.folder.path(), sql).unwrap();
    let expected = Triggers { strange: vec![name.to_owned()], ..Triggers::default() };
    assert_eq!(standing(&app.folder), expected);
    app.app.close().await;
    let app = TestApp::in_folder(NOTES, &[], app.folder).await;
    assert_eq!(standing(&app.folder), expected);
}
