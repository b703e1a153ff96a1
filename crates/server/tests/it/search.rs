//! `q=`: what it finds, what it never finds, that no text breaks it, and that the index is right after every change.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::support::{Caller, TestApp, place};

/// Two fields are searched by all, one by keepers and in one's own rows, one by keepers only.
const LIBRARY: &str = r#"
[app]
name = "library"
[auth]
roles = ["keeper"]

[entity.book]
soft_delete = true
[entity.book.field]
title = { type = "text", required = true, max_length = 200, search = true, index = true }
about = { type = "long_text", search = true }
remark = { type = "text", search = true, read = ["owner", "role:keeper"] }
verdict = { type = "text", search = true, read = ["role:keeper"] }
shelf = { type = "text" }
kind = { type = "enum", values = ["novel", "poem"], default = "novel" }
[entity.book.access]
read = ["signed_in"]

[entity.letter]
id = "uuid"
[entity.letter.field]
text = { type = "text", search = true }
shelf = { type = "text" }
"#;

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn found(caller: &Caller<'_>, q: &str) -> Vec<i64> {
    caller.get(&format!("/books?limit=100&q={}", encoded(q))).await.expect(200).ids()
}

async fn book(caller: &Caller<'_>, title: &str, about: &str) {
    caller.post("/books", json!({"title": title, "about": about})).await.expect(201);
}

/// The index by FTS5's own check, against the rows.
#[expect(clippy::disallowed_methods, reason = "looks into the file past the server")]
fn check_index(app: &TestApp, table: &str) {
    if place::is_postgres() {
        return; // A column of the row itself.
    }
    let connection = rusqlite::Connection::open(app.folder.path().join("app.db")).unwrap();
    let sql = format!("INSERT INTO \"_{table}_search\" (\"_{table}_search\", rank) VALUES ('integrity-check', 1)");
    connection.execute(&sql, []).unwrap_or_else(|error| panic!("{table}: {error}"));
}

#[tokio::test]
async fn every_word_must_begin_a_word() {
    let app = TestApp::new(LIBRARY).await;
    let ana = app.user("ana").await;
    for (title, about) in [
        ("Crème brûlée", "O'Neill's cook-book, 2nd edition"),
        ("CREME de la creme", "nothing near"),
        ("Привет мир", "東京タワー שלום مرحبا"),
        ("cafe\u{301} latte", "and or not near \u{1F600} \"quoted\" snake_case"),
    ] {
        book(&ana, title, about).await;
    }
    for (q, ids) in [
        ("creme", vec![1, 2]),
        ("CRÈME", vec![1, 2]),
        ("creme cook", vec![1]),
        ("brul ne", vec![1]),
        ("rème", vec![]),
        ("creme xyz", vec![]),
        ("neill", vec![1]),
        ("o'neill", vec![1]),
        ("2", vec![1]),
        ("near", vec![2, 4]),
        ("near(or", vec![4]),
        ("cook -edition", vec![1]),
        ("title:creme", vec![]),
        ("c*", vec![1, 2, 4]),
        ("\"quoted", vec![4]),
        ("snake", vec![4]),
        ("case", vec![4]),
        ("cafe", vec![4]),
        ("café", vec![4]),
        ("cafe\u{301}", vec![4]),
        ("ПРИВ ми", vec![3]),
        ("東京", vec![3]),
        ("京", vec![]),
        ("שלום", vec![3]),
        ("مرح", vec![3]),
        ("novel", vec![]),
    ] {
        assert_eq!(found(&ana, q).await, ids, "{q}");
    }
    for nothing in ["", " ", "*", "\"", "()", "\u{1F600}", "\u{301}", "-", "a b c d e f g h i j k"] {
        ana.get(&format!("/books?q={}", encoded(nothing))).await.expect(400);
    }
    ana.get("/books?q=%00").await.expect(400);
    ana.get("/books?q=a&q=b").await.expect(400);
    let unknown = ana.get("/books?search=red").await.expect(400).json();
    assert!(unknown["detail"].as_str().unwrap().ends_with("words are searched for with `q`"), "{unknown}");
    ana.get(&format!("/books?q={}", "x".repeat(7000))).await.expect(200);
}

#[tokio::test]
async fn it_goes_with_filters_order_pages_and_totals() {
    let app = TestApp::new(LIBRARY).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    for number in 0..25 {
        let kind = if number % 5 == 0 { "poem" } else { "novel" };
        ana.post("/books", json!({"title": format!("blue {number}"), "kind": kind})).await.expect(201);
        ana.post("/books", json!({"title": format!("red {number}"), "kind": kind})).await.expect(201);
    }
    let page = ana.get("/books?q=blue&kind=poem&sort=-id&count=exact&limit=3").await.expect(200);
    assert_eq!((page.ids(), &page.json()["total"]), (vec![41, 31, 21], &json!(5)));
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = ana.get(&format!("/books?q=blue&kind=poem&sort=-id&limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!(rest.ids(), [11, 1]);
    for other in ["q=red&kind=poem", "kind=poem", "q=blue"] {
        ana.get(&format!("/books?{other}&sort=-id&cursor={cursor}")).await.expect(400);
    }
    bob.get(&format!("/books?q=blue&kind=poem&sort=-id&cursor={cursor}")).await.expect(400);
}

#[tokio::test]
async fn nobody_finds_what_he_cannot_read() {
    let app = TestApp::new(LIBRARY).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["keeper"]).await;
    bob.post("/letters", json!({"text": "secret plan"})).await.expect(201);
    let (foreign, missing) =
        (ana.get("/letters?q=secret&count=exact").await, ana.get("/letters?q=zzz&count=exact").await);
    assert_eq!(foreign.expect(200).body, missing.expect(200).body);

    bob.post("/books", json!({"title": "open", "remark": "private"})).await.expect(201);
    eve.post("/books", json!({"title": "open", "remark": "private", "verdict": "dull"})).await.expect(201);
    for (caller, q, ids) in [
        (&ana, "private", vec![]),
        (&bob, "private", vec![1]),
        (&eve, "private", vec![1, 2]),
        (&ana, "open private", vec![]),
        (&bob, "open private", vec![1]),
        (&ana, "dull", vec![]),
        (&eve, "dull open", vec![2]),
        (&ana, "open", vec![1, 2]),
    ] {
        assert_eq!(found(caller, q).await, ids, "{q}");
        let total = caller.get(&format!("/books?count=exact&q={}", encoded(q))).await.json()["total"].clone();
        assert_eq!(total, ids.len(), "{q}");
    }
    // Where nothing can be searched, there is no such parameter.
    let app = TestApp::new(&LIBRARY.replace("search = true, ", "").replace(", search = true", "")).await;
    let ana = app.user("ana").await;
    ana.get("/books?q=a").await.expect(400);
}

#[tokio::test]
async fn the_index_follows_every_change() {
    let app = TestApp::new(LIBRARY).await;
    let ana = app.user("ana").await;
    book(&ana, "first", "one").await;
    book(&ana, "second", "two").await;
    ana.patch("/books/1", json!({"title": "changed", "shelf": "x"})).await.expect(200);
    ana.patch("/books/1", json!({"about": null})).await.expect(200);
    for (q, ids) in [("first", vec![]), ("one", vec![]), ("changed", vec![1]), ("second two", vec![2])] {
        assert_eq!(found(&ana, q).await, ids, "{q}");
    }
    ana.delete("/books/2").await.expect(204);
    assert_eq!(found(&ana, "second").await, [] as [i64; 0]);
    ana.api("POST", "/books/2/restore", None).await.expect(200);
    assert_eq!(found(&ana, "second").await, [2]);
    let audited = "SELECT string_agg(entity_id, ',') FROM _audit WHERE outcome = 'done' AND action = 'create' AND entity = 'book'";
    assert_eq!(app.sql::<String>(audited), "1,2", "the trigger's rows are not taken for the row");
    check_index(&app, "books");

    let letter = |text: &str| json!({"text": text, "shelf": "s"});
    let first = ana.post("/letters", letter("alpha")).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let second = ana.post("/letters", letter("beta")).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    ana.delete(&format!("/letters/{first}")).await.expect(204);
    ana.patch(&format!("/letters/{second}"), json!({"text": "gamma", "shelf": null})).await.expect(200);
    ana.post("/letters", letter("alpha")).await.expect(201);
    app.sql::<i64>("SELECT 1");
    for (q, count) in [("alpha", 1), ("beta", 0), ("gamma", 1)] {
        assert_eq!(ana.get(&format!("/letters?q={q}")).await.json()["data"].as_array().unwrap().len(), count, "{q}");
    }
    check_index(&app, "letters");
}

/// The words of a text as docs/search.md has them, written once more for the letters that the test draws from.
fn words(text: &str) -> BTreeSet<String> {
    let plain = |c: char| match c {
        'é' | 'É' | 'è' => Some('e'),
        'ü' | 'Ü' => Some('u'),
        '\u{301}' | '\u{308}' => None,
        'ς' => Some('σ'),
        other => other.to_lowercase().next(),
    };
    let is_accent = |c: char| matches!(c, '\u{301}' | '\u{308}');
    let cut = text.split(|c: char| !c.is_alphanumeric() && !is_accent(c));
    cut.map(|word| word.chars().filter_map(plain).collect::<String>()).filter(|word| !word.is_empty()).collect()
}

fn matches(row: &[&str], q: &str) -> bool {
    let have: BTreeSet<String> = row.iter().flat_map(|text| words(text)).collect();
    words(q).iter().all(|word| have.iter().any(|other| other.starts_with(word.as_str())))
}

const LETTERS: &[char] = &[
    'a',
    'A',
    'b',
    'é',
    'É',
    'e',
    'ü',
    'u',
    '1',
    '2',
    'ж',
    'Ж',
    'σ',
    'ς',
    'Σ',
    '東',
    '京',
    'ש',
    'ل',
    '한',
    ' ',
    ' ',
    ' ',
    '-',
    '\'',
    '"',
    '*',
    '(',
    ')',
    ':',
    '^',
    '_',
    '.',
    '{',
    '+',
    '%',
    '\u{301}',
    '\u{308}',
    '\u{1F600}',
    '\u{200D}',
    '\n',
];

fn texts(longest: usize) -> impl Strategy<Value = String> {
    let words = prop_oneof![
        8 => select(LETTERS).prop_map(String::from),
        1 => select(&["AND ", "NOT ", " OR ", "NEAR(", "title:"][..]).prop_map(String::from),
    ];
    proptest::collection::vec(words, 1..longest).prop_map(|parts| parts.concat())
}

#[test]
fn it_finds_what_a_plain_reading_of_the_rule_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::new(LIBRARY));
    let ana = runtime.block_on(app.user("ana"));
    let mut rows: Vec<(i64, String, String)> = Vec::new();
    let mut hits = 0;
    let config = ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let state = std::cell::RefCell::new((&mut rows, &mut hits));
    runner
        .run(&(texts(12), texts(12), texts(5)), |(title, about, q)| {
            let mut state = state.borrow_mut();
            // Long texts without a word cannot be a title; the row is added when the server takes it.
            let made = runtime.block_on(ana.post("/books", json!({"title": title, "about": about})));
            if made.status == 201 {
                let row = made.json();
                let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                state.0.push((row["id"].as_i64().unwrap(), text("title"), text("about")));
            }
            let answer = runtime.block_on(ana.get(&format!("/books?limit=100&sort=-id&q={}", encoded(&q))));
            if words(&q).is_empty() {
                prop_assert_eq!(answer.status.as_u16(), 400, "{:?}", q);
                return Ok(());
            }
            let matching = state.0.iter().rev().filter(|(_, title, about)| matches(&[title, about], &q));
            let expected: Vec<i64> = matching.map(|(id, ..)| *id).take(100).collect();
            prop_assert_eq!(answer.expect(200).ids(), expected.clone(), "{:?} in {:?}", q, state.0);
            *state.1 += usize::from(!expected.is_empty());
            Ok(())
        })
        .unwrap();
    assert!(hits > 50, "only {hits} found anything");
    check_index(&app, "books");
}

#[test]
fn no_text_breaks_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::new(LIBRARY));
    let ana = runtime.block_on(app.user("ana"));
    runtime.block_on(book(&ana, "x", "y"));
    proptest!(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }, |(q in ".{0,60}")| {
        let answer = runtime.block_on(ana.get(&format!("/books?q={}", encoded(&q))));
        prop_assert!(matches!(answer.status.as_u16(), 200 | 400), "{:?}: {:?}", q, answer);
    });
}

/// The server cuts `q` and FTS5 cuts the rows: they must agree on each character whether it ends a word. Beyond the first
/// two planes there is little but what has no meaning yet, and some of it is enough.
#[test]
#[expect(clippy::disallowed_methods, reason = "asks the tokenizer itself")]
fn both_cut_words_alike() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE t USING fts5(a, tokenize='unicode61 remove_diacritics 2');
             CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance'); BEGIN",
        )
        .unwrap();
    let mut insert = connection.prepare("INSERT INTO t (rowid, a) VALUES (?1, ?2)").unwrap();
    let codes = (1..0x2_0000).chain((0x2_0000..0x11_0000).step_by(257)).chain(0x10_fffd..0x11_0000);
    for c in codes.filter_map(char::from_u32) {
        insert.execute((c as u32, format!("x{c}y"))).unwrap();
    }
    let mut select = connection.prepare("SELECT doc, count(*) FROM v GROUP BY doc").unwrap();
    let counts = select.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))).unwrap();
    let differ = counts.map(Result::unwrap).filter_map(|(doc, count)| {
        let c = char::from_u32(doc)?;
        (query::search::cut(&format!("x{c}y")).count() != count as usize).then_some(c)
    });
    assert_eq!(differ.collect::<Vec<_>>(), [] as [char; 0]);
}

#[tokio::test]
async fn only_text_is_searched() {
    let wrong = LIBRARY.replace("shelf = { type = \"text\" }", "shelf = { type = \"integer\", search = true }");
    let problems = blueprint::load(&wrong).unwrap_err().to_string();
    assert!(problems.contains("`search` means nothing on a field of type integer"), "{problems}");
    let hidden =
        LIBRARY.replace("shelf = { type = \"text\" }", "shelf = { type = \"text\", search = true, hidden = true }");
    assert!(blueprint::load(&hidden).unwrap_err().to_string().contains("it is hidden"));
}
