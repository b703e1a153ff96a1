//! The OpenAPI document: golden files, and whether it is true.
//!
//! A case is a blueprint in this folder, or an example of the repository, with the document that is expected beside it.
//! `UPDATE_EXPECT=1 cargo test` writes the documents anew.

mod check;
mod served;
mod spelling;

use std::path::{Path, PathBuf};
use std::process::Command;

use blueprint::Blueprint;
use expect_test::expect_file;
use query::Body;
use serde_json::Value as Json;

use self::check::Document;

pub struct Case {
    pub name: &'static str,
    pub text: &'static str,
}

pub const CASES: &[Case] = &[
    Case { name: "todo", text: crate::support::blueprints::TODO },
    Case { name: "lead-tracker", text: include_str!("lead-tracker.toml") },
    Case { name: "everything", text: include_str!("everything.toml") },
    Case { name: "closed", text: include_str!("closed.toml") },
    Case { name: "invited", text: include_str!("invited.toml") },
    Case { name: "crm", text: crate::support::blueprints::CRM },
];

impl Case {
    pub fn blueprint(&self) -> Blueprint {
        blueprint::load(self.text).unwrap_or_else(|problems| panic!("{}: {problems}", self.name))
    }

    pub fn document(&self) -> Document {
        Document::new(server::openapi::document(&self.blueprint()))
    }

    fn file(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/openapi/{}.json", self.name))
    }
}

#[test]
fn documents_are_as_expected() {
    for case in CASES {
        let text = serde_json::to_string_pretty(&case.document().json).unwrap();
        expect_file![case.file()].assert_eq(&format!("{text}\n"));
    }
}

#[test]
fn references_lead_somewhere() {
    for case in CASES {
        let document = case.document();
        let references = document.references();
        assert!(references.len() > 50, "{}: {}", case.name, references.len());
        for reference in references {
            assert!(document.resolve(&reference).is_some(), "{}: {reference}", case.name);
        }
    }
}

#[test]
fn operation_ids_are_unique() {
    for case in CASES {
        let document = case.document();
        let mut ids: Vec<&str> =
            document.operations().map(|(_, _, operation)| check::text(&operation["operationId"])).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{}", case.name);
    }
}

#[test]
fn examples_satisfy_their_schemas() {
    for case in CASES {
        let document = case.document();
        let examples = document.examples();
        assert!(examples.len() > 50, "{}: {}", case.name, examples.len());
        for (place, schema, example) in examples {
            document.validate(&schema, &example).unwrap_or_else(|error| panic!("{}: {place}: {error}", case.name));
        }
    }
}

#[test]
fn every_property_and_every_body_has_an_example() {
    for case in CASES {
        let document = case.document();
        for (name, schema) in document.json["components"]["schemas"].as_object().unwrap() {
            for (property, schema) in schema["properties"].as_object().unwrap() {
                let has = ["examples", "items", "enum", "const"].iter().any(|word| schema.get(word).is_some());
                assert!(has, "{}: {name}.{property}", case.name);
            }
        }
        for (method, path, operation) in document.operations() {
            let content = operation.pointer("/requestBody/content").and_then(Json::as_object);
            for (kind, media) in content.into_iter().flatten() {
                assert!(media.get("example").is_some(), "{}: {method} {path} {kind}", case.name);
            }
        }
    }
}

/// What stands beside a schema is filled in by the page of `/docs`, and nobody wants all filters at once.
#[test]
fn parameters_have_examples_that_are_not_filled_in() {
    for case in CASES {
        let document = case.document();
        let of_operations = document.operations().filter_map(|(_, _, operation)| operation["parameters"].as_array());
        let parameters: Vec<&Json> = of_operations.flatten().map(|parameter| document.follow(parameter)).collect();
        assert!(parameters.len() > 20, "{}", case.name);
        for parameter in parameters {
            let has = parameter["schema"].get("examples").is_some() || parameter["name"] == "cursor";
            assert!(has && parameter.get("example").is_none(), "{}: {parameter}", case.name);
        }
    }
}

/// The schema is one reading of the limits; the reader of bodies is the one that counts.
#[test]
fn the_reader_of_bodies_takes_the_examples() {
    for case in CASES {
        let blueprint = case.blueprint();
        let document = case.document();
        for (method, path, operation) in document.operations() {
            let entity = blueprint.entities.iter().find(|entity| operation["tags"][0] == entity.path.as_str());
            let example = operation.pointer("/requestBody/content/application~1json/example");
            let (Some(entity), Some(example)) = (entity, example) else { continue };
            if path.ends_with(":batch") {
                let operation = &example["operations"][0];
                assert_eq!(operation["method"], "POST", "{}: {path}", case.name);
                Body::Create
                    .read(&query::View::document(entity), &operation["body"])
                    .unwrap_or_else(|errors| panic!("{}: {method} {path}: {errors:?}", case.name));
                continue;
            }
            let body = match (method, blueprint.api.put) {
                ("post", _) => Body::Create,
                ("put", blueprint::PutMeaning::Replace) => Body::Replace,
                _ => Body::Update,
            };
            body.read(&query::View::document(entity), example)
                .unwrap_or_else(|errors| panic!("{}: {method} {path}: {errors:?}", case.name));
        }
    }
}

#[test]
fn hidden_fields_are_in_no_answer_and_no_filter() {
    let document = CASES.iter().find(|case| case.name == "everything").unwrap().document();
    let schemas = &document.json["components"]["schemas"];
    assert!(schemas["ItemCreate"]["properties"].get("pin").is_some());
    for name in ["Item", "ItemPart", "ItemUpdate", "ItemReplace"] {
        assert!(schemas[name]["properties"].get("pin").is_none(), "{name}");
        assert!(schemas[name]["properties"].get("phone").is_some(), "{name}");
    }
    assert!(schemas["Me"]["properties"].get("secret_word").is_none());
    let list = document.json["paths"]["/v2/items"]["get"].to_string();
    assert!(list.contains("phone[in]") && !list.contains("pin"));
}

/// An independent reader of OpenAPI, from PyPI: `pip install openapi-spec-validator`.
#[test]
#[expect(clippy::disallowed_methods, reason = "a check that CI must run may be skipped elsewhere")]
fn the_validator_of_the_openapi_project_agrees() {
    let present = Command::new("python3").args(["-c", "import openapi_spec_validator"]).output();
    if !present.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "in CI openapi-spec-validator must be there");
        println!("skipped: python3 has no openapi-spec-validator");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for case in CASES {
        let file = folder.path().join(format!("{}.json", case.name));
        std::fs::write(&file, case.document().json.to_string()).unwrap();
        let output = Command::new("python3").args(["-m", "openapi_spec_validator"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", case.name);
    }
}
