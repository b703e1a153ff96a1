//! Each word of the list of what is not enforced yet is refused, alone and with a hint; so nobody relies on it.

use blueprint::{NOT_YET, NotYet, load};

const PLACES: &[(&str, &str)] = &[
    ("/api/", "[api]\n{}\n"),
    ("/auth/", "[auth]\n{}\n"),
    ("/user/field/*/type", "[user.field.scan]\n{}\n"),
    ("/user/field/*/", "[user.field.nickname]\ntype = \"text\"\n{}\n"),
    ("/entity/*/field/*/type", "[entity.task.field.scan]\n{}\n"),
    ("/entity/*/field/*/many", "[entity.task.field.helpers]\ntype = \"reference\"\nto = \"user\"\n{}\n"),
    ("/entity/*/field/*/", "[entity.task.field.title]\ntype = \"text\"\n{}\n"),
    ("/entity/*/access/", "[entity.task.access]\n{}\n"),
    ("/entity/*/", "[entity.task]\n{}\n"),
];

fn blueprint(not_yet: &NotYet, written: &str) -> String {
    let (_, frame) = PLACES.iter().find(|(prefix, _)| not_yet.at.starts_with(prefix)).expect("a frame for the word");
    format!("[app]\nname = \"shop\"\n{}", frame.replace("{}", written))
}

#[test]
fn every_word_of_the_list_is_refused_by_its_name_and_nothing_else_is() {
    for not_yet in NOT_YET {
        let text = blueprint(not_yet, not_yet.example);
        let problems = load(&text).expect_err(not_yet.example);
        let [problem] = problems.0.as_slice() else { panic!("{}: {problems}", not_yet.example) };
        assert_eq!(problem.code, "not_yet");
        assert_eq!(problem.message, format!("`{}` is not enforced by this version", not_yet.word));
        assert!(problem.hint.is_some());
        assert!(text.get(problem.place.span.clone()).is_some_and(|place| !place.is_empty()), "{}", not_yet.example);
    }
}

#[test]
fn without_the_word_the_same_blueprint_loads() {
    for not_yet in NOT_YET.iter().filter(|not_yet| !not_yet.at.ends_with("/type") && !not_yet.at.ends_with("/call")) {
        load(&blueprint(not_yet, "")).unwrap_or_else(|problems| panic!("{}: {problems}", not_yet.example));
    }
}
