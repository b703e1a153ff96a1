//! What each type takes, in which form it is stored, and what it refuses with which code.

use blueprint::{Field, Literal, load};
use serde_json::{Value, json};

fn field(written: &str) -> Field {
    let text =
        format!("[app]\nname = \"a\"\n[entity.other]\nid = \"uuid\"\n[entity.thing.field]\nit = {{ {written} }}\n");
    load(&text).unwrap_or_else(|problems| panic!("{written}: {problems}")).entities.remove(1).fields.remove(0)
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn takes(written: &str, cases: &[(Value, Literal)]) {
    let field = field(written);
    for (json, literal) in cases {
        assert_eq!(field.read(json).as_ref(), Ok(literal), "{written}: {json}");
    }
}

fn refuses(written: &str, cases: &[(Value, &str)]) {
    let field = field(written);
    for (json, code) in cases {
        let complaint = field.read(json).expect_err(&format!("{written}: {json}"));
        assert_eq!(complaint.code, *code, "{written}: {json}: {}", complaint.detail);
        assert!(!complaint.detail.is_empty());
    }
}

fn same(texts: &[&str]) -> Vec<(Value, Literal)> {
    texts.iter().map(|it| (json!(it), text(it))).collect()
}

fn all(code: &'static str, values: &[Value]) -> Vec<(Value, &'static str)> {
    values.iter().map(|value| (value.clone(), code)).collect()
}

fn texts(code: &'static str, values: &[&str]) -> Vec<(Value, &'static str)> {
    values.iter().map(|value| (json!(value), code)).collect()
}

#[test]
fn null_is_for_what_is_not_required() {
    takes(r#"type = "integer""#, &[(Value::Null, Literal::Null)]);
    takes(r#"type = "json""#, &[(Value::Null, Literal::Null)]);
    refuses(r#"type = "integer", required = true"#, &[(Value::Null, "required")]);
    refuses(r#"type = "json", required = true"#, &[(Value::Null, "required")]);
}

/// What is required is there when something stands in it, unless the blueprint says that it may be empty.
#[test]
fn a_required_text_is_neither_empty_nor_blank() {
    for kind in ["text", "long_text"] {
        let required = format!(r#"type = "{kind}", required = true"#);
        refuses(&required, &texts("blank", &["", " ", "\t ", "\u{a0}\u{2003}"]));
        refuses(
            &required,
            &texts("blank", &["\u{200b}", "\u{2800}", " \u{feff}", "\u{ad}\u{200d}", "\u{180e}\u{2060}"]),
        );
        takes(&required, &same(&["a", " a ", "0", "\u{200b}a", "👩\u{200d}💻"]));
        refuses(&format!("{required}, min_length = 1"), &texts("blank", &["", "  "]));
        refuses(&format!("{required}, min_length = 2"), &[(json!(" "), "blank"), (json!("a"), "min_length")]);
        takes(&format!("{required}, min_length = 0"), &same(&["", " "]));
        takes(&format!(r#"{required}, default = """#), &same(&["", " "]));
        refuses(&format!(r#"{required}, default = "x""#), &texts("blank", &["", " "]));
        // A pattern tells what a text may be.
        takes(&format!(r#"{required}, pattern = " *""#), &same(&["", " ", "   "]));
        refuses(&format!(r#"{required}, pattern = " +""#), &texts("pattern", &[""]));
        refuses(&format!(r#"{required}, pattern = " *", min_length = 1"#), &texts("min_length", &[""]));
        takes(&format!(r#"type = "{kind}""#), &same(&["", " "]));
    }
    refuses(r#"type = "long_text", required = true"#, &texts("blank", &["\n\r\n\t"]));
}

#[test]
fn text_of_one_line() {
    takes(r#"type = "text""#, &same(&["", "a\tb", "日本語", "  kept  "]));
    takes(r#"type = "text", max_length = 3"#, &same(&["äöü", "日本語"]));
    refuses(
        r#"type = "text""#,
        &[(json!("a\0b"), "nul"), (json!("a\nb"), "control"), (json!("\u{1b}[31m"), "control")],
    );
    refuses(r#"type = "text""#, &all("type", &[json!(1), json!(true), json!([]), json!({})]));
    refuses(
        r#"type = "text", min_length = 2, max_length = 3"#,
        &[(json!("a"), "min_length"), (json!("abcd"), "max_length")],
    );
    refuses(r#"type = "text", pattern = "[a-z]+|x1""#, &texts("pattern", &["", "A", "a1", "ax1", "x12"]));
    takes(r#"type = "text", pattern = "[a-z]+|x1""#, &same(&["abc", "x1"]));
}

#[test]
fn text_of_several_lines() {
    takes(r#"type = "long_text""#, &same(&["a\nb\r\n\tc"]));
    refuses(
        r#"type = "long_text""#,
        &[(json!("\0"), "nul"), (json!("\u{8}"), "control"), (json!("x".repeat(20_001)), "max_length")],
    );
}

#[test]
fn integers_that_every_json_reader_can_hold() {
    let safe = 9_007_199_254_740_991_i64;
    let ends = [0, -5, safe, -safe].map(|integer| (json!(integer), Literal::Integer(integer)));
    takes(r#"type = "integer""#, &ends);
    refuses(
        r#"type = "integer""#,
        &[(json!(safe + 1), "max"), (json!(-safe - 1), "min"), (json!(u64::MAX), "max"), (json!(i64::MIN), "min")],
    );
    refuses(
        r#"type = "integer""#,
        &[(json!(1.0), "integer"), (json!(1e3), "integer"), (json!("1"), "type"), (json!(true), "type")],
    );
    refuses(r#"type = "integer", min = 3, max = 5"#, &[(json!(2), "min"), (json!(6), "max")]);
    let complaint = field(r#"type = "integer""#).read(&json!("1")).unwrap_err();
    assert_eq!(complaint.detail, "must be a number, not a string: write 1 without quotes");
}

#[test]
fn decimals_are_strings_and_exact() {
    let cases = [("12.50", 1250), ("12.5", 1250), ("12", 1200), ("-0.01", -1), ("-0", 0), ("007", 700)];
    takes(r#"type = "decimal""#, &cases.map(|(text, units)| (json!(text), Literal::Decimal(units))));
    takes(r#"type = "decimal", scale = 0"#, &[(json!("9223372036854775807"), Literal::Decimal(i64::MAX))]);
    takes(r#"type = "decimal", scale = 0"#, &[(json!("-9223372036854775808"), Literal::Decimal(i64::MIN))]);
    takes(r#"type = "money", currency = "JPY""#, &[(json!("500"), Literal::Decimal(500))]);
    takes(r#"type = "money", currency = "KWD""#, &[(json!("1.234"), Literal::Decimal(1234))]);
    let broken =
        ["", "-", ".", ".5", "5.", "1.234", "+1", "1e3", "1,5", " 1", "1 ", "--1", "0x10", "1_000", "NaN", "٣"];
    refuses(r#"type = "decimal""#, &texts("decimal", &broken));
    refuses(
        r#"type = "decimal""#,
        &texts("decimal", &["92233720368547758.08", "99999999999999999999999999999999999999999"]),
    );
    refuses(r#"type = "decimal""#, &all("type", &[json!(12.5), json!(12), json!(true)]));
    refuses(r#"type = "money", min = 0, max = "9.99""#, &[(json!("-0.01"), "min"), (json!("10.00"), "max")]);
    let complaint = field(r#"type = "money""#).read(&json!(12.5)).unwrap_err();
    assert!(complaint.detail.ends_with(r#"write it as a string: "12.5""#), "{}", complaint.detail);
}

#[test]
fn floats_are_finite_numbers() {
    takes(r#"type = "float""#, &[(json!(1.5), Literal::Float(1.5)), (json!(2), Literal::Float(2.0))]);
    refuses(
        r#"type = "float", min = 0, max = 1.5"#,
        &[(json!(-0.1), "min"), (json!(1.6), "max"), (json!("1"), "type")],
    );
}

#[test]
fn booleans_are_true_or_false() {
    takes(r#"type = "boolean""#, &[(json!(true), Literal::Boolean(true)), (json!(false), Literal::Boolean(false))]);
    refuses(r#"type = "boolean""#, &all("type", &[json!("true"), json!(0), json!(1)]));
}

#[test]
fn dates_that_there_are() {
    takes(r#"type = "date""#, &same(&["2026-11-21", "2024-02-29", "0001-01-01", "9999-12-31"]));
    let broken = [
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "20261121",
        "2026-1-1",
        "2026-11-21T00:00:00Z",
        " 2026-11-21",
        "",
        "now",
        "+002026-11-21",
        "２026-11-21",
    ];
    refuses(r#"type = "date""#, &texts("date", &broken));
    refuses(r#"type = "date""#, &all("type", &[json!(20261121)]));
}

#[test]
fn times_with_seconds() {
    takes(r#"type = "time""#, &[(json!("13:45"), text("13:45:00")), (json!("23:59:59"), text("23:59:59"))]);
    refuses(
        r#"type = "time""#,
        &texts("time", &["24:00", "13:60", "13:45:60", "1:45", "13:45:00.5", "13:45Z", "", "13-45"]),
    );
}

#[test]
fn datetimes_in_utc_and_of_one_width() {
    let cases = [
        ("2026-11-21T03:37:18.123456Z", "2026-11-21T03:37:18.123456Z"),
        ("2026-11-21T03:37:18Z", "2026-11-21T03:37:18.000000Z"),
        ("2026-11-21t03:37:18z", "2026-11-21T03:37:18.000000Z"),
        ("2026-11-21 03:37:18Z", "2026-11-21T03:37:18.000000Z"),
        ("2026-11-21T03:37:18.1234569Z", "2026-11-21T03:37:18.123456Z"),
        ("2026-11-21T03:37:18.5+02:00", "2026-11-21T01:37:18.500000Z"),
        ("2026-12-31T23:30:00-05:30", "2027-01-01T05:00:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
    ];
    takes(r#"type = "datetime""#, &cases.map(|(given, kept)| (json!(given), text(kept))));
    let broken = [
        "2026-11-21T03:37:18",
        "2026-11-21",
        "2026-11-21T03:37Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T03:37:60Z",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-11-21T03:37:18.Z",
        "2026-11-21T03:37:18+0200",
        "2026-11-21T03:37:18+24:00",
        "2026-11-21T03:37:18Z ",
        "1234567890",
        "",
        "2026-11-21T03:37:18Zä",
        "ä026-11-21T03:37:18Z",
    ];
    refuses(r#"type = "datetime""#, &texts("datetime", &broken));
}

#[test]
fn an_enum_takes_its_values_exactly() {
    takes(r#"type = "enum", values = ["new", "in work"]"#, &same(&["new", "in work"]));
    refuses(r#"type = "enum", values = ["new", "in work"]"#, &texts("enum", &["New", "", "new "]));
    let complaint = field(r#"type = "enum", values = ["new", "in work"]"#).read(&json!("old")).unwrap_err();
    assert_eq!(complaint.detail, "must be one of: new, in work");
}

#[test]
fn email_addresses_in_lower_case() {
    let cases = [
        ("Ana@Example.COM", "ana@example.com"),
        ("a.b+c@x-y.co", "a.b+c@x-y.co"),
        ("root@localhost", "root@localhost"),
    ];
    takes(r#"type = "email""#, &cases.map(|(given, kept)| (json!(given), text(kept))));
    let long = format!("{}@{}.com", "a".repeat(60), vec!["b".repeat(60); 4].join("."));
    let broken = [
        "",
        "ana",
        "@x.com",
        "ana@",
        "ana@host",
        "Ana <ana@x.com>",
        "\"a b\"@x.com",
        "ana@x.com ",
        "a@b@x.com",
        "ana@[127.0.0.1]",
        "a\n@x.com",
        "a@x..com",
        &long,
    ];
    refuses(r#"type = "email""#, &texts("email", &broken));
}

#[test]
fn phone_numbers_in_e164() {
    let cases = [
        ("+15551234567", "+15551234567"),
        ("+1 (555) 123-4567", "+15551234567"),
        ("+49.30.901820", "+4930901820"),
        ("+353 1 234 5678", "+35312345678"),
    ];
    takes(r#"type = "phone""#, &cases.map(|(given, kept)| (json!(given), text(kept))));
    let broken = [
        "",
        "+",
        "5551234567",
        "+123456",
        "+1234567890123456",
        "+1555abc4567",
        "+2101234567",
        "00491234567",
        "++15551234567",
        "1+5551234567",
        "+१५५५१२३४५६७",
    ];
    refuses(r#"type = "phone""#, &texts("phone", &broken));
}

#[test]
fn urls_of_the_web_as_given() {
    takes(
        r#"type = "url""#,
        &same(&[
            "https://example.com",
            "HTTP://Example.com/a?b=c#d",
            "http://[::1]:8000/",
            "https://example.com/@ana",
            "https://müller.de/",
        ]),
    );
    let broken = [
        "",
        "example.com",
        "/a",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https:example.com",
        "https://ana:pw@example.com",
        "https://@example.com",
        " https://example.com",
        "https://example.com/a b",
        "https://exa\tmple.com",
        "https:\\\\example.com",
        "data:text/html,x",
    ];
    refuses(r#"type = "url""#, &texts("url", &broken));
    refuses(r#"type = "url""#, &[(json!(format!("https://x.com/{}", "a".repeat(2048))), "url")]);
}

#[test]
fn uuids_hyphenated_and_in_lower_case() {
    let kept = "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b";
    takes(r#"type = "uuid""#, &[(json!(kept.to_uppercase()), text(kept)), (json!(kept), text(kept))]);
    let broken = [
        "",
        "0191d2a47c3e7b1a9f001c2d3e4f5a6b",
        "{0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b}",
        "urn:uuid:0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b",
        "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6g",
    ];
    refuses(r#"type = "uuid""#, &texts("uuid", &broken));
}

#[test]
fn references_are_ids_of_the_kind_that_the_target_has() {
    takes(r#"type = "reference", to = "thing""#, &[(json!(7), Literal::Integer(7))]);
    refuses(
        r#"type = "reference", to = "thing""#,
        &all("integer", &[json!(0), json!(-1), json!(1.5), json!(9_007_199_254_740_992_i64), json!(u64::MAX)]),
    );
    refuses(r#"type = "reference", to = "thing""#, &all("type", &[json!("7"), json!({"id": 7})]));
    let id = "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b";
    for target in ["other", "user"] {
        takes(&format!(r#"type = "reference", to = "{target}""#), &[(json!(id), text(id))]);
        refuses(&format!(r#"type = "reference", to = "{target}""#), &[(json!(7), "type"), (json!("7"), "uuid")]);
    }
}

#[test]
fn any_json_within_reason() {
    takes(
        r#"type = "json""#,
        &[(json!({"b": [1, null], "a": "x"}), Literal::Json(r#"{"b":[1,null],"a":"x"}"#.to_owned()))],
    );
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    assert!(field(r#"type = "json""#).read(&nested(32)).is_ok());
    refuses(r#"type = "json""#, &[(nested(33), "depth"), (json!("x".repeat(65_536)), "max_length")]);
    refuses(r#"type = "json""#, &all("nul", &[json!(["\0"]), json!({"a\0": 1}), json!("\0")]));
}

#[test]
fn a_filter_is_typed_but_may_ask_for_what_cannot_be() {
    for (written, given, literal) in [
        (r#"type = "text", max_length = 2, pattern = "x""#, "long", text("long")),
        (r#"type = "integer", max = 5"#, "9", Literal::Integer(9)),
        (r#"type = "decimal", max = 5"#, "9.5", Literal::Decimal(950)),
        (r#"type = "float", max = 5"#, "9.5", Literal::Float(9.5)),
        (r#"type = "boolean""#, "true", Literal::Boolean(true)),
        (r#"type = "email""#, "Ana@X.com", text("ana@x.com")),
        (r#"type = "phone""#, "+1 555 123 4567", text("+15551234567")),
        (r#"type = "date""#, "2026-11-21", text("2026-11-21")),
        (r#"type = "datetime""#, "2026-11-21T00:00:00+01:00", text("2026-11-20T23:00:00.000000Z")),
        (r#"type = "datetime""#, "2026-11-21", text("2026-11-21T00:00:00.000000Z")),
        (r#"type = "reference", to = "thing""#, "7", Literal::Integer(7)),
        (r#"type = "json""#, r#"{"a": 1}"#, Literal::Json(r#"{"a":1}"#.to_owned())),
    ] {
        assert_eq!(field(written).read_text(given), Ok(literal), "{written}");
    }
    for (written, given, code) in [
        (r#"type = "integer""#, "9.0", "integer"),
        (r#"type = "integer""#, "+9", "integer"),
        (r#"type = "integer""#, "99999999999999999999", "integer"),
        (r#"type = "decimal""#, "9.999", "decimal"),
        (r#"type = "float""#, "inf", "type"),
        (r#"type = "float""#, "NaN", "type"),
        (r#"type = "boolean""#, "1", "type"),
        (r#"type = "text""#, "\0", "nul"),
        (r#"type = "date""#, "today", "date"),
        (r#"type = "enum", values = ["new"]"#, "old", "enum"),
        (r#"type = "reference", to = "thing""#, "0", "integer"),
        (r#"type = "reference", to = "user""#, "7", "uuid"),
        (r#"type = "json""#, "{", "type"),
    ] {
        assert_eq!(field(written).read_text(given).expect_err(written).code, code, "{written}");
    }
}
