//! How rows of the audit are looked for: by the index where it is filled, row by row elsewhere.

use work::{Dialect, Value};

use super::index::ROWS;
use super::marks::{self, Zone};

/// Which rows are looked for.
pub(super) struct Wanted<'a> {
    pub columns: &'a str,
    /// What holds of them, over parameters.
    pub conditions: &'a str,
    /// What they all have.
    pub terms: &'a [String],
    pub limit: usize,
}

/// The statement for the last rows that are wanted, in parts of the audit, and the parameters after so many that its conditions have.
pub(super) fn select(dialect: &Dialect, wanted: &Wanted<'_>, zones: &[Zone], params: usize) -> (String, Vec<Value>) {
    let Wanted { columns, conditions, terms, limit } = wanted;
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    // A server does not take what stands nowhere in the statement.
    let is_asked = zones.iter().any(|zone| matches!(zone, Zone::Found(..)));
    let terms: &[String] = if is_asked { terms } else { &[] };
    let mut values: Vec<Value> = terms.iter().map(|term| Value::Text(term.clone())).collect();
    let first = params + 1;
    let others: String = (first + 1..first + terms.len())
        .map(|place| {
            let term = dialect.parameter(place);
            format!(
                " AND EXISTS (SELECT 1 FROM {index} AS \"o\" WHERE \"o\".\"term\" = {term} AND \"o\".\"block\" = \"i\".\"block\")"
            )
        })
        .collect();
    let (rows, within) = of_block(dialect, columns);
    let mut number = |value: i64| {
        values.push(Value::Integer(value));
        dialect.parameter(params + values.len())
    };
    let parts: Vec<String> = zones
        .iter()
        .enumerate()
        .map(|(place, zone)| {
            let part = match *zone {
                Zone::Read(from, to) => format!(
                    "SELECT {columns} FROM {audit} WHERE \"seq\" >= {} AND \"seq\" < {} AND {conditions} ORDER BY \"seq\" DESC",
                    number(from),
                    number(to)
                ),
                Zone::Found(from, to) => format!(
                    "SELECT {columns} FROM {index} AS \"i\" CROSS JOIN {rows} WHERE \"term\" = {} AND \"block\" >= {} AND \"block\" < {}\
                     {others} AND {within} AND {conditions} ORDER BY \"block\" DESC, \"seq\" DESC",
                    dialect.parameter(first),
                    number(from),
                    number(to)
                ),
            };
            format!("SELECT * FROM ({part} LIMIT {limit}) AS \"part{place}\"")
        })
        .collect();
    let sql =
        format!("SELECT {columns} FROM ({}) AS \"all\" ORDER BY \"seq\" DESC LIMIT {limit}", parts.join(" UNION ALL "));
    (sql, values)
}

/// The question for all rows under a condition that have all of these terms, which are texts of ours: those of the blocks that
/// have them, and what is not indexed yet row by row.
pub(crate) fn all(dialect: &Dialect, columns: &str, condition: &str, terms: [&str; 2]) -> String {
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    let indexed = marks::below(dialect);
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let terms = ["row:task:7", "action:create"].map(str::to_owned);
        let wanted =
            Wanted { columns: "\"seq\", entity, entity_id, action", conditions: &conditions, terms: &terms, limit: 21 };
        let zones = [Zone::Read(150 * ROWS, i64::MAX), Zone::Found(0, 150)];
        let (sql, params) = select(dialect, &wanted, &zones, 4);
        let numbers = [150 * ROWS, i64::MAX, 0, 150].map(Value::Integer);
        assert_eq!(params, [terms.map(Value::Text).to_vec(), numbers.to_vec()].concat());
        sql
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
            "SEARCH i USING PRIMARY KEY (term=? AND block>? AND block<?)",
            "SEARCH _audit USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        ] {
            assert!(steps.iter().any(|said| said == step), "{step}: {steps:#?}");
        }
        let walks = steps
            .iter()
            .filter(|step| step.starts_with("SCAN"))
            .all(|step| ["part0", "part1", "all"].iter().any(|own| step.ends_with(own)));
        assert!(walks, "{steps:#?}");
        let mut found = connection.prepare(&sql).unwrap();
        let params = ("task", "7", "create", 39_000, "row:task:7", "action:create", 150 * ROWS, i64::MAX, 0, 150);
        let rows = found.query_map(params, |row| row.get(0)).unwrap();
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
            let execute = "EXECUTE asked('task', '7', 'create', 39000, 'row:task:7', 'action:create', 38400, 9223372036854775807, 0, 150)";
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
