//! An answer of success means that the data is on disk. Killing the process cannot show that, because the system still
//! writes what it holds; so the power is cut, on storage that forgets what was not synced.

use std::collections::HashSet;
use std::sync::mpsc;

use store::{Store, Synchronous};

use crate::forgetful::Storage;
use crate::support::*;

const CALLERS: usize = 8;
const WRITES_EACH: usize = 300;

/// Cuts the power again and again while callers write. Returns how many acknowledged rows were missing, in all.
fn lost(synchronous: Synchronous) -> usize {
    let storage = Storage::new();
    let database = Database::with(|options| {
        options.vfs = Some(storage.name.clone());
        options.synchronous = synchronous;
        options.log_pages = 500;
    });
    let (acknowledge, acknowledged) = mpsc::channel();
    let mut lost = 0;
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (store, acknowledge) = (database.store.clone(), acknowledge.clone());
            scope.spawn(move || {
                for number in 0..WRITES_EACH {
                    let title = format!("{caller}-{number}");
                    write_it(&store, &title, number);
                    acknowledge.send(title).unwrap();
                }
            });
        }
        drop(acknowledge);
        let mut titles = HashSet::new();
        for title in &acknowledged {
            titles.insert(title);
            if titles.len().is_multiple_of(100) {
                // In turns: nothing that was not synced survives, or every other write of it does by chance.
                let (by_chance, mut coin) = (titles.len().is_multiple_of(200), false);
                lost += missing(storage, &titles, || {
                    coin = !coin;
                    by_chance && coin
                });
            }
        }
        assert_eq!(titles.len(), CALLERS * WRITES_EACH);
        lost += missing(storage, &titles, || false);
    });
    let counters = database.store.counters();
    assert!(counters.checkpoints > 0, "a cut during a checkpoint was to be among them: {counters:?}");
    assert!(counters.commits < counters.writes, "nothing was committed together: {counters:?}");
    lost
}

/// In turns by itself and in a closure, which are committed together and must be as durable as each other.
fn write_it(store: &Store, title: &str, number: usize) {
    let work = add(title);
    if number.is_multiple_of(2) {
        done(store.run_blocking(work));
    } else {
        done(store.transaction_blocking(move |transaction| transaction.run(&work)));
    }
}

/// How many of the acknowledged rows a fresh SQLite does not find after a power cut at this moment.
fn missing(storage: &Storage, acknowledged: &HashSet<String>, keep: impl FnMut() -> bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    storage.cut_power(folder.path(), keep);
    let file = plain(&folder.path().join("app.db"));
    let whole: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'notes'";
    if count(&file, sql) == 0 {
        return acknowledged.len();
    }
    let mut statement = file.prepare(r#"SELECT "title" FROM "notes""#).unwrap();
    let found: HashSet<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(count(&file, r#"SELECT count(*) FROM "_audit""#), found.len() as i64, "a change without its audit row");
    acknowledged.difference(&found).count()
}

#[test]
fn no_acknowledged_write_is_lost_when_the_power_is_cut() {
    assert_eq!(lost(Synchronous::Full), 0);
}

/// The test of the test: with the setting that does not wait for the disk, the same loses rows.
#[test]
fn commits_that_do_not_wait_for_the_disk_are_noticed() {
    assert!(lost(Synchronous::Normal) > 0);
}
