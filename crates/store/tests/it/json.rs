//! Cells as JSON: what serde_json reads back is what was stored.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use store::StoreError;
use work::{Column, Kind, Otherwise, Refusal, Shape, Step, Value};

use crate::support::*;

/// One row of these values, each under the key `k`, `k1` …, as JSON text; and the same captured.
fn round_trip(database: &Database, cells: &[(Kind, Value)]) -> (String, Vec<Value>) {
    let columns = (0..cells.len()).map(|place| Column::new(&format!("k{place}"), cells[place].0)).collect();
    let captured = cells.iter().map(|(kind, _)| *kind).collect();
    let places: Vec<String> = (1..=cells.len()).map(|place| format!("?{place}")).collect();
    let sql = format!("SELECT {0}, {0}", places.join(", "));
    let values: Vec<Value> = cells.iter().map(|(_, value)| value.clone()).collect();
    let answer = database.done(read(vec![Step::One {
        statement: statement(&sql, &values),
        shape: Arc::new(Shape { columns, captured }),
        none: Otherwise::Refuse(Refusal::NotFound),
    }]));
    (String::from_utf8(answer.body).unwrap(), answer.captured)
}

fn check(kind: Kind, value: Value, expected: &str) {
    let database = Database::new();
    let (body, captured) = round_trip(&database, &[(kind, value.clone())]);
    assert_eq!(body, format!(r#"{{"k0":{expected}}}"#));
    assert_eq!(captured, [value]);
}

#[test]
fn each_kind_has_its_form() {
    check(Kind::Boolean, Value::Boolean(true), "true");
    check(Kind::Boolean, Value::Boolean(false), "false");
    check(Kind::Integer, Value::Integer(i64::MIN), "-9223372036854775808");
    check(Kind::Text, Value::Null, "null");
    check(Kind::Text, text("a\"b\\c\n\r\t\u{1}\u{7f}é🦀\u{2028}"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\u{7f}é🦀\u{2028}\"");
    check(Kind::Text, text(""), "\"\"");
    check(Kind::Json, Value::Json(r#"{"a":[1,null]}"#.to_owned()), r#"{"a":[1,null]}"#);
    check(Kind::Date, Value::Date("2026-11-21".to_owned()), r#""2026-11-21""#);
    check(Kind::Float, Value::Float(0.1), "0.1");
    check(Kind::Float, Value::Float(1.0), "1.0");
    check(Kind::Float, Value::Float(-0.0), "-0.0");
    check(Kind::Float, Value::Float(1e300), "1e300");
    check(Kind::Float, Value::Float(5e-324), "5e-324");
}

#[test]
fn decimals_are_exact() {
    for (units, scale, expected) in [
        (1250, 2, "12.50"),
        (-5, 2, "-0.05"),
        (5, 2, "0.05"),
        (0, 2, "0.00"),
        (7, 0, "7"),
        (-7, 0, "-7"),
        (1, 9, "0.000000001"),
        (i64::MIN, 9, "-9223372036.854775808"),
        (i64::MAX, 2, "92233720368547758.07"),
        (i64::MAX, 19, "0.9223372036854775807"),
    ] {
        check(Kind::Decimal { scale }, Value::Decimal { units, scale }, &format!("\"{expected}\""));
    }
}

#[test]
fn cells_that_json_cannot_hold_are_bugs() {
    let database = Database::new();
    let broken = |kind: Kind, sql: &str| {
        let shape = Shape { columns: vec![Column::new("k", kind)], captured: Vec::new() };
        let none = Otherwise::Refuse(Refusal::NotFound);
        let result =
            database.run(read(vec![Step::One { statement: statement(sql, &[]), shape: Arc::new(shape), none }]));
        assert!(matches!(result, Err(StoreError::Broken { .. })), "{sql}: {result:?}");
    };
    broken(Kind::Float, "SELECT 9e999");
    broken(Kind::Boolean, "SELECT 2");
    broken(Kind::Text, "SELECT CAST(x'ff' AS TEXT)");
    broken(Kind::Bytes, "SELECT x'00'");
    broken(Kind::Integer, "SELECT 1.5");
    broken(Kind::Decimal { scale: 20 }, "SELECT 1");
}

fn cell() -> impl Strategy<Value = (Kind, Value, Json)> {
    prop_oneof![
        any::<String>().prop_map(|text| (Kind::Text, Value::Text(text.clone()), json!(text))),
        // Mostly what needs an escape.
        "[\u{0}-\u{22}\\\\a\u{7f}é🦀]*".prop_map(|text| (Kind::Text, Value::Text(text.clone()), json!(text))),
        any::<i64>().prop_map(|number| (Kind::Integer, Value::Integer(number), json!(number))),
        any::<bool>().prop_map(|truth| (Kind::Boolean, Value::Boolean(truth), json!(truth))),
        Just((Kind::Text, Value::Null, Json::Null)),
        (any::<i64>(), 0..=9u8).prop_map(|(units, scale)| {
            let text = decimal(units, scale);
            (Kind::Decimal { scale }, Value::Decimal { units, scale }, json!(text))
        }),
    ]
}

/// By division in wider integers, so differently from the code under test.
fn decimal(units: i64, scale: u8) -> String {
    let unit = 10_i128.pow(u32::from(scale));
    let (whole, part) = (i128::from(units).abs() / unit, i128::from(units).abs() % unit);
    let sign = if units < 0 { "-" } else { "" };
    match scale {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part:0width$}", width = usize::from(scale)),
    }
}

#[test]
fn any_row_reads_back_the_same() {
    let database = Database::new();
    let mut runner = proptest::test_runner::TestRunner::default();
    let rows = proptest::collection::vec(cell(), 1..8);
    let result = runner.run(&rows, |cells| {
        let given: Vec<(Kind, Value)> = cells.iter().map(|(kind, value, _)| (*kind, value.clone())).collect();
        let (body, captured) = round_trip(&database, &given);
        let parsed: Json = serde_json::from_str(&body).expect(&body);
        for (place, (_, value, expected)) in cells.iter().enumerate() {
            prop_assert_eq!(&parsed[format!("k{place}")], expected);
            prop_assert_eq!(&captured[place], value);
        }
        Ok(())
    });
    result.unwrap();
}

/// serde_json's own reading of floats is off by a bit, so the text is read by the standard library.
#[test]
fn any_float_reads_back_to_the_last_bit() {
    let database = Database::new();
    let floats = proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO;
    let result = proptest::test_runner::TestRunner::default().run(&floats, |number| {
        let (body, captured) = round_trip(&database, &[(Kind::Float, Value::Float(number))]);
        prop_assert!(serde_json::from_str::<Json>(&body).is_ok(), "{}", body);
        let text = body.strip_prefix("{\"k0\":").and_then(|rest| rest.strip_suffix('}')).unwrap();
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        prop_assert_eq!(captured, [Value::Float(number)]);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_joined_row_is_an_object_and_null_where_there_is_none() {
    let database = Database::new();
    let company = Column::row("company", vec![Column::new("id", Kind::Integer), Column::new("city", Kind::Text)]);
    let prospect = vec![Column::new("id", Kind::Integer), company, Column::new("name", Kind::Text)];
    let columns =
        vec![Column::new("id", Kind::Integer), Column::row("prospect", prospect), Column::new("end", Kind::Boolean)];
    let shape = Arc::new(Shape { columns, captured: vec![Kind::Integer] });
    for (cells, expected) in [
        (
            "1, 2, 3, 'Lyon', 'Ana', 1, 9",
            r#"{"id":1,"prospect":{"id":2,"company":{"id":3,"city":"Lyon"},"name":"Ana"},"end":true}"#,
        ),
        ("1, 2, NULL, NULL, NULL, 1, 9", r#"{"id":1,"prospect":{"id":2,"company":null,"name":null},"end":true}"#),
        ("1, NULL, NULL, NULL, NULL, 0, 9", r#"{"id":1,"prospect":null,"end":false}"#),
    ] {
        let none = Otherwise::Refuse(Refusal::NotFound);
        let statement = statement(&format!("SELECT {cells}"), &[]);
        let answer = database.done(read(vec![Step::One { statement, shape: shape.clone(), none }]));
        assert_eq!(String::from_utf8(answer.body).unwrap(), expected);
        assert_eq!(answer.captured, [Value::Integer(9)]);
    }
}
