//! Endpoints: where the API is mounted, which changes have names, and who may. What each reads and writes follows from the
//! fields.

use std::collections::HashMap;

use super::Table;
use super::rights::Asked;
use super::who::Who;
use crate::draft::{Action, Draft};
use crate::kinds;
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::{self, Form};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A method and a path, and who may where that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub method: String,
    pub path: String,
    pub who: Who,
    /// The file and line, or a JSON pointer.
    pub place: String,
}

impl Endpoint {
    /// One of the two cells of a row; none if they are something else.
    pub(crate) fn of(method: &str, path: &str) -> Option<Endpoint> {
        let method = method.trim_matches(['`', '*', ' ']).to_uppercase();
        let path = path.trim_matches(['`', '*', ' ']).split('?').next().unwrap_or_default();
        let path = path.trim_end_matches('/');
        let fits = METHODS.contains(&method.as_str()) && path.starts_with('/') && path.len() > 1 && path.len() <= 200;
        fits.then(|| Endpoint { method, path: path.to_owned(), who: Who::default(), place: String::new() })
    }

    /// "GET /api/tasks", perhaps with words behind it, of which those in brackets may say who may: "(admin only)".
    pub(super) fn of_line(line: &str, place: String) -> Option<Endpoint> {
        let plain = line.replace(['`', '*'], "");
        let mut words = plain.split_whitespace();
        let endpoint = Endpoint::of(words.next()?, words.next()?)?;
        let inner = plain.split_once(" (").and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
        let who = inner.and_then(Who::in_brackets).unwrap_or_default();
        Some(Endpoint { who, place, ..endpoint })
    }

    /// The parts of the path; parameters are `None`.
    fn parts(&self) -> Vec<Option<&str>> {
        self.path.split('/').filter(|part| !part.is_empty()).map(word).collect()
    }

    fn parameter(&self, at: usize) -> Option<String> {
        let part = self.path.split('/').filter(|part| !part.is_empty()).nth(at)?;
        kinds::field_name(part.trim_matches(['{', '}', ':', '<', '>']))
    }

    fn told(&self) -> String {
        let place = if self.place.is_empty() { String::new() } else { format!(" ({})", self.place) };
        format!("{} {}{place}", self.method, self.path)
    }
}

/// A part of a path without what a colon adds, as in "tasks:batch"; none for a parameter.
fn word(part: &str) -> Option<&str> {
    if part.starts_with(['{', ':', '<']) { None } else { part.split(':').next() }
}

/// Where the engine's own routes are.
const OWN: &str = "auth users login health healthz readyz me _ .well-known docs openapi.json metrics";

/// The records by the last part of their paths.
pub(super) struct Paths(HashMap<String, String>);

impl Paths {
    pub(super) fn of(tables: &[Table]) -> Paths {
        let whole = tables.iter().filter(|table| table.whole);
        Paths(whole.filter_map(|table| Some((table.plural.clone()?.replace('_', "-"), table.name.clone()))).collect())
    }

    fn entity(&self, draft: &Draft, part: &str) -> Option<String> {
        let name = self.0.get(part).cloned().or_else(|| kinds::entity_name(part))?;
        draft.entity(&name).map(|entity| entity.name.clone())
    }
}

/// What endpoints say of who may, by record.
pub(super) type Rights = Vec<(String, Asked)>;

/// Puts the endpoints into the draft, and gives what they say of rights. `whole`: what they do not say does not hold.
pub(super) fn apply(
    endpoints: &[Endpoint],
    paths: &Paths,
    draft: &mut Draft,
    whole: bool,
    left: &mut Vec<String>,
) -> (Rights, Vec<String>) {
    let mut prefixes: Vec<String> = Vec::new();
    let mut rights: Rights = Vec::new();
    let mut trash: Vec<String> = Vec::new();
    let mut by_user = false;
    let settled = draft.prefix.clone();
    for endpoint in endpoints {
        let parts = endpoint.parts();
        let mounted = settled.as_deref().map_or(0, |prefix| prefix.split('/').filter(|part| !part.is_empty()).count());
        let named = |part: &Option<&str>| part.and_then(|part| paths.entity(draft, part));
        let found = parts.iter().enumerate().skip(mounted).find_map(|(at, part)| Some((at, named(part)?)));
        let Some((at, entity)) = found else {
            let own = parts.iter().flatten().any(|part| crate::lexicon::has(OWN, part));
            if !own {
                left.push(endpoint.told());
            }
            continue;
        };
        let before: Vec<&str> = parts.iter().take(at).flatten().copied().collect();
        by_user |= at.checked_sub(1).and_then(|at| endpoint.parameter(at)).is_some_and(|name| name == "user_id");
        let prefix = format!("/{}", before.join("/"));
        if prefix.len() > 1 && !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
        let last = endpoint.path.rsplit('/').next().unwrap_or_default();
        let batch = !last.starts_with(':') && last.contains(':');
        let method = endpoint.method.as_str();
        let operation = match (parts.get(at + 1), parts.get(at + 2), parts.get(at + 3)) {
            (None, ..) if batch => None,
            (None, ..) | (Some(None), None, _) => match method {
                "GET" => Some("read".to_owned()),
                "POST" if parts.get(at + 1).is_none() => Some("create".to_owned()),
                "PUT" | "PATCH" => Some("update".to_owned()),
                "DELETE" => Some("delete".to_owned()),
                _ => None,
            },
            // "/tasks/{id}/complete".
            (Some(None), Some(Some(verb)), None) if paths.entity(draft, verb).is_none() => {
                // The engine restores what is in the trash.
                if *verb == "restore" {
                    trash.push(entity.clone());
                    Some("delete".to_owned())
                } else if action(draft, &entity, verb) {
                    kinds::field_name(verb).or_else(|| Some(verb.replace('-', "_")))
                } else {
                    left.push(endpoint.told());
                    None
                }
            }
            _ => None,
        };
        if let Some(operation) = operation {
            // A batch, and rows below others, have no rule of their own.
            let who = endpoint.who.doing(&operation);
            let words = who.unread.iter();
            let nobody = if who.says() { "" } else { ": nobody, because it is not known who that is" };
            left.extend(words.map(|word| format!("\"{word}\", who may {}{nobody}", endpoint.told())));
            let at = rights.iter().position(|(name, _)| *name == entity);
            let at = at.unwrap_or_else(|| {
                rights.push((entity.clone(), Asked::default()));
                rights.len() - 1
            });
            if let Some((_, asked)) = rights.get_mut(at) {
                asked.add(&operation, &who, &endpoint.place);
            }
        }
    }
    if let ([prefix], None) = (prefixes.as_slice(), &draft.prefix) {
        draft.prefix = Some(prefix.clone());
    }
    draft.user_path |= by_user;
    if !whole {
        missing(endpoints, draft);
    }
    rights.retain(|(_, asked)| !asked.is_empty());
    (rights, trash)
}

/// A change with a name, where a field has what the verb leads to.
fn action(draft: &mut Draft, entity: &str, verb: &str) -> bool {
    let Some((name, entity)) = kinds::field_name(verb).zip(draft.entity_mut(entity)) else { return false };
    if entity.actions.iter().any(|action| action.name == name || action.name.replace('_', "-") == verb) {
        return true;
    }
    let base = verbs::lookup(&name).map(|(verb, _)| verb.base);
    let leads = |value: &str| {
        let value = kinds::value(value).unwrap_or_default();
        let value = value.as_str();
        let past = verbs::lookup(value).is_some_and(|(verb, form)| Some(verb.base) == base && form == Form::Past);
        past || value == format!("{name}d") || value == format!("{name}ed")
    };
    let change = entity.fields.iter().find_map(|field| match field.kind {
        FieldType::Boolean if leads(&field.name) => Some((field.name.clone(), "true".to_owned())),
        FieldType::Enum => {
            field.values.iter().find(|value| leads(value)).map(|value| (field.name.clone(), crate::toml::quote(value)))
        }
        _ => None,
    });
    let reserved = crate::lexicon::has("read create update delete restore", &name);
    if let Some((field, value)) = change.filter(|_| !reserved) {
        entity.actions.push(Action::set(name, &field, &value));
        return true;
    }
    false
}

/// What is served though no endpoint names it.
fn missing(endpoints: &[Endpoint], draft: &mut Draft) {
    if endpoints.is_empty() {
        return;
    }
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    for name in names {
        let of = |endpoint: &&Endpoint| {
            endpoint.parts().iter().flatten().any(|part| kinds::entity_name(part).as_deref() == Some(&name))
        };
        let listed: Vec<&str> = endpoints.iter().filter(of).map(|endpoint| endpoint.method.as_str()).collect();
        let change = listed.contains(&"PUT") || listed.contains(&"PATCH");
        let lacks = [
            ("GET", listed.contains(&"GET")),
            ("POST", listed.contains(&"POST")),
            ("PATCH", change),
            ("DELETE", listed.contains(&"DELETE")),
        ];
        let lacks: Vec<&str> = lacks.iter().filter(|(_, there)| !there).map(|(method, _)| *method).collect();
        if !lacks.is_empty() {
            let verb = if lacks.len() == 1 { "is" } else { "are" };
            let text = format!(
                "{} {verb} served for {} too, though no endpoint says so",
                lacks.join(", "),
                lemma::plural(&name).replace('_', " ")
            );
            draft.note(format!("/entity/{name}/access"), text, "spec.endpoints", None, &["nobody may"]);
        }
    }
}
