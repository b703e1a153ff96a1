//! The JSON Schema that editors use.

use blueprint::NOT_YET;
use expect_test::expect_file;

#[test]
fn the_schema_is_the_published_one() {
    let schema = serde_json::to_string_pretty(&blueprint::json_schema()).unwrap();
    expect_file!["../blueprint.schema.json"].assert_eq(&format!("{schema}\n"));
}

#[test]
fn it_is_a_schema_that_editors_complete_from() {
    let schema = blueprint::json_schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "Supermaker blueprint");
    assert_eq!(schema, blueprint::json_schema(), "the same at every call");
    let mut undescribed = Vec::new();
    let mut nulls = 0;
    walk(&schema, "#", &mut |at, value| {
        nulls += usize::from(value == "null");
        let properties = value.get("properties").and_then(|words| words.as_object());
        for (word, meaning) in properties.into_iter().flatten() {
            if meaning.get("description").is_none() {
                undescribed.push(format!("{at}/{word}"));
            }
        }
    });
    assert_eq!(undescribed, Vec::<String>::new(), "every word says what it means");
    assert_eq!(nulls, 0, "TOML has no null");
}

#[test]
fn it_says_which_words_are_not_enforced() {
    let schema = blueprint::json_schema();
    let note = |place: &str| {
        let said = schema.pointer(place).and_then(|meaning| meaning["description"].as_str());
        said.unwrap_or_else(|| panic!("{place} says nothing")).ends_with("Not enforced by this version, hence refused.")
    };
    assert!(note("/$defs/RawField/properties/encrypted") && !note("/$defs/RawEntity/properties/on_user_delete"));
    assert!(!note("/$defs/RawEntity/properties/renamed_from") && !note("/$defs/RawAction/properties/call"));
    assert!(!note("/$defs/RawField/properties/required") && !note("/$defs/RawEntity/properties/owner"));
    assert!(!note("/$defs/RawCondition/properties/when"));
    let marked = schema.to_string().matches("hence refused.").count();
    let in_users_too = NOT_YET.iter().filter(|not_yet| not_yet.at.starts_with("/user/")).count();
    assert_eq!(marked, NOT_YET.len() - in_users_too, "each word once; the fields of users have no schema of their own");
}

fn walk(value: &serde_json::Value, at: &str, visit: &mut impl FnMut(&str, &serde_json::Value)) {
    visit(at, value);
    match value {
        serde_json::Value::Object(object) => {
            object.iter().for_each(|(key, child)| walk(child, &format!("{at}/{key}"), visit));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|child| walk(child, at, visit)),
        _ => {}
    }
}
