//! Closures that run as one transaction: all of it or nothing, and their neighbours cannot tell.

use std::future::poll_fn;
use std::task::Poll;

use store::{Store, StoreError, Transaction};
use work::{Answer, Idempotency, Outcome, Refusal, Step};

use crate::support::*;

/// Why a closure ends early.
#[derive(Debug, Clone, PartialEq)]
enum Abort {
    Store(StoreError),
    Wanted,
    Refused(Refusal),
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Abort {
        Abort::Store(error)
    }
}

fn must(transaction: &mut Transaction, work: &work::Work) -> Result<Answer, Abort> {
    match transaction.run(work)? {
        Outcome::Done(answer) => Ok(answer),
        Outcome::Refused(refusal) => Err(Abort::Refused(refusal)),
    }
}

fn audit_rows(database: &Database) -> i64 {
    count(&plain(&database.path()), r#"SELECT count(*) FROM "_audit""#)
}

#[test]
fn its_works_happen_together_and_see_each_other() {
    let database = Database::new();
    let seen = database.store.transaction_blocking(|transaction| {
        must(transaction, &add("first"))?;
        must(transaction, &add("second"))?;
        let page = page(r#"SELECT "title" FROM "notes" ORDER BY "id""#, &[], 10);
        Ok::<_, Abort>(must(transaction, &read(vec![page]))?.body)
    });
    assert_eq!(String::from_utf8(seen.unwrap()).unwrap(), r#"[{"title":"first"},{"title":"second"}]"#);
    assert_eq!((database.titles().len(), audit_rows(&database)), (2, 2));
    let counters = database.store.counters();
    assert_eq!((counters.commits, counters.writes), (1, 1));
}

#[test]
fn an_abort_undoes_all_of_it() {
    let database = Database::new();
    let aborted = database.store.transaction_blocking(|transaction| {
        must(transaction, &add("undone"))?;
        Err::<(), _>(Abort::Wanted)
    });
    assert_eq!(aborted, Err(Abort::Wanted));
    assert_eq!((database.titles().len(), audit_rows(&database)), (0, 0));
    database.done(add("after"));
    assert_eq!(database.titles(), ["after"]);
}

#[test]
fn a_refused_work_changes_nothing_and_the_closure_decides() {
    let database = Database::new();
    database.done(take("a"));
    let taken = Refusal::Unique { index: "notes__slot_unique".to_owned() };

    // The work's own first step is undone too.
    let twice = || write([add("half of it").steps, take("a").steps].concat());
    let handled = database.store.transaction_blocking(move |transaction| {
        must(transaction, &add("before"))?;
        let refused = transaction.run(&twice())?;
        must(transaction, &take("b"))?;
        Ok::<_, Abort>(refused)
    });
    assert_eq!(handled, Ok(Outcome::Refused(taken.clone())));
    assert_eq!(database.titles(), ["a", "before", "b"]);

    let gives_up = database.store.transaction_blocking(|transaction| {
        must(transaction, &take("c"))?;
        must(transaction, &take("a"))
    });
    assert_eq!(gives_up, Err(Abort::Refused(taken)));
    assert_eq!(database.titles(), ["a", "before", "b"]);
}

#[test]
fn wrong_sql_is_an_error_that_the_closure_may_survive() {
    let database = Database::new();
    let result = database.store.transaction_blocking(|transaction| {
        let broken =
            transaction.run(&write(vec![add("undone").steps.remove(0), Step::Run(statement("nonsense", &[]))]));
        assert!(matches!(broken, Err(StoreError::Broken { .. })));
        must(transaction, &add("kept"))
    });
    assert!(result.is_ok());
    assert_eq!(database.titles(), ["kept"]);
}

/// Many at once, so that they share commits: works, closures that succeed, that abort and that panic.
#[test]
fn none_of_a_batch_is_harmed_by_another() {
    let database = Database::with(|options| options.busy_timeout_ms = 60_000);
    let other = plain(&database.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let results = runtime.block_on(async {
        let mut waiting = Vec::new();
        for number in 0..80 {
            let mut run = Box::pin(write_in_some_way(&database.store, number));
            // Polled once, so that it is in the queue, where all wait while another program holds the lock.
            assert!(poll_fn(|context| Poll::Ready(run.as_mut().poll(context).is_pending())).await);
            waiting.push(run);
        }
        other.execute_batch("ROLLBACK").unwrap();
        let mut results = Vec::new();
        for run in waiting {
            results.push(run.await);
        }
        results
    });
    assert!(database.store.counters().largest_batch > 1, "otherwise nothing was tested");
    for (number, result) in results.into_iter().enumerate() {
        match (number % 4, result) {
            (0 | 1, Ok(())) | (2, Err(Abort::Wanted)) => {}
            (3, Err(Abort::Store(StoreError::Broken { message }))) => assert!(message.contains("planted"), "{message}"),
            (_, other) => panic!("{number}: {other:?}"),
        }
    }
    let mut titles = database.titles();
    titles.sort();
    let mut expected: Vec<_> = (0..80).filter(|number| number % 4 < 2).map(|number| format!("note {number}")).collect();
    expected.sort();
    assert_eq!(titles, expected);
    assert_eq!(audit_rows(&database), 40);
}

async fn write_in_some_way(store: &Store, number: usize) -> Result<(), Abort> {
    let title = format!("note {number}");
    if number.is_multiple_of(4) {
        return store.run(add(&title)).await.map(drop).map_err(Abort::Store);
    }
    let run = move |transaction: &mut Transaction| {
        must(transaction, &add(&title))?;
        match number % 4 {
            1 => Ok(()),
            2 => Err(Abort::Wanted),
            _ => panic!("planted"),
        }
    };
    store.transaction(run).await
}

#[test]
fn its_statements_share_one_time_limit() {
    let database = Database::with(|options| options.scan_timeout_ms = 50);
    let endless = || {
        let sql = r#"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                     INSERT INTO "notes" ("title") SELECT 'endless' FROM n WHERE i < 0"#;
        write(vec![Step::Run(statement(sql, &[]))])
    };
    let result = database.store.transaction_blocking(move |transaction| {
        must(transaction, &add("undone"))?;
        let late = transaction.run(&endless());
        assert_eq!(late, Err(StoreError::Timeout { after_ms: 50 }));
        // What would be run now would be outside of any transaction.
        assert_eq!(transaction.run(&add("outside")), late);
        Ok::<_, Abort>(())
    });
    assert_eq!(result, Err(Abort::Store(StoreError::Timeout { after_ms: 50 })), "though the closure took it lightly");
    // Short statements without end are not spared either.
    let result = database.store.transaction_blocking(|transaction| {
        loop {
            must(transaction, &add("undone"))?;
        }
        #[expect(unreachable_code, reason = "for the type")]
        Ok(())
    });
    assert_eq!(result, Err(Abort::Store(StoreError::Timeout { after_ms: 50 })));
    database.done(add("after"));
    assert_eq!(database.titles(), ["after"]);
}

#[tokio::test]
async fn closing_runs_what_waits_and_nothing_later() {
    let database = Database::new();
    let mut run = Box::pin(database.store.transaction(|transaction| must(transaction, &add("waiting"))));
    assert!(poll_fn(|context| Poll::Ready(run.as_mut().poll(context).is_pending())).await);
    database.store.close().await;
    assert!(run.await.is_ok());
    let late = database.store.transaction(|transaction| must(transaction, &add("late"))).await;
    assert_eq!(late, Err(Abort::Store(StoreError::Closed)));
    assert_eq!(count(&plain(&database.path()), r#"SELECT count(*) FROM "notes""#), 1);
}

#[test]
fn a_transaction_keeps_its_answer_under_a_key() {
    let database = Database::new();
    let once = |body: &str| Idempotency {
        scope: "ana".to_owned(),
        key: "k".to_owned(),
        fingerprint: body.as_bytes().to_vec(),
        rights: Vec::new(),
        at: "2026-11-21T00:00:00.000000Z".to_owned(),
        since: "2026-11-20T00:00:00.000000Z".to_owned(),
    };
    let run = |body: &'static str, wanted: bool| {
        let once = once(body);
        database.store.transaction_blocking(move |transaction| {
            match transaction.replay(&once)? {
                Some(Outcome::Done(answer)) => return Ok((answer.replayed, answer.body)),
                Some(Outcome::Refused(refusal)) => return Err(Abort::Refused(refusal)),
                None => must(transaction, &add(body))?,
            };
            transaction.keep(&once, &Answer { body: body.into(), ..Answer::default() })?;
            if wanted { Ok((false, body.into())) } else { Err(Abort::Wanted) }
        })
    };
    assert_eq!(run("a", false), Err(Abort::Wanted), "nothing is kept of what was undone");
    assert_eq!(run("a", true), Ok((false, b"a".to_vec())));
    assert_eq!(run("a", true), Ok((true, b"a".to_vec())));
    assert_eq!(run("b", true), Err(Abort::Refused(Refusal::KeyReused)));
    assert_eq!(database.titles(), ["a"]);
}

#[test]
fn what_is_done_for_good_stays_though_all_else_is_undone() {
    let database = Database::new();
    let aborted = database.store.transaction_blocking(|transaction| {
        must(transaction, &add("undone"))?;
        transaction.run_for_good(&add("stays"))?;
        Err::<(), _>(Abort::Wanted)
    });
    assert_eq!(aborted, Err(Abort::Wanted));
    let panicked = database.store.transaction_blocking(|transaction| {
        transaction.run_for_good(&add("stays, too"))?;
        assert!(database_is_gone(), "planted");
        Ok::<_, Abort>(())
    });
    assert!(matches!(panicked, Err(Abort::Store(StoreError::Broken { .. }))), "{panicked:?}");
    let kept = database.store.transaction_blocking(|transaction| {
        transaction.run_for_good(&add("once"))?;
        // Refused, so there is nothing to stay.
        transaction.run_for_good(&write([take("a").steps, take("a").steps].concat()))?;
        Ok::<_, Abort>(())
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(database.titles(), ["stays", "stays, too", "once"]);
}

fn database_is_gone() -> bool {
    false
}

/// What cannot stay is told in place of what the closure says.
#[test]
fn what_could_not_be_done_for_good_is_told() {
    let database = Database::new();
    let aborted = database.store.transaction_blocking(|transaction| {
        must(transaction, &take("a"))?;
        transaction.run_for_good(&write(vec![Step::Run(statement(
            r#"INSERT INTO "notes" ("title", "parent_id") SELECT 'child', "id" FROM "notes" WHERE "slot" = 'a' UNION ALL SELECT 'x', 99 WHERE NOT EXISTS (SELECT 1 FROM "notes")"#,
            &[],
        ))]))?;
        Err::<(), _>(Abort::Wanted)
    });
    assert!(matches!(aborted, Err(Abort::Store(_))), "{aborted:?}");
    assert_eq!(database.titles(), [] as [&str; 0]);
}
