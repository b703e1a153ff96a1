//! By what the rows of the audit are found: for whose they are, of which record, of which kind, the blocks of rows that have such.
//! A row that tells which records were shown is of each of them.
//!
//! Whoever writes a row waits for none of it: the sealer fills the index behind him, a few blocks at a time, and what it has not
//! come to yet is read row by row. How far it has come is in `marks`.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value as Json};
use work::{Column, Dialect, Kind, Statement, Step, Value, Work};

use super::marks::{self, Move};
use super::rows::Row;
use super::{reads, rows, times};

/// Rows of one block, by their numbers. Less, and more of it is to be written for somebody who does much; more, and more rows
/// are looked at for each that is found.
pub(super) const ROWS: i64 = 256;
/// Terms that are written in one transaction, unless one row has more: on SQLite others wait for it to end. Those of a row that tells
/// which records were shown may be a thousand.
pub(super) const TERMS: i64 = 8_000;
/// Terms that a row has beside those.
const OF_ROW: i64 = 8;
/// Columns that have terms of their own, those first that leave fewer rows.
const COLUMNS: [&str; 7] = ["request_id", "sub", "key", "entity", "action", "outcome", "iss"];

/// The terms of a row for which all of these hold, each a column and its values of which one holds: of each, one. None if it can only be
/// found by reading.
pub(super) fn terms(filters: &[(&str, Vec<String>)]) -> Vec<Vec<String>> {
    let values = |name: &str| filters.iter().find(|(column, _)| *column == name).map(|(_, values)| values);
    let record = values("entity").zip(values("entity_id")).map(|(entities, ids)| records(entities, ids));
    let of_column = |name: &&str| Some(values(name)?.iter().map(|value| format!("{name}:{value}")).collect());
    record.into_iter().chain(COLUMNS.iter().filter_map(of_column)).collect()
}

/// The terms of records that may be of any of these entities.
pub(super) fn records(entities: &[String], ids: &[String]) -> Vec<String> {
    entities.iter().flat_map(|entity| ids.iter().map(move |id| format!("row:{entity}:{id}"))).collect()
}

/// The question for the entities that have a record of this id, as far as the index is filled: from each to the next, for there are few
/// of them and many rows of each.
pub(super) fn entities_with(dialect: &Dialect, id: &str, limit: usize) -> Work {
    let (index, one) = (dialect.table("_audit_index"), dialect.parameter(1));
    let next =
        |after: &str| format!("SELECT min(\"term\") FROM {index} WHERE \"term\" > {after} AND \"term\" < 'entity;'");
    let sql = format!(
        "WITH RECURSIVE \"n\"(\"entity\") AS ({} UNION ALL SELECT ({}) FROM \"n\" WHERE \"n\".\"entity\" IS NOT NULL) \
         SELECT substr(\"n\".\"entity\", 8) FROM \"n\" WHERE \"n\".\"entity\" IS NOT NULL AND EXISTS (SELECT 1 FROM {index} AS \"i\" \
         WHERE \"i\".\"term\" = 'row:' || substr(\"n\".\"entity\", 8) || ':' || {one}) ORDER BY 1 LIMIT {}",
        next("'entity:'"),
        next("\"n\".\"entity\""),
        limit + 1
    );
    rows::page(sql, vec![Value::Text(id.to_owned())], vec![Column::new("entity", Kind::Text)], limit)
}

/// The block in which a row is.
pub(super) fn block(seq: i64) -> i64 {
    seq.div_euclid(ROWS)
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

/// Indexes rows of blocks that are not indexed yet, and moves a mark. Refused where somebody else came further.
pub(super) fn fill(dialect: &Dialect, then: Move, (from, to): (i64, i64)) -> Work {
    // First, for it is what others wait for who would do the same.
    let mut steps = then.steps(dialect);
    steps.extend(add(dialect, from, to).map(Step::Run));
    Work::write(steps)
}

/// How many terms a row has that was read.
pub(super) fn terms_of(row: &Row) -> i64 {
    let shown = || {
        let row: Map<String, Json> = serde_json::from_slice(&row.bytes).ok()?;
        let of_reads = row.get("entity_id").is_none_or(Json::is_null) && row.get("entity").is_some_and(Json::is_string);
        let after: Json = serde_json::from_str(row.get("after").filter(|_| of_reads)?.as_str()?).ok()?;
        i64::try_from(after.get("ids")?.as_array()?.len()).ok()
    };
    OF_ROW + shown().unwrap_or_default()
}

/// Indexes the rows of a range of numbers, after [`marks::hold`] or what holds as well. In one order, whoever does it.
pub(super) fn add(dialect: &Dialect, from: i64, to: i64) -> [Statement; 2] {
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
    [times::add(dialect, from, to), Statement::new(sql, vec![Value::Integer(from), Value::Integer(to)])]
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
         AND {} AND ({}) ORDER BY \"a\".\"seq\" LIMIT {limit}",
        marks::is_indexed(dialect, "\"a\".\"seq\""),
        expressions().map(missing).chain([of_reads, times::leave_out(dialect)]).collect::<Vec<_>>().join(" OR ")
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
        let one = |value: &str| vec![value.to_owned()];
        let filters = [
            ("action", one("create")),
            ("entity", vec!["task".to_owned(), "todo".to_owned()]),
            ("entity_id", one("7")),
            ("request_id", one("r")),
            ("sub", one("ana")),
        ];
        let expected: [&[&str]; 5] = [
            &["row:task:7", "row:todo:7"],
            &["request_id:r"],
            &["sub:ana"],
            &["entity:task", "entity:todo"],
            &["action:create"],
        ];
        assert_eq!(terms(&filters), expected);
        assert!(terms(&[("entity_id", one("7"))]).is_empty());
    }

    #[test]
    fn blocks_begin_where_the_last_one_ends() {
        assert_eq!([0, 255, 256, 511, 512].map(block), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn what_is_written_at_once_is_bounded_by_terms() {
        let parts = |weights: &[(i64, i64)], most| parts(0, 9, &weights.iter().copied().collect(), most);
        assert_eq!(parts(&[], 80), [(0, 9)]);
        assert_eq!(parts(&[], 79), [(0, 8), (9, 9)]);
        assert_eq!(parts(&[(3, 1000), (4, 20)], 60), [(0, 2), (3, 3), (4, 8), (9, 9)]);
        assert_eq!(parts(&[(0, 1000), (9, 1000)], 70), [(0, 0), (1, 8), (9, 9)]);
        assert_eq!(parts(&[], 1).len(), 10);
    }
}
