//! Each `tests/problems/*.toml` is broken; the `.txt` beside it is what people read about it.
//! A new case is a new file; `UPDATE_EXPECT=1` writes its picture.

use std::fs;
use std::path::{Path, PathBuf};

use blueprint::{Problems, load};
use expect_test::expect_file;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn problems(case: &Path) -> (String, Problems) {
    let text = fs::read_to_string(case).unwrap();
    let problems = load(&text).expect_err(&format!("{} loads", case.display()));
    (text, problems)
}

#[test]
fn every_broken_blueprint_shows_where_it_is_broken_and_what_to_try() {
    let cases = cases();
    assert!(cases.len() >= 25);
    let mut silent = Vec::new();
    for case in cases {
        let (text, problems) = problems(&case);
        let picture = problems.render("blueprint.toml", &text, false);
        expect_file![case.with_extension("txt")].assert_eq(&format!("{picture}\n"));
        assert_eq!(picture.matches("--> blueprint.toml:").count(), problems.0.len());
        assert!(picture.contains('^'), "{}", case.display());
        assert!(!picture.contains('\u{1b}'), "colour was not asked for");
        silent.extend(problems.0.into_iter().filter(|problem| problem.hint.is_none() && problem.code != "syntax"));
    }
    assert_eq!(silent, [], "every problem but the parser's own says what to try");
}

#[test]
fn problems_stand_in_the_order_of_the_file_and_each_place_is_in_it() {
    for case in cases() {
        let (text, problems) = problems(&case);
        assert!(problems.0.is_sorted_by_key(|problem| problem.place.span.start), "{}", case.display());
        for problem in &problems.0 {
            let place = &problem.place;
            let before = text.get(..place.span.start).unwrap();
            assert!(text.get(place.span.clone()).is_some());
            assert_eq!(place.line, before.matches('\n').count() + 1);
            assert_eq!(place.column, before.rsplit('\n').next().unwrap().chars().count() + 1);
        }
    }
}

#[test]
fn the_same_for_machines_and_as_plain_lines() {
    let problems = load("[app]\nname = \"a\"\nsumary = \"b\"\n").unwrap_err();
    assert_eq!(problems.to_string(), "3:1: error: unknown word `sumary` (help: perhaps you meant `summary`)");
    assert_eq!(
        serde_json::to_value(&problems).unwrap(),
        serde_json::json!([{
            "severity": "error",
            "code": "unknown_word",
            "message": "unknown word `sumary`",
            "hint": "perhaps you meant `summary`",
            "pointer": "/app/sumary",
            "place": { "span": { "start": 17, "end": 23 }, "line": 3, "column": 1 },
        }])
    );
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let text = "[app]\nname = 5\n";
    let problems = load(text).unwrap_err();
    assert!(problems.render("b.toml", text, true).contains("\u{1b}["));
    assert!(!problems.render("b.toml", text, false).contains('\u{1b}'));
}

#[test]
fn a_picture_survives_another_text_than_the_one_that_was_loaded() {
    let problems = load("[app]\nname = \"a\"\nsumary = \"b\"\n").unwrap_err();
    assert!(problems.render("b.toml", "ä", false).contains("sumary"));
}

#[test]
fn line_ends_and_marks_of_other_systems_do_not_move_a_place() {
    let problems = load("[app]\r\nname = \"a\"\r\nsumary = \"b\"\r\n").unwrap_err();
    assert_eq!((problems.0[0].place.line, problems.0[0].place.column), (3, 1));
    assert!(
        problems
            .render("b.toml", "[app]\r\nname = \"a\"\r\nsumary = \"b\"\r\n", false)
            .contains("3 | sumary = \"b\"\n")
    );
    assert!(load("\u{feff}[app]\nname = \"a\"\n").is_ok(), "a byte order mark is no mistake");
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let text = "#".repeat(1024 * 1024 + 1);
    let problems = load(&text).unwrap_err();
    assert_eq!(problems.0.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["too_large"]);
}

#[test]
fn nesting_has_an_end() {
    for depth in [60, 100, 10_000, 400_000] {
        let text = format!("[app]\nname = \"a\"\n[automation.x]\nwith = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(load(&text).is_err());
    }
    let header = format!("[app]\nname = \"a\"\n[{}]\n", vec!["a"; 70].join("."));
    assert!(load(&header).is_err());
}

#[test]
fn mistakes_without_end_are_cut_short_and_counted() {
    let mut text = "[app]\nname = \"a\"\n".to_owned();
    for number in 0..5_000 {
        text.push_str(&format!("wrong_{number} = 1\n"));
    }
    let problems = load(&text).unwrap_err();
    assert_eq!(problems.0.len(), 201);
    assert_eq!(problems.0.last().unwrap().message, "there may be more problems than the 200 shown");
}

#[test]
fn there_are_limits_to_how_much_there_may_be() {
    let app = "[app]\nname = \"a\"\n";
    let entities: String = (0..51).map(|n| format!("[entity.e{n}]\n")).collect();
    let fields: String = (0..61).map(|n| format!("f{n} = {{ type = \"text\" }}\n")).collect();
    let actions: String = (0..21).map(|n| format!("[entity.t.action.a{n}]\ntoggle = \"done\"\n")).collect();
    let roles: String = (0..51).map(|n| format!("\"r{n}\",")).collect();
    let integrations: String = (0..51).map(|n| format!("[integration.i{n}]\n")).collect();
    let automations: String =
        (0..101).map(|n| format!("[automation.a{n}]\nevery = \"0 9 * * *\"\ndo = \"email.send\"\n")).collect();
    let done = "[entity.t.field]\ndone = { type = \"boolean\" }\n";
    for (text, message) in [
        (format!("{app}{entities}"), "51 entities are too many; at most 50 are allowed"),
        (format!("{app}[entity.t.field]\n{fields}"), "61 fields are too many; at most 60 are allowed"),
        (format!("{app}[user.field]\n{fields}"), "61 fields are too many; at most 60 are allowed"),
        (format!("{app}{done}{actions}"), "21 actions are too many; at most 20 are allowed"),
        (format!("{app}[auth]\nroles = [{roles}]\n"), "51 roles are too many; at most 50 are allowed"),
        (format!("{app}{integrations}"), "51 integrations are too many; at most 50 are allowed"),
        (format!("{app}{automations}"), "101 automations are too many; at most 100 are allowed"),
    ] {
        let problems = load(&text).unwrap_err();
        assert_eq!(problems.0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), [message]);
    }
}

#[test]
fn an_endless_line_is_shown_where_it_matters() {
    let text = format!("[app]\nname = \"a\"\n\n[auth]\nroles = [{}5, \"b\"]\n", "\"ä\", ".repeat(5_000));
    let picture = load(&text).unwrap_err().render("b.toml", &text, false);
    assert!(picture.contains(&format!("--> b.toml:5:{}\n", "roles = [".len() + 5 * 5_000 + 1)), "{picture}");
    assert!(picture.contains("found a whole number") && picture.len() < 1_500, "{picture}");
}

#[test]
fn a_message_never_quotes_a_book() {
    let text = format!("[app]\nname = \"{}\"\n", "A".repeat(100_000));
    let problems = load(&text).unwrap_err();
    assert!(problems.to_string().len() < 1_200, "{problems}");
}
