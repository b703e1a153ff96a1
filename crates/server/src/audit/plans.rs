//! How the databases go about what lists of the audit ask: each filter that is documented by an index, however many rows there are.

use work::{Dialect, Step, Value, Work};

use super::index::{self, ROWS};
use super::list::wanted;
use super::marks::Zone;

/// As many rows as it takes that nothing is walked because it is small; all but the last ones indexed.
const ROWS_THERE: i64 = 40_000;
const BELOW: i64 = 150;
const TABLES: &str = "
    CREATE TABLE _audit (seq bigint PRIMARY KEY, at time NOT NULL, iss text, sub text, session text, key text, ip text, request_id text,
      action text NOT NULL, entity text, entity_id text, before json, after json, outcome text NOT NULL, batch text, reason text);
    CREATE TABLE _audit_index (term text NOT NULL, block bigint NOT NULL, PRIMARY KEY (term, block));
    CREATE TABLE _audit_times (block bigint PRIMARY KEY, first time NOT NULL, last time NOT NULL);
    INSERT INTO _audit (seq, at, iss, sub, key, request_id, action, entity, entity_id, outcome)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
      SELECT i, CAST('2026-11-' || (10 + i / 2000) || 'T00:00:00.000000Z' AS time), 'own', 's' || (i % 50), 'k' || (i % 20), 'r' || i,
        CASE WHEN i % 3 = 0 THEN 'create' ELSE 'update' END, 'e' || (i % 30), CAST(i % 1000 AS text), 'done' FROM n;
    INSERT INTO _audit_times SELECT seq / 256, min(at), max(at) FROM _audit WHERE seq < 150 * 256 GROUP BY 1;
    INSERT INTO _audit_index
      SELECT DISTINCT 'row:' || entity || ':' || entity_id, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'request_id:' || request_id, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'sub:' || sub, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'key:' || key, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'entity:' || entity, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'action:' || action, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'outcome:' || outcome, seq / 256 FROM _audit WHERE seq < 150 * 256
      UNION SELECT DISTINCT 'iss:' || iss, seq / 256 FROM _audit WHERE seq < 150 * 256;";

/// Whether a row is one of those that are asked for.
type Holds = Box<dyn Fn(i64) -> bool>;

/// Each filter that is documented, and some together; and the rows that they leave.
fn asked() -> Vec<(&'static str, Holds)> {
    let day = |i: i64| 10 + i / 2000;
    vec![
        ("entity=e7&entity_id=7", Box::new(|i| i % 30 == 7 && i % 1000 == 7)),
        ("entity=e8", Box::new(|i| i % 30 == 8)),
        ("entity_id=7", Box::new(|i| i % 1000 == 7)),
        ("entity_id=nobody", Box::new(|_| false)),
        ("request_id=r4711", Box::new(|i| i == 4711)),
        ("request_id=nobody", Box::new(|_| false)),
        ("sub=s7", Box::new(|i| i % 50 == 7)),
        ("iss=own", Box::new(|_| true)),
        ("iss=other", Box::new(|_| false)),
        ("key=k7", Box::new(|i| i % 20 == 7)),
        ("entity=e7", Box::new(|i| i % 30 == 7)),
        ("action=create&sub=s7", Box::new(|i| i % 3 == 0 && i % 50 == 7)),
        ("outcome=refused", Box::new(|_| false)),
        ("from=2026-11-12T00:00:00Z&to=2026-11-13T00:00:00Z", Box::new(move |i| day(i) == 12)),
        ("to=2026-11-11T00:00:00Z", Box::new(move |i| day(i) == 10)),
        ("from=2026-11-29T12:00:00Z", Box::new(move |i| day(i) == 30)),
        ("sub=s7&to=2026-11-11T00:00:00Z", Box::new(move |i| i % 50 == 7 && day(i) == 10)),
        ("entity_id=7&sub=s7&from=2026-11-12T00:00:00Z", Box::new(move |i| i % 1000 == 7 && day(i) >= 12)),
    ]
}

/// The works of a list, the question for entities among them.
fn works(dialect: &Dialect, query: &str, entities: impl Fn(&Work) -> Vec<String>) -> Vec<Work> {
    let query: Vec<(String, String)> = query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    let blueprint = blueprint::load("[app]\nname = \"x\"\n[entity.e7]\nrenamed_from = \"was\"\n").unwrap();
    let wanted = wanted(&blueprint, &query, |_, _| None).unwrap_or_else(|_| panic!("{query:?}"));
    let (mut works, mut terms) = (Vec::new(), Vec::new());
    if let Some(id) = wanted.id_alone() {
        let work = index::entities_with(dialect, id, 100);
        terms.push(index::records(&entities(&work), &[id.to_owned()]));
        works.push(work);
    }
    terms.extend(index::terms(&wanted.filters));
    let zones = [Zone::Read(BELOW * ROWS, i64::MAX), Zone::Found(0, BELOW)];
    works.push(wanted.page(dialect, &zones, &terms));
    works
}

fn expected(holds: &dyn Fn(i64) -> bool) -> Vec<i64> {
    (1..=ROWS_THERE).rev().filter(|i| holds(*i)).take(21).collect()
}

fn statement(work: &Work) -> (String, Vec<Value>) {
    let Some(Step::Page { statement, .. }) = work.steps.first() else { panic!("{work:?}") };
    (statement.sql.to_string(), statement.params.clone())
}

#[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the server sends")]
#[test]
fn sqlite_finds_by_an_index_whatever_is_asked() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let tables = TABLES
        .replace("seq bigint PRIMARY", "seq INTEGER PRIMARY")
        .replace("block bigint PRIMARY", "block INTEGER PRIMARY")
        .replace("PRIMARY KEY (term, block))", "PRIMARY KEY (term, block)) WITHOUT ROWID")
        .replace(" time", " text");
    connection.execute_batch(&tables).unwrap();
    let run = |work: &Work, column: usize, before: &str| -> Vec<String> {
        let (sql, params) = statement(work);
        let params = params.into_iter().map(|value| match value {
            Value::Integer(number) => rusqlite::types::Value::Integer(number),
            Value::Text(text) | Value::DateTime(text) => rusqlite::types::Value::Text(text),
            other => panic!("{other:?}"),
        });
        let mut statement =
            connection.prepare(&format!("{before}{sql}")).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map(rusqlite::params_from_iter(params), |row| {
            Ok(match row.get_ref(column)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap().to_owned(),
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    // As a server has it, and as one whose statistics were counted.
    for analyze in ["", "ANALYZE"] {
        connection.execute_batch(analyze).unwrap();
        for (query, holds) in asked() {
            let works = works(&Dialect::Sqlite, query, |work| run(work, 0, ""));
            for work in &works {
                let steps = run(work, 3, "EXPLAIN QUERY PLAN ");
                let walked = |step: &&String| {
                    step.starts_with("SCAN")
                        && ["_audit", "i", "o", "t"].iter().any(|name| step.split(' ').nth(1) == Some(name))
                };
                assert!(!steps.iter().any(|step| walked(&step)), "{query}: {steps:#?}");
                // What a part gives is a page, and the rows of a block are few. One within a part would sort all that is found.
                let sorted = steps.windows(2).filter(|pair| pair[1] == "USE TEMP B-TREE FOR ORDER BY");
                let small = ["SCAN part", "SCAN all"];
                let is_small = |step: &String| small.iter().any(|start| step.starts_with(start));
                let of_all = sorted.filter(|pair| !is_small(&pair[0]) && !steps.iter().any(|step| step == "SCAN n"));
                assert_eq!(of_all.count(), 0, "{query}: {steps:#?}");
            }
            let found: Vec<i64> = run(works.last().unwrap(), 0, "").iter().map(|seq| seq.parse().unwrap()).collect();
            let limit = found.len().min(51);
            assert_eq!(found[..limit.min(21)], expected(&*holds)[..], "{query}");
        }
    }
}

#[test]
fn postgres_finds_by_an_index_whatever_is_asked() {
    if !throwaway::is_chosen() {
        return;
    }
    let database = throwaway::Database::new().unwrap();
    let tables = TABLES
        .replace("CREATE TABLE ", "CREATE TABLE app.")
        .replace(" time", " timestamptz")
        .replace("term text", "term text COLLATE \"C\"");
    database.execute(&format!("CREATE SCHEMA app; SET search_path TO app; {tables}"));
    database.execute("VACUUM ANALYZE");
    let literal = |value: &Value| match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) | Value::DateTime(text) => format!("'{text}'"),
        other => panic!("{other:?}"),
    };
    let kind = |value: &Value| match value {
        Value::Integer(_) => "bigint",
        Value::DateTime(_) => "timestamptz",
        _ => "text",
    };
    for mode in ["force_custom_plan", "force_generic_plan"] {
        let run = |work: &Work, how: &str| -> Vec<String> {
            let (sql, params) = statement(work);
            let (kinds, literals): (Vec<&str>, Vec<String>) =
                params.iter().map(|value| (kind(value), literal(value))).unzip();
            let sql = format!(
                "SET plan_cache_mode = {mode}; PREPARE asked({}) AS {sql}; {how} EXECUTE asked({})",
                kinds.join(", "),
                literals.join(", ")
            );
            database.query(&sql).into_iter().filter_map(|mut row| row.swap_remove(0)).collect()
        };
        for (query, holds) in asked() {
            let works = works(&Dialect::Postgres { schema: "app".into() }, query, |work| run(work, ""));
            for work in &works {
                let plan = run(work, "EXPLAIN");
                let walked =
                    |line: &&String| line.contains("Seq Scan on _audit ") || line.contains("Seq Scan on _audit_index");
                assert!(!plan.iter().any(|line| walked(&line)), "{query}: {plan:#?}");
            }
            let found: Vec<i64> = run(works.last().unwrap(), "").iter().map(|seq| seq.parse().unwrap()).collect();
            assert_eq!(found[..found.len().min(21)], expected(&*holds)[..], "{query}");
        }
    }
}
