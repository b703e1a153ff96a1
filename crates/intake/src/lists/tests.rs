//! What lists of names read as.

use super::*;

fn names(list: &str) -> Vec<String> {
    let scene = Scene::read(list);
    read(&scene, 0, scene.tokens.len())
        .into_iter()
        .map(|item| if item.values.is_empty() { item.name } else { format!("{}={}", item.name, item.values.join("|")) })
        .collect()
}

#[test]
fn lists_of_names() {
    assert_eq!(
        names("a name, a date of planting, start and end date"),
        ["name", "date_of_planting", "start_date", "end_date"]
    );
    assert_eq!(names("mood (happy, sad or flat), size: small / large"), ["mood=happy|sad|flat", "size=small|large"]);
    assert_eq!(names("status draft/sent/void, a notes field"), ["status=draft|sent|void", "note"]);
}

#[test]
fn units_and_hints_tell_types() {
    let scene = Scene::read("weight in kg, insured or not, score from 1 to 10, whether it is waterproof");
    let kinds: Vec<_> =
        read(&scene, 0, scene.tokens.len()).into_iter().map(|item| (item.name, item.kind, item.max)).collect();
    assert_eq!(
        kinds,
        [
            ("weight".into(), Some(FieldType::Decimal), None),
            ("insured".into(), Some(FieldType::Boolean), None),
            ("score".into(), Some(FieldType::Integer), Some(10)),
            ("waterproof".into(), Some(FieldType::Boolean), None),
        ]
    );
}
