//! Values of every kind, written and read back: as JSON the very bytes that SQLite's rows become, and as values.

use std::sync::Arc;

use work::{Column, Kind, Shape, Step, Value, Work};

use super::{Database, not_found, read, statement};

/// The type of a column, the kind of its cells, a value, and its JSON.
fn cells() -> Vec<(&'static str, Kind, Value, &'static str)> {
    let text = |text: &str| Value::Text(text.to_owned());
    let decimal = |units, scale| (Kind::Decimal { scale }, Value::Decimal { units, scale });
    let at = |text: &str| Value::DateTime(text.to_owned());
    let mut cells = vec![
        ("boolean", Kind::Boolean, Value::Boolean(true), "true"),
        ("boolean", Kind::Boolean, Value::Boolean(false), "false"),
        ("bigint", Kind::Integer, Value::Integer(0), "0"),
        ("bigint", Kind::Integer, Value::Integer(i64::MIN), "-9223372036854775808"),
        ("integer", Kind::Integer, Value::Integer(-7), "-7"),
        ("double precision", Kind::Float, Value::Float(0.1), "0.1"),
        ("double precision", Kind::Float, Value::Float(1e300), "1e300"),
        ("double precision", Kind::Float, Value::Float(-0.0), "-0.0"),
        ("double precision", Kind::Float, Value::Float(3.0), "3.0"),
        ("text", Kind::Text, text(""), "\"\""),
        ("text", Kind::Text, text("a\"b\\c\nd\u{1}\u{7f}\u{2028}é😀"), "\"a\\\"b\\\\c\\nd\\u0001\u{7f}\u{2028}é😀\""),
        ("text", Kind::Text, text("$1 ' \\x41 NULL {}"), "\"$1 ' \\\\x41 NULL {}\""),
        (
            "uuid",
            Kind::Uuid,
            Value::Uuid("019a9b5c-0000-7abc-8def-0123456789ab".to_owned()),
            "\"019a9b5c-0000-7abc-8def-0123456789ab\"",
        ),
        ("date", Kind::Date, Value::Date("0001-01-01".to_owned()), "\"0001-01-01\""),
        ("date", Kind::Date, Value::Date("9999-12-31".to_owned()), "\"9999-12-31\""),
        ("date", Kind::Date, Value::Date("2024-02-29".to_owned()), "\"2024-02-29\""),
        ("time", Kind::Time, Value::Time("00:00:00".to_owned()), "\"00:00:00\""),
        ("time", Kind::Time, Value::Time("23:59:59".to_owned()), "\"23:59:59\""),
        ("timestamptz", Kind::DateTime, at("2026-11-21T03:37:18.123456Z"), "\"2026-11-21T03:37:18.123456Z\""),
        ("timestamptz", Kind::DateTime, at("1969-12-31T23:59:59.999999Z"), "\"1969-12-31T23:59:59.999999Z\""),
        ("timestamptz", Kind::DateTime, at("0001-01-01T00:00:00.000000Z"), "\"0001-01-01T00:00:00.000000Z\""),
        ("timestamptz", Kind::DateTime, at("9999-12-31T23:59:59.999999Z"), "\"9999-12-31T23:59:59.999999Z\""),
        (
            "json",
            Kind::Json,
            Value::Json("{\"b\":1.50,\"a\":[1e2,\"\\u00e9\"]}".to_owned()),
            "{\"b\":1.50,\"a\":[1e2,\"\\u00e9\"]}",
        ),
    ];
    for (type_name, units, scale, json) in [
        ("numeric(18,2)", 1_250, 2, "\"12.50\""),
        ("numeric(18,2)", -5, 2, "\"-0.05\""),
        ("numeric(18,2)", 0, 2, "\"0.00\""),
        ("numeric(19,0)", i64::MAX, 0, "\"9223372036854775807\""),
        ("numeric(19,9)", i64::MIN, 9, "\"-9223372036.854775808\""),
        ("numeric(18,4)", 100_000_000, 4, "\"10000.0000\""),
        ("numeric(18,4)", 1, 4, "\"0.0001\""),
    ] {
        let (kind, value) = decimal(units, scale);
        cells.push((type_name, kind, value, json));
    }
    cells
}

#[tokio::test]
async fn every_kind_comes_back_as_it_was_written() {
    let Some(database) = Database::new().await else { return };
    for (place, (type_name, kind, value, json)) in cells().into_iter().enumerate() {
        let table = format!("\"app\".\"cells_{place}\"");
        database
            .place
            .execute(&format!("CREATE TABLE {table} (\"id\" bigint, \"cell\" {type_name}, \"none\" {type_name})"));
        let insert = format!("INSERT INTO {table} VALUES (1, $1, $2)");
        database.done(Work::write(vec![Step::Run(statement(&insert, &[value.clone(), Value::Null]))])).await;
        let shape = Shape { columns: vec![Column::new("c", kind), Column::new("n", kind)], captured: vec![kind, kind] };
        let select = format!(
            "SELECT \"cell\", \"none\", \"cell\", \"none\" FROM {table} WHERE \"cell\"::text = $1::{type_name}::text"
        );
        let step = Step::One {
            statement: statement(&select, std::slice::from_ref(&value)),
            shape: Arc::new(shape),
            none: not_found(),
        };
        // Sent unprepared, prepared and once more.
        for _ in 0..3 {
            let answer = database.done(read(vec![step.clone()])).await;
            assert_eq!(String::from_utf8_lossy(&answer.body), format!("{{\"c\":{json},\"n\":null}}"), "{type_name}");
            assert_eq!(answer.captured, [value.clone(), Value::Null], "{type_name}");
        }
    }
}

#[tokio::test]
async fn bytes_are_captured() {
    let Some(database) = Database::new().await else { return };
    let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Kind::Bytes, Kind::Bytes] });
    let params = [Value::Bytes(vec![0, 255, 92, 120]), Value::Bytes(Vec::new())];
    let step = Step::One { statement: statement("SELECT $1::bytea, $2::bytea", &params), shape, none: not_found() };
    let answer = database.done(read(vec![step])).await;
    assert_eq!((answer.captured, answer.body), (params.to_vec(), Vec::new()));
}

/// A joined row that is not there is null; of one that is there each cell is where it belongs.
#[tokio::test]
async fn joined_rows() {
    let Some(database) = Database::new().await else { return };
    let joined = || Column::row("parent", vec![Column::new("id", Kind::Integer), Column::new("title", Kind::Text)]);
    let columns = vec![Column::new("a", Kind::Integer), joined(), Column::new("b", Kind::Integer)];
    let shape = Arc::new(Shape { columns, captured: vec![Kind::Integer] });
    for (sql, json) in [
        ("SELECT 1, 2, 'x', 3, 4", r#"{"a":1,"parent":{"id":2,"title":"x"},"b":3}"#),
        ("SELECT 1, NULL::bigint, 'x', 3, 4", r#"{"a":1,"parent":null,"b":3}"#),
    ] {
        let step = Step::One { statement: statement(sql, &[]), shape: shape.clone(), none: not_found() };
        let answer = database.done(read(vec![step])).await;
        assert_eq!((String::from_utf8_lossy(&answer.body).as_ref(), answer.captured), (json, vec![Value::Integer(4)]));
    }
}

/// A cell of another type than its kind is a bug, told as such, and the next work is not harmed.
#[tokio::test]
async fn a_cell_of_another_type_is_told() {
    let Some(database) = Database::new().await else { return };
    for (sql, kind) in [
        ("SELECT 'x'", Kind::Integer),
        ("SELECT 1", Kind::Text),
        ("SELECT 1.005", Kind::Decimal { scale: 2 }),
        ("SELECT 'NaN'::numeric", Kind::Decimal { scale: 2 }),
        ("SELECT 'NaN'::float8", Kind::Float),
        ("SELECT 'infinity'::timestamptz", Kind::DateTime),
        ("SELECT '1 day'::interval", Kind::Text),
        ("SELECT '\\x00'::bytea", Kind::Bytes),
    ] {
        let shape = Arc::new(Shape { columns: vec![Column::new("c", kind)], captured: Vec::new() });
        let step = Step::One { statement: statement(sql, &[]), shape, none: not_found() };
        let result = database.run(read(vec![step])).await;
        assert!(matches!(result, Err(store::StoreError::Broken { .. })), "{sql}: {result:?}");
    }
    database.done(super::add("fine")).await;
}
