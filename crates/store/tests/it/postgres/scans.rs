//! Slow scans hold up neither reads by key nor writes, and those of one caller no scans of another. Here they are as slow as
//! the test wants: each waits for a lock that the test has.

use std::time::{Duration, Instant};

use store::StoreError;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};
use work::{Cost, Outcome, Step, Work};

use super::{Database, add, done, get, page, statement};

type Scan = JoinHandle<Result<Outcome, StoreError>>;

/// A database with a note, and who keeps the scans from ending.
struct Held {
    database: std::sync::Arc<Database>,
    holder: Client,
}

impl Held {
    async fn with(change: impl FnOnce(&mut store::PostgresOptions)) -> Option<Held> {
        let database = Database::with(change).await?;
        let (holder, connection) = tokio_postgres::connect(database.place.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        database.done(add("first")).await;
        let held = Held { database: std::sync::Arc::new(database), holder };
        held.says("SELECT pg_advisory_lock(7)").await;
        Some(held)
    }

    async fn says(&self, sql: &str) {
        self.holder.simple_query(sql).await.unwrap();
    }

    async fn let_go(&self) {
        self.says("SELECT pg_advisory_unlock(7)").await;
    }

    /// Begins a scan that ends when it is let go.
    fn begin(&self, whose: &str) -> Scan {
        let slow = "SELECT 1::bigint FROM (SELECT pg_advisory_xact_lock_shared(7)) AS \"held\"";
        let work = Work::read(Cost::Scan, vec![Step::Count(statement(slow, &[]))]).shared_by(whose);
        let database = self.database.clone();
        tokio::spawn(async move { database.run(work).await })
    }

    /// A scan that is done at once when it has its turn.
    async fn list(&self, whose: &str) -> Result<Outcome, StoreError> {
        let list = page(r#"SELECT "title", "id" FROM "app"."notes" LIMIT 1"#, 5);
        self.database.run(Work::read(Cost::Scan, vec![list]).shared_by(whose)).await
    }

    /// Until so many scans run and so many wait for their turn.
    async fn until(&self, running: usize, waiting: u64) {
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let begun = Instant::now();
        loop {
            let counted = (self.database.look(held), self.database.store.counters().waiting_scans);
            if counted == (vec![running.to_string()], waiting) {
                return;
            }
            // However busy the machine is: what never comes must fail, not hang.
            assert!(begun.elapsed() < Duration::from_secs(60), "{counted:?} in place of {running} and {waiting}");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn reads_by_key_and_writes_find_a_connection_beside_slow_scans() {
    let Some(held) = Held::with(|options| options.connections = 16).await else { return };
    let scans: Vec<Scan> = ["ana", "ana", "bob", "bob", "cem"].map(|whose| held.begin(whose)).into();
    held.until(2, 3).await;
    for number in 0..10 {
        held.database.done(get(1)).await;
        held.database.done(add(&format!("note {number}"))).await;
    }
    held.until(2, 3).await;
    held.let_go().await;
    for scan in scans {
        done(scan.await.unwrap());
    }
    assert_eq!(held.database.store.counters().waiting_scans, 0);
}

#[tokio::test]
async fn slow_scans_of_one_hold_up_no_scans_of_another() {
    let Some(held) = Held::with(|options| options.connections = 16).await else { return };
    let scans: Vec<Scan> = (0..3).map(|_| held.begin("ana")).collect();
    // One of them runs, the others wait for it though there is a place.
    held.until(1, 2).await;
    for _ in 0..5 {
        done(held.list("bob").await);
    }
    held.until(1, 2).await;
    held.let_go().await;
    for scan in scans {
        done(scan.await.unwrap());
    }
}

#[tokio::test]
async fn scans_that_find_no_room_or_wait_too_long_are_refused() {
    let tight = |options: &mut store::PostgresOptions| {
        (options.connections, options.wait_timeout_ms, options.waiting) = (2, 50, 3);
    };
    let Some(held) = Held::with(tight).await else { return };
    let runs = held.begin("ana");
    held.until(1, 0).await;
    let (first, second) = tokio::join!(held.list("bob"), held.list("bob"));
    assert_eq!((first, second), (Err(StoreError::Overloaded), Err(StoreError::Overloaded)));
    held.database.done(get(1)).await;
    held.let_go().await;
    done(runs.await.unwrap());
    done(held.list("bob").await);
}

/// Who gives up waiting takes no turn, and who gives up in the middle gives his place back.
#[tokio::test]
async fn scans_that_nobody_waits_for_any_more_hold_no_place() {
    let Some(held) = Held::with(|options| options.connections = 2).await else { return };
    let runs = held.begin("ana");
    held.until(1, 0).await;
    let waits = held.begin("bob");
    held.until(1, 1).await;
    waits.abort();
    runs.abort();
    assert!(waits.await.unwrap_err().is_cancelled() && runs.await.unwrap_err().is_cancelled());
    done(held.list("cem").await);
}
