//! Writes with a key: once, whoever asks again, here or at another instance on the same database.

use futures_util::future::join_all;
use store::{PostgresOptions, PostgresUrl, Store};
use work::{Idempotency, Refusal, Work};

use super::{Database, add, done, refused};

fn key(key: &str, fingerprint: u8) -> Idempotency {
    Idempotency {
        scope: "ana POST /notes".to_owned(),
        key: key.to_owned(),
        fingerprint: vec![fingerprint],
        rights: vec![7],
        at: "2026-11-21T12:00:00.000000Z".to_owned(),
        since: "2026-11-20T12:00:00.000000Z".to_owned(),
    }
}

fn once(title: &str, idempotency: Idempotency) -> Work {
    add(title).once(Some(idempotency))
}

#[tokio::test]
async fn the_same_again_is_answered_and_not_done() {
    let Some(database) = Database::new().await else { return };
    let first = database.done(once("one", key("k", 1))).await;
    let again = database.done(once("one", key("k", 1))).await;
    assert!(again.replayed && !first.replayed);
    assert_eq!((&again.body, &again.captured, again.rows), (&first.body, &first.captured, 1));
    assert_eq!(refused(database.run(once("two", key("k", 2))).await), Refusal::KeyReused);
    let other_rights = Idempotency { rights: vec![8], ..key("k", 1) };
    assert_eq!(refused(database.run(once("one", other_rights)).await), Refusal::RightsChanged);
    assert!(!database.done(once("three", key("l", 1))).await.replayed);
    assert_eq!(database.titles(), ["one", "three"]);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let Some(database) = Database::new().await else { return };
    database.done(super::take("a")).await;
    let unique = Refusal::Unique { index: "notes__slot_unique".to_owned() };
    assert_eq!(refused(database.run(super::take("a").once(Some(key("k", 1)))).await), unique);
    assert!(!database.done(once("free", key("k", 1))).await.replayed);
}

#[tokio::test]
async fn what_is_too_old_counts_no_more_and_goes() {
    let Some(database) = Database::new().await else { return };
    for name in ["a", "b", "c", "d", "e", "f"] {
        database.done(once(name, key(name, 1))).await;
    }
    let later = |name| Idempotency {
        at: "2026-11-22T12:00:00.000001Z".to_owned(),
        since: "2026-11-21T12:00:00.000001Z".to_owned(),
        ..key(name, 2)
    };
    assert!(!database.done(once("again", later("a"))).await.replayed);
    assert_eq!(database.look("SELECT count(*) FROM app._idempotency"), ["3"]);
    assert!(database.done(once("again", later("a"))).await.replayed);
}

/// Two instances, forty requests: one does it, the others wait for it and get its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_does_it() {
    let Some(database) = Database::new().await else { return };
    let options = PostgresOptions::new(PostgresUrl::parse(database.place.url()).unwrap());
    let other = Store::connect(options).await.unwrap();
    let asked = (0..40).map(|place| {
        let store = if place % 2 == 0 { &database.store } else { &other };
        store.run(once("one", key("k", 1)))
    });
    let answers: Vec<_> = join_all(asked).await.into_iter().map(done).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body && answer.captured == answers[0].captured));
    assert_eq!(database.titles(), ["one"]);
}
