//! Values that are new: where they stand among the others, whether they are meant to be values at all, and which of them a wish named.

use super::places::{Entity, Field, Places};
use super::said::{self, Said};
use super::values::{plain, written};
use super::wishes::spoken;

/// The one value that is new in a later text, and the field that has it.
pub(super) fn new_value(before: &Places, after: &Places) -> Option<(String, String)> {
    let old = |entity: &Entity, field: &Field| {
        let was = before.entities.iter().find(|one| one.name == entity.name)?;
        was.fields.iter().find(|one| one.name == field.name).map(|one| one.values.items.clone())
    };
    let fields = after.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
    let mut new = fields.filter_map(|(entity, field)| Some((entity, field, old(entity, field)?))).flat_map(
        |(entity, field, old)| {
            let new: Vec<&String> = field.values.items.iter().filter(|value| !old.contains(value)).collect();
            new.into_iter()
                .map(move |value| (value.clone(), format!("{} of {}", spoken(&field.name), spoken(&entity.name))))
        },
    );
    let first = new.next()?;
    new.next().is_none().then_some(first)
}

/// The one value that words name, and the field that has it.
pub(super) fn named_value(words: &[String], places: &Places) -> Option<(String, String)> {
    // "archived after lost" is about archived.
    let end = words.iter().position(|word| matches!(word.as_str(), "after" | "before")).unwrap_or(words.len());
    let named = |value: &str| words.iter().take(end).any(|word| plain(word) == plain(value));
    let fields = places.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
    let mut found = fields.flat_map(|(entity, field)| {
        let of = format!("{} of {}", spoken(&field.name), spoken(&entity.name));
        field.values.items.iter().filter(|value| named(value)).map(move |value| (value.clone(), of.clone()))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Where new values stand: "archived after lost", else after all others.
pub(super) fn placed(field: &Field, mut values: Vec<String>) -> Result<(Vec<String>, usize), String> {
    let last = field.values.items.len();
    let Some(said) = values.pop() else { return Ok((values, last)) };
    let found = [(" after ", 1), (" before ", 0)].iter().find_map(|(word, by)| Some((said.split_once(word)?, *by)));
    let Some(((value, beside), by)) = found else {
        values.push(said);
        return Ok((values, last));
    };
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    let beside = written(field, beside.trim_matches(quote));
    let Some(at) = field.values.items.iter().position(|one| *one == beside) else {
        return Err(format!("`{}` cannot be `{beside}`; it is {}", field.name, field.values.items.join(", ")));
    };
    values.push(value.trim().trim_matches(quote).to_owned());
    Ok((values, at + by))
}

/// "add a no-show status to appointments", which have a status: one more of its values, or a field of its own?
pub(super) fn value_or_field(wish: &Said, places: &Places) -> Option<String> {
    let to = wish.words.iter().rposition(|word| word == "to").filter(|to| *to > 2)?;
    let entity = places.entity(wish.from(to + 1))?;
    let article = usize::from(
        wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "a" | "an" | "the" | "new" | "another")),
    );
    let said = wish.between(1 + article, to);
    let (last, before) = said.split_last()?;
    let field = entity.fields.iter().find(|field| field.kind == "enum" && field.name == *last)?;
    let is_name = (1..=2).contains(&before.len())
        && !before.iter().any(|word| matches!(word.as_str(), "and" | "or" | "new" | "field"));
    let is_there = entity.fields.iter().any(|field| field.name == said::name(said));
    (is_name && !is_there && !wish.text.contains(':')).then(|| {
        let (value, many) = (before.join(" "), crate::lemma::plural(&spoken(&entity.name)));
        format!(
            "`{last}` of {many} is {}: say \"add {value} to the {last} of {many}\", or \"add a {value} {last} to {many}: …\" with what that can \
             be, if it is a field of its own",
            field.values.items.join(", ")
        )
    })
}
