//! What the files say that does not stand in the blueprint: how the request was read, the settings, the secret.

use serde::{Deserialize, Serialize};

use crate::checklist::Outcomes;

/// What a project's files need to know besides the blueprint. The caller has it from elsewhere.
#[derive(Debug, Clone)]
pub struct ProjectFacts {
    /// What made the blueprint of the request, for example `rules`.
    pub planner: String,
    /// How much of the request found its place, 0 to 1.
    pub coverage: f64,
    /// What was filled in without being said.
    pub assumptions: Vec<Assumption>,
    /// What the request says about who may do what.
    pub asked: Vec<Asked>,
    /// What is worth asking.
    pub questions: Vec<String>,
    /// Phrases of the request that found no place.
    pub unplaced: Vec<String>,
    /// Random text for `SECRET_KEY`. It reaches the `.env` draft and nothing else.
    pub secret_key: String,
    /// The server's settings, for `.env.example`.
    pub settings: Vec<SettingFact>,
    /// What became of the checks behind the checklist that have run.
    pub outcomes: Outcomes,
    /// The OpenAPI document of the blueprint.
    pub openapi: serde_json::Value,
}

/// Something that the request did not say, and that had to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    /// What was decided.
    pub text: String,
    /// Why; may be empty.
    pub why: String,
    /// What of the blueprint it is about, as a JSON pointer: gone, it is open no more. Empty where that is nothing in it, and in records
    /// of versions that did not keep it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Where it is about several things, each of them; the text ends with their names, a comma between two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// One of the things that an assumption is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// JSON pointer into the blueprint.
    pub about: String,
    /// How the text names it.
    pub name: String,
}

/// One thing that the request says somebody may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// `public` for whoever comes, `user` for whoever is signed in, `owner`, or a role.
    pub who: String,
    /// `read`, `create`, `update`, `delete`, `manage` for all of these, `action:` with a name, or another change.
    pub action: String,
    /// The name of an entity, or `*`.
    pub entity: String,
}

/// One setting of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingFact {
    /// The environment variable.
    pub name: &'static str,
    /// What counts when it is not set, in words.
    pub default: &'static str,
    /// What it is for.
    pub summary: &'static str,
}
