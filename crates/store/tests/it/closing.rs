//! Closing finishes what waits, and leaves one file.

use std::future::poll_fn;
use std::task::Poll;

use store::StoreError;
use work::Outcome;

use crate::support::*;

#[tokio::test]
async fn what_waits_is_done_and_what_comes_later_is_refused() {
    let database = Database::new();
    let mut waiting = Vec::new();
    for number in 0..100 {
        let mut run = Box::pin(database.store.run(add(&format!("note {number}"))));
        let first = poll_fn(|context| Poll::Ready(run.as_mut().poll(context))).await;
        assert!(first.is_pending());
        waiting.push(run);
    }
    database.store.close().await;
    for run in waiting {
        assert!(matches!(run.await, Ok(Outcome::Done(_))));
    }
    assert_eq!(database.store.run(add("late")).await, Err(StoreError::Closed));
    assert_eq!(database.store.run(get(1)).await, Err(StoreError::Closed));
    assert_eq!(database.store.ready().await, Err(StoreError::Closed));
    database.store.close().await;

    let mut files: Vec<_> =
        std::fs::read_dir(database.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["app.db"], "the log was to be moved into the file");
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "notes""#), 100);
}

#[test]
fn an_open_store_is_ready() {
    let database = Database::new();
    database.done(add("first"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(database.store.ready()), Ok(()));
    assert_eq!(database.titles(), ["first"]);
}

#[test]
fn a_store_that_another_program_locks_is_not_ready() {
    let database = Database::with(|options| options.busy_timeout_ms = 1);
    let other = plain(&database.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(matches!(runtime.block_on(database.store.ready()), Err(StoreError::Unavailable { .. })));
    assert!(matches!(database.run(add("a")), Err(StoreError::Unavailable { .. })));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(runtime.block_on(database.store.ready()), Ok(()));
    database.done(add("b"));
    assert_eq!(database.titles(), ["b"]);
}

#[test]
fn a_dropped_store_lets_go_of_the_file() {
    let Database { store, folder } = Database::new();
    drop(store);
    // Its threads end by themselves; a new store on the same file is not in their way.
    let store = store::Store::open(store::Options::new(folder.path().join("app.db"))).unwrap();
    done(store.run_blocking(add("first")));
    store.close_blocking();
}
