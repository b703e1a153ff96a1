//! Many writes share a commit, and none of them can tell.

use store::StoreError;
use work::{Outcome, Refusal, Step};

use crate::support::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

/// Runs works at once, each from a task of its own.
fn at_once(database: &Database, works: Vec<work::Work>) -> Vec<Result<Outcome, StoreError>> {
    runtime().block_on(async {
        let tasks: Vec<_> = works
            .into_iter()
            .map(|work| {
                let store = database.store.clone();
                tokio::spawn(async move { store.run(work).await })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    })
}

#[test]
fn five_hundred_writes_need_far_fewer_commits() {
    let database = Database::new();
    let results = at_once(&database, (0..500).map(|number| add(&format!("note {number}"))).collect());
    assert!(results.iter().all(|result| matches!(result, Ok(Outcome::Done(_)))));

    let counters = database.store.counters();
    assert_eq!(counters.writes, 500);
    assert!(counters.commits <= 100, "{counters:?}");
    assert!(counters.largest_batch > 5 && counters.largest_batch <= 512, "{counters:?}");
    assert_eq!(counters.waiting_writes, 0);
    let file = plain(&database.path());
    assert_eq!(count(&file, r#"SELECT count(DISTINCT "title") FROM "notes""#), 500);
    assert_eq!(count(&file, r#"SELECT count(*) FROM "_audit""#), 500);
}

#[test]
fn each_gets_its_own_answer_and_harms_no_other() {
    let database = Database::new();
    // Every third takes a slot that the first of them has; every fifth is not even SQL. Both have written by then.
    let and = |steps: Vec<Step>| write([add("with another step").steps, steps].concat());
    let work = |number: usize| match number {
        _ if number % 5 == 4 => and(vec![one("nonsense", &[])]),
        _ if number.is_multiple_of(3) => and(take("the only one").steps),
        _ => add(&format!("note {number}")),
    };
    let results = at_once(&database, (0..300).map(work).collect());
    assert!(database.store.counters().largest_batch > 1, "otherwise nothing was tested");

    let mut taken = 0;
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(Outcome::Done(_)) if number % 5 != 4 && number.is_multiple_of(3) => taken += 1,
            Ok(Outcome::Done(answer)) => {
                assert_eq!(answer.body, format!(r#"{{"title":"note {number}"}}"#).into_bytes());
            }
            Ok(Outcome::Refused(refusal)) => {
                assert!(number.is_multiple_of(3));
                assert_eq!(*refusal, Refusal::Unique { index: "notes__slot_unique".to_owned() });
            }
            Err(error) => {
                assert_eq!(number % 5, 4);
                assert!(matches!(error, StoreError::Broken { .. }));
            }
        }
    }
    assert_eq!(taken, 1);
    let plain_notes = (0..300).filter(|number| number % 5 != 4 && number % 3 != 0).count();
    assert_eq!(database.titles().len(), plain_notes + 2);
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#), plain_notes as i64 + 1);
}

/// Works whose steps are all changes run without a savepoint, for they cannot be refused half way. When one breaks half way
/// all the same, the others of its batch are done again without it.
#[test]
fn a_work_that_breaks_where_none_should_harms_no_other() {
    let database = Database::with(|options| options.busy_timeout_ms = 60_000);
    let breaks = || {
        let insert = Step::Run(statement(r#"INSERT INTO "notes" ("title") VALUES ('half a work')"#, &[]));
        let nonsense = Step::Run(statement("nonsense", &[]));
        write(vec![insert, nonsense])
    };
    let works = (0..60).map(|number| if number % 20 == 10 { breaks() } else { add(&format!("note {number}")) });
    let results = blocked(&database, works);
    for (number, result) in results.iter().enumerate() {
        match number % 20 {
            10 => assert!(matches!(result, Err(StoreError::Broken { .. })), "{number}: {result:?}"),
            _ => assert!(matches!(result, Ok(Outcome::Done(_))), "{number}: {result:?}"),
        }
    }
    let titles = database.titles();
    assert_eq!(titles.len(), 57, "each is there once");
    assert!(!titles.contains(&"half a work".to_owned()));
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#), 57);
}

#[test]
fn a_full_queue_refuses_and_what_waits_is_still_done() {
    let database = Database::with(|options| {
        options.waiting_writes = 8;
        options.busy_timeout_ms = 60_000;
    });
    let results = blocked(&database, (0..100).map(|number| add(&format!("note {number}"))));
    let refused = results.iter().filter(|result| **result == Err(StoreError::Overloaded)).count();
    let done = results.iter().filter(|result| matches!(result, Ok(Outcome::Done(_)))).count();
    assert_eq!(refused + done, 100);
    // One batch is in the writer's hands, and eight wait.
    assert!(refused >= 100 - 2 * 8, "{refused} refused");
    assert_eq!(database.titles().len(), done);
}

#[test]
fn writes_that_wait_are_bounded_by_what_they_hold() {
    const LIMIT: usize = 100_000;
    let database = Database::with(|options| {
        options.waiting_write_bytes = LIMIT;
        options.busy_timeout_ms = 60_000;
    });
    let large = || add(&"x".repeat(LIMIT / 4));
    let results = blocked(&database, (0..40).map(|_| large()));
    let refused = results.iter().filter(|result| **result == Err(StoreError::Overloaded)).count();
    let done = results.iter().filter(|result| matches!(result, Ok(Outcome::Done(_)))).count();
    assert_eq!(refused + done, 40);
    // What the writer has taken holds no more than what may wait.
    assert!((3..=2 * 3).contains(&done), "{done} done");
    assert_eq!(database.titles().len(), done);
    assert_eq!(database.store.counters().waiting_write_bytes, 0);

    // What is larger than all that may wait is done, as long as it waits alone; small ones come through as before.
    database.done(add(&"x".repeat(2 * LIMIT)));
    let results = blocked(&database, (0..100).map(|number| add(&format!("note {number}"))));
    assert!(results.iter().all(|result| matches!(result, Ok(Outcome::Done(_)))), "{results:?}");
}

#[test]
fn a_transaction_counts_what_it_says_it_holds() {
    let database = Database::with(|options| options.waiting_write_bytes = 1_000);
    let (begun, go_on) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
    runtime().block_on(async {
        let mut first = Box::pin(database.store.transaction(move |transaction| {
            begun.0.send(()).unwrap();
            go_on.1.recv().unwrap();
            transaction.run(&add("first"))
        }));
        poll(&mut first).await;
        begun.1.recv().unwrap();
        // The writer is busy, so what comes now waits.
        let mut second =
            Box::pin(database.store.transaction_holding(900, |transaction| transaction.run(&add("second"))));
        poll(&mut second).await;
        let third = database.store.transaction_holding(200, |transaction| transaction.run(&add("third"))).await;
        assert_eq!(third, Err(StoreError::Overloaded));
        assert_eq!(database.store.counters().waiting_write_bytes, 900);
        go_on.0.send(()).unwrap();
        done(first.await);
        done(second.await);
    });
    assert_eq!(database.titles(), ["first", "second"]);
}

/// Polls something once, so that it is in the queue.
async fn poll(run: &mut (impl Future + Unpin)) {
    let first = std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *run).poll(context)));
    assert!(first.await.is_pending());
}

/// Runs writes one after the other while another program holds the lock, which it lets go when all were handed in.
fn blocked(database: &Database, works: impl Iterator<Item = work::Work>) -> Vec<Result<Outcome, StoreError>> {
    let other = plain(&database.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    runtime().block_on(async {
        let mut waiting = Vec::new();
        for work in works {
            let mut run = Box::pin(database.store.run(work));
            // Polled once, so that it is in the queue.
            let first = std::future::poll_fn(|context| std::task::Poll::Ready(run.as_mut().poll(context))).await;
            waiting.push((run, first));
        }
        other.execute_batch("ROLLBACK").unwrap();
        let mut results = Vec::new();
        for (run, first) in waiting {
            results.push(match first {
                std::task::Poll::Ready(result) => result,
                std::task::Poll::Pending => run.await,
            });
        }
        results
    })
}

#[test]
fn a_caller_that_goes_away_leaves_nothing_behind() {
    let database = Database::with(|options| options.busy_timeout_ms = 60_000);
    let other = plain(&database.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    runtime().block_on(async {
        for number in 0..50 {
            let mut run = Box::pin(database.store.run(add(&format!("dropped {number}"))));
            std::future::poll_fn(|context| std::task::Poll::Ready(run.as_mut().poll(context).is_pending())).await;
        }
    });
    other.execute_batch("ROLLBACK").unwrap();
    database.done(add("kept"));
    assert_eq!(database.store.counters().waiting_writes, 0);
    let titles = database.titles();
    // The writer may have held some when their callers left; those are whole.
    assert!(titles.contains(&"kept".to_owned()) && titles.len() < 51, "{titles:?}");
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#), titles.len() as i64);
}

#[test]
fn a_work_that_takes_too_long_is_interrupted_and_the_others_are_done() {
    let database = Database::with(|options| options.scan_timeout_ms = 50);
    let endless = r#"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                     INSERT INTO "notes" ("title") SELECT 'endless' FROM n WHERE i < 0"#;
    let works = (0..20).map(|number| match number {
        7 => write(vec![Step::Run(statement(endless, &[]))]),
        _ => add(&format!("note {number}")),
    });
    let results = at_once(&database, works.collect());
    for (number, result) in results.iter().enumerate() {
        match number {
            7 => assert_eq!(*result, Err(StoreError::Timeout { after_ms: 50 })),
            _ => assert!(matches!(result, Ok(Outcome::Done(_))), "{number}: {result:?}"),
        }
    }
    assert_eq!(database.titles().len(), 19);
}

/// The one work that needs more room than there is must not take the small ones with it.
#[test]
fn a_work_that_finds_no_room_harms_no_other() {
    let database = Database::with(|options| options.busy_timeout_ms = 60_000);
    let pages = count(&plain(&database.path()), "PRAGMA page_count");
    let limit = |pages: i64| write(vec![Step::Run(statement(&format!("PRAGMA max_page_count = {pages}"), &[]))]);
    database.done(limit(pages + 10));

    // The first is committed alone, the others together.
    let huge = "x".repeat(1_000_000);
    let results = blocked(&database, (0..30).map(|number| if number == 20 { add(&huge) } else { add("small") }));
    for (number, result) in results.iter().enumerate() {
        match number {
            20 => assert_eq!(*result, Err(StoreError::Full)),
            _ => assert!(matches!(result, Ok(Outcome::Done(_))), "{number}: {result:?}"),
        }
    }
    assert_eq!(database.titles(), vec!["small"; 29]);
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#), 29);

    database.done(limit(1_000_000));
    database.done(add(&huge));
    assert_eq!(database.titles().len(), 30);
}
