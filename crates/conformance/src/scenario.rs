//! Scenarios: who sends what, and what must come back. They are TOML files; `scenarios/README.md` shows the words.

use std::collections::BTreeMap;
use std::path::Path;

use hyper::body::Bytes;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::matching::difference;
use crate::{Answer, Person, World};

/// A file of scenarios.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    about: String,
    /// Who takes part, each with the roles.
    #[serde(default)]
    people: IndexMap<String, Vec<String>>,
    step: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `ana POST /api/v1/tasks`; without a name a stranger asks.
    ask: String,
    /// Headers of the request.
    #[serde(default)]
    with: IndexMap<String, String>,
    /// The body.
    send: Option<Json>,
    /// The body as it goes over the wire, for bodies that are not JSON.
    raw: Option<String>,
    /// The status that must come back, of all of them if `times` is said.
    status: Option<u16>,
    /// How often it is asked at the same time.
    times: Option<usize>,
    /// How many answers have which status.
    statuses: Option<BTreeMap<String, usize>>,
    /// What the body must hold.
    answer: Option<Json>,
    /// The code of the problem.
    code: Option<String>,
    /// The pointers of the problem's errors, all of them in their order.
    pointers: Option<Vec<String>>,
    /// JSON pointers that must lead nowhere.
    #[serde(default)]
    absent: Vec<String>,
    /// Headers that must come back; an empty text means that the header must not.
    #[serde(default)]
    headers: IndexMap<String, String>,
    /// Parts of the answer, by JSON pointer or `header:name`, that later steps name in braces.
    #[serde(default)]
    keep: IndexMap<String, String>,
}

/// Runs every scenario of a file, each in a world of its own.
///
/// # Panics
/// When an answer is not as expected; the message says which scenario and which step.
pub async fn run_file(path: &Path, make: impl AsyncFn() -> World) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for scenario in file.scenario {
        let world = make().await;
        let place = format!("{}: {}", path.display(), scenario.about);
        run(&world, &scenario, &place).await;
    }
}

/// Runs every file of a folder. There must be some.
///
/// # Panics
/// As [`run_file`].
pub async fn run_folder(folder: &Path, make: impl AsyncFn() -> World) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty(), "no scenarios in {}", folder.display());
    for file in files {
        run_file(&file, &make).await;
    }
}

async fn run(world: &World, scenario: &Scenario, place: &str) {
    let mut people = IndexMap::new();
    let mut words = IndexMap::new();
    for (name, roles) in &scenario.people {
        let person = Person::join(world, name, roles).await;
        words.insert(name.clone(), person.id.clone());
        people.insert(name.clone(), person);
    }
    for (number, step) in (1..).zip(&scenario.step) {
        let place = format!("{place}\nstep {number}, {}", step.ask);
        let answers = ask(world, step, &people, &words, &place).await;
        check(step, &answers, &words, &place);
        for (word, from) in &step.keep {
            words.insert(word.clone(), kept(&answers[0], from, &place));
        }
    }
}

async fn ask(
    world: &World,
    step: &Step,
    people: &IndexMap<String, Person>,
    words: &IndexMap<String, String>,
    place: &str,
) -> Vec<Answer> {
    let parts: Vec<&str> = step.ask.split(' ').collect();
    let (person, method, path) = match parts.as_slice() {
        [method, path] => (Person::stranger(), *method, *path),
        [name, method, path] => {
            let person = people.get(*name).unwrap_or_else(|| panic!("{place}: {name} is not among the people"));
            (person.clone(), *method, *path)
        }
        _ => panic!("{place}: `ask` wants `[who] METHOD /path`"),
    };
    let path = fill(path, words, place);
    let headers: Vec<(String, String)> =
        step.with.iter().map(|(name, value)| (name.clone(), fill(value, words, place))).collect();
    let body = match (&step.send, &step.raw) {
        (Some(json), None) => Bytes::from(fill_json(json, words, place).to_string()),
        (None, Some(text)) => Bytes::from(fill(text, words, place)),
        (None, None) => Bytes::new(),
        (Some(_), Some(_)) => panic!("{place}: either `send` or `raw`"),
    };
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..step.times.unwrap_or(1) {
        let (world, person, path, body) = (world.clone(), person.clone(), path.clone(), body.clone());
        let (method, headers) = (method.to_owned(), headers.clone());
        asked.spawn(async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            person.send_bytes(&world, &method, &path, &headers, body).await
        });
    }
    asked.join_all().await
}

fn check(step: &Step, answers: &[Answer], words: &IndexMap<String, String>, place: &str) {
    if let Some(expected) = &step.statuses {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for answer in answers {
            *found.entry(answer.status.as_str().to_owned()).or_default() += 1;
        }
        assert_eq!(&found, expected, "{place}");
    }
    assert!(step.status.is_some() || step.statuses.is_some(), "{place}: say the `status`");
    for answer in answers {
        if let Some(status) = step.status {
            assert_eq!(answer.status.as_u16(), status, "{place}\n{answer}");
        }
        check_problem(answer, place);
        let json = if step.answer.is_some() || step.code.is_some() || step.pointers.is_some() || !step.absent.is_empty()
        {
            answer.json()
        } else {
            Json::Null
        };
        if let Some(expected) = &step.answer {
            let difference = difference(&fill_json(expected, words, place), &json, "");
            assert!(difference.is_none(), "{place}: {}\n{answer}", difference.unwrap_or_default());
        }
        if let Some(code) = &step.code {
            assert_eq!(json["code"], code.as_str(), "{place}\n{answer}");
        }
        if let Some(pointers) = &step.pointers {
            let errors = json["errors"].as_array().cloned().unwrap_or_default();
            let found: Vec<&str> = errors.iter().filter_map(|error| error["pointer"].as_str()).collect();
            assert_eq!(&found, pointers, "{place}\n{answer}");
        }
        for pointer in &step.absent {
            assert!(json.pointer(pointer).is_none(), "{place}: {pointer} is there\n{answer}");
        }
        for (name, expected) in &step.headers {
            let found = answer.header(name).unwrap_or_default();
            assert_eq!(found, fill(expected, words, place), "{place}: header {name}\n{answer}");
        }
    }
}

/// What holds of every error, whatever the scenario is about.
fn check_problem(answer: &Answer, place: &str) {
    assert_ne!(answer.status, 500, "{place}\n{answer}");
    if answer.status.as_u16() < 400 || answer.body.is_empty() {
        return;
    }
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{place}\n{answer}");
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16(), "{place}\n{answer}");
    for key in ["type", "title", "code", "detail", "request_id"] {
        assert!(problem[key].is_string(), "{place}: no {key}\n{answer}");
    }
}

fn kept(answer: &Answer, from: &str, place: &str) -> String {
    if let Some(name) = from.strip_prefix("header:") {
        return answer.header(name).unwrap_or_else(|| panic!("{place}: no header {name} to keep")).to_owned();
    }
    match answer.json().pointer(from) {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => panic!("{place}: nothing at {from} to keep\n{answer}"),
    }
}

/// Puts what is kept in the place of its name in braces.
fn fill(text: &str, words: &IndexMap<String, String>, place: &str) -> String {
    let mut filled = text.to_owned();
    for (word, value) in words {
        filled = filled.replace(&format!("{{{word}}}"), value);
    }
    let open = filled.find('{').filter(|_| !text.starts_with('{'));
    assert!(open.is_none(), "{place}: nothing is kept under the name in {filled}");
    filled
}

/// The same in every text of a JSON value. A text that is nothing but an integer's name becomes that integer.
fn fill_json(json: &Json, words: &IndexMap<String, String>, place: &str) -> Json {
    match json {
        Json::String(text) => {
            let filled = fill(text, words, place);
            let whole = text.starts_with('{') && text.ends_with('}');
            match filled.parse::<i64>() {
                Ok(number) if whole => Json::from(number),
                _ => Json::from(filled),
            }
        }
        Json::Array(items) => items.iter().map(|item| fill_json(item, words, place)).collect(),
        Json::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), fill_json(value, words, place))).collect()
        }
        other => other.clone(),
    }
}
