//! Words that the grammar knows but this version does not enforce. Each is an error: ignored, it would be a promise
//! that nobody keeps. Whoever enforces one takes its line out of the list.

use serde_json::Value;

use crate::places::Pointer;
use crate::report::Report;

/// A word that is not enforced yet.
#[derive(Debug, Clone, Copy)]
pub struct NotYet {
    /// What it is called in messages.
    pub word: &'static str,
    /// Where it stands, as a JSON pointer; `*` is any name or place in a list.
    pub at: &'static str,
    /// The one value that is not enforced; `None`: none is.
    pub only: Option<&'static str>,
    /// How one may write it in TOML.
    pub example: &'static str,
}

/// All words that are not enforced yet.
pub const NOT_YET: &[NotYet] = &[
    value("type = \"file\"", "/user/field/*/type", "file", "type = \"file\""),
    word("encrypted", "/user/field/*/encrypted", "encrypted = true"),
    value("owner = \"team\"", "/entity/*/owner", "team", "owner = \"team\""),
    value("type = \"file\"", "/entity/*/field/*/type", "file", "type = \"file\""),
    word("encrypted", "/entity/*/field/*/encrypted", "encrypted = true"),
];

const fn word(word: &'static str, at: &'static str, example: &'static str) -> NotYet {
    NotYet { word, at, only: None, example }
}

const fn value(word: &'static str, at: &'static str, only: &'static str, example: &'static str) -> NotYet {
    NotYet { word, at, only: Some(only), example }
}

/// Whether a word at a place, or one value of it, is in the list: hints must not send anybody there.
pub(crate) fn is_not_yet(at: &Pointer, value: Option<&str>) -> bool {
    NOT_YET.iter().filter(|not_yet| not_yet.only == value).any(|not_yet| {
        let pattern = not_yet.at.split('/').skip(1);
        pattern.clone().count() == at.keys().count()
            && pattern.zip(at.keys()).all(|(word, key)| word == "*" || word == key)
    })
}

/// Reports each of them that the document says.
pub(crate) fn refuse(document: &Value, report: &mut Report) {
    for not_yet in NOT_YET {
        let keys: Vec<&str> = not_yet.at.split('/').skip(1).collect();
        look(document, &keys, Pointer::default(), not_yet, report);
    }
}

fn look(value: &Value, keys: &[&str], at: Pointer, not_yet: &NotYet, report: &mut Report) {
    let Some((key, rest)) = keys.split_first() else {
        if not_yet.only.is_none_or(|only| value == only) {
            let message = format!("`{}` is not enforced by this version", not_yet.word);
            report.key(&at, "not_yet", message, Some("remove it".to_owned()));
        }
        return;
    };
    match value {
        Value::Object(object) => {
            let children = object.iter().filter(|(name, _)| *key == "*" || name == key);
            children.for_each(|(name, child)| look(child, rest, at.child(name), not_yet, report));
        }
        Value::Array(items) if *key == "*" => {
            items.iter().enumerate().for_each(|(index, child)| look(child, rest, at.item(index), not_yet, report));
        }
        _ => {}
    }
}

const NOTE: &str = "Not enforced by this version, hence refused.";

/// Says in the JSON Schema which words are not enforced, so that an editor that offers one says it too.
pub(crate) fn mark(schema: &mut Value) {
    for not_yet in NOT_YET {
        let keys: Vec<&str> = not_yet.at.split('/').skip(1).collect();
        for place in places_in(schema, String::new(), &keys, not_yet.only) {
            let Some(Value::Object(meaning)) = schema.pointer_mut(&place) else { continue };
            let said = meaning.get("description").and_then(Value::as_str).unwrap_or_default();
            if !said.ends_with(NOTE) {
                let said = format!("{said} {NOTE}");
                meaning.insert("description".to_owned(), Value::String(said));
            }
        }
    }
}

/// Where the schema speaks of a word, or of one value of it.
fn places_in(schema: &Value, at: String, keys: &[&str], only: Option<&str>) -> Vec<String> {
    let Some(Value::Object(meaning)) = schema.pointer(&at) else { return Vec::new() };
    if keys.is_empty() && only.is_none_or(|only| meaning.get("const").is_some_and(|word| word == only)) {
        return vec![at];
    }
    let mut further: Vec<(String, &[&str])> = Vec::new();
    if let Some(target) = meaning.get("$ref").and_then(Value::as_str) {
        further.push((target.trim_start_matches('#').to_owned(), keys));
    }
    for choices in ["anyOf", "oneOf"] {
        let count = meaning.get(choices).and_then(Value::as_array).map_or(0, Vec::len);
        further.extend((0..count).map(|index| (format!("{at}/{choices}/{index}"), keys)));
    }
    if let Some((key, rest)) = keys.split_first() {
        let below = if *key == "*" { vec!["additionalProperties", "items"] } else { vec!["properties"] };
        let name = if *key == "*" { String::new() } else { format!("/{key}") };
        further.extend(below.into_iter().map(|word| (format!("{at}/{word}{name}"), rest)));
    }
    further.into_iter().flat_map(|(at, keys)| places_in(schema, at, keys, only)).collect()
}
