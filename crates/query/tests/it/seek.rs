//! Where a page begins: at its first row in an index, on both engines, wherever the walk has come to. Both are told not to
//! sort nor to walk over a table unless nothing else is left, for tables here are empty.

use std::fmt::Write as _;
use std::sync::Arc;

use blueprint::Blueprint;
use expect_test::{Expect, expect};
use query::{Catalog, List, Request, Verb, View};
use work::{Dialect, Statement, Step, Value};

use crate::every::UUID;
use crate::{KEY, entity, origin, user};

/// Visits of an owner with what may be null, what may not, what is unique, and a trash.
const VISITS: &str = r#"
[app]
name = "visits"
[entity.visit]
soft_delete = true
[entity.visit.field]
kind = { type = "enum", values = ["home", "shop"], required = true, index = true }
score = { type = "integer", index = true }
place = { type = "text", index = true }
[entity.note]
id = "uuid"
owner = false
[entity.note.field]
rank = { type = "integer", index = true }
"#;

fn visits() -> Arc<Blueprint> {
    Arc::new(blueprint::load(VISITS).unwrap_or_else(|problems| panic!("{problems}")))
}

/// The statement of a page: of which entity, how it is asked for, and where the one before ended.
pub fn page(blueprint: &Arc<Blueprint>, dialect: &Dialect, name: &str, query: &str, position: &[Value]) -> Statement {
    let index = entity(blueprint, name);
    let access = query::access::decide(blueprint.entity(index), Verb::Read, user(UUID, &[]), None).unwrap();
    let terms = query.split('&').filter_map(|term| term.split_once('='));
    let terms: Vec<_> = terms.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let list = List::parse(blueprint, &View::of(blueprint.entity(index), &access), &terms);
    let list = list.unwrap_or_else(|bad| panic!("{query}: {bad:?}"));
    let plan = |list| query::plan(blueprint, index, access.clone(), Request::List(list), origin(), &KEY).unwrap();
    let mut plan_of_page = plan(list.clone());
    if !position.is_empty() {
        let cursor = plan_of_page.next_cursor(blueprint, position, &KEY);
        plan_of_page = plan(List { cursor, ..list });
    }
    let work = query::render(&Catalog::new(blueprint.clone(), dialect.clone()), &plan_of_page);
    match work.steps.into_iter().next() {
        Some(Step::Page { statement, .. }) => statement,
        other => panic!("{other:?}"),
    }
}

/// How SQLite finds it, a line for each table or index.
#[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the store would send")]
pub fn sqlite(connection: &rusqlite::Connection, statement: &Statement) -> String {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    // Raw, for the parameters are not given: nothing is run.
    let lines = prepared.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap);
    let told = lines.filter(|line| ["SEARCH ", "SCAN ", "USE "].iter().any(|word| line.starts_with(word)));
    let told = told.filter(|line| !line.starts_with("SCAN __part"));
    told.map(|line| format!("sqlite: {}\n", line.replace(" USING INDEX", ":"))).collect()
}

/// How Postgres finds it: what an index is asked for, and whatever sorts or walks.
fn postgres(place: &throwaway::Database, statement: &Statement) -> String {
    let literals: Vec<String> = statement.params.iter().map(literal).collect();
    let switches =
        ["seqscan", "sort", "bitmapscan", "incremental_sort"].map(|what| format!("SET enable_{what} = off; "));
    let asked = format!("EXPLAIN (COSTS OFF) EXECUTE page({})", literals.join(", "));
    let lines = place.query(&format!("{}PREPARE page AS {}; {asked}", switches.concat(), statement.sql));
    let lines = lines.into_iter().filter_map(|mut row| row.swap_remove(0));
    let told = lines.filter(|line| ["Index Cond", "Sort", "Seq Scan", "Bitmap"].iter().any(|word| line.contains(word)));
    let told = told.map(|line| as_before_17(line.replace(UUID, "ana").replace("::uuid", "").replace("::text", "")));
    told.fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "postgres: {}", line.trim());
        all
    })
}

/// What Postgres 17 and later name `(InitPlan 1).col1` is `$0` before them; the plan is the same.
fn as_before_17(line: String) -> String {
    (0..9).fold(line, |line, place| line.replace(&format!("(InitPlan {}).col1", place + 1), &format!("${place}")))
}

/// A value as it stands in SQL.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Boolean(is) => is.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Decimal { units, scale } => format!("{units}e-{scale}"),
        Value::Text(text) | Value::Uuid(text) | Value::DateTime(text) | Value::Date(text) => format!("'{text}'"),
        other => panic!("no literal of {other:?}"),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "makes tables past the store, to ask the database about them")]
fn every_page_begins_in_an_index() {
    let stamp = || Value::DateTime("2026-11-21T00:00:00.000000Z".into());
    let (id, five, home) = (|| Value::Integer(9), || Value::Integer(5), || Value::Text("home".into()));
    let uuid = || Value::Uuid(UUID.into());
    let pages: &[(&str, &str, Vec<Value>)] = &[
        ("visit", "", vec![]),
        ("visit", "", vec![id()]),
        ("visit", "sort=-created_at", vec![]),
        ("visit", "sort=-created_at", vec![stamp(), id()]),
        ("visit", "sort=kind", vec![home(), id()]),
        ("visit", "sort=score", vec![]),
        ("visit", "sort=score", vec![five(), id()]),
        ("visit", "sort=score", vec![Value::Null, id()]),
        ("visit", "sort=-score", vec![]),
        ("visit", "sort=-score", vec![five(), id()]),
        ("visit", "sort=-score", vec![Value::Null, id()]),
        ("visit", "sort=-place", vec![home(), id()]),
        ("visit", "sort=score&score[gte]=3", vec![]),
        ("visit", "sort=score&score[gte]=3", vec![five(), id()]),
        ("visit", "kind=home", vec![id()]),
        ("visit", "kind=home&sort=-id", vec![]),
        ("note", "sort=-rank", vec![]),
        ("note", "sort=-rank", vec![five(), uuid()]),
        ("note", "sort=rank", vec![Value::Null, uuid()]),
        ("note", "sort=created_at", vec![stamp(), uuid()]),
    ];
    let blueprint = visits();
    let file = rusqlite::Connection::open_in_memory().unwrap();
    schema::tables(&blueprint, &Dialect::Sqlite).iter().for_each(|sql| file.execute_batch(sql).unwrap());
    let server = throwaway::Database::new().inspect(|server| {
        let dialect = dialect();
        let options = store::PostgresOptions::new(store::PostgresUrl::parse(server.url()).unwrap());
        let store = store::Store::connect_blocking(options).unwrap();
        let statements = schema::tables(&blueprint, &dialect);
        store.apply_blocking(&store::AppSchema::new(VISITS.to_owned(), statements)).unwrap();
    });
    let told = |on_server: bool| {
        pages.iter().fold(String::new(), |mut all, (name, query, position)| {
            let _ = writeln!(all, "{name} {query} {position:?}");
            all + &match (&server, on_server) {
                (Some(server), true) => postgres(server, &page(&blueprint, &dialect(), name, query, position)),
                _ => sqlite(&file, &page(&blueprint, &Dialect::Sqlite, name, query, position)),
            }
        })
    };
    on_sqlite().assert_eq(&told(false));
    if server.is_some() {
        on_postgres().assert_eq(&told(true));
    }
}

fn dialect() -> Dialect {
    Dialect::Postgres { schema: "app".into() }
}

fn on_sqlite() -> Expect {
    expect![[r#"
        visit  []
        sqlite: SEARCH visits: visits__user_id_index (user_id=? AND _deleted_at=?)
        visit  [Integer(9)]
        sqlite: SEARCH visits: visits__user_id_index (user_id=? AND _deleted_at=? AND id>?)
        visit sort=-created_at []
        sqlite: SEARCH visits: visits__created_at_index (user_id=?)
        visit sort=-created_at [DateTime("2026-11-21T00:00:00.000000Z"), Integer(9)]
        sqlite: SEARCH visits: visits__created_at_index (user_id=? AND created_at=? AND id<?)
        sqlite: SEARCH visits: visits__created_at_index (user_id=? AND created_at<?)
        visit sort=kind [Text("home"), Integer(9)]
        sqlite: SEARCH visits: visits__kind_index (user_id=? AND kind=? AND id>?)
        sqlite: SEARCH visits: visits__kind_index (user_id=? AND kind>?)
        visit sort=score []
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score>?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=?)
        visit sort=score [Integer(5), Integer(9)]
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=? AND id>?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score>?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=?)
        visit sort=score [Null, Integer(9)]
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=? AND id>?)
        visit sort=-score []
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score>?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=?)
        visit sort=-score [Integer(5), Integer(9)]
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=? AND id<?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score<?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=?)
        visit sort=-score [Null, Integer(9)]
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=? AND id<?)
        visit sort=-place [Text("home"), Integer(9)]
        sqlite: SEARCH visits: visits__place_index (user_id=? AND place=? AND id<?)
        sqlite: SEARCH visits: visits__place_index (user_id=? AND place<?)
        sqlite: SEARCH visits: visits__place_index (user_id=? AND place=?)
        visit sort=score&score[gte]=3 []
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score>?)
        visit sort=score&score[gte]=3 [Integer(5), Integer(9)]
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score=? AND id>?)
        sqlite: SEARCH visits: visits__score_index (user_id=? AND score>?)
        visit kind=home [Integer(9)]
        sqlite: SEARCH visits: visits__kind_index (user_id=? AND kind=? AND id>?)
        visit kind=home&sort=-id []
        sqlite: SEARCH visits: visits__kind_index (user_id=? AND kind=?)
        note sort=-rank []
        sqlite: SEARCH notes: notes__rank_index (rank>?)
        sqlite: SEARCH notes: notes__rank_index (rank=?)
        note sort=-rank [Integer(5), Uuid("0199f0a0-0000-7000-8000-000000000001")]
        sqlite: SEARCH notes: notes__rank_index ((rank,id)<(?,?))
        sqlite: SEARCH notes: notes__rank_index (rank=?)
        note sort=rank [Null, Uuid("0199f0a0-0000-7000-8000-000000000001")]
        sqlite: SEARCH notes: notes__rank_index (rank=? AND id>?)
        note sort=created_at [DateTime("2026-11-21T00:00:00.000000Z"), Uuid("0199f0a0-0000-7000-8000-000000000001")]
        sqlite: SEARCH notes: notes__created_at_index ((created_at,id)>(?,?))
    "#]]
}

fn on_postgres() -> Expect {
    expect![[r#"
        visit  []
        postgres: Index Cond: (user_id = ANY (ARRAY[$0]))
        visit  [Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (id > $1))
        visit sort=-created_at []
        postgres: Index Cond: (user_id = ANY (ARRAY[$0]))
        visit sort=-created_at [DateTime("2026-11-21T00:00:00.000000Z"), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (ROW(created_at, id) < ROW($1, $2)))
        visit sort=kind [Text("home"), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (ROW(kind, id) > ROW($1, $2)))
        visit sort=score []
        postgres: Index Cond: ((user_id = ANY (ARRAY[$1])) AND (score IS NOT NULL))
        postgres: Index Cond: ((user_id = ANY (ARRAY[$3])) AND (score IS NULL))
        visit sort=score [Integer(5), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$1])) AND (ROW(score, id) > ROW($2, $3)))
        postgres: Index Cond: ((user_id = ANY (ARRAY[$5])) AND (score IS NULL))
        visit sort=score [Null, Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (score IS NULL) AND (id > $1))
        visit sort=-score []
        postgres: Index Cond: ((user_id = ANY (ARRAY[$1])) AND (score IS NOT NULL))
        postgres: Index Cond: ((user_id = ANY (ARRAY[$3])) AND (score IS NULL))
        visit sort=-score [Integer(5), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$1])) AND (ROW(score, id) < ROW($2, $3)))
        postgres: Index Cond: ((user_id = ANY (ARRAY[$5])) AND (score IS NULL))
        visit sort=-score [Null, Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (score IS NULL) AND (id < $1))
        visit sort=-place [Text("home"), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$1])) AND (ROW(place, id) < ROW($2, $3)))
        postgres: Index Cond: ((user_id = ANY (ARRAY[$5])) AND (place IS NULL))
        visit sort=score&score[gte]=3 []
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (score IS NOT NULL) AND (score >= $1))
        visit sort=score&score[gte]=3 [Integer(5), Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (ROW(score, id) > ROW($1, $2)) AND (score >= $3))
        visit kind=home [Integer(9)]
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (ROW(kind, id) > ROW($1, $2)) AND (kind <= $3))
        visit kind=home&sort=-id []
        postgres: Index Cond: ((user_id = ANY (ARRAY[$0])) AND (kind <= $1) AND (kind >= $2))
        note sort=-rank []
        postgres: Index Cond: (rank IS NOT NULL)
        postgres: Index Cond: (rank IS NULL)
        note sort=-rank [Integer(5), Uuid("0199f0a0-0000-7000-8000-000000000001")]
        postgres: Index Cond: (ROW(rank, id) < ROW('5'::bigint, 'ana'))
        postgres: Index Cond: (rank IS NULL)
        note sort=rank [Null, Uuid("0199f0a0-0000-7000-8000-000000000001")]
        postgres: Index Cond: ((rank IS NULL) AND (id > 'ana'))
        note sort=created_at [DateTime("2026-11-21T00:00:00.000000Z"), Uuid("0199f0a0-0000-7000-8000-000000000001")]
        postgres: Index Cond: (ROW(created_at, id) > ROW('2026-11-21 00:00:00+00'::timestamp with time zone, 'ana'))
    "#]]
}
