//! Behind PgBouncer, which gives each transaction another connection: nothing may be left in one for the next.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use store::{PostgresOptions, PostgresUrl, Store, StoreError};
use throwaway::{Cluster, Pooler};
use work::{Cost, Outcome, Step, Work};

use super::opening::no_slots;
use super::{add, get, schema, statement};

const CALLERS: usize = 8;
const EACH: usize = 200;

async fn through(said: &str) -> Option<(Cluster, Pooler, Store)> {
    let cluster = Cluster::start(&[("fsync", "off")], &[])?;
    let pooler = Pooler::start(&cluster, 2)?;
    let url = PostgresUrl::parse(&format!("{}{said}", pooler.url("postgres"))).unwrap();
    let store = Store::connect(PostgresOptions::new(url)).await.unwrap_or_else(|error| panic!("{error}"));
    store.apply(&schema()).await.unwrap_or_else(|error| panic!("{error}"));
    Some((cluster, pooler, store))
}

/// Reads of one statement and of several, writes, closures.
async fn call(store: &Store, number: usize) {
    let outcome = match number % 4 {
        0 => store.run(add("more")).await,
        1 => store.run(get(1)).await,
        2 => {
            let count = || {
                Step::Count(statement(
                    r#"SELECT count(*) FROM "app"."notes" WHERE "id" > $1"#,
                    &[work::Value::Integer(0)],
                ))
            };
            store.run(Work::read(Cost::Scan, vec![count(), count()])).await
        }
        _ => {
            store
                .transaction(|transaction| {
                    transaction.run(&add("two"))?;
                    transaction.run(&get(1))
                })
                .await
        }
    };
    assert!(matches!(outcome, Ok(Outcome::Done(_))), "{number}: {outcome:?}");
}

async fn call_all(store: &Store) {
    store.run(add("first")).await.unwrap();
    let caller = |caller: usize| async move {
        for number in 0..EACH {
            call(store, caller + number).await;
        }
    };
    join_all((0..CALLERS).map(caller)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_hundred_calls_and_no_error() {
    let Some((cluster, _pooler, store)) = through("&pgbouncer=true").await else { return };
    call_all(&store).await;
    let count = throwaway::query(&cluster.url("postgres"), "SELECT count(*) FROM app.notes").unwrap();
    assert_eq!(count, [[Some((1 + CALLERS * EACH / 2).to_string())]]);
    let kept = throwaway::query(
        &cluster.url("postgres"),
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'supermaker'",
    );
    assert!(kept.unwrap()[0][0].as_deref().unwrap().parse::<u32>().unwrap() <= 2);
}

/// Nobody said that there is a pooler: it is noticed by what it does, and what it did is tried again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_nobody_told_of_is_noticed() {
    let Some((_cluster, _pooler, store)) = through("").await else { return };
    store.run(add("first")).await.unwrap();
    let mut failed = 0;
    for round in 0..EACH {
        let reads = join_all((0..CALLERS).map(|_| store.run(get(1)))).await;
        let bad = reads.iter().filter(|read| !matches!(read, Ok(Outcome::Done(_)))).count();
        assert!(round < 5 || bad == 0, "{round}: {reads:?}");
        failed += bad;
    }
    assert_eq!(failed, 0);
}

/// Its connections cannot be ended, so it looks before it writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_former_server_stops_to_write_a_moment_after_the_tables_changed() {
    let Some((cluster, _pooler, former)) = through("&pgbouncer=true").await else { return };
    former.run(add("before")).await.unwrap();
    let url = PostgresUrl::parse(&cluster.url("postgres")).unwrap();
    let migrating = Store::connect(PostgresOptions::new(url)).await.unwrap_or_else(|error| panic!("{error}"));
    migrating.apply(&no_slots()).await.unwrap_or_else(|error| panic!("{error}"));
    let changed = Instant::now();
    let mut late = 0;
    // It would go on for ever, for nothing that it sends fails.
    while former.run(add("late")).await.is_ok() {
        late += 1;
        assert!(changed.elapsed() < Duration::from_secs(2), "{late} rows were written");
    }
    println!("{late} rows in {} ms", changed.elapsed().as_millis());
    assert!(former.is_outdated());
    let write = former.transaction(|transaction| transaction.run(&add("late"))).await;
    assert_eq!(write.unwrap_err(), StoreError::Outdated);
}

/// However many write at once, none goes on while one of them looks; and what a command writes looks too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_writes_on_beside_the_one_that_looks() {
    for blocks in [false, true] {
        let Some((cluster, _pooler, former)) = through("&pgbouncer=true").await else { return };
        let url = PostgresUrl::parse(&cluster.url("postgres")).unwrap();
        let migrating = Store::connect(PostgresOptions::new(url)).await.unwrap_or_else(|error| panic!("{error}"));
        migrating.apply(&no_slots()).await.unwrap_or_else(|error| panic!("{error}"));
        if blocks {
            let works = tokio::task::block_in_place(|| {
                [former.run_blocking(add("late")), former.transaction_blocking(|t| t.run(&add("late")))]
            });
            assert!(works.iter().all(|work| work.as_ref().err() == Some(&StoreError::Outdated)), "{works:?}");
        } else {
            let works = join_all((0..CALLERS).map(|_| former.run(add("late")))).await;
            assert!(works.iter().all(|work| work.as_ref().err() == Some(&StoreError::Outdated)), "{works:?}");
        }
        let count = throwaway::query(&cluster.url("postgres"), "SELECT count(*) FROM app.notes WHERE title = 'late'");
        assert_eq!(count.unwrap(), [[Some("0".to_owned())]]);
    }
}
