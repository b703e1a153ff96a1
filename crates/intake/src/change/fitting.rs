//! Whether a field is still one that a blueprint can have after what was said of it: its default within its limits, a value that
//! somebody may give, a type that the actions can set.

use super::becoming::{Made, NUMBERS, TEXTS, called};
use super::needs;
use super::places::Places;
use super::wishes::spoken;
use super::{rights, secrets};
use crate::lemma::plural;

/// Why it is none, and what to say instead.
pub(super) fn unfit(made: &Made<'_>, places: &Places) -> Option<String> {
    default_beyond(made)
        .or_else(|| never_empty(made))
        .or_else(|| never_set(made))
        .or_else(|| not_by_who_adds(made))
        .or_else(|| otherwise_set(made, places))
}

/// "at least 60" of what starts with 30.
fn default_beyond(made: &Made<'_>) -> Option<String> {
    let default = made.after("default")?;
    let plain = default.trim_matches(['"', '\'']);
    let limit = |word: &str| made.after(word)?.trim_matches('"').parse::<f64>().ok();
    let is_text = TEXTS.contains(&made.kind.as_str());
    let (value, least, most) = match is_text {
        true => {
            (u32::try_from(plain.chars().count()).map_or(f64::MAX, f64::from), limit("min_length"), limit("max_length"))
        }
        false if NUMBERS.contains(&made.kind.as_str()) => (plain.parse().ok()?, limit("min"), limit("max")),
        false => return None,
    };
    let (than, limit) = match (least.filter(|least| value < *least), most.filter(|most| value > *most)) {
        (Some(least), _) => (if is_text { "shorter" } else { "less" }, least),
        (_, Some(most)) => (if is_text { "longer" } else { "more" }, most),
        _ => return None,
    };
    let (name, one) = (spoken(&made.field.name), spoken(&made.entity.name));
    let other = if is_text { "…".to_owned() } else { limit.to_string() };
    Some(format!(
        "new {} start with `{plain}`, which is {than}: say \"the default {name} of {one} is {other}\" or \"remove the default of the {name} of {}\" \
         first",
        plural(&one),
        plural(&one)
    ))
}

fn is_on(made: &Made<'_>, word: &str) -> bool {
    made.after(word).is_some_and(|value| value != "false")
}

/// A reference that becomes empty when what it refers to is deleted.
fn never_empty(made: &Made<'_>) -> Option<String> {
    let nulls = made.after("on_delete").is_some_and(|word| word.contains("set_null"));
    (is_on(made, "required") && nulls).then_some(())?;
    let (to, _) = made.field.to.as_ref()?;
    let many = plural(&spoken(&made.entity.name));
    let name = &made.field.name;
    let say = match to.as_str() {
        "user" => "change `on_delete` in the blueprint first".to_owned(),
        _ => format!("say \"{many} are deleted with their {}\" first, if they may be", spoken(name)),
    };
    Some(format!("`{name}` of {many} becomes empty when the {} is deleted (`on_delete`): {say}", spoken(to)))
}

/// A value that there must be and that nobody gives.
fn never_set(made: &Made<'_>) -> Option<String> {
    let is_stuck = is_on(made, "required") && is_on(made, "read_only") && made.after("default").is_none();
    let (name, one) = (spoken(&made.field.name), spoken(&made.entity.name));
    is_stuck.then(|| {
        format!(
            "nobody gives `{}`, and there must be one: say \"the default {name} of {one} is …\", or \"the {name} of {} is optional\" first",
            made.field.name,
            plural(&one)
        )
    })
}

/// What must be given by somebody who may not.
fn not_by_who_adds(made: &Made<'_>) -> Option<String> {
    let free = !is_on(made, "required") || is_on(made, "read_only") || made.after("default").is_some();
    let written = made.after("write").or_else(|| made.after("read")).filter(|_| !free)?;
    let may = |word: &str| written.contains(&format!("\"{word}\"")) || written.contains(&format!("'{word}'"));
    let by_all = may("anyone") || may("signed_in") || made.entity.owned && may("owner");
    let add = rights::written(made.entity, "create")?;
    let left: Vec<String> = add.into_iter().filter(|word| word != "nobody" && !by_all && !may(word)).collect();
    let (name, many) = (spoken(&made.field.name), plural(&spoken(&made.entity.name)));
    (!left.is_empty()).then(|| {
        format!(
            "only {} may write `{}`, and {} may add {many} without it: say who may add them, as in \"only … may add {many}\", or who \
             may write the {name}, first",
            secrets::plain(&secrets::words_of(written).unwrap_or_default()),
            made.field.name,
            secrets::plain(&left)
        )
    })
}

/// Another type of what actions set and conditions look at.
fn otherwise_set(made: &Made<'_>, places: &Places) -> Option<String> {
    let alike = |kinds: &[&str]| kinds.contains(&made.kind.as_str()) && kinds.contains(&made.field.kind.as_str());
    let is_same = made.kind == made.field.kind || alike(NUMBERS) || alike(TEXTS);
    let needs = if is_same { Vec::new() } else { needs::of(made.entity, made.field, None, places) };
    let why = needs::refused(&made.field.name, &needs)?;
    Some(format!("as {} it would fit no more: {why}", called(&made.kind)))
}
