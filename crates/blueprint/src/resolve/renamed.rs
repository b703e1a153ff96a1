//! Former names: each names one thing that is not called so any more, or a database would not know whose its values are.

use std::collections::HashMap;

use super::names::{is_snake_case, not_snake, snake_hint};
use crate::model::{Entity, Field};
use crate::places::Pointer;
use crate::report::Report;

/// Something with its present name and its former ones.
type Named<'m> = (&'m str, &'m [String]);

pub(super) fn check(user_fields: &[Field], entities: &[Entity], report: &mut Report) {
    siblings(&of_fields(user_fields), &Pointer::root("user").child("field"), report);
    let all = Pointer::root("entity");
    let named: Vec<Named> =
        entities.iter().map(|entity| (entity.name.as_str(), entity.renamed_from.as_slice())).collect();
    siblings(&named, &all, report);
    for entity in entities {
        let links = entity.links.iter().map(|link| (link.name.as_str(), link.renamed_from.as_slice()));
        let fields: Vec<Named> = of_fields(&entity.fields).into_iter().chain(links).collect();
        siblings(&fields, &all.child(&entity.name).child("field"), report);
    }
}

fn of_fields(fields: &[Field]) -> Vec<Named<'_>> {
    fields.iter().map(|field| (field.name.as_str(), field.renamed_from.as_slice())).collect()
}

fn siblings(named: &[Named], at: &Pointer, report: &mut Report) {
    let mut taken: HashMap<&str, &str> = HashMap::new();
    for (name, former) in named {
        let at = at.child(name).child("renamed_from");
        for old in *former {
            if !is_snake_case(old) {
                report.value(&at, "name", not_snake(old), snake_hint(old));
            } else if old == name {
                let message = format!("`{name}` is its name, so it was not renamed from that");
                report.value(&at, "contradiction", message, Some("remove it".to_owned()));
            } else if named.iter().any(|(other, _)| other == old) {
                let message = format!("`{name}` cannot have been `{old}` before: there is a `{old}`");
                let hint = "if every database has the new name by now, remove `renamed_from`: it has done its work; \
                            else rename the other one";
                report.value(&at, "contradiction", message, Some(hint.to_owned()));
            } else if let Some(other) = taken.insert(old, name).filter(|other| other != name) {
                let message = format!("`{other}` and `{name}` cannot both have been `{old}` before");
                report.value(&at, "contradiction", message, Some("remove one of the two".to_owned()));
            }
        }
    }
}
