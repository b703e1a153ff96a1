//! The text of a blueprint read into its places.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lists::Listed;
use super::people;
use super::places::{Automation, Entity, Field, Places, Rule, Section};

type Pairs<'d, 't> = Vec<(&'d Spanned<std::borrow::Cow<'t, str>>, &'d Spanned<DeValue<'t>>)>;

fn table<'d, 't>(value: Option<&'d Spanned<DeValue<'t>>>) -> Pairs<'d, 't> {
    value.and_then(|value| value.get_ref().as_table()).map(|table| table.iter().collect()).unwrap_or_default()
}

fn get<'d, 't>(pairs: &Pairs<'d, 't>, name: &str) -> Option<&'d Spanned<DeValue<'t>>> {
    pairs.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| *value)
}

fn text(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

fn strings(value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    value.get_ref().as_array()?.iter().map(text).collect()
}

fn listed(value: &Spanned<DeValue<'_>>) -> Option<Listed> {
    let places = value.get_ref().as_array()?.iter().map(Spanned::span).collect();
    Some(Listed { items: strings(value)?, places, at: value.span() })
}

/// The same of a list of who may, in which somebody may be meant by being named in the record.
fn rules(value: &Spanned<DeValue<'_>>) -> Option<Listed> {
    let items = value.get_ref().as_array()?;
    let words: Option<Vec<String>> = items.iter().map(|item| text(item).or_else(|| named_in(item))).collect();
    Some(Listed { items: words?, places: items.iter().map(Spanned::span).collect(), at: value.span() })
}

fn named_in(item: &Spanned<DeValue<'_>>) -> Option<String> {
    let words = table(Some(item));
    let (who, when) = (get(&words, "who").and_then(text)?, get(&words, "when").and_then(text)?);
    let field = when.strip_suffix(" = caller.id").filter(|field| !field.contains([' ', '.']) && words.len() == 2)?;
    Some(people::named_in(who.strip_prefix("role:")?, field))
}

impl Places {
    /// None where the text is no TOML.
    pub(super) fn of(source: &str) -> Option<Places> {
        let document = DeTable::parse(source).ok()?;
        let top: Pairs<'_, '_> = document.get_ref().iter().collect();
        let mut inside = Vec::new();
        values(document.get_ref(), &mut inside);
        let mut places = Places { sections: sections(source, &inside), source: source.to_owned(), ..Places::default() };
        let auth = table(get(&top, "auth"));
        if let Some(roles) = get(&auth, "roles") {
            places.roles = strings(roles)?;
            places.roles_at = listed(roles);
        }
        places.integrations =
            table(get(&top, "integration")).iter().map(|(key, _)| key.get_ref().to_string()).collect();
        for (key, value) in table(get(&top, "automation")) {
            let words = table(Some(value));
            places.automations.push(Automation {
                name: key.get_ref().to_string(),
                on: get(&words, "on").and_then(|on| Some((on.span(), text(on)?))),
                every: get(&words, "every").and_then(text),
                every_at: get(&words, "every").map(Spanned::span),
                action: get(&words, "do").and_then(text).unwrap_or_default(),
            });
        }
        places.sign_up = get(&auth, "sign_up").and_then(|word| Some((word.span(), text(word)?)));
        let mut entities = table(get(&top, "entity"));
        entities.sort_by_key(|(key, _)| key.span().start);
        places.entities = entities.iter().map(|(key, value)| entity(key.get_ref(), value)).collect();
        Some(places)
    }
}

fn entity(name: &str, value: &Spanned<DeValue<'_>>) -> Entity {
    let words = table(Some(value));
    let owned = get(&words, "owner").is_none_or(|owner| owner.get_ref().as_bool() != Some(false));
    let mut entity = Entity {
        name: name.to_owned(),
        owned,
        trash: get(&words, "soft_delete").and_then(|word| word.get_ref().as_bool()),
        former: (former(&words), get(&words, "renamed_from").map(Spanned::span)),
        fields: Vec::new(),
        rules: Vec::new(),
        actions: Vec::new(),
        calls: Vec::new(),
        uses: Vec::new(),
        conditions: Vec::new(),
    };
    let mut fields = table(get(&words, "field"));
    fields.sort_by_key(|(key, _)| key.span().start);
    entity.fields.extend(fields.into_iter().map(|(key, value)| field(key, value)));
    for (key, value) in table(get(&words, "access")) {
        for rule in value.get_ref().as_array().into_iter().flatten() {
            entity.conditions.extend(condition(&table(Some(rule))));
        }
        let operation = key.get_ref().to_string();
        entity.rules.push(Rule { operation, words: rules(value) });
    }
    for (key, value) in table(get(&words, "action")) {
        entity.actions.push(key.get_ref().to_string());
        let words = table(Some(value));
        let call = get(&words, "call").and_then(text);
        entity.calls.extend(call.map(|call| (key.get_ref().to_string(), call)));
        entity.conditions.extend(condition(&words));
        for part in ["set", "add"] {
            entity.uses.extend(table(get(&words, part)).iter().map(|(key, _)| (key.span(), key.get_ref().to_string())));
        }
        let listed = get(&words, "clear").and_then(|list| list.get_ref().as_array()).into_iter().flatten();
        for name in listed.chain(get(&words, "toggle")) {
            entity.uses.extend(text(name).map(|word| (name.span(), word)));
        }
    }
    entity
}

/// One name, or a list of them.
fn former(words: &Pairs<'_, '_>) -> Vec<String> {
    let written = get(words, "renamed_from");
    written.and_then(|value| text(value).map(|one| vec![one]).or_else(|| strings(value))).unwrap_or_default()
}

fn condition(words: &Pairs<'_, '_>) -> Option<(Range<usize>, String)> {
    get(words, "when").and_then(|when| Some((when.span(), text(when)?)))
}

fn field(key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> Field {
    let words = table(Some(value));
    Field {
        name: key.get_ref().to_string(),
        kind: get(&words, "type").and_then(text).unwrap_or_default(),
        key: key.span(),
        value: value.span(),
        values: get(&words, "values").and_then(listed).unwrap_or_default(),
        former: former(&words),
        to: get(&words, "to").and_then(|to| Some((text(to)?, to.span()))),
        flags: in_order(
            words.iter().map(|(key, value)| (key.get_ref().to_string(), key.span(), value.span())).collect(),
        ),
        default: get(&words, "default").and_then(text),
    }
}

fn in_order(mut flags: Vec<(String, Range<usize>, Range<usize>)>) -> Vec<(String, Range<usize>, Range<usize>)> {
    flags.sort_by_key(|(_, key, _)| key.start);
    flags
}

/// Where values stand that are no tables: what looks like the head of a section there is none.
fn values(table: &DeTable<'_>, found: &mut Vec<Range<usize>>) {
    for (_, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => values(inner, found),
            _ => found.push(value.span()),
        }
    }
}

/// The lines `[name]`, however far they are from the margin and whatever is quoted in them.
fn sections(source: &str, inside: &[Range<usize>]) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let (mut at, mut end, mut next, mut open) = (0, 0, 0, true);
    for line in source.split_inclusive('\n') {
        let plain = line.trim();
        let name = plain.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| bare(name));
        if let Some(name) = name.filter(|_| !inside.iter().any(|value| value.start < at && at < value.end)) {
            if let Some(last) = found.last_mut() {
                (last.end, last.next) = (end, next);
            }
            found.push(Section { name, header: at..at + line.trim_end().len(), end: 0, next: 0 });
        }
        at += line.len();
        if !plain.is_empty() && !plain.starts_with('#') {
            (end, next, open) = (at, at, true);
        } else if plain.is_empty() && open {
            next = at;
        } else {
            // Comments from here on belong to what comes next.
            open = false;
        }
    }
    if let Some(last) = found.last_mut() {
        (last.end, last.next) = (end, source.len());
    }
    found
}

/// `entity.lead` of ` entity . "lead" `.
fn bare(name: &str) -> String {
    let parts = name.split('.').map(|part| part.trim().trim_matches(['"', '\'']));
    parts.collect::<Vec<_>>().join(".")
}
