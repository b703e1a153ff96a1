//! Which fields get an index, so that lists may be sorted by them: what front ends put in order.
//!
//! Every index costs each write a little, hence few. Unique fields and references have one anyway.

use crate::draft::{Draft, Field};
use crate::lexicon::fields::FieldType;

use super::defaults::is_label;

const MOST: usize = 4;

/// Marks the fields.
pub(super) fn mark(draft: &mut Draft) {
    for entity in draft.entities.iter_mut().filter(|entity| !entity.join) {
        let mut wanted: Vec<(u8, usize)> =
            entity.fields.iter().enumerate().filter_map(|(at, field)| Some((rank(field)?, at))).collect();
        wanted.sort_unstable();
        for (_, at) in wanted.into_iter().take(MOST) {
            if let Some(field) = entity.fields.get_mut(at).filter(|field| !field.unique) {
                field.index = true;
            }
        }
    }
}

/// How soon people sort by such a field; none for what nobody sorts by.
fn rank(field: &Field) -> Option<u8> {
    let last = field.name.rsplit('_').next().unwrap_or("");
    match field.kind {
        _ if is_label(field) => Some(0),
        FieldType::Enum if matches!(last, "status" | "state" | "stage" | "priority" | "urgency" | "severity") => {
            Some(1)
        }
        FieldType::Integer if matches!(last, "position" | "order" | "rank" | "priority") => Some(2),
        FieldType::Date | FieldType::Datetime => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_lists_are_sorted_by_is_indexed() {
        let indexed = |request: &str| -> Vec<String> {
            let blueprint = crate::read(request).blueprint;
            let lines = blueprint.lines().filter(|line| line.contains("index = true"));
            lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
        };
        for (request, expected) in [
            (
                "Each kayak has a name, a colour, notes, a status and a purchase date.",
                vec!["name", "status", "purchase_date"],
            ),
            ("Each kayak has a unique name, a position and a colour.", vec!["position"]),
            (
                "Each kayak has a name, a start date, an end date, a purchase date, a sale date and a repair date.",
                vec!["name", "start_date", "end_date", "purchase_date"],
            ),
        ] {
            assert_eq!(indexed(request), expected, "{request}");
        }
    }
}
