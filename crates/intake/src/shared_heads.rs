//! Names that share a word: "start and end date", "salary min and max".

use crate::facts::Item;
use crate::lexicon::fields;

/// "start and end date" is "start date, end date"; "salary min and max" is "salary min, salary max".
pub(crate) fn share(mut items: Vec<Item>) -> Vec<Item> {
    const PAIRS: &[(&str, &str)] = &[
        ("start", "end"),
        ("open", "close"),
        ("opening", "closing"),
        ("min", "max"),
        ("minimum", "maximum"),
        ("from", "to"),
        ("first", "last"),
        ("home", "away"),
        ("departure", "arrival"),
        ("birth", "death"),
        ("planned", "actual"),
        ("expected", "actual"),
        ("expected", "received"),
        ("billing", "shipping"),
        ("estimated", "actual"),
        ("issue", "due"),
        ("pickup", "delivery"),
        ("in", "out"),
        ("old", "new"),
        ("buying", "selling"),
        ("purchase", "sale"),
        ("begin", "end"),
        ("check-in", "check-out"),
        ("hire", "termination"),
    ];
    for at in 1..items.len() {
        let (Some(first), Some(second)) = (items.get(at - 1).cloned(), items.get(at).cloned()) else { continue };
        for (a, b) in PAIRS {
            let (a, b) = (a.replace('-', "_"), b.replace('-', "_"));
            if let Some(rest) = second.name.strip_prefix(&format!("{b}_"))
                && first.name == a
                && let Some(item) = items.get_mut(at - 1)
            {
                *item = Item { name: format!("{a}_{rest}"), span: first.span, ..second.clone() };
                item.entity.clone_from(&item.name);
            } else if let Some(rest) = first.name.strip_suffix(&format!("_{a}"))
                && second.name == b
                && let Some(item) = items.get_mut(at)
            {
                *item = Item { name: format!("{rest}_{b}"), kind: first.kind, ..second.clone() };
            }
        }
    }
    // "salary range min" holds a bound of the salary.
    for item in &mut items {
        for bound in ["min", "max"] {
            if let Some(stem) = item.name.strip_suffix(&format!("_range_{bound}")).map(str::to_owned) {
                item.kind = item.kind.or_else(|| fields::guess(&stem).map(|guess| guess.kind));
                item.name = format!("{stem}_{bound}");
            }
        }
    }
    items
}
