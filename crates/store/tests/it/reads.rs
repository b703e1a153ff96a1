//! Reads see what is committed and nothing else, and a slow one holds up nobody.

use store::StoreError;
use work::{Step, Value};

use crate::support::*;

const BOTH: &str = r#"SELECT 'pair', count(*) FROM "notes" WHERE "title" = ?1"#;

#[test]
fn every_read_during_writes_sees_whole_transactions() {
    let database = Database::new();
    let writing = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        let readers: Vec<_> = [read as fn(Vec<Step>) -> work::Work, scan]
            .into_iter()
            .map(|read| {
                let (database, writing) = (&database, &writing);
                scope.spawn(move || {
                    let mut reads = 0;
                    while writing.load(std::sync::atomic::Ordering::Acquire) {
                        // Two statements: they must agree, because they read one snapshot.
                        let left = one(BOTH, &[text("left")]);
                        let balance = r#"SELECT sum(CASE "title" WHEN 'left' THEN 1 ELSE -1 END) FROM "notes""#;
                        let count = Step::Count(statement(&format!("SELECT coalesce(({balance}), 0)"), &[]));
                        let answer = database.done(read(vec![left, count]));
                        assert_eq!(answer.count, Some(0), "half a transaction was seen");
                        let right = r#"SELECT count(*) FROM "notes" WHERE "title" = 'right'"#;
                        let work = read(vec![one(BOTH, &[text("left")]), Step::Count(statement(right, &[]))]);
                        let answer = database.done(work);
                        let Value::Integer(left) = answer.captured[0] else { panic!() };
                        assert_eq!(Some(left), answer.count, "two snapshots were seen");
                        reads += 1;
                    }
                    reads
                })
            })
            .collect();
        for _ in 0..200 {
            let insert = r#"INSERT INTO "notes" ("title") VALUES (?1)"#;
            let pair = ["left", "right"].map(|title| Step::Run(statement(insert, &[text(title)])));
            database.done(write(pair.to_vec()));
        }
        writing.store(false, std::sync::atomic::Ordering::Release);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    assert_eq!(database.titles().len(), 400);
}

/// Counts until it is stopped.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn a_slow_scan_is_interrupted_and_the_connection_serves_on() {
    let database = Database::with(|options| {
        options.readers = 1;
        options.scan_timeout_ms = 50;
    });
    let endless = || vec![Step::Count(statement(ENDLESS, &[]))];
    assert_eq!(database.run(scan(endless())), Err(StoreError::Timeout { after_ms: 50 }));
    assert_eq!(database.run(read(endless())), Err(StoreError::Timeout { after_ms: 50 }));
    database.done(add("after"));
    let list = page(r#"SELECT "title" FROM "notes""#, &[], 5);
    assert_eq!(database.done(scan(vec![list])).body, br#"[{"title":"after"}]"#);
}

#[test]
fn slow_scans_hold_up_neither_reads_by_key_nor_writes() {
    let database = Database::with(|options| {
        options.readers = 2;
        options.scan_timeout_ms = 2_000;
    });
    database.done(add("first"));
    std::thread::scope(|scope| {
        let endless = |whose| scan(vec![Step::Count(statement(ENDLESS, &[]))]).shared_by(whose);
        let database = &database;
        let scans: Vec<_> =
            ["ana", "bob"].map(|whose| scope.spawn(move || database.run(endless(whose)))).into_iter().collect();
        for number in 0..10 {
            database.done(get(1));
            database.done(add(&format!("note {number}")));
        }
        let running = scans.iter().filter(|scan| !scan.is_finished()).count();
        assert_eq!(running, 2, "the scans were to be slower than this");
        for scan in scans {
            assert_eq!(scan.join().unwrap(), Err(StoreError::Timeout { after_ms: 2_000 }));
        }
    });
}

#[test]
fn slow_scans_of_one_hold_up_no_scans_of_another() {
    let database = Database::with(|options| {
        options.readers = 2;
        options.scan_timeout_ms = 2_000;
    });
    database.done(add("first"));
    let list = || scan(vec![page(r#"SELECT "title" FROM "notes""#, &[], 5)]).shared_by("bob");
    let endless = || scan(vec![Step::Count(statement(ENDLESS, &[]))]).shared_by("ana");
    std::thread::scope(|scope| {
        let scans: Vec<_> = (0..3).map(|_| scope.spawn(|| database.run(endless()))).collect();
        // One of them runs, the others wait for it though a thread is idle.
        while database.store.counters().waiting_scans < 2 {
            std::thread::yield_now();
        }
        for _ in 0..5 {
            assert_eq!(database.done(list()).body, br#"[{"title":"first"}]"#);
        }
        assert_eq!(scans.iter().filter(|scan| scan.is_finished()).count(), 0, "the scans were to be slower than this");
        // What waits is still done when the store is closed.
        database.store.close_blocking();
        for scan in scans {
            assert_eq!(scan.join().unwrap(), Err(StoreError::Timeout { after_ms: 2_000 }));
        }
    });
}

#[test]
fn scans_that_find_no_room_are_refused() {
    let database = Database::with(|options| {
        options.readers = 1;
        options.waiting_scans = 1;
        options.scan_timeout_ms = 300;
    });
    let results: Vec<_> = std::thread::scope(|scope| {
        let scans: Vec<_> =
            (0..8).map(|_| scope.spawn(|| database.run(scan(vec![Step::Count(statement(ENDLESS, &[]))])))).collect();
        scans.into_iter().map(|scan| scan.join().unwrap()).collect()
    });
    assert!(results.contains(&Err(StoreError::Overloaded)), "{results:?}");
    assert!(results.contains(&Err(StoreError::Timeout { after_ms: 300 })), "{results:?}");
}
