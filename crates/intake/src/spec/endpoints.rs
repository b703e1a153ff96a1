//! Endpoints: where the API is mounted, and which changes have names. What each reads and writes follows from the fields.

use crate::draft::{Action, Draft};
use crate::kinds;
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::{self, Form};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A method and a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub method: String,
    pub path: String,
}

impl Endpoint {
    /// One of the two cells of a row; none if they are something else.
    pub(crate) fn of(method: &str, path: &str) -> Option<Endpoint> {
        let method = method.trim_matches(['`', '*', ' ']).to_uppercase();
        let path = path.trim_matches(['`', '*', ' ']).split('?').next().unwrap_or_default();
        let path = path.trim_end_matches('/');
        (METHODS.contains(&method.as_str()) && path.starts_with('/') && path.len() > 1 && path.len() <= 200)
            .then(|| Endpoint { method, path: path.to_owned() })
    }

    /// "GET /api/tasks", perhaps with words behind it.
    pub(super) fn of_line(line: &str) -> Option<Endpoint> {
        let plain = line.replace(['`', '*'], "");
        let mut words = plain.split_whitespace();
        Endpoint::of(words.next()?, words.next()?)
    }

    /// The parts of the path; parameters are `None`.
    fn parts(&self) -> Vec<Option<&str>> {
        self.path.split('/').filter(|part| !part.is_empty()).map(word).collect()
    }

    fn parameter(&self, at: usize) -> Option<String> {
        let part = self.path.split('/').filter(|part| !part.is_empty()).nth(at)?;
        kinds::field_name(part.trim_matches(['{', '}', ':', '<', '>']))
    }
}

/// A part of a path without what a colon adds, as in "tasks:batch"; none for a parameter.
fn word(part: &str) -> Option<&str> {
    if part.starts_with(['{', ':', '<']) { None } else { part.split(':').next() }
}

/// Where the engine's own routes are.
const OWN: &str = "auth users login health healthz readyz me _ .well-known docs openapi.json metrics";

/// Puts the endpoints into the draft.
pub(super) fn apply(endpoints: &[Endpoint], draft: &mut Draft, left: &mut Vec<String>) {
    let mut prefixes: Vec<String> = Vec::new();
    let mut by_user = false;
    for endpoint in endpoints {
        let parts = endpoint.parts();
        let named = |part: &Option<&str>| part.and_then(kinds::entity_name).filter(|name| draft.entity(name).is_some());
        let Some((at, entity)) = parts.iter().enumerate().find_map(|(at, part)| Some((at, named(part)?))) else {
            let own = parts.iter().flatten().any(|part| crate::lexicon::has(OWN, part));
            if !own {
                left.push(format!("{} {}", endpoint.method, endpoint.path));
            }
            continue;
        };
        let before: Vec<&str> = parts.iter().take(at).flatten().copied().collect();
        by_user |= at.checked_sub(1).and_then(|at| endpoint.parameter(at)).is_some_and(|name| name == "user_id");
        let prefix = format!("/{}", before.join("/"));
        if prefix.len() > 1 && !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
        // "/tasks/{id}/complete".
        if let (Some(None), Some(Some(verb)), None) = (parts.get(at + 1), parts.get(at + 2), parts.get(at + 3)) {
            let nested = kinds::entity_name(verb).is_some_and(|name| draft.entity(&name).is_some());
            // The engine restores what is in the trash.
            if !nested && *verb != "restore" && !action(draft, &entity, verb) {
                left.push(format!("{} {}", endpoint.method, endpoint.path));
            }
        }
    }
    if let [prefix] = prefixes.as_slice() {
        draft.prefix = Some(prefix.clone());
    }
    draft.user_path = by_user;
    missing(endpoints, draft);
}

/// A change with a name, where a field has what the verb leads to.
fn action(draft: &mut Draft, entity: &str, verb: &str) -> bool {
    let Some((name, entity)) = kinds::field_name(verb).zip(draft.entity_mut(entity)) else { return false };
    if entity.actions.iter().any(|action| action.name == name) {
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
        entity.actions.push(Action { name, field, value });
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
