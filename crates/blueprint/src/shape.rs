//! Is the document made of the right words? Checked against the JSON Schema that editors use.
//!
//! Only the keywords that `raw` gives rise to are understood: type, properties, additionalProperties, required, $ref,
//! anyOf, oneOf, enum, const, minimum, maximum, items. What is wrong is reported and cut out of the document, so that the
//! rest can still be resolved and all problems be told at once.

use serde_json::{Map, Value};

use crate::nearest::{nearest, perhaps_or_list};
use crate::places::Pointer;
use crate::report::Report;
use crate::resolve::not_yet::is_not_yet;

/// Reports what is wrong and cuts it out. `false`: nothing usable is left.
pub(crate) fn check(schema: &Value, document: &mut Value, report: &mut Report) -> bool {
    Walk { schema, report }.walk(schema, document, &Pointer::default(), "")
}

struct Walk<'s, 'r, 't> {
    schema: &'s Value,
    report: &'r mut Report<'t>,
}

impl<'s> Walk<'s, '_, '_> {
    fn walk(&mut self, schema: &'s Value, value: &mut Value, at: &Pointer, word: &str) -> bool {
        if self.report.gives_up() {
            return false;
        }
        let schema = self.follow(schema);
        if let Some(words) = self.list_of_words(schema) {
            return self.one_of(&words, value, at, word);
        }
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            return self.any_of(choices, value, at, word);
        }
        match schema.get("type").and_then(Value::as_str) {
            // `name = "text"` for `name = { type = "text" }`.
            Some("object") if value.is_string() && needs(schema, "type") => {
                let message = format!("{} wants a table, found text", name_of(at, word));
                let types =
                    schema.pointer("/properties/type").and_then(|meaning| self.list_of_words(self.follow(meaning)));
                let is_type = types.is_some_and(|types| types.iter().any(|word| value == word));
                let hint = if is_type {
                    format!("write {{ type = {value} }}")
                } else {
                    "write { type = \"text\" }".to_owned()
                };
                self.report.value(at, "wrong_type", message, Some(hint));
                false
            }
            Some(wanted) if !is_of_type(value, wanted) => self.wrong_type(&[wanted], value, at, word),
            Some("object") => self.object(schema, value, at, word),
            Some("array") => self.array(schema, value, at, word),
            Some("integer" | "number") => self.number(schema, value, at, word),
            _ => true,
        }
    }

    fn follow(&self, schema: &'s Value) -> &'s Value {
        let Some(target) = schema.get("$ref").and_then(Value::as_str) else {
            return schema;
        };
        target.strip_prefix('#').and_then(|pointer| self.schema.pointer(pointer)).unwrap_or(schema)
    }

    /// The texts that are allowed, if the schema allows texts from a list and nothing else.
    fn list_of_words(&self, schema: &'s Value) -> Option<Vec<&'s str>> {
        if let Some(only) = schema.get("const") {
            return only.as_str().map(|only| vec![only]);
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return words.iter().map(Value::as_str).collect();
        }
        let choices = schema.get("oneOf")?.as_array()?;
        let lists: Option<Vec<_>> = choices.iter().map(|choice| self.list_of_words(self.follow(choice))).collect();
        lists.map(|lists| lists.concat())
    }

    fn one_of(&mut self, words: &[&'s str], value: &Value, at: &Pointer, word: &str) -> bool {
        match value.as_str() {
            Some(text) if words.contains(&text) => true,
            Some(text) => {
                let enforced = words.iter().copied().filter(|word| !is_not_yet(at, Some(word)));
                let hint = perhaps_or_list(text, enforced);
                self.report.value(at, "wrong_value", format!("{} cannot be {text:?}", name_of(at, word)), hint);
                false
            }
            None => self.wrong_type(&["string"], value, at, word),
        }
    }

    /// The alternatives differ in their JSON type, so the type says which one was meant.
    fn any_of(&mut self, choices: &'s [Value], value: &mut Value, at: &Pointer, word: &str) -> bool {
        let mut wanted = Vec::new();
        for choice in choices {
            let choice = self.follow(choice);
            let kind = match self.list_of_words(choice) {
                Some(_) => "string",
                None => choice.get("type").and_then(Value::as_str).unwrap_or("any"),
            };
            if is_of_type(value, kind) {
                return self.walk(choice, value, at, word);
            }
            wanted.push(kind);
        }
        self.wrong_type(&wanted, value, at, word)
    }

    fn object(&mut self, schema: &'s Value, value: &mut Value, at: &Pointer, word: &str) -> bool {
        let Value::Object(object) = value else {
            return false;
        };
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        object.retain(|key, child| {
            let below = at.child(key);
            match (known.and_then(|known| known.get(key)), others) {
                (Some(schema), _) => self.walk(schema, child, &below, key),
                (None, Some(Value::Bool(false))) => self.unknown_word(known, at, key),
                (None, Some(schema)) => self.walk(schema, child, &below, key),
                (None, None) => true,
            }
        });
        self.required_words(schema, object, at, word)
    }

    fn unknown_word(&mut self, known: Option<&'s Map<String, Value>>, above: &Pointer, key: &str) -> bool {
        if self.report.gives_up() {
            return false;
        }
        let words = known
            .into_iter()
            .flat_map(|known| known.keys().map(String::as_str))
            .filter(|known| !is_not_yet(&above.child(known), None))
            .collect::<Vec<_>>();
        let hint = perhaps_or_list(key, words);
        self.report.key(&above.child(key), "unknown_word", format!("unknown word `{}`", key.escape_debug()), hint);
        false
    }

    fn required_words(&mut self, schema: &Value, object: &Map<String, Value>, at: &Pointer, word: &str) -> bool {
        let mut complete = true;
        let required = schema.get("required").and_then(Value::as_array);
        for required in required.into_iter().flatten().filter_map(Value::as_str) {
            if object.contains_key(required) {
                continue;
            }
            complete = false;
            // Said but wrong, or said with a slip: told already.
            if !self.report.places.words(at).any(|said| nearest(said, [required]).is_some()) {
                let message = format!("{} needs `{required}`", name_of(at, word));
                let hint = example_of(required).map(|example| format!("add {example}"));
                self.report.key(at, "missing_word", message, hint);
            }
        }
        complete
    }

    fn array(&mut self, schema: &'s Value, value: &mut Value, at: &Pointer, word: &str) -> bool {
        let (Value::Array(items), Some(of)) = (value, schema.get("items")) else {
            return true;
        };
        let mut usable = true;
        for (index, item) in items.iter_mut().enumerate() {
            usable &= self.walk(of, item, &at.item(index), word);
        }
        usable
    }

    fn number(&mut self, schema: &Value, value: &Value, at: &Pointer, word: &str) -> bool {
        let bound = |word| schema.get(word).and_then(Value::as_f64);
        let Some(number) = value.as_f64() else {
            return false;
        };
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.report.value(
                at,
                "wrong_value",
                format!("{} is at least {least}, found {value}", name_of(at, word)),
                Some(format!("{least} is the least")),
            );
            return false;
        }
        if let Some(greatest) = bound("maximum").filter(|greatest| number > *greatest) {
            self.report.value(
                at,
                "wrong_value",
                format!("{} is at most {greatest}, found {value}", name_of(at, word)),
                Some(format!("{greatest} is the greatest")),
            );
            return false;
        }
        true
    }

    fn wrong_type(&mut self, wanted: &[&str], value: &Value, at: &Pointer, word: &str) -> bool {
        let found = name_of_type(type_of(value));
        let names: Vec<&str> = wanted.iter().map(|wanted| name_of_type(wanted)).collect();
        let message = format!("{} wants {}, found {found}", name_of(at, word), names.join(" or "));
        self.report.value(at, "wrong_type", message, advice(wanted, value));
        false
    }
}

fn name_of(at: &Pointer, word: &str) -> String {
    if at.as_str().is_empty() { "the blueprint".to_owned() } else { format!("`{}`", word.escape_debug()) }
}

fn needs(schema: &Value, word: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|required| required == word))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of_type(value: &Value, wanted: &str) -> bool {
    let found = type_of(value);
    wanted == found || wanted == "any" || (wanted == "number" && found == "integer")
}

fn name_of_type(word: &str) -> &str {
    match word {
        "boolean" => "true or false",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "a table",
        other => other,
    }
}

fn advice(wanted: &[&str], value: &Value) -> Option<String> {
    match (wanted, value) {
        (["array"], Value::String(text)) => Some(format!("put it in brackets: [{text:?}]")),
        (["boolean", ..], Value::String(text)) if text == "true" || text == "false" => {
            Some(format!("without quotes: {text}"))
        }
        (["integer"] | ["number"], Value::String(text)) if text.parse::<f64>().is_ok() => {
            Some(format!("without quotes: {text}"))
        }
        (["string"], Value::Bool(_) | Value::Number(_)) => Some(format!("in quotes: \"{value}\"")),
        (["boolean", ..], _) => Some("write true or false, without quotes".to_owned()),
        (["integer" | "number", ..], _) => Some("write a number without quotes, for example 3".to_owned()),
        (["array"], _) => Some("write a list, for example [\"a\", \"b\"]".to_owned()),
        (["object"], _) => Some("write a table: `{ word = value }`".to_owned()),
        _ => Some("write text in quotes".to_owned()),
    }
}

/// How the words are written that something cannot do without.
fn example_of(required: &str) -> Option<&'static str> {
    match required {
        "app" => Some("`[app]` with `name = \"my-app\"`"),
        "name" => Some("`name = \"my-app\"`"),
        "type" => Some("`type = \"text\"`"),
        "do" => Some("`do = \"sms.send\"`"),
        _ => None,
    }
}
