//! Connections that end and servers that are started again: works that follow are served, none is done twice, and what
//! was told to be done is there.

use std::sync::Arc;

use store::StoreError;
use throwaway::{Cluster, Loss, Way};
use work::{Outcome, Work};

use crate::support::key;

use super::{Database, add, done, get, open, run, statement, text, title_and_id};

#[tokio::test]
async fn a_connection_that_was_ended_is_replaced() {
    let Some(database) = Database::new().await else { return };
    database.done(add("one")).await;
    let end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                   AND pid <> pg_backend_pid()";
    for _ in 0..3 {
        assert!(!database.place.query(end_all).is_empty());
        // A read, or a transaction that could not commit, is tried on another connection.
        database.done(get(1)).await;
        assert!(!database.place.query(end_all).is_empty());
        database.done(add("more")).await;
    }
    assert_eq!(database.titles().len(), 4);
}

/// What was acknowledged before a crash of the server is there after it, and the store goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_started_again() {
    let Some(cluster) = Cluster::start(&[], &[]) else { return };
    let store = open(&cluster.url("postgres"), |_| {}).await;
    let mut told = Vec::new();
    for (round, mode) in ["fast", "immediate"].into_iter().enumerate() {
        let adding = async {
            let mut added = Vec::new();
            for number in 0.. {
                let title = format!("{round} {number}");
                match store.run(add(&title)).await {
                    Ok(Outcome::Done(_)) => added.push(title),
                    Ok(other) => panic!("{other:?}"),
                    Err(StoreError::Unavailable { .. } | StoreError::Uncertain { .. }) => break,
                    Err(other) => panic!("{other}"),
                }
            }
            added
        };
        let stopping = tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(std::time::Duration::from_millis(100));
                    cluster.stop(mode);
                });
                tokio::runtime::Handle::current().block_on(adding)
            })
        });
        assert!(!stopping.is_empty());
        told.extend(stopping);
        assert!(matches!(store.run(get(1)).await, Err(StoreError::Unavailable { .. })));
        assert!(store.ready().await.is_err());
        tokio::task::block_in_place(|| cluster.start_again());
        store.ready().await.unwrap();
        assert!(matches!(store.run(get(1)).await, Ok(Outcome::Done(_))));
    }
    let rows = throwaway::query(&cluster.url("postgres"), "SELECT title FROM app.notes").unwrap();
    let found: Vec<String> = rows.into_iter().flatten().flatten().collect();
    assert!(told.iter().all(|title| found.iter().filter(|found| *found == title).count() == 1), "{told:?} {found:?}");
}

/// The same, with a key.
fn once(title: &str) -> Work {
    add(title).once(Some(key(title)))
}

/// In one statement, which is its own transaction.
fn at_once(title: &str) -> Work {
    let insert = r#"INSERT INTO "app"."notes" ("title") VALUES ($1) RETURNING "title", "id""#;
    add(title).or_at_once(Some(statement(insert, &[text(title)])), Arc::new(title_and_id()))
}

/// In a transaction with others, if there are any.
fn with_others(title: &str) -> Work {
    at_once(title).meeting_nobody(true)
}

/// In the only step.
fn alone(title: &str) -> Work {
    Work::write(vec![run(r#"INSERT INTO "app"."notes" ("title") VALUES ($1)"#, &[text(title)])])
}

/// Whatever committed it, and however the answer was lost: nobody says that nothing was done when it may have been.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_is_uncertain() {
    let Some(cluster) = Cluster::start(&[], &[]) else { return };
    let way = Way::to(&cluster);
    let store = open(&way.url("postgres"), |options| options.work_timeout_ms = 100).await;
    let mut titles = Vec::new();
    for loss in [Loss::Cut, Loss::Silence] {
        for (name, words, work) in [
            ("steps", "COMMIT\0", add as fn(&str) -> Work),
            ("key", "COMMIT\0", once),
            ("at once", "at once", at_once),
            ("alone", "alone", alone),
            ("with others", "COMMIT\0", with_others),
        ] {
            let title = format!("{name} {loss:?}");
            way.lose_answer_to(words, loss);
            let answer = store.run(work(&title)).await;
            assert!(matches!(answer, Err(StoreError::Uncertain { .. })), "{title}: {answer:?}");
            titles.push(title);
        }
        assert!(done(store.run(once(&format!("key {loss:?}"))).await).replayed);
        // Before the commit nothing is done, and it is tried again: a server ends a transaction in which nothing happens.
        let title = format!("early {loss:?}");
        way.lose_answer_to(&title, loss);
        done(store.run(add(&title)).await);
        titles.push(title);
    }
    assert_eq!(way.lost(), 12);
    let rows = throwaway::query(&cluster.url("postgres"), "SELECT title FROM app.notes ORDER BY id").unwrap();
    let mut found: Vec<String> = rows.into_iter().flatten().flatten().collect();
    // The server answers each statement of the packet, and stops when it notices that nobody listens: before the commit, or after.
    let either = |title: &String| title != "with others Cut";
    assert!(found.iter().filter(|title| !either(title)).count() <= 1, "{found:?}");
    found.retain(either);
    titles.retain(either);
    assert_eq!(found, titles);
}
