//! A disk that is full or fails: told as such, nothing half done, and all well again when it is over.

use std::sync::atomic::Ordering;

use store::{AppSchema, Applied, Follow, OpenError, StoreError};
use work::{Dialect, Migration};

use crate::forgetful::Storage;
use crate::support::*;

fn on(storage: &'static Storage) -> Database {
    Database::with(|options| options.vfs = Some(storage.name.clone()))
}

fn ready(database: &Database) -> Result<(), StoreError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(database.store.ready())
}

/// What a plain SQLite finds after a power cut.
fn after_power_cut(storage: &Storage) -> (i64, i64) {
    let folder = tempfile::tempdir().unwrap();
    storage.cut_power(folder.path(), || false);
    let file = plain(&folder.path().join("app.db"));
    assert_eq!(file.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    (count(&file, r#"SELECT count(*) FROM "notes""#), count(&file, r#"SELECT count(*) FROM "_audit""#))
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_done() {
    let storage = Storage::new();
    let database = on(storage);
    database.done(add("before"));

    storage.full.store(true, Ordering::SeqCst);
    assert_eq!(database.run(add("no room")), Err(StoreError::Full));
    assert_eq!(ready(&database), Err(StoreError::Full));
    assert_eq!(database.titles(), ["before"], "reads go on");

    storage.full.store(false, Ordering::SeqCst);
    assert_eq!(ready(&database), Ok(()));
    database.done(add("after"));
    assert_eq!(database.titles(), ["before", "after"]);
    assert_eq!(after_power_cut(storage), (2, 2));
}

/// There may be room for the database, and none where its copy is to be.
#[test]
fn a_copy_that_finds_no_room_is_named_and_gone() {
    let storage = Storage::new();
    let database = on(storage);
    database.done(add("before"));
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("copy.db");
    storage.full.store(true, Ordering::SeqCst);
    let error = database.store.copy_blocking(&to).unwrap_err();
    assert!(matches!(&error, OpenError::Path { path, .. } if *path == to), "{error}");
    assert!(!to.exists());
}

/// Not only when a write has failed already: the next one might, and whoever spreads the load had better know.
#[test]
fn a_disk_that_is_nearly_full_is_told_before_a_write_fails() {
    let database = Database::with(|options| options.min_free_bytes = u64::MAX);
    assert_eq!(ready(&database), Err(StoreError::Full));
    database.done(add("still written"));
    assert_eq!(ready(&database), Err(StoreError::Full));
    assert_eq!(ready(&Database::new()), Ok(()));
}

#[test]
fn when_a_batch_finds_no_room_all_of_it_is_refused() {
    let storage = Storage::new();
    let database = on(storage);
    storage.full.store(true, Ordering::SeqCst);
    std::thread::scope(|scope| {
        let writes: Vec<_> = (0..16)
            .map(|number| {
                scope.spawn({
                    let database = &database;
                    let work = add(&number.to_string());
                    move || match number % 2 {
                        0 => database.run(work),
                        _ => database.store.transaction_blocking(move |transaction| transaction.run(&work)),
                    }
                })
            })
            .collect();
        for write in writes {
            assert_eq!(write.join().unwrap(), Err(StoreError::Full));
        }
    });
    storage.full.store(false, Ordering::SeqCst);
    assert_eq!(database.titles(), Vec::<String>::new());
    assert_eq!(database.store.counters().writes, 0);
}

#[test]
fn a_disk_that_cannot_sync_acknowledges_nothing() {
    let storage = Storage::new();
    let database = on(storage);
    database.done(add("before"));

    storage.sync_fails.store(true, Ordering::SeqCst);
    assert!(matches!(database.run(add("not synced")), Err(StoreError::Unavailable { .. })));
    assert!(matches!(ready(&database), Err(StoreError::Unavailable { .. })));
    assert_eq!(database.titles(), ["before"]);
    assert_eq!(after_power_cut(storage), (1, 1));

    storage.sync_fails.store(false, Ordering::SeqCst);
    assert_eq!(ready(&database), Ok(()));
    database.done(add("after"));
    assert_eq!(database.titles(), ["before", "after"]);
    assert_eq!(after_power_cut(storage), (2, 2));
}

/// The notes in a table that is made anew, each with a mark.
fn marked(_: &str, _: &str, _: &Dialect) -> Result<Migration, String> {
    let statements = [
        "CREATE TABLE \"_passage_0\" (\"id\" INTEGER PRIMARY KEY AUTOINCREMENT, \"title\" TEXT NOT NULL, \"mark\" TEXT) STRICT",
        "INSERT INTO \"_passage_0\" SELECT \"id\", \"title\", 'x' FROM \"notes\"",
        "DROP TABLE \"notes\"",
        "ALTER TABLE \"_passage_0\" RENAME TO \"notes\"",
    ];
    let statements = statements.map(str::to_owned).to_vec();
    Ok(Migration { from: schema().statements, statements, ..Migration::default() })
}

#[test]
fn tables_are_changed_whole_or_not_at_all() {
    let storage = Storage::new();
    let database = on(storage);
    for number in 0..500 {
        database.done(add(&format!("{number} {}", "long ".repeat(50))));
    }
    let before = database.titles();
    let wanted = AppSchema::new("marked".to_owned(), Vec::new());
    let wanted = AppSchema { migrate: Some(marked), follow: Follow::Kept, ..wanted };

    storage.full.store(true, Ordering::SeqCst);
    let error = database.store.apply_blocking(&wanted).unwrap_err();
    assert!(matches!(error, OpenError::Full { .. }), "{error}");
    assert!(error.to_string().contains("nothing was changed\nTry: make room"), "{error}");
    storage.full.store(false, Ordering::SeqCst);
    assert_eq!(database.titles(), before);
    assert_eq!(after_power_cut(storage), (500, 500));

    assert!(matches!(database.store.apply_blocking(&wanted), Ok(Applied::Migrated { .. })));
    let folder = tempfile::tempdir().unwrap();
    storage.cut_power(folder.path(), || false);
    let file = plain(&folder.path().join("app.db"));
    assert_eq!(count(&file, r#"SELECT count("mark") FROM "notes""#), 500, "what was told as done is on disk");
}
