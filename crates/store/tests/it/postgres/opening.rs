//! Connecting, and the tables that are made then.

use std::sync::Arc;

use store::{AppSchema, Applied, Follow, OpenError, PostgresOptions, PostgresUrl, Standing, Store, StoreError};
use work::{Dialect, Guard, Migration, Work};

use super::{Database, run, schema};

fn options(place: &throwaway::Database) -> PostgresOptions {
    PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap())
}

#[tokio::test]
async fn the_engines_tables_are_made_once() {
    let Some(database) = Database::new().await else { return };
    let tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class c JOIN pg_namespace n \
                  ON n.oid = c.relnamespace WHERE nspname = 'app' AND relkind = 'r'";
    let expected = "_audit _audit_index _audit_keys _audit_seals _audit_times _failures _idempotency _keys _mail_tokens _migrations _outbox _rates _refresh_tokens \
                    _sessions _state notes users";
    assert_eq!(database.look(tables), [expected]);
    let again = Store::connect(options(&database.place)).await.unwrap();
    assert_eq!(again.apply(&schema()).await.unwrap(), Applied::Unchanged);
    let made = database.look("SELECT kind || number FROM app._migrations ORDER BY id");
    assert_eq!((made[0].as_str(), made[made.len() - 1].as_str()), ("engine1", "app1"));
    assert_eq!(
        database.look(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                              WHERE nspname = 'public'"
        ),
        ["0"]
    );
    again.ready().await.unwrap();
}

#[tokio::test]
async fn instances_that_start_at_once_do_not_meet() {
    let Some(place) = throwaway::Database::new() else { return };
    let place = Arc::new(place);
    let starts = (0..8).map(|_| {
        let place = place.clone();
        tokio::spawn(async move {
            let store = Store::connect(options(&place)).await.unwrap();
            store.apply(&schema()).await.unwrap()
        })
    });
    let mut applied = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        applied.push(start.await.unwrap());
    }
    assert_eq!(applied.iter().filter(|applied| **applied == Applied::Created).count(), 1, "{applied:?}");
    assert_eq!(place.query("SELECT 1 FROM app._migrations WHERE kind = 'app'").len(), 1);
}

#[tokio::test]
async fn a_schema_of_ones_own() {
    let Some(database) = Database::with(|options| options.schema = "shop_2".to_owned()).await else { return };
    assert_eq!(database.look("SELECT count(*) FROM shop_2.notes"), ["0"]);
    assert_eq!(database.look("SELECT count(*) FROM pg_namespace WHERE nspname = 'app'"), ["0"]);
}

#[tokio::test]
async fn other_tables_are_refused_and_nothing_is_changed() {
    let Some(database) = Database::new().await else { return };
    let other = AppSchema::new("b".to_owned(), vec!["CREATE TABLE \"x\" ()".to_owned()]);
    let error = database.store.apply(&other).await.unwrap_err();
    assert!(matches!(error, OpenError::Changed { .. }), "{error}");
    let broken = AppSchema { statements: vec!["CREATE TABLE \"y\" ()".to_owned(), "CREATE TALBE".to_owned()], ..other };
    let Some(place) = throwaway::Database::new() else { return };
    let store = Store::connect(options(&place)).await.unwrap();
    let error = store.apply(&broken).await.unwrap_err();
    assert!(matches!(error, OpenError::Failed { .. }), "{error}");
    assert_eq!(place.query("SELECT to_regclass('app.y')"), [[None]]);
    // The same text again is recorded, not made again.
    let text = AppSchema { blueprint: "other words".to_owned(), ..schema() };
    assert_eq!(database.store.apply(&text).await.unwrap(), Applied::Recorded);
}

#[tokio::test]
async fn a_schema_of_another_program_is_left_alone() {
    let Some(place) = throwaway::Database::new() else { return };
    place.execute("CREATE SCHEMA app; CREATE TABLE app.albums ()");
    let error = Store::connect(options(&place)).await.unwrap_err();
    assert!(matches!(&error, OpenError::Foreign { table, .. } if table == "albums"), "{error}");
    assert_eq!(
        place.query(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                            WHERE nspname = 'app'"
        ),
        [[Some("1".to_owned())]]
    );
}

#[tokio::test]
async fn a_later_version_is_left_alone() {
    let Some(database) = Database::new().await else { return };
    database.place.execute("INSERT INTO app._migrations (kind, number, statements) VALUES ('engine', 99, '')");
    let error = Store::connect(options(&database.place)).await.unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
}

/// Who migrates and who serves may be two roles; who serves needs no right to make anything.
#[tokio::test]
async fn two_roles() {
    let Some(place) = throwaway::Database::new() else { return };
    let name = format!("serves_{}", place.query("SELECT current_database()")[0][0].clone().unwrap());
    place.execute(&format!("CREATE ROLE \"{name}\" LOGIN"));
    let served = PostgresUrl::parse(&place.url().replace("postgres@", &format!("{name}@"))).unwrap();
    let alone = PostgresOptions::new(served.clone());
    let error = Store::connect(alone.clone()).await.unwrap_err().to_string();
    assert!(error.contains("permission denied"), "{error}");
    let both = PostgresOptions { direct: Some(PostgresUrl::parse(place.url()).unwrap()), ..alone.clone() };
    let grants = |schema: &str| {
        format!("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \"{schema}\";
        ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO \"{schema}\"; CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO \"{schema}\"")
    };
    place.execute(&grants(&name));
    let store = Store::connect(both).await.unwrap_or_else(|error| panic!("{error}"));
    store.apply(&schema()).await.unwrap_or_else(|error| panic!("{error}"));
    store.run(super::add("x")).await.unwrap();
    // All is there, so no other role is needed.
    let store = Store::connect(alone).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(store.apply(&schema()).await.unwrap(), Applied::Unchanged);
    store.run(super::add("y")).await.unwrap();
}

/// What stands in the way is told with what to try, and never with the password.
#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let Some(place) = throwaway::Database::new() else { return };
    let nowhere = place.url().replace("test_", "none_");
    let nobody = place.url().replace("postgres@", "nobody_here:hush@");
    for (url, words) in [
        (
            "postgres://ana:hush@127.0.0.1:1/shop".to_owned(),
            ["cannot use postgres://ana@127.0.0.1:1/shop", "start Postgres"],
        ),
        ("postgres://ana:hush@no-such-host.invalid/shop".to_owned(), ["no-such-host.invalid", "check the host"]),
        (nowhere, ["does not exist", "CREATE DATABASE"]),
        (nobody, ["nobody_here", "Try: "]),
        ("postgres://ana:hush@/shop?host=/nowhere".to_owned(), ["/nowhere", "start Postgres"]),
    ] {
        let options = PostgresOptions::new(PostgresUrl::parse(&url).unwrap());
        let error = Store::connect(options).await.unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{url}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

/// Somebody looks into what another program serves, or is going to serve.
#[test]
fn a_schema_can_be_opened_with_nothing_made_or_changed() {
    let Some(place) = throwaway::Database::new() else { return };
    let error = Store::connect_as_it_is(options(&place)).unwrap_err();
    assert!(matches!(error, OpenError::Unmade { .. }), "{error}");
    assert_eq!(place.query("SELECT 1 FROM pg_namespace WHERE nspname = 'app'").len(), 0);
    let store = Store::connect_blocking(options(&place)).unwrap();
    let as_it_is = Store::connect_as_it_is(options(&place)).unwrap();
    let error = as_it_is.standing_blocking(&schema()).unwrap_err();
    assert!(matches!(error, OpenError::Unmade { .. }), "{error}");
    store.apply_blocking(&schema()).unwrap();
    assert_eq!(as_it_is.standing_blocking(&schema()).unwrap(), Standing::Current);
    let text = AppSchema { blueprint: "other words".to_owned(), ..schema() };
    assert_eq!(as_it_is.standing_blocking(&text).unwrap(), Standing::OtherText);
    let other = AppSchema { statements: vec!["CREATE TABLE \"x\" ()".to_owned()], ..schema() };
    assert!(matches!(as_it_is.standing_blocking(&other), Err(OpenError::Changed { .. })));
    assert_eq!(place.query("SELECT 1 FROM app._migrations WHERE kind = 'app'").len(), 1);
    place.execute(
        "DELETE FROM app._migrations WHERE number = (SELECT max(number) FROM app._migrations) AND kind = 'engine'",
    );
    let error = Store::connect_as_it_is(options(&place)).unwrap_err();
    assert!(matches!(error, OpenError::Older { .. }), "{error}");
}

/// What brings the tables to where they are now, undone; as the version before left it.
const BEFORE: &str = "DROP TABLE app._audit_index, app._audit_times; DELETE FROM app._state WHERE name IN ('audit_indexed', 'audit_found'); \
    ALTER TABLE app._audit_seals DROP COLUMN top, DROP COLUMN open;
    DROP INDEX app._sessions_expires_at_index; DROP INDEX app._sessions_revoked_at_index;
    DELETE FROM app._migrations WHERE kind = 'engine' AND number >= 8;
    CREATE INDEX _audit_entity_index ON app._audit (entity, entity_id); CREATE INDEX _audit_sub_index ON app._audit (sub, seq)";

/// Whoever changes a table that is in use waits for it a little at a time, lest everybody behind him waits as long as he.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_holds_up_nobody_for_long() {
    let Some(database) = Database::new().await else { return };
    database.place.execute(BEFORE);
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let (begins, begun) = tokio::sync::oneshot::channel::<()>();
    let store = database.store.clone();
    let reading = tokio::spawn(async move {
        let read = store.transaction(move |transaction| {
            transaction.run(&Work::write(vec![run("SELECT count(*) FROM \"app\".\"_audit\"", &[])]))?;
            let _ = begins.send(());
            let _ = waits.recv();
            Ok::<_, StoreError>(())
        });
        read.await
    });
    begun.await.unwrap();
    let version = || database.look("SELECT max(number) FROM app._migrations WHERE kind = 'engine'");
    let patient = |tries| PostgresOptions { lock_timeout_ms: 50, lock_tries: tries, ..options(&database.place) };
    let long = std::time::Duration::from_secs(60);
    let refused = tokio::time::timeout(long, Store::connect(patient(2))).await.expect("it does not wait for ever");
    let error = refused.unwrap_err();
    assert!(matches!(error, OpenError::InUse { tries: 2, each_ms: 50, .. }), "{error}");
    assert!(error.to_string().contains("its tables are in use") && error.to_string().contains("Try: again"), "{error}");
    assert_eq!(version(), ["7"]);
    let upgrading = tokio::spawn(Store::connect(patient(u32::MAX)));
    // Who stood behind one that waits for ever would be stopped.
    let write =
        "SET statement_timeout = '20s'; INSERT INTO app._audit (at, action, outcome) VALUES (now(), 'x', 'done')";
    for _ in 0..20 {
        database.place.execute(write);
    }
    assert_eq!(version(), ["7"], "as long as somebody reads");
    go_on.send(()).unwrap();
    reading.await.unwrap().unwrap();
    tokio::time::timeout(long, upgrading).await.unwrap().unwrap().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(version(), ["11"]);
}

/// The same tables without a column, with which who serves those of before does not go.
pub(super) fn no_slots() -> AppSchema {
    AppSchema {
        migrate: Some(without_slots),
        follow: Follow::Kept,
        ..AppSchema::new("no slots".to_owned(), Vec::new())
    }
}

/// The notes without their slots, which nobody may have then.
fn without_slots(_: &str, _: &str, _: &Dialect) -> Result<Migration, String> {
    let guard = Guard {
        some: None,
        count: Some("SELECT count(*) FROM \"app\".\"notes\" WHERE \"slot\" IS NOT NULL".to_owned()),
        what: "slots".to_owned(),
        mend: "none".to_owned(),
        is_loss: false,
    };
    Ok(Migration {
        from: schema().statements,
        tables: vec!["\"app\".\"notes\"".to_owned()],
        guards: vec![guard],
        statements: vec!["ALTER TABLE \"app\".\"notes\" DROP COLUMN \"slot\"".to_owned()],
        ..Migration::default()
    })
}

/// What is counted before tables change holds until they do: a row that is written and not committed yet is waited for.
#[tokio::test]
async fn rows_that_are_being_written_are_counted_before_a_change() {
    let Some(database) = Database::new().await else { return };
    let wanted = no_slots();
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let (begins, begun) = tokio::sync::oneshot::channel::<()>();
    let store = database.store.clone();
    let writing = tokio::spawn(async move {
        let write = store.transaction(move |transaction| {
            let insert = "INSERT INTO \"app\".\"notes\" (\"title\", \"slot\") VALUES ('late', 'a')";
            transaction.run(&Work::write(vec![run(insert, &[])]))?;
            let _ = begins.send(());
            let _ = waits.recv();
            Ok::<_, StoreError>(())
        });
        write.await
    });
    begun.await.unwrap();
    let connect = |tries, each| {
        Store::connect(PostgresOptions { lock_timeout_ms: each, lock_tries: tries, ..options(&database.place) })
    };
    let error = connect(2, 50).await.unwrap().apply(&wanted).await.unwrap_err();
    assert!(matches!(error, OpenError::InUse { tries: 2, each_ms: 50, .. }), "{error}");
    let patient = connect(1, 60_000).await.unwrap();
    let changing = tokio::spawn(async move { patient.apply(&wanted).await });
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'app.notes'::regclass";
    while database.look(waiting) == ["0"] {
        assert!(!changing.is_finished(), "it does not wait");
        tokio::task::yield_now().await;
    }
    go_on.send(()).unwrap();
    writing.await.unwrap().unwrap();
    let error = changing.await.unwrap().unwrap_err();
    assert!(matches!(error, OpenError::InTheWay { .. }), "{error}");
    assert_eq!(database.look("SELECT slot FROM app.notes"), ["a"]);
}

/// A title may stand there once from now on, which nobody looked at before.
fn unforeseen(_: &str, _: &str, _: &Dialect) -> Result<Migration, String> {
    let statements =
        ["INSERT INTO \"notes\" (\"title\") VALUES ('late')", "CREATE UNIQUE INDEX \"u\" ON \"notes\" (\"title\")"];
    let statements = statements.map(str::to_owned).to_vec();
    Ok(Migration { from: schema().statements, statements, ..Migration::default() })
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_told_in_words_and_nothing_is_changed() {
    let Some(database) = Database::new().await else { return };
    database.place.execute("INSERT INTO app.notes (title) VALUES ('a'), ('a')");
    let other = AppSchema::new("once".to_owned(), Vec::new());
    let other = AppSchema { migrate: Some(unforeseen), follow: Follow::Kept, ..other };
    let error = database.store.apply(&other).await.unwrap_err();
    assert!(matches!(&error, OpenError::Unfit { message, .. } if message.contains("\"u\"")), "{error}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    assert_eq!(database.look("SELECT title FROM app.notes"), ["a", "a"]);
}

/// Of those who serve the tables of before each is ended who may be, whoever else may not.
#[tokio::test]
async fn former_servers_are_ended_beside_those_of_other_roles() {
    let Some(place) = throwaway::Database::new() else { return };
    let name = place.query("SELECT current_database()")[0][0].clone().unwrap();
    let (owner, serves) = (format!("owner_{name}"), format!("serves_{name}"));
    // As docs/postgres.md has it.
    place.execute(&format!(
        "CREATE ROLE \"{owner}\" LOGIN; CREATE ROLE \"{serves}\" LOGIN; GRANT \"{serves}\" TO \"{owner}\";
         CREATE SCHEMA app AUTHORIZATION \"{owner}\"; GRANT USAGE ON SCHEMA app TO \"{serves}\";
         ALTER DEFAULT PRIVILEGES FOR ROLE \"{owner}\" IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \"{serves}\";
         ALTER DEFAULT PRIVILEGES FOR ROLE \"{owner}\" IN SCHEMA app GRANT USAGE, SELECT ON SEQUENCES TO \"{serves}\""
    ));
    let of = |role: &str| PostgresUrl::parse(&place.url().replace("postgres@", &format!("{role}@"))).unwrap();
    let two_roles = PostgresOptions { direct: Some(of(&owner)), ..PostgresOptions::new(of(&serves)) };
    let open = async |options: PostgresOptions| {
        let store = Store::connect(options).await.unwrap_or_else(|error| panic!("{error}"));
        store.apply(&schema()).await.unwrap_or_else(|error| panic!("{error}"));
        store.run(super::add("before")).await.unwrap();
        store
    };
    let former = open(two_roles.clone()).await;
    // A superuser's connections are nobody else's to end.
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(open(options(&place)).await);
    }
    let again = open(two_roles.clone()).await;
    let wanted = no_slots();
    let migrating = Store::connect(two_roles).await.unwrap();
    migrating.apply(&wanted).await.unwrap_or_else(|error| panic!("{error}"));
    for store in [former, again] {
        store.run(super::add("late")).await.unwrap_err();
        assert!(store.look().await.is_err() && store.is_outdated());
    }
    assert_eq!(place.query("SELECT count(*) FROM app.notes WHERE title = 'late'")[0][0].as_deref(), Some("0"));
    for store in strangers {
        // About once a second each looks by itself.
        assert_eq!(store.look().await, Err(StoreError::Outdated));
    }
}
