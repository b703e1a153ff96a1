//! By what the rows of the audit are found: for whose they are, of which record, of which kind, the blocks of rows that have such.
//! A row that tells which records were shown is of each of them.
//!
//! Whoever writes a row waits for none of it: the sealer fills the index behind him, a few blocks at a time, and what it has not
//! come to yet is read row by row. Up to where it has come stands in the database, and a list reads it in the same statement,
//! so that no row is missed or shown twice, whoever fills it meanwhile.

use std::collections::{BTreeMap, VecDeque};

use work::{Column, Dialect, Kind, Otherwise, Refusal, Statement, Step, Value, Work};

use super::{reads, rows};

/// Rows of one block, by their numbers. Less, and more of it is to be written for somebody who does much; more, and more rows
/// are looked at for each that is found.
const ROWS: i64 = 256;
/// Blocks that are filled in one transaction at most.
pub(super) const AT_ONCE: i64 = 4;
/// Terms that are written in one transaction, unless one row has more: on SQLite others wait for it to end. Those of a row that tells
/// which records were shown may be a thousand.
pub(super) const TERMS: i64 = 8_000;
/// Terms that a row has beside those.
const OF_ROW: i64 = 7;
/// Columns that have terms of their own, those first that leave fewer rows.
const COLUMNS: [&str; 6] = ["sub", "key", "entity", "action", "outcome", "iss"];
/// Where it stands how many blocks are indexed.
const NAME: &str = "audit_indexed";

/// The terms of a row for which all of these hold, each a column and its value; none if it can only be found by reading.
pub(super) fn terms(filters: &[(&str, &str)]) -> Vec<String> {
    let value = |name: &str| filters.iter().find(|(column, _)| *column == name).map(|(_, value)| *value);
    let record = value("entity").zip(value("entity_id")).map(|(entity, id)| format!("row:{entity}:{id}"));
    let others = COLUMNS.iter().filter_map(|name| Some(format!("{name}:{}", value(name)?)));
    record.into_iter().chain(others).collect()
}

/// The block in which a row is.
pub(super) fn block(seq: i64) -> i64 {
    seq.div_euclid(ROWS)
}

/// The statement for the last rows under these conditions, which are over parameters, that have all of these terms.
/// `before` is the place of the parameter below which the rows are, and `first` that of the first of the terms, one after the other.
pub(super) fn select(
    dialect: &Dialect,
    columns: &str,
    conditions: &str,
    before: Option<usize>,
    first: usize,
    terms: usize,
    limit: usize,
) -> String {
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    let indexed = indexed(dialect);
    let mut found = format!("\"term\" = {} AND \"block\" < {indexed}", dialect.parameter(first));
    if let Some(before) = before {
        found.push_str(&format!(" AND \"block\" <= {} / {ROWS}", dialect.parameter(before)));
    }
    for place in first + 1..first + terms {
        found.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM {index} AS \"o\" WHERE \"o\".\"term\" = {} AND \"o\".\"block\" = \"i\".\"block\")",
            dialect.parameter(place)
        ));
    }
    let (rows, within) = of_block(dialect, columns);
    format!(
        "SELECT {columns} FROM (\
         SELECT * FROM (SELECT {columns} FROM {audit} WHERE \"seq\" >= {indexed} * {ROWS} AND {conditions} \
         ORDER BY \"seq\" DESC LIMIT {limit}) AS \"read\" \
         UNION ALL \
         SELECT * FROM (SELECT {columns} FROM {index} AS \"i\" CROSS JOIN {rows} WHERE {found} AND {within} AND {conditions} \
         ORDER BY \"block\" DESC, \"seq\" DESC LIMIT {limit}) AS \"found\"\
         ) AS \"all\" ORDER BY \"seq\" DESC LIMIT {limit}"
    )
}

/// The question for all rows under a condition that have all of these terms, which are texts of ours: those of the blocks that
/// have them, and what is not indexed yet row by row.
pub(crate) fn all(dialect: &Dialect, columns: &str, condition: &str, terms: [&str; 2]) -> String {
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    let indexed = indexed(dialect);
    let [first, second] = terms;
    let (rows, within) = of_block(dialect, "*");
    format!(
        "SELECT {columns} FROM {audit} WHERE \"seq\" >= {indexed} * {ROWS} AND {condition} \
         UNION \
         SELECT {columns} FROM {index} AS \"i\" CROSS JOIN {rows} \
         WHERE \"term\" = '{first}' AND \"block\" < {indexed} AND EXISTS (SELECT 1 FROM {index} AS \"o\" \
         WHERE \"o\".\"term\" = '{second}' AND \"o\".\"block\" = \"i\".\"block\") AND {within} AND {condition}"
    )
}

/// The rows of the block of an entry of the index, which stands before them: what stands in `FROM`, and a condition.
fn of_block(dialect: &Dialect, columns: &str) -> (String, String) {
    let audit = dialect.table("_audit");
    let within = format!("\"seq\" >= \"block\" * {ROWS} AND \"seq\" < \"block\" * {ROWS} + {ROWS}");
    match dialect {
        Dialect::Sqlite => (audit, within),
        // It would take so many conditions to leave so few rows that it reads them all once rather than the blocks one by one.
        Dialect::Postgres { .. } => {
            let fenced = format!("SELECT {columns} FROM {audit} WHERE {within} ORDER BY \"seq\" DESC LIMIT {ROWS}");
            (format!("LATERAL ({fenced}) AS \"a\""), "TRUE".to_owned())
        }
    }
}

/// How many blocks are indexed, as an expression.
fn indexed(dialect: &Dialect) -> String {
    format!("coalesce((SELECT \"value\" FROM {} WHERE \"name\" = '{NAME}'), 0)", dialect.table("_state"))
}

/// The question how many blocks are indexed.
pub(super) fn how_many(dialect: &Dialect) -> String {
    format!("SELECT CAST({} AS BIGINT)", indexed(dialect))
}

/// The question of how many records the rows between two tell that they were shown, for those that tell of such: `seq` and `ids`.
pub(super) fn weights(dialect: &Dialect, from: i64, to: i64) -> Work {
    let [one, two] = [1, 2].map(|place| dialect.parameter(place));
    let ids = reads::how_many(dialect, "\"a\".\"after\"");
    let sql = format!(
        "SELECT \"a\".\"seq\", CAST(coalesce({ids}, 0) AS BIGINT) AS \"ids\" FROM {} AS \"a\" \
         WHERE \"a\".\"seq\" BETWEEN {one} AND {two} AND {IS_OF_READS} ORDER BY \"a\".\"seq\"",
        dialect.table("_audit")
    );
    let columns = ["seq", "ids"].map(|name| Column::new(name, Kind::Integer)).into();
    rows::page(
        sql,
        vec![Value::Integer(from), Value::Integer(to)],
        columns,
        usize::try_from(to - from).unwrap_or_default() + 1,
    )
}

/// The numbers of rows from one to another in ranges that have no more than so many terms each, or are of one row.
pub(super) fn parts(from: i64, to: i64, weights: &BTreeMap<i64, i64>, most: i64) -> VecDeque<(i64, i64)> {
    let mut parts = VecDeque::new();
    let (mut begin, mut terms) = (from, 0);
    for seq in from..=to {
        let own = OF_ROW + weights.get(&seq).copied().unwrap_or_default();
        if seq > begin && terms + own > most {
            parts.push_back((begin, seq - 1));
            (begin, terms) = (seq, 0);
        }
        terms += own;
    }
    parts.push_back((begin, to));
    parts
}

/// The first and the last number of the rows in the blocks from one to below another.
pub(super) fn numbers(from: i64, to: i64) -> (i64, i64) {
    (from * ROWS, to * ROWS - 1)
}

/// Indexes rows of blocks that are not indexed yet, of which there are `indexed` before and `then` afterwards. Refused where somebody
/// else came further.
pub(super) fn fill(dialect: &Dialect, (indexed, then): (i64, i64), (from, to): (i64, i64)) -> Work {
    let [one, two] = [1, 2].map(|place| dialect.parameter(place));
    // First, for it is what others wait for who would do the same.
    let sql = format!(
        "UPDATE {} SET \"value\" = {one} WHERE \"name\" = '{NAME}' AND \"value\" = {two}",
        dialect.table("_state")
    );
    let advance = Statement::new(sql, vec![Value::Integer(then), Value::Integer(indexed)]);
    Work::write(vec![
        Step::Change { statement: advance, none: Otherwise::Refuse(Refusal::Stale) },
        Step::Run(add(dialect, from, to)),
    ])
}

/// Has whoever indexes rows, too, wait until this is committed: who writes the same terms in another order would wait for us, and we
/// for him. The first step of a work.
pub(super) fn hold(dialect: &Dialect) -> Step {
    let sql = format!("UPDATE {} SET \"value\" = \"value\" WHERE \"name\" = '{NAME}'", dialect.table("_state"));
    Step::Run(Statement::new(sql, Vec::new()))
}

/// Indexes the rows of a range of numbers, after [`hold`] or what holds as well. In one order, whoever does it.
pub(super) fn add(dialect: &Dialect, from: i64, to: i64) -> Statement {
    let [one, two] = [1, 2].map(|place| dialect.parameter(place));
    let audit = dialect.table("_audit");
    let select = |term: String| {
        format!(
            "SELECT {term}, \"a\".\"seq\" / {ROWS} FROM {audit} AS \"a\" \
             WHERE \"a\".\"seq\" BETWEEN {one} AND {two} AND {term} IS NOT NULL"
        )
    };
    let (shown, id) = reads::shown(dialect, "\"a\".\"after\"");
    let of_reads = format!(
        "SELECT {}, \"a\".\"seq\" / {ROWS} FROM {audit} AS \"a\" CROSS JOIN {shown} \
         WHERE \"a\".\"seq\" BETWEEN {one} AND {two} AND {IS_OF_READS}",
        record(id)
    );
    let sql = format!(
        "INSERT INTO {} (\"term\", \"block\") {} ORDER BY 1, 2 ON CONFLICT DO NOTHING",
        dialect.table("_audit_index"),
        expressions().map(select).chain([of_reads]).collect::<Vec<_>>().join(" UNION ")
    );
    Statement::new(sql, vec![Value::Integer(from), Value::Integer(to)])
}

/// The question for numbers of rows from one to another that should be found by the index and are not.
pub(super) fn left_out(dialect: &Dialect, limit: usize) -> String {
    let [one, two] = [1, 2].map(|place| dialect.parameter(place));
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    let leads_here = |term: &str| {
        format!(
            "EXISTS (SELECT 1 FROM {index} AS \"i\" WHERE \"i\".\"term\" = {term} AND \"i\".\"block\" = \"a\".\"seq\" / {ROWS})"
        )
    };
    let missing = |term: String| format!("({term} IS NOT NULL AND NOT {})", leads_here(&term));
    let (shown, id) = reads::shown(dialect, "\"a\".\"after\"");
    let of_reads = format!("({IS_OF_READS} AND EXISTS (SELECT 1 FROM {shown} WHERE NOT {}))", leads_here(&record(id)));
    format!(
        "SELECT \"a\".\"seq\" FROM {audit} AS \"a\" WHERE \"a\".\"seq\" BETWEEN {one} AND {two} \
         AND \"a\".\"seq\" < {} * {ROWS} AND ({}) ORDER BY \"a\".\"seq\" LIMIT {limit}",
        indexed(dialect),
        expressions().map(missing).chain([of_reads]).collect::<Vec<_>>().join(" OR ")
    )
}

/// That a row of the audit, `a`, tells of no one record, but may of several that were shown.
const IS_OF_READS: &str = "\"a\".\"entity_id\" IS NULL AND \"a\".\"entity\" IS NOT NULL";

/// The terms of a row, `a`, as expressions; null where it has none.
fn expressions() -> impl Iterator<Item = String> {
    let others = COLUMNS.iter().map(|name| format!("('{name}:' || \"a\".\"{name}\")"));
    [record("\"a\".\"entity_id\"")].into_iter().chain(others)
}

/// The term of a record.
fn record(id: &str) -> String {
    format!("('row:' || \"a\".\"entity\" || ':' || {id})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_term_that_leaves_fewest_rows_comes_first() {
        let filters =
            [("action", "create"), ("entity", "task"), ("entity_id", "7"), ("request_id", "r"), ("sub", "ana")];
        assert_eq!(terms(&filters), ["row:task:7", "sub:ana", "entity:task", "action:create"]);
        assert!(terms(&[("entity_id", "7"), ("request_id", "r")]).is_empty());
    }

    #[test]
    fn blocks_begin_where_the_last_one_ends() {
        assert_eq!([0, 255, 256, 511, 512].map(block), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn what_is_written_at_once_is_bounded_by_terms() {
        let parts = |weights: &[(i64, i64)], most| parts(0, 9, &weights.iter().copied().collect(), most);
        assert_eq!(parts(&[], 70), [(0, 9)]);
        assert_eq!(parts(&[], 69), [(0, 8), (9, 9)]);
        assert_eq!(parts(&[(3, 1000), (4, 20)], 60), [(0, 2), (3, 3), (4, 8), (9, 9)]);
        assert_eq!(parts(&[(0, 1000), (9, 1000)], 60), [(0, 0), (1, 8), (9, 9)]);
        assert_eq!(parts(&[], 1).len(), 10);
    }

    /// Tables of enough rows that they are not walked because they are small.
    const TABLES: &str = "
        CREATE TABLE _audit (seq bigint PRIMARY KEY, entity text, entity_id text, action text, sub text);
        CREATE TABLE _audit_index (term text NOT NULL, block bigint NOT NULL, PRIMARY KEY (term, block));
        CREATE TABLE _state (name text PRIMARY KEY, value bigint);
        INSERT INTO _state VALUES ('audit_indexed', 150);
        INSERT INTO _audit WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
          SELECT i, 'task', CAST(i % 1000 AS text), 'create', 'ana' FROM n;
        INSERT INTO _audit_index SELECT DISTINCT 'row:task:' || entity_id, seq / 256 FROM _audit
          UNION SELECT DISTINCT 'action:create', seq / 256 FROM _audit;
        ANALYZE;";

    fn asked(dialect: &Dialect) -> String {
        let at = |place| dialect.parameter(place);
        let conditions =
            format!("entity = {} AND entity_id = {} AND action = {} AND seq < {}", at(1), at(2), at(3), at(4));
        select(dialect, "\"seq\", entity, entity_id, action", &conditions, Some(4), 5, 2, 21)
    }

    #[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the server sends")]
    #[test]
    fn sqlite_goes_by_the_index_and_sorts_no_more_than_two_pages() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let tables = TABLES
            .replace("seq bigint", "seq INTEGER")
            .replace("PRIMARY KEY (term, block))", "PRIMARY KEY (term, block)) WITHOUT ROWID");
        connection.execute_batch(&tables).unwrap();
        let sql = asked(&Dialect::Sqlite);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = {
            let mut rows = statement.raw_query();
            std::iter::from_fn(|| rows.next().unwrap().map(|row| row.get(3).unwrap())).collect()
        };
        for step in [
            "SEARCH i USING PRIMARY KEY (term=? AND block<?)",
            "SEARCH _audit USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ] {
            assert!(steps.iter().any(|said| said == step), "{step}: {steps:#?}");
        }
        let walks = steps
            .iter()
            .filter(|step| step.starts_with("SCAN"))
            .all(|step| ["read", "found", "all"].iter().any(|own| step.ends_with(own)));
        assert!(walks, "{steps:#?}");
        let mut found = connection.prepare(&sql).unwrap();
        let rows =
            found.query_map(("task", "7", "create", 39_000, "row:task:7", "action:create"), |row| row.get(0)).unwrap();
        let expected: Vec<i64> = (0..39).rev().map(|thousands| thousands * 1000 + 7).take(21).collect();
        assert_eq!(rows.map(Result::unwrap).collect::<Vec<i64>>(), expected);
    }

    #[test]
    fn postgres_goes_by_the_index() {
        if !throwaway::is_chosen() {
            return;
        }
        let database = throwaway::Database::new().unwrap();
        let tables = TABLES.replace("CREATE TABLE ", "CREATE TABLE app.").replace("ANALYZE;", "");
        database.execute(&format!("CREATE SCHEMA app; SET search_path TO app; {tables}"));
        database.execute("VACUUM ANALYZE");
        let sql = asked(&Dialect::Postgres { schema: "app".into() });
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let execute = "EXECUTE asked('task', '7', 'create', 39000, 'row:task:7', 'action:create')";
            let ask = |how: &str| {
                database.query(&format!("SET plan_cache_mode = {mode}; PREPARE asked AS {sql}; {how} {execute}"))
            };
            let plan: Vec<String> = ask("EXPLAIN").into_iter().flatten().flatten().collect();
            assert!(!plan.iter().any(|line| line.contains("Seq Scan on _audit")), "{plan:#?}");
            let rows: Vec<String> = ask("").into_iter().filter_map(|mut row| row.swap_remove(0)).collect();
            let expected: Vec<String> =
                (0..39).rev().map(|thousands| (thousands * 1000 + 7).to_string()).take(21).collect();
            assert_eq!(rows, expected);
        }
    }
}
