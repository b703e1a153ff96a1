//! What the actions of an entity do and when, in words.

use blueprint::{Action, ActionKind, Change, Entity, FieldKind, Literal};

use crate::words;

/// A sentence about an action; `None` where its name and who may do it are all there is to say.
pub(crate) fn guard(entity: &Entity, action: &Action) -> Option<String> {
    let only = action.when.as_ref().map(|when| format!("only where {}", code(&when.text)));
    let added = match &action.does {
        ActionKind::Change(Change { add, .. }) if !add.is_empty() => {
            Some(format!("only as long as {} within its limits", stays(entity, add)))
        }
        _ => None,
    };
    let guards: Vec<String> = [only, added].into_iter().flatten().collect();
    let of = words::a(entity);
    (!guards.is_empty()).then(|| format!("`{}` of {of} is possible {}.", action.path, words::list(&guards, "and")))
}

/// What it does: `sets `status` to `won``.
pub(crate) fn effect(entity: &Entity, action: &Action) -> String {
    let column = |place: usize| entity.fields.get(place).map_or("", |field| field.column.as_str());
    match &action.does {
        ActionKind::Toggle(place) => format!("turns `{}` round", column(*place)),
        ActionKind::Call(function) => {
            format!("calls {}, code of the app's own, without which it answers 501", code(function))
        }
        ActionKind::Change(Change { set, add }) => {
            let sets = set.iter().map(|(place, value)| match value {
                Literal::Null => format!("empties `{}`", column(*place)),
                value => format!("sets `{}` to {}", column(*place), self::value(entity, *place, value)),
            });
            let adds = add.iter().map(|(place, units)| {
                format!("adds {} to `{}`", value(entity, *place, &Literal::Decimal(*units)), column(*place))
            });
            words::list(&sets.chain(adds).collect::<Vec<_>>(), "and")
        }
    }
}

/// Text of the blueprint as code: also where it has backticks of its own.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn stays(entity: &Entity, add: &[(usize, i64)]) -> String {
    let names = add.iter().filter_map(|(place, _)| entity.fields.get(*place));
    let names: Vec<String> = names.map(|field| format!("`{}`", field.column)).collect();
    format!("{} {}", words::list(&names, "and"), if names.len() == 1 { "stays" } else { "each stay" })
}

fn value(entity: &Entity, place: usize, literal: &Literal) -> String {
    let scale = match entity.fields.get(place).map(|field| &field.kind) {
        Some(FieldKind::Decimal { scale, .. }) => *scale,
        _ => 0,
    };
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Now => "the time of the request".to_owned(),
        Literal::Text(text) | Literal::Json(text) => code(text),
        Literal::Integer(number) => code(&number.to_string()),
        Literal::Decimal(units) => code(&decimal(*units, scale)),
        Literal::Float(number) => code(&number.to_string()),
        Literal::Boolean(truth) => code(&truth.to_string()),
    }
}

/// Units of 10^-scale, as answers show them.
fn decimal(units: i64, scale: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    match digits.split_at_checked(digits.len() - usize::from(scale)) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_all_their_digits() {
        let told = [(-10, 2), (5, 0), (12345, 3), (0, 2), (-1, 0)].map(|(units, scale)| decimal(units, scale));
        assert_eq!(told, ["-0.10", "5", "12.345", "0.00", "-1"]);
    }
}
