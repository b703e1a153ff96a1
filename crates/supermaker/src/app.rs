//! An app of which some is code: its blueprint, and the routes that a project adds to it or takes over from it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use blueprint::Blueprint;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};
use server::StartError;
use server::code::{Code, CodeRoute, base, row_named};
use server::settings::Settings;

use crate::describe::{Description, Model};
use crate::dispatch::{self, Direct};
use crate::routes::{Methods, Operation};
use crate::{Record, Routes, model, run};

/// An app, not yet opened.
pub struct App {
    blueprint: Source,
    parts: Vec<Part>,
}

enum Source {
    Text(String),
    File(PathBuf),
}

struct Part {
    entity: Option<&'static str>,
    begins: Begins,
    routes: Routes,
}

/// Where the paths of routes begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// After the prefix of the API, and the user id where there is one.
    Api,
    Root,
}

impl App {
    /// An app with this blueprint: `App::new(include_str!("../blueprint.toml"))`.
    pub fn new(blueprint: impl Into<String>) -> App {
        App { blueprint: Source::Text(blueprint.into()), parts: Vec::new() }
    }

    /// An app whose blueprint is read from a file when it is opened.
    pub fn from_file(path: impl Into<PathBuf>) -> App {
        App { blueprint: Source::File(path.into()), parts: Vec::new() }
    }

    /// Serves an entity by these routes alone: of its blueprint's own routes, those that are not among them are not there.
    pub fn entity<T: Record>(mut self, routes: Routes) -> App {
        self.parts.push(Part { entity: Some(T::ENTITY), begins: Begins::Api, routes });
        self
    }

    /// Adds routes that belong to no entity, or to one that the blueprint goes on serving. What the blueprint answers itself they
    /// cannot take over one by one: other ways to the same rows would pass them by.
    pub fn routes(mut self, routes: Routes) -> App {
        self.parts.push(Part { entity: None, begins: Begins::Api, routes });
        self
    }

    /// Adds routes outside the API, whose paths are whole: `/webhooks/stripe`. Limits, ids, problems and documents are those of
    /// every other route.
    pub fn routes_at_root(mut self, routes: Routes) -> App {
        self.parts.push(Part { entity: None, begins: Begins::Root, routes });
        self
    }

    /// Opens the database and puts the app in service, without listening: what tests do, and what runs it elsewhere.
    ///
    /// # Errors
    /// What stands in the way, in words for the person who starts it; code that does not go with the blueprint is among it.
    pub async fn open(self, settings: Settings) -> Result<server::App, StartError> {
        let (blueprint, code) = self.prepare()?;
        server::App::open_with(blueprint, settings, code).await
    }

    /// Serves until Ctrl-C or SIGTERM, as `supermaker serve` does: settings from the environment and from `.env`, logs to
    /// stderr.
    pub fn run(self) -> ExitCode {
        run::run(self)
    }

    /// Where `.env` and relative paths of databases are.
    pub(crate) fn folder(&self) -> &Path {
        let folder = match &self.blueprint {
            Source::Text(_) => None,
            Source::File(path) => path.parent(),
        };
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The blueprint, checked, and the code, which the server checks.
    pub(crate) fn prepare(self) -> Result<(Arc<Blueprint>, Code), StartError> {
        let text = match self.blueprint {
            Source::Text(text) => text,
            Source::File(path) => std::fs::read_to_string(&path)
                .map_err(|error| StartError::Code(vec![format!("cannot read {}: {error}", path.display())]))?,
        };
        let blueprint = blueprint::load(&text).map_err(StartError::Blueprint)?;
        let code = code(&blueprint, self.parts)?;
        Ok((Arc::new(blueprint), code))
    }
}

fn code(blueprint: &Blueprint, parts: Vec<Part>) -> Result<Code, StartError> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = SchemaGenerator::new(settings);
    let mut code =
        Code { entities: parts.iter().filter_map(|part| Some(part.entity?.to_owned())).collect(), ..Code::default() };
    let mut paths: Vec<(String, Methods)> = Vec::new();
    let mut direct: Vec<Option<Direct>> = Vec::new();
    let mut models: Vec<Model> = Vec::new();
    let mut problems = Vec::new();
    for Part { entity, begins, routes } in parts {
        for (path, methods) in routes.paths {
            let path = match begins {
                Begins::Api => format!("{}{path}", base(blueprint)),
                Begins::Root => path,
            };
            if begins == Begins::Root && is_in_api(blueprint, &path) {
                problems.push(format!("{path} is in the API: give it to `routes`, without what comes before"));
            }
            let mut body_is_read_by_axum = false;
            for operation in &methods.operations {
                let (route, described) = describe(operation, &path, entity, &mut schemas);
                body_is_read_by_axum |= route.takes.body && !route.takes.json;
                problems.extend(missing_ids(blueprint, &route, &described.ids));
                models.extend(described.models);
                code.routes.push(route);
            }
            direct.extend(methods.direct.iter().cloned());
            paths.push((path, if body_is_read_by_axum { methods.without_limit() } else { methods }));
        }
    }
    problems.extend(model::check(blueprint, &models));
    if !problems.is_empty() {
        return Err(StartError::Code(problems));
    }
    code.schemas = definitions(&mut schemas);
    code.answer = Some(dispatch::answer(paths, direct));
    Ok(code)
}

fn is_in_api(blueprint: &Blueprint, path: &str) -> bool {
    path.strip_prefix(blueprint.api.prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is left of a description beside its route.
struct Described {
    models: Vec<Model>,
    ids: Vec<&'static str>,
}

fn describe(
    operation: &Operation,
    path: &str,
    entity: Option<&str>,
    schemas: &mut SchemaGenerator,
) -> (CodeRoute, Described) {
    let mut description = Description::new(schemas);
    (operation.describe)(&mut description);
    let Description { takes, mut docs, models, ids, .. } = description;
    docs.summary = operation.summary.clone();
    docs.description.clone_from(&operation.description);
    let (method, path, entity) = (operation.method.clone(), path.to_owned(), entity.map(str::to_owned));
    let anonymous = operation.anonymous;
    (CodeRoute { method, path, entity, takes, anonymous, docs }, Described { models, ids })
}

/// A handler that takes an id wants a path that has one.
fn missing_ids(blueprint: &Blueprint, route: &CodeRoute, ids: &[&'static str]) -> Vec<String> {
    let CodeRoute { method, path, .. } = route;
    let names = || path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let row = |name| row_named(blueprint, path, name, route.entity.as_deref());
    // An entity that the blueprint does not have is told of as such.
    let has = |entity: &str| {
        let known = blueprint.entities.iter().any(|known| known.name == entity);
        !known || names().filter_map(row).any(|index| blueprint.entity(index).name == entity)
    };
    let missing = ids.iter().filter(|entity| !has(entity));
    missing
        .map(|entity| format!("{method} {path} takes the id of a {entity}, but its path has no {{{entity}_id}}"))
        .collect()
}

fn definitions(schemas: &mut SchemaGenerator) -> Map<String, Json> {
    schemas.take_definitions(true)
}
