//! A document to look things up in, and to hold values against.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

pub struct Document {
    pub json: Json,
    /// By schema: making one takes longer than a thousand uses of it.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Document {
    pub fn new(json: Json) -> Document {
        Document { json, validators: RefCell::default() }
    }

    /// Method, path and operation of each.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Json)> {
        const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];
        let paths = self.json["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            let operations = operations.filter(|(method, _)| METHODS.contains(&method.as_str()));
            operations.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
    }

    /// What a `$ref` leads to.
    pub fn resolve(&self, reference: &str) -> Option<&Json> {
        self.json.pointer(reference.strip_prefix('#')?)
    }

    /// The thing itself, or what it refers to.
    pub fn follow<'d>(&'d self, thing: &'d Json) -> &'d Json {
        match thing.get("$ref") {
            Some(reference) => self.resolve(text(reference)).unwrap(),
            None => thing,
        }
    }

    pub fn references(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.json, "", &mut |_, object| {
            found.extend(object.get("$ref").map(|reference| text(reference).to_owned()));
        });
        found
    }

    /// Every example: its place, its schema and itself.
    pub fn examples(&self) -> Vec<(String, Json, Json)> {
        let mut found = Vec::new();
        walk(&self.json, "", &mut |place, object| {
            let mut add =
                |schema: &Json, example: &Json| found.push((place.to_owned(), schema.clone(), example.clone()));
            match (object.get("schema"), object.get("example"), object.get("examples")) {
                (Some(schema), Some(example), _) => add(schema, example),
                (Some(schema), _, Some(Json::Object(examples))) => {
                    examples.values().for_each(|one| add(schema, &one["value"]))
                }
                (None, _, Some(Json::Array(examples))) => {
                    examples.iter().for_each(|one| add(&object.clone().into(), one))
                }
                _ => {}
            }
        });
        found
    }

    /// Whether a value satisfies a schema of this document.
    pub fn validate(&self, schema: &Json, value: &Json) -> Result<(), String> {
        let validator = self.validator(schema);
        let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        if errors.is_empty() { Ok(()) } else { Err(format!("{value}: {}", errors.join("; "))) }
    }

    fn validator(&self, schema: &Json) -> Rc<Validator> {
        let make = || {
            let mut whole = json!({ "allOf": [schema] });
            if schema.to_string().contains("$ref") {
                whole["components"]["schemas"] = self.json["components"]["schemas"].clone();
            }
            Rc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap())
        };
        self.validators.borrow_mut().entry(schema.to_string()).or_insert_with(make).clone()
    }
}

pub fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

fn walk(json: &Json, place: &str, visit: &mut impl FnMut(&str, &Map<String, Json>)) {
    match json {
        Json::Object(object) => {
            visit(place, object);
            object.iter().for_each(|(key, value)| walk(value, &format!("{place}/{key}"), visit));
        }
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{place}/{index}"), visit))
        }
        _ => {}
    }
}
