//! The steps of works: what they find, what they refuse, and that a refusal undoes all of it.

use work::{Otherwise, Refusal, Step, Value, Work};

use super::{Database, add, get, not_found, one, page, read, refused, run, statement, take, text};

#[tokio::test]
async fn written_and_read() {
    let Some(database) = Database::new().await else { return };
    let answer = database.done(add("one")).await;
    assert_eq!((answer.body.as_slice(), answer.captured), (&b"{\"title\":\"one\"}"[..], vec![Value::Integer(1)]));
    database.done(add("two")).await;
    let answer = database.done(get(2)).await;
    assert_eq!((answer.body.as_slice(), answer.rows), (&b"{\"title\":\"two\"}"[..], 1));
    assert_eq!(refused(database.run(get(3)).await), Refusal::NotFound);
    assert_eq!(database.look("SELECT entity_id FROM app._audit ORDER BY seq"), ["1", "2"]);
}

#[tokio::test]
async fn pages_and_counts() {
    let Some(database) = Database::new().await else { return };
    for title in ["a", "b", "c"] {
        database.done(add(title)).await;
    }
    let list = |limit| page(r#"SELECT "title", "id" FROM "app"."notes" ORDER BY "id""#, limit);
    let count = || Step::Count(statement(r#"SELECT count(*) FROM "app"."notes""#, &[]));
    for (limit, body, more, last) in [
        (2, r#"[{"title":"a"},{"title":"b"}]"#, true, 2),
        (3, r#"[{"title":"a"},{"title":"b"},{"title":"c"}]"#, false, 3),
        (9, r#"[{"title":"a"},{"title":"b"},{"title":"c"}]"#, false, 3),
    ] {
        let answer = database.done(read(vec![count(), list(limit)])).await;
        assert_eq!((String::from_utf8_lossy(&answer.body).as_ref(), answer.more), (body, more));
        assert_eq!((answer.captured, answer.count), (vec![Value::Integer(last)], Some(3)));
    }
    let none = page(r#"SELECT "title", "id" FROM "app"."notes" WHERE false"#, 5);
    let answer = database.done(read(vec![none])).await;
    assert_eq!((answer.body.as_slice(), answer.rows, answer.more), (&b"[]"[..], 0, false));
}

#[tokio::test]
async fn a_refusal_undoes_what_was_before() {
    let Some(database) = Database::new().await else { return };
    let insert = || run(r#"INSERT INTO "app"."notes" ("title") VALUES ('gone')"#, &[]);
    let nothing = || statement(r#"SELECT 1 WHERE false"#, &[]);
    let probe = |place: &str| Otherwise::Probe {
        statement: statement(&format!("SELECT {place}"), &[]),
        refusals: vec![Refusal::NotFound, Refusal::Forbidden, Refusal::Stale],
    };
    let change = || statement(r#"UPDATE "app"."notes" SET "title" = 'x' WHERE false"#, &[]);
    for (step, expected) in [
        (Step::Require { statement: nothing(), none: not_found() }, Refusal::NotFound),
        (Step::Require { statement: nothing(), none: probe("2") }, Refusal::Stale),
        (Step::Require { statement: nothing(), none: probe("true") }, Refusal::Forbidden),
        (Step::Require { statement: nothing(), none: probe("99") }, Refusal::NotFound),
        (Step::Change { statement: change(), none: probe("1::smallint") }, Refusal::Forbidden),
        (one(r#"SELECT "title", "id" FROM "app"."notes" WHERE false"#, &[]), Refusal::NotFound),
    ] {
        assert_eq!(refused(database.run(Work::write(vec![insert(), step, insert()])).await), expected);
    }
    assert_eq!(database.titles(), [""; 0]);
}

#[tokio::test]
async fn violations_are_refusals() {
    let Some(database) = Database::new().await else { return };
    database.done(take("a")).await;
    let unique = |index: &str| Refusal::Unique { index: index.to_owned() };
    assert_eq!(refused(database.run(take("a")).await), unique("notes__slot_unique"));
    let same_id = run(r#"INSERT INTO "app"."notes" ("id", "title") VALUES (1, 'x')"#, &[]);
    assert_eq!(refused(database.run(Work::write(vec![same_id])).await), unique("notes_pkey"));
    database
        .done(Work::write(vec![run(r#"INSERT INTO "app"."notes" ("title", "parent_id") VALUES ('child', 1)"#, &[])]))
        .await;
    let delete = run(r#"DELETE FROM "app"."notes" WHERE "id" = 1"#, &[]);
    assert_eq!(refused(database.run(Work::write(vec![delete])).await), Refusal::Referred);
    let empty = Work::write(vec![run(r#"INSERT INTO "app"."notes" ("title") VALUES ('')"#, &[])]);
    assert!(matches!(database.run(empty).await, Err(store::StoreError::Broken { .. })));
    assert_eq!(database.titles(), ["a", "child"]);
}

/// What a caller sent is nowhere in the text of a statement, and a statement that does not go with its parameters is a bug.
#[tokio::test]
async fn parameters_that_do_not_fit_are_told() {
    let Some(database) = Database::new().await else { return };
    let select =
        |params: &[Value]| read(vec![one(r#"SELECT "title", "id" FROM "app"."notes" WHERE "id" = $1"#, params)]);
    for params in [&[][..], &[Value::Integer(1), Value::Integer(2)], &[text("x")]] {
        for _ in 0..3 {
            let result = database.run(select(params)).await;
            assert!(matches!(result, Err(store::StoreError::Broken { .. })), "{params:?}: {result:?}");
        }
    }
    database.done(add("fine")).await;
}

/// A read of several statements sees one moment, whatever is committed meanwhile.
#[tokio::test]
async fn a_read_sees_one_moment() {
    let Some(database) = Database::new().await else { return };
    database.done(add("first")).await;
    let mode = "SELECT current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only'), 1";
    let answer = database.done(read(vec![one(mode, &[]), Step::Count(statement("SELECT 1", &[]))])).await;
    assert_eq!(answer.body, b"{\"title\":\"repeatable read on\"}");
    let write = read(vec![Step::Count(statement("SELECT 1", &[])), run(r#"DELETE FROM "app"."notes""#, &[])]);
    assert!(database.run(write).await.is_err());
    assert_eq!(database.titles(), ["first"]);
}
