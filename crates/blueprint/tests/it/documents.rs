//! Every example of `docs/rules.md` is one: blueprints load, conditions mean something, and what is refused is refused.

use blueprint::load;

const RULES: &str = include_str!("../../../../docs/rules.md");

/// The blocks that are fenced with a word.
fn blocks(word: &str) -> Vec<&'static str> {
    let fence = format!("```{word}\n");
    RULES.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn lines(word: &str) -> Vec<&'static str> {
    blocks(word).into_iter().flat_map(str::lines).filter(|line| !line.trim().is_empty()).collect()
}

/// The document's own blueprint with one more action.
fn with_condition(condition: &str) -> Result<(), String> {
    let blueprint = blocks("toml")[0];
    let text = format!("{blueprint}\n[entity.order.action.probe]\nset = {{ note = \"x\" }}\nwhen = {condition:?}\n");
    load(&text).map(|_| ()).map_err(|problems| problems.to_string())
}

#[test]
fn every_blueprint_loads() {
    let blueprints = blocks("toml");
    assert!(blueprints.len() >= 2);
    for text in blueprints {
        load(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    }
}

#[test]
fn every_condition_means_something() {
    let conditions = lines("condition");
    assert!(conditions.len() >= 8);
    for condition in conditions {
        with_condition(condition).unwrap_or_else(|problems| panic!("{condition}: {problems}"));
    }
}

#[test]
fn what_is_said_to_be_refused_is() {
    let refused = lines("refused");
    assert!(refused.len() >= 5);
    for condition in refused {
        assert!(with_condition(condition).is_err(), "{condition}");
    }
}

/// Nothing is fenced with a word that no test knows.
#[test]
fn no_example_is_left_out() {
    let fences = RULES.lines().filter(|line| line.starts_with("```") && line.len() > 3).count();
    let known: usize = ["toml", "condition", "refused", "ebnf"].iter().map(|word| blocks(word).len()).sum();
    assert_eq!(fences, known);
}
