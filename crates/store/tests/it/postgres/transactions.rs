//! Closures as one transaction: all of it or nothing, also when it is refused, fails or panics in the middle.

use store::StoreError;
use work::{Outcome, Refusal};

use super::{Database, add, get, page, read, take};

#[tokio::test]
async fn all_of_it_or_nothing() {
    let Some(database) = Database::new().await else { return };
    let both = database.store.transaction(|transaction| {
        transaction.run(&add("one"))?;
        // Reads see what was written in it.
        let answer = match transaction.run(&get(1))? {
            Outcome::Done(answer) => answer,
            other => panic!("{other:?}"),
        };
        transaction.run(&add("two"))?;
        Ok::<_, StoreError>(answer.body)
    });
    assert_eq!(both.await.unwrap(), b"{\"title\":\"one\"}");
    let given_up = database.store.transaction(|transaction| {
        transaction.run(&add("three"))?;
        Err::<(), StoreError>(StoreError::Overloaded)
    });
    assert_eq!(given_up.await.unwrap_err(), StoreError::Overloaded);
    let panicked = database.store.transaction(|transaction| {
        transaction.run(&add("four"))?;
        panic!("planted");
        #[expect(unreachable_code, reason = "the type of the closure")]
        Ok::<(), StoreError>(())
    });
    assert!(matches!(panicked.await, Err(StoreError::Broken { message }) if message.contains("planted")));
    assert_eq!(database.titles(), ["one", "two"]);
    assert_eq!(database.store.counters().connections, 1, "each was given back");
}

#[tokio::test]
async fn a_refused_work_is_undone_alone() {
    let Some(database) = Database::new().await else { return };
    let ran = database.store.transaction(|transaction| {
        let mut outcomes = vec![transaction.run(&take("a"))?, transaction.run(&take("a"))?];
        assert!(matches!(transaction.run(&read(vec![page("SELECT broken", 1)])), Err(StoreError::Broken { .. })));
        outcomes.push(transaction.run(&take("b"))?);
        Ok::<_, StoreError>(outcomes)
    });
    let outcomes = ran.await.unwrap();
    let unique = Outcome::Refused(Refusal::Unique { index: "notes__slot_unique".to_owned() });
    assert!(
        matches!(outcomes[0], Outcome::Done(_)) && outcomes[1] == unique && matches!(outcomes[2], Outcome::Done(_))
    );
    assert_eq!(database.titles(), ["a", "b"]);
}

#[tokio::test]
async fn one_that_does_nothing_needs_no_server() {
    let Some(database) = Database::new().await else { return };
    assert_eq!(database.store.transaction(|_| Ok::<_, StoreError>(7)).await, Ok(7));
}

/// From threads without a runtime, from the only thread of one, and from a worker of a larger one.
#[test]
fn callers_who_block() {
    let Some(place) = throwaway::Database::new() else { return };
    let options = store::PostgresOptions::new(store::PostgresUrl::parse(place.url()).unwrap());
    let use_it = |store: &store::Store| {
        store.apply_blocking(&super::schema()).unwrap();
        store.run_blocking(add("x")).unwrap();
        store.transaction_blocking(|transaction| transaction.run(&add("y"))).unwrap();
        store.close_blocking();
        assert_eq!(store.run_blocking(add("z")), Err(StoreError::Closed));
    };
    use_it(&store::Store::connect_blocking(options.clone()).unwrap());
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    alone.block_on(async { use_it(&store::Store::connect(options.clone()).await.unwrap()) });
    let several = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = options.clone();
    let running = several.spawn(async move { use_it(&store::Store::connect(options).await.unwrap()) });
    several.block_on(running).unwrap();
    assert_eq!(place.query("SELECT title FROM app.notes").len(), 6);
}

#[tokio::test]
async fn what_is_done_for_good_stays_though_all_else_is_undone() {
    let Some(database) = Database::with(|options| options.work_timeout_ms = 500).await else { return };
    let given_up = database.store.transaction(|transaction| {
        transaction.run(&add("undone"))?;
        transaction.run_for_good(&add("stays"))?;
        Err::<(), StoreError>(StoreError::Overloaded)
    });
    assert_eq!(given_up.await.unwrap_err(), StoreError::Overloaded);
    // It took too long, so that its connection is given up.
    let doomed = database.store.transaction(|transaction| {
        transaction.run_for_good(&add("stays, too"))?;
        transaction.run(&read(vec![page("SELECT pg_sleep(30)::text, 1", 1)]))
    });
    assert_eq!(doomed.await.unwrap_err(), StoreError::Timeout { after_ms: 500 });
    let kept = database.store.transaction(|transaction| transaction.run_for_good(&add("once")));
    assert!(matches!(kept.await, Ok(Outcome::Done(_))));
    assert_eq!(database.titles(), ["stays", "stays, too", "once"]);
}
