//! Many-to-many references: their keys, their tables, and the values that they take.

use blueprint::{Blueprint, IdKind, Link, Literal, Target, load};
use serde_json::json;

fn blueprint() -> Blueprint {
    let text = r#"
[app]
name = "crm"
[entity.prospect.field]
tags = { type = "reference", to = "tag", many = true }
people = { type = "reference", to = "contact", many = true, required = true, on_delete = "restrict" }
related = { type = "reference", to = "prospect", many = true }
prospects = { type = "reference", to = "prospect", many = true }
members = { type = "reference", to = "user", many = true }
boss = { type = "reference", to = "user", many = false }
[entity.tag]
[entity.contact]
id = "uuid"
plural = "people"
"#;
    load(text).unwrap_or_else(|problems| panic!("{problems}"))
}

fn link<'b>(blueprint: &'b Blueprint, name: &str) -> &'b Link {
    blueprint.entities[0].link(name).unwrap()
}

#[test]
fn each_has_a_key_and_a_table_and_no_column() {
    let blueprint = blueprint();
    let described: Vec<_> = blueprint.entities[0]
        .links
        .iter()
        .map(|link| [&link.key, &link.table, &link.from_column, &link.to_column].map(String::as_str))
        .collect();
    assert_eq!(
        described,
        [
            ["tag_ids", "prospects_tags", "prospect_id", "tag_id"],
            ["contact_ids", "prospects_people", "prospect_id", "contact_id"],
            ["related_ids", "prospects_related", "prospect_id", "related_id"],
            ["prospect_ids", "prospects_prospects", "prospect_id", "other_prospect_id"],
            ["member_ids", "prospects_members", "prospect_id", "member_id"],
        ]
    );
    let columns: Vec<_> = blueprint.entities[0].fields.iter().map(|field| field.column.as_str()).collect();
    assert_eq!(columns, ["boss_id"], "many = false is a plain reference");
    let members = link(&blueprint, "members");
    assert_eq!((members.to, members.id), (Target::User, IdKind::Uuid));
    let people = link(&blueprint, "people");
    assert!(people.required && people.restrict && people.id == IdKind::Uuid);
}

#[test]
fn sets_of_ids_are_read_whole_or_not_at_all() {
    let blueprint = blueprint();
    let tags = link(&blueprint, "tags");
    assert_eq!(tags.read(&json!([3, 1])), Ok(vec![Literal::Integer(3), Literal::Integer(1)]));
    assert_eq!(tags.read(&json!([])), Ok(Vec::new()));
    let many: Vec<u32> = (1..=101).collect();
    for (json, complaints) in [
        (json!(null), vec![(None, "required")]),
        (json!(3), vec![(None, "type")]),
        (json!({"0": 3}), vec![(None, "type")]),
        (json!(many), vec![(None, "max_items")]),
        (json!([1, 1, "x", 0]), vec![(Some(1), "duplicate"), (Some(2), "type"), (Some(3), "integer")]),
        (json!([[1], null]), vec![(Some(0), "type"), (Some(1), "type")]),
    ] {
        let found = tags.read(&json).unwrap_err();
        let found: Vec<_> = found.iter().map(|(place, complaint)| (*place, complaint.code)).collect();
        assert_eq!(found, complaints, "{json}");
    }
    let people = link(&blueprint, "people");
    assert_eq!(people.read(&json!([])).unwrap_err()[0].1.code, "min_items");
    let id = "0191D2A4-7C3E-7B1A-9F00-1C2D3E4F5A6B";
    let twice = people.read(&json!([id, id.to_lowercase()])).unwrap_err();
    assert_eq!((twice[0].0, twice[0].1.code), (Some(1), "duplicate"), "the same id, written otherwise");
}
