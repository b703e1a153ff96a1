//! No text makes the reader panic, and spans always point into the request.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

const WORDS: &[&str] = &[
    "each", "boat", "boats", "has", "a", "name", ",", "and", "status", "(", ")", ":", "open", "/", "closed", "when",
    "is", "created", "email", "the", "owner", "of", "can", "only", "they", "their", "with", "every", "Monday", "at",
    "8am", "->", "-", "\n", "\n- ", "1.", "no", "SMS", "don't", "w/", "P0-P3", ".", "!", "As", "I", "want", "to",
    "book", "it", "3", "days", "before", "\"", "\\", "'s", "é", "漢字", "🚤", "which", "whether", "or", "not", "per",
    "one", "many", ";", "%", "up", "between", "from",
];

fn check(request: &str) {
    let reading = intake::read(request);
    for left in &reading.unplaced {
        assert!(request.get(left.span[0]..left.span[1]).is_some(), "{:?}", left.span);
    }
    for ground in &reading.evidence {
        for span in &ground.spans {
            assert!(request.get(span.start..span.end).is_some(), "{span:?}");
        }
    }
    assert!((0.0..=1.0).contains(&reading.coverage));
    assert!(reading.questions.len() <= 3);
    if reading.understood() {
        if let Err(problems) = blueprint::load(&reading.blueprint) {
            panic!("{}\n{problems:?}", reading.blueprint);
        }
        let parsed: toml::Table = toml::from_str(&reading.blueprint).unwrap();
        assert_eq!(parsed["app"]["request"].as_str().unwrap(), request);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(request in any::<String>()) {
        check(&request);
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        check(&words.join(" "));
    }
}

#[test]
fn what_once_made_a_bad_blueprint_is_read() {
    for request in [
        "boat is , or not",
        "Boats have a name and a length. Each boat is pre-paid or not.",
        "boats the status many -> many \"",
        "Email if late.",
        "text when booking confirmed",
        "invoices when overdue send an email",
    ] {
        check(request);
    }
}

#[test]
fn a_very_long_request_is_cut_and_says_so() {
    let request = "Each boat has a name, a length and a price. ".repeat(700);
    let reading = intake::read(&request);
    assert!(reading.understood());
    assert!(reading.unplaced.iter().any(|left| left.note.contains("bytes")));
}

/// A rule that looked through all of it at every sign would take minutes here.
#[test]
fn nothing_is_made_of_signs_alone() {
    for sign in ["(", "-(", "a(", ")", "\"", "*", "/"] {
        let reading = intake::read(&sign.repeat(19_900 / sign.len()));
        assert!(!reading.understood(), "{sign:?}: {}", reading.blueprint);
    }
}

/// A rule that read every list within a list twice would take for ever here.
#[test]
fn lists_within_lists_are_read_a_few_times() {
    for (head, part) in [
        ("Books with ", "a title with a name, "),
        ("A flight is ", "one balloon with one pilot, "),
        ("Orders have ", "items with things, "),
        ("Orders have ", "items with things with a price, "),
        ("Orders have ", "several widgets: several things: "),
    ] {
        check(&(head.to_owned() + &part.repeat(60)));
    }
}

/// Values that are said again and again are values once, and looked for once.
#[test]
fn states_in_a_row_are_values_once() {
    let reading = intake::read(&("Orders have price, status ".to_owned() + &"open, done, ".repeat(1600)));
    assert!(reading.understood(), "{:?}", reading.questions);
    assert!(reading.blueprint.contains(r#"values = ["open", "done"]"#), "{}", reading.blueprint);
}

#[test]
fn other_languages_and_empty_requests_are_refused_with_a_question() {
    for request in [
        "",
        "   ",
        "hello",
        "Necesito un sistema para gestionar mis clientes y sus citas",
        "Ich möchte Kunden und Termine verwalten",
        "我需要一个系统",
    ] {
        let reading = intake::read(request);
        assert!(!reading.understood(), "{request}");
        assert_eq!(reading.questions.len(), 1);
        assert!(reading.summary.entities.is_empty());
    }
}
