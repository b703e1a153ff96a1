//! New rows of several callers in one transaction: each is there once and has its own answer, and whose row cannot be is the
//! only one who is told so.

use std::sync::Arc;

use futures_util::future::join_all;
use store::StoreError;
use tokio_postgres::NoTls;
use work::{Column, Kind, Outcome, Refusal, Shape, Value, Work};

use super::{Database, done, not_found, one, refused, statement, text, title_and_id};

const INSERT: &str = r#"INSERT INTO "app"."notes" ("title", "parent_id") SELECT $1, $2 RETURNING "title", "id""#;

/// A note that may go with others.
fn add(title: &str, parent: Value) -> Work {
    let params = [text(title), parent];
    let (step, at_once) = (one(INSERT, &params), statement(INSERT, &params));
    Work::write(vec![step]).or_at_once(Some(at_once), Arc::new(title_and_id())).meeting_nobody(true)
}

fn note(title: &str) -> Work {
    add(title, Value::Null)
}

async fn all(database: &Database, works: Vec<Work>) -> Vec<Result<Outcome, StoreError>> {
    join_all(works.into_iter().map(|work| database.run(work))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_each_there_once_with_fewer_commits() {
    let Some(database) = Database::new().await else { return };
    let titles: Vec<String> = (0..300).map(|number| format!("note {number}")).collect();
    let answers = all(&database, titles.iter().map(|title| note(title)).collect()).await;
    for (title, answer) in titles.iter().zip(answers) {
        let answer = done(answer);
        assert_eq!(String::from_utf8(answer.body).unwrap(), format!("{{\"title\":\"{title}\"}}"));
        // Its own id, too.
        let Some(Value::Integer(id)) = answer.captured.first() else { panic!("no id") };
        assert_eq!(database.look(&format!("SELECT title FROM app.notes WHERE id = {id}")), std::slice::from_ref(title));
    }
    assert_eq!(database.look("SELECT count(*) FROM app.notes"), ["300"]);
    let counters = database.store.counters();
    assert_eq!(counters.writes, 300);
    assert!(counters.commits <= 150 && counters.largest_batch > 1, "{counters:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_is_the_only_one_that_is_not_done() {
    let Some(database) = Database::new().await else { return };
    let titles: Vec<String> =
        (0..60).map(|number| if number == 30 { String::new() } else { number.to_string() }).collect();
    let answers = all(&database, titles.iter().map(|title| note(title)).collect()).await;
    for (title, answer) in titles.iter().zip(answers) {
        match title.as_str() {
            "" => assert!(!matches!(answer, Ok(Outcome::Done(_))), "{answer:?}"),
            _ => drop(done(answer)),
        }
    }
    let mut there: Vec<u32> = database.titles().iter().map(|title| title.parse().unwrap()).collect();
    there.sort_unstable();
    assert_eq!(there, (0..60).filter(|number| *number != 30).collect::<Vec<_>>());
}

/// A row that was written, but is not of the kind that was expected.
#[tokio::test]
async fn one_that_cannot_be_shown_is_written_once_like_the_others() {
    let Some(database) = Database::new().await else { return };
    let wrong = Shape { columns: vec![Column::new("title", Kind::Integer)], captured: vec![Kind::Integer] };
    let (step, at_once) = (one(INSERT, &[text("odd"), Value::Null]), statement(INSERT, &[text("odd"), Value::Null]));
    let odd = Work::write(vec![step]).or_at_once(Some(at_once), Arc::new(wrong)).meeting_nobody(true);
    let works = [note("a"), note("b"), odd, note("c")];
    let mut answers = all(&database, works.into()).await;
    let odd = answers.remove(2);
    assert!(matches!(odd, Err(StoreError::Broken { .. })), "{odd:?}");
    answers.into_iter().for_each(|answer| drop(done(answer)));
    let mut titles = database.titles();
    titles.sort();
    assert_eq!(titles, ["a", "b", "c", "odd"]);
}

/// What returns no row has changed nothing; its steps say why.
#[tokio::test]
async fn one_that_does_nothing_is_told_why() {
    let Some(database) = Database::new().await else { return };
    let nothing =
        statement(r#"INSERT INTO "app"."notes" ("title") SELECT 'x' WHERE FALSE RETURNING "title", "id""#, &[]);
    let step = work::Step::Require { statement: statement("SELECT 1 WHERE FALSE", &[]), none: not_found() };
    let work = Work::write(vec![step]).or_at_once(Some(nothing), Arc::new(title_and_id())).meeting_nobody(true);
    let (there, not) = tokio::join!(database.run(note("there")), database.run(work));
    done(there);
    assert_eq!(refused(not), Refusal::NotFound);
    assert_eq!(database.titles(), ["there"]);
}

/// Somebody keeps the row that one refers to: it waits by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_has_to_wait_holds_up_no_other() {
    let Some(database) = Database::new().await else { return };
    let database = Arc::new(database);
    done(database.run(note("parent")).await);
    let (holder, connection) = tokio_postgres::connect(database.place.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    holder.simple_query("BEGIN; SELECT 1 FROM app.notes FOR UPDATE").await.unwrap();
    let child = tokio::spawn({
        let database = database.clone();
        async move { database.run(add("child", Value::Integer(1))).await }
    });
    for round in 0..3 {
        let works = (0..20).map(|number| note(&format!("{round} {number}"))).collect();
        all(&database, works).await.into_iter().for_each(|answer| drop(done(answer)));
    }
    assert!(!child.is_finished());
    assert_eq!(database.look("SELECT count(*) FROM app.notes"), ["61"]);
    holder.simple_query("COMMIT").await.unwrap();
    done(child.await.unwrap());
    assert_eq!(database.look("SELECT count(*) FROM app.notes WHERE title = 'child'"), ["1"]);
}
