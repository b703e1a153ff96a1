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
        ("check_in", "check_out"),
        ("hire", "termination"),
    ];
    for at in 1..items.len() {
        let Some([first, second]) = items.get_mut(at - 1..=at) else { continue };
        for (a, b) in PAIRS {
            if first.name == *a
                && let Some(rest) = second.name.strip_prefix(b).filter(|rest| rest.starts_with('_'))
            {
                // "start and end dates" are one of each.
                let rest = if rest == "_dates" { "_date".to_owned() } else { rest.to_owned() };
                second.name = format!("{b}{rest}");
                second.plural = false;
                second.entity.clone_from(&second.name);
                *first = Item { name: format!("{a}{rest}"), span: first.span, ..second.clone() };
                first.entity.clone_from(&first.name);
                break;
            } else if second.name == *b
                && let Some(rest) = first.name.strip_suffix(a).filter(|rest| rest.len() > 1 && rest.ends_with('_'))
            {
                second.name = format!("{rest}{b}");
                second.kind = first.kind;
                break;
            }
        }
    }
    // "a date range" is two dates.
    let ranges =
        items.iter().position(|item| matches!(item.name.as_str(), "date_range" | "period_from" | "dates_from"));
    if let Some(at) = ranges
        && let Some(item) = items.get_mut(at)
    {
        let mut end = item.clone();
        for (one, name) in [(&mut *item, "start_date"), (&mut end, "end_date")] {
            one.name = name.to_owned();
            one.entity = name.to_owned();
            one.kind = Some(fields::FieldType::Date);
        }
        items.insert(at + 1, end);
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
