//! What is made at first, what is recognised later, and what is refused with words that help.

use std::fs;

use store::{AppSchema, Applied, OpenError, Options, Standing, Store};

use crate::support::*;

fn open(path: &std::path::Path) -> Result<Store, OpenError> {
    Store::open(Options::new(path))
}

#[test]
fn folders_file_and_engine_tables_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/app.db");
    let store = open(&path).unwrap();
    store.close_blocking();
    let file = plain(&path);
    let tables = "SELECT group_concat(\"name\", ' ') FROM (SELECT \"name\" FROM sqlite_schema WHERE type = 'table' \
                  AND \"name\" NOT LIKE 'sqlite_%' ORDER BY \"name\")";
    let tables: String = file.query_row(tables, [], |row| row.get(0)).unwrap();
    let expected = "_audit _audit_index _audit_keys _audit_seals _audit_times _failures _idempotency _keys _mail_tokens _migrations _outbox _rates _refresh_tokens \
                    _sessions _state users";
    assert_eq!(tables, expected);
    let version: i64 =
        file.query_row("SELECT value FROM _state WHERE name = 'auth_version'", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    let at: String = file.query_row("SELECT applied_at FROM _migrations", [], |row| row.get(0)).unwrap();
    assert_eq!(at.len(), 27, "{at}");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::new();
    database.done(add("first"));
    for file in ["app.db", "app.db-wal", "app.db-shm"] {
        let mode = fs::metadata(database.folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_blueprint_is_applied_once_and_its_text_recorded() {
    let database = Database::new();
    assert_eq!(database.store.apply_blocking(&schema()).unwrap(), Applied::Unchanged);
    let reworded = AppSchema { blueprint: "notes, reworded".to_owned(), ..schema() };
    assert_eq!(database.store.apply_blocking(&reworded).unwrap(), Applied::Recorded);
    assert_eq!(database.store.apply_blocking(&reworded).unwrap(), Applied::Unchanged);
    let sql = "SELECT group_concat(blueprint, '; ') FROM (SELECT * FROM _migrations WHERE kind = 'app' ORDER BY id)";
    let texts: String = plain(&database.path()).query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(texts, "notes; notes, reworded");
}

/// A way from the tables that are there without a step.
fn no_step(_: &str, _: &str, _: &work::Dialect) -> Result<work::Migration, String> {
    Ok(work::Migration { from: schema().statements, ..work::Migration::default() })
}

#[test]
fn tables_of_which_only_the_order_differs_are_recorded() {
    let database = Database::new();
    database.done(add("kept"));
    let statements = schema().statements.into_iter().rev().collect();
    let turned = AppSchema { migrate: Some(no_step), ..AppSchema::new("turned".to_owned(), statements) };
    assert_eq!(database.store.standing_blocking(&turned).unwrap(), Standing::OtherText);
    assert_eq!(database.store.apply_blocking(&turned).unwrap(), Applied::Recorded);
    assert_eq!(database.store.apply_blocking(&turned).unwrap(), Applied::Unchanged);
}

/// The same statements may hold values of another meaning, and nobody can say so when the former text is not understood.
#[test]
fn a_former_blueprint_that_does_not_load_is_refused_with_its_reason() {
    let database = Database::new();
    database.done(add("kept"));
    let unread = |_: &str, _: &str, _: &work::Dialect| Err("`colour` is no key".to_owned());
    let reworded = AppSchema { blueprint: "notes, reworded".to_owned(), migrate: Some(unread), ..schema() };
    let error = database.store.apply_blocking(&reworded).unwrap_err().to_string();
    assert!(error.contains("does not load any more") && error.contains("`colour` is no key"), "{error}");
    let same = AppSchema { migrate: Some(unread), ..schema() };
    assert_eq!(database.store.apply_blocking(&same).unwrap(), Applied::Unchanged);
}

#[test]
fn a_blueprint_with_other_tables_is_refused_and_says_which() {
    let database = Database::new();
    database.done(add("kept"));
    let wanted = r#"CREATE TABLE "tasks" ("id" INTEGER PRIMARY KEY) STRICT"#;
    let other = AppSchema::new("tasks".to_owned(), vec![NOTES.to_owned(), wanted.to_owned()]);
    let error = database.store.apply_blocking(&other).unwrap_err();
    let OpenError::Changed { wanted: missing, found, .. } = &error else { panic!("{error}") };
    assert_eq!(*missing, [wanted]);
    assert_eq!(*found, [r#"CREATE UNIQUE INDEX "notes__slot_unique" ON "notes" ("slot")"#]);
    let message = error.to_string();
    for part in ["app.db", "table `tasks`", "index `notes__slot_unique`", "Try: go back to the former blueprint"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(database.store.apply_blocking(&schema()).unwrap(), Applied::Unchanged);
    assert_eq!(database.titles(), ["kept"]);
}

#[test]
fn a_statement_that_fails_leaves_no_table_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let store = open(&path).unwrap();
    let broken = AppSchema::new(String::new(), vec![NOTES.to_owned(), "CREATE nonsense".to_owned()]);
    assert!(matches!(store.apply_blocking(&broken), Err(OpenError::Failed { .. })));
    assert_eq!(count(&plain(&path), "SELECT count(*) FROM sqlite_schema WHERE name = 'notes'"), 0);
    assert_eq!(store.apply_blocking(&schema()).unwrap(), Applied::Created);
}

#[test]
fn two_stores_on_one_file_both_work() {
    let database = Database::new();
    let second = open(&database.path()).unwrap();
    assert_eq!(second.apply_blocking(&schema()).unwrap(), Applied::Unchanged);
    done(second.run_blocking(add("second")));
    database.done(add("first"));
    assert_eq!(database.titles(), ["second", "first"]);
    second.close_blocking();
    database.done(add("third"));
    assert_eq!(database.titles().len(), 3);
}

/// As when two servers are started on an empty folder by one script.
#[test]
fn stores_that_make_a_file_at_the_same_moment_all_open() {
    const AT_ONCE: usize = 4;
    for round in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        let start = std::sync::Barrier::new(AT_ONCE);
        let opened: Vec<_> = std::thread::scope(|scope| {
            let open_one = || {
                start.wait();
                let store = open(&path)?;
                store.apply_blocking(&schema())?;
                store.close_blocking();
                Ok::<_, OpenError>(())
            };
            let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(open_one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for result in opened {
            assert!(result.is_ok(), "round {round}: {}", result.unwrap_err());
        }
        assert_eq!(count(&plain(&path), "SELECT count(*) FROM _migrations WHERE kind = 'app'"), 1);
    }
}

#[test]
fn a_file_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    open(&path).unwrap().close_blocking();
    plain(&path)
        .execute("INSERT INTO _migrations (kind, number, applied_at, statements) VALUES ('engine', 99, '', '')", [])
        .unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("Try: upgrade"), "{error}");
}

#[test]
fn what_is_no_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "dear diary, ".repeat(500)).unwrap();
    assert!(matches!(open(&text), Err(OpenError::NotADatabase { .. })));
    assert_eq!(fs::read_to_string(&text).unwrap(), "dear diary, ".repeat(500));

    let foreign = folder.path().join("foreign.db");
    plain(&foreign).execute_batch("CREATE TABLE albums (id INTEGER)").unwrap();
    let error = open(&foreign).unwrap_err();
    assert!(matches!(&error, OpenError::Foreign { table, .. } if table == "albums"), "{error}");
    assert_eq!(count(&plain(&foreign), "SELECT count(*) FROM sqlite_schema"), 1);

    assert!(matches!(open(folder.path()), Err(OpenError::Path { .. })), "a folder");
    let below_a_file = text.join("app.db");
    let error = open(&below_a_file).unwrap_err();
    assert!(matches!(error, OpenError::Path { .. }), "{error}");
    assert!(error.to_string().contains("text.db"), "{error}");
}

#[test]
fn a_damaged_file_is_refused() {
    let database = Database::new();
    database.store.close_blocking();
    let mut bytes = fs::read(database.path()).unwrap();
    bytes[100..4096].fill(0xAA);
    fs::write(database.path(), bytes).unwrap();
    let error = open(&database.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
    assert!(error.to_string().contains("backup"), "{error}");
}

#[test]
fn a_locked_file_is_told_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let other = plain(&path);
    other.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE").unwrap();
    let mut options = Options::new(&path);
    options.busy_timeout_ms = 1;
    let error = Store::open(options).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
}

/// Somebody looks into what another program serves, or is going to serve.
#[test]
fn a_file_can_be_opened_with_nothing_made_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/app.db");
    let as_it_is = |path: &std::path::Path| Store::open_as_it_is(Options::new(path));
    let error = as_it_is(&path).unwrap_err();
    assert!(matches!(error, OpenError::Unmade { .. }), "{error}");
    assert!(error.to_string().contains("Try: serve the blueprint once"), "{error}");
    assert!(!folder.path().join("a").exists());

    let foreign = folder.path().join("other.db");
    plain(&foreign).execute_batch("CREATE TABLE guests (id INTEGER)").unwrap();
    let before = fs::read(&foreign).unwrap();
    let error = as_it_is(&foreign).unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert_eq!(fs::read(&foreign).unwrap(), before, "a file of another program was touched");

    open(&path).unwrap().close_blocking();
    let store = as_it_is(&path).unwrap();
    let error = store.standing_blocking(&schema()).unwrap_err();
    assert!(matches!(error, OpenError::Unmade { .. }), "{error}");
    store.close_blocking();
    plain(&path).execute_batch("DELETE FROM _migrations WHERE number = (SELECT max(number) FROM _migrations)").unwrap();
    let error = as_it_is(&path).unwrap_err();
    assert!(matches!(error, OpenError::Older { .. }), "{error}");

    let database = Database::new();
    let store = as_it_is(&database.path()).unwrap();
    assert_eq!(store.standing_blocking(&schema()).unwrap(), Standing::Current);
    let reworded = AppSchema { blueprint: "notes, reworded".to_owned(), ..schema() };
    assert_eq!(store.standing_blocking(&reworded).unwrap(), Standing::OtherText);
    let other = AppSchema { statements: vec![NOTES.to_owned()], ..schema() };
    assert!(matches!(store.standing_blocking(&other), Err(OpenError::Changed { .. })));
    let recorded: i64 = plain(&database.path())
        .query_row("SELECT count(*) FROM _migrations WHERE kind = 'app'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(recorded, 1);
    database.done(add("kept"));
}

/// A title may stand there once from now on, which nobody looked at before.
fn unforeseen(_: &str, _: &str, _: &work::Dialect) -> Result<work::Migration, String> {
    let statements =
        ["INSERT INTO \"notes\" (\"title\") VALUES ('late')", "CREATE UNIQUE INDEX \"u\" ON \"notes\" (\"title\")"];
    let statements = statements.map(str::to_owned).to_vec();
    Ok(work::Migration { from: schema().statements, statements, ..work::Migration::default() })
}

#[test]
fn a_row_that_does_not_fit_is_told_in_words_and_nothing_is_changed() {
    let database = Database::new();
    for title in ["a", "a"] {
        database.done(add(title));
    }
    let other = AppSchema::new("once".to_owned(), Vec::new());
    let other = AppSchema { migrate: Some(unforeseen), follow: store::Follow::Kept, ..other };
    let error = database.store.apply_blocking(&other).unwrap_err();
    assert!(matches!(&error, OpenError::Unfit { message, .. } if message.contains("notes.title")), "{error}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    assert_eq!(database.titles(), ["a", "a"]);
}
