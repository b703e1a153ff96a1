//! Many works at once: none is lost, none is done twice, and what meets is tried again.

use std::time::Duration;

use futures_util::future::join_all;
use store::StoreError;
use work::{Value, Work};

use super::{Database, add, get, run, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_done_once() {
    let Some(database) = Database::new().await else { return };
    let titles: Vec<String> = (0..200).map(|number| format!("note {number}")).collect();
    join_all(titles.iter().map(|title| database.done(add(title)))).await;
    let mut found = database.titles();
    found.sort();
    let mut expected = titles;
    expected.sort();
    assert_eq!(found, expected);
    assert!(database.store.counters().connections <= 32);
    assert_eq!(database.store.counters().writes, 200);
}

/// Two rows, each changed first by one half of the works: they would wait for each other for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlocks_are_tried_again() {
    let Some(database) = Database::new().await else { return };
    database.done(add("one")).await;
    database.done(add("two")).await;
    database.place.execute("ALTER SYSTEM SET deadlock_timeout = '20ms'");
    database.place.execute("SELECT pg_reload_conf()");
    let change = |id: i64| {
        let sql = r#"UPDATE "app"."notes" SET "title" = "title" || $2 WHERE "id" = $1"#;
        run(sql, &[Value::Integer(id), text("!")])
    };
    let pause = || run("SELECT pg_sleep(0.01)", &[]);
    for round in 1..=5 {
        let works = [(1, 2), (2, 1)].map(|(first, second)| Work::write(vec![change(first), pause(), change(second)]));
        join_all(works.map(|work| database.done(work))).await;
        let marks = "!".repeat(round * 2);
        assert_eq!(
            database.look("SELECT title FROM app.notes ORDER BY id"),
            [format!("one{marks}"), format!("two{marks}")]
        );
    }
}

#[tokio::test]
async fn what_takes_too_long_is_stopped() {
    let Some(database) = Database::with(|options| options.work_timeout_ms = 100).await else { return };
    let slow = || run("SELECT pg_sleep(30)", &[]);
    let limit = StoreError::Timeout { after_ms: 100 };
    assert_eq!(database.run(super::read(vec![slow()])).await.unwrap_err(), limit);
    assert_eq!(database.run(Work::write(vec![run("SELECT 1", &[]), slow()])).await.unwrap_err(), limit);
    let closure = database.store.transaction(move |transaction| {
        transaction.run(&add("gone"))?;
        assert!(transaction.run(&Work::write(vec![slow()])).is_err());
        transaction.run(&add("gone too"))
    });
    assert_eq!(closure.await.unwrap_err(), limit);
    database.done(add("fine")).await;
    assert_eq!(database.titles(), ["fine"]);
}

/// A caller who gives up lets go of his connection, and what it ran is stopped.
#[tokio::test]
async fn a_read_that_nobody_waits_for_is_stopped() {
    let Some(database) = Database::with(|options| options.connections = 1).await else { return };
    let slow = database.run(super::read(vec![run("SELECT pg_sleep(30)", &[])]));
    assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    database.done(add("next")).await;
    let sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
    let mut left = database.look(sleeping);
    for _ in 0..500 {
        if left == ["0"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        left = database.look(sleeping);
    }
    panic!("it still runs");
}

/// A write that has begun goes on when nobody waits for it any more.
#[tokio::test]
async fn a_write_that_has_begun_is_done() {
    let Some(database) = Database::with(|options| options.connections = 1).await else { return };
    let mut slow = add("done");
    slow.steps.insert(0, run("SELECT pg_sleep(0.2)", &[]));
    assert!(tokio::time::timeout(Duration::from_millis(50), database.run(slow)).await.is_err());
    // Waits for the only connection, and so for the write.
    database.done(get(1)).await;
}

#[tokio::test]
async fn too_many_are_told_so() {
    let tight = |options: &mut store::PostgresOptions| {
        (options.connections, options.wait_timeout_ms, options.waiting) = (1, 50, 2);
    };
    let Some(database) = Database::with(tight).await else { return };
    let slow = database.run(super::read(vec![run("SELECT pg_sleep(0.5)", &[])]));
    let others = join_all((0..5).map(|_| database.run(get(1))));
    let (slow, others) = tokio::join!(slow, others);
    assert!(slow.is_ok());
    assert!(others.iter().all(|other| *other == Err(StoreError::Overloaded)), "{others:?}");
    database.done(add("fine")).await;
}
