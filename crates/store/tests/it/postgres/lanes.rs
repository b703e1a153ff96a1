//! Reads by key share a few connections: each has his own answer, and who is slow, gives up or breaks off takes nobody along.

use std::sync::Arc;

use futures_util::future::join_all;
use store::{PostgresOptions, StoreError};
use throwaway::{Cluster, Loss, Way};
use tokio_postgres::NoTls;
use work::{Cost, Outcome, Step, Work};

use super::{Database, add, done, get, open, statement};

/// A short read, but for a lock that it waits for.
fn waits() -> Work {
    let sql = "SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock_shared(7)) AS \"held\"";
    Work::read(Cost::Point, vec![Step::Count(statement(sql, &[]))])
}

/// How many of ours are connected.
const CONNECTED: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                         AND application_name = 'supermaker'";

#[tokio::test]
async fn many_reads_at_once_share_few_connections_and_each_has_its_own_answer() {
    let Some(database) = Database::with(|options| options.connections = 32).await else { return };
    for number in 1..=40 {
        database.done(add(&format!("note {number}"))).await;
    }
    for _ in 0..3 {
        let reads = (1..=40).map(|id| database.run(get(id)));
        let answers: Vec<String> =
            join_all(reads).await.into_iter().map(|read| String::from_utf8(done(read).body).unwrap()).collect();
        let expected: Vec<String> = (1..=40).map(|id| format!("{{\"title\":\"note {id}\"}}")).collect();
        assert_eq!(answers, expected);
    }
    let connected: usize = database.look(CONNECTED)[0].parse().unwrap();
    assert!(connected <= 9, "{connected}: eight for reads at most, and the one that wrote");
}

#[tokio::test]
async fn a_row_that_is_not_there_is_nobody_elses_answer() {
    let Some(database) = Database::new().await else { return };
    database.done(add("one")).await;
    let (none, one, broken) = tokio::join!(
        database.run(get(7)),
        database.run(get(1)),
        database.run(Work::read(Cost::Point, vec![Step::Count(statement("SELECT 1 / 0", &[]))])),
    );
    assert!(matches!(none, Ok(Outcome::Refused(_))), "{none:?}");
    assert_eq!(done(one).body, br#"{"title":"one"}"#);
    assert!(matches!(broken, Err(StoreError::Broken { .. })), "{broken:?}");
}

#[tokio::test]
async fn who_gives_up_or_takes_too_long_leaves_the_connection_to_the_others() {
    let limit = |options: &mut PostgresOptions| (options.connections, options.work_timeout_ms) = (4, 200);
    let Some(database) = Database::with(limit).await else { return };
    let database = Arc::new(database);
    database.done(add("one")).await;
    let (holder, connection) = tokio_postgres::connect(database.place.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    holder.simple_query("SELECT pg_advisory_lock(7)").await.unwrap();

    // There is one connection for reads, and these stand in it one behind the other.
    done(database.run(get(1)).await);
    let given_up = tokio::spawn({
        let database = database.clone();
        async move { database.run(waits()).await }
    });
    while database.look("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == ["0"] {
        tokio::task::yield_now().await;
    }
    let late = database.run(waits());
    let behind = async {
        given_up.abort();
        database.run(get(1)).await
    };
    let (late, behind) = tokio::join!(late, behind);
    assert_eq!(late, Err(StoreError::Timeout { after_ms: 200 }));
    assert_eq!(done(behind).body, br#"{"title":"one"}"#);
}

/// A server that is there, but says nothing any more, as a machine that hangs does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_falls_silent_is_replaced() {
    let Some(cluster) = Cluster::start(&[], &[]) else { return };
    let way = Way::to(&cluster);
    let store = open(&way.url("postgres"), |options| options.work_timeout_ms = 100).await;
    done(store.run(add("one")).await);
    done(store.run(get(1)).await);
    way.lose_answer_to("SELECT 7777", Loss::Silence);
    let silent = Work::read(Cost::Point, vec![Step::Count(statement("SELECT 7777::bigint", &[]))]);
    assert_eq!(store.run(silent).await, Err(StoreError::Timeout { after_ms: 100 }));
    assert_eq!(way.lost(), 1);
    done(store.run(get(1)).await);
}

/// All who come at once to a server that is gone are told so at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_told_to_all() {
    let Some(cluster) = Cluster::start(&[], &[]) else { return };
    let store = open(&cluster.url("postgres"), |_| {}).await;
    done(store.run(add("one")).await);
    tokio::task::block_in_place(|| cluster.stop("immediate"));
    for answer in join_all((0..50).map(|_| store.run(get(1)))).await {
        assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    }
    tokio::task::block_in_place(|| cluster.start_again());
    for answer in join_all((0..50).map(|_| store.run(get(1)))).await {
        done(answer);
    }
}
