//! What a new record holds before anybody says: yes-or-no fields start as no, names and titles must be given.

use crate::draft::{Draft, Entity, Field};
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::reading::Part;

/// Gives the defaults, and tells of them.
pub(super) fn give(draft: &mut Draft) {
    let mut ticked = Vec::new();
    let mut labelled = Vec::new();
    for entity in draft.entities.iter_mut().filter(|entity| !entity.join) {
        if entity.name == "todo" && can_be_ticked(entity) {
            ticked.push(entity.name.clone());
        }
        for field in &mut entity.fields {
            if field.kind == FieldType::Boolean && field.default.is_none() && field.required != Some(true) {
                field.default = Some("false".to_owned());
            }
            if is_label(field) && field.required.is_none() {
                field.required = Some(true);
                labelled.push(Part {
                    what: format!("/entity/{}/field/{}", entity.name, field.name),
                    name: format!("`{}` of {}", field.name, lemma::with_article(&entity.name.replace('_', " "))),
                });
            }
        }
    }
    for name in ticked {
        let text = format!("{} can be ticked off (`done`)", lemma::with_article(&name));
        draft.note(format!("/entity/{name}/field/done"), text, "done.added", None, &["a status", "no such field"]);
    }
    if !labelled.is_empty() {
        let text = "must be given, because records are known by it";
        draft.note_of_each(text, labelled, "label.required", &["may be empty"]);
    }
}

/// Whether the field is what people call the record by.
pub(super) fn is_label(field: &Field) -> bool {
    field.kind == FieldType::Text && !field.file && matches!(field.name.as_str(), "name" | "title" | "full_name")
}

/// What is to be done can be done, unless the request says so in its own way.
fn can_be_ticked(entity: &mut Entity) -> bool {
    let said = entity.fields.iter().any(|field| matches!(field.kind, FieldType::Boolean | FieldType::Enum));
    if !said {
        let mut field = Field::new("done", FieldType::Boolean);
        field.assumed = true;
        entity.fields.push(field);
    }
    !said
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_required_and_ticks_start_as_no() {
        let blueprint =
            crate::read("Each kayak has a name, an optional title, a colour and is insured or not.").blueprint;
        assert!(blueprint.contains("{ type = \"text\", required = true, index = true }"), "{blueprint}");
        assert!(blueprint.contains("insured = { type = \"boolean\", default = false }"), "{blueprint}");
        assert_eq!(blueprint.matches("required = true").count(), 1, "{blueprint}");
    }
}
