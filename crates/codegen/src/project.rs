//! The files that `new` writes, from blueprint and facts.

use std::fmt;

use blueprint::Blueprint;
use serde::Serialize;

use crate::checklist::{self, Kept, Open};
use crate::documents::documents;
use crate::draft::FileDraft;
use crate::facts::ProjectFacts;
use crate::record::{self, pretty};
use crate::settings::{self, SettingView};
use crate::templates::render;
use crate::walkthrough::{self, Step};
use crate::words;

/// Why there are no drafts. None of these is the user's fault.
#[derive(Debug)]
pub enum ProjectError {
    /// A template and its view do not fit.
    Template(minijinja::Error),
    /// A value has no form as JSON.
    Json(serde_json::Error),
    /// Two drafts claim this path.
    Claimed(String),
}

/// All files of a new project, in a fixed order. The same blueprint and facts give the same bytes.
///
/// # Errors
/// [`ProjectError`], which no blueprint should be able to cause.
pub fn project(blueprint: &Blueprint, facts: &ProjectFacts) -> Result<Vec<FileDraft>, ProjectError> {
    let view = View { secret_key: &facts.secret_key, settings: settings::views(facts), ..View::new(blueprint) };
    let open = Open { questions: &facts.questions, unplaced: &facts.unplaced, assumptions: &facts.assumptions };
    let mut drafts = vec![
        FileDraft::yours("blueprint.toml", blueprint.source.clone()),
        FileDraft::generated("blueprint.schema.json", pretty(&blueprint::json_schema())?),
        readme(blueprint)?,
        FileDraft::yours(
            checklist::path(blueprint),
            Kept::default().write(blueprint, &checklist::sections(blueprint, open), &facts.outcomes),
        ),
        FileDraft::yours(".gitignore", include_str!("../templates/gitignore").to_owned()),
        FileDraft::secret(".env", render("env.j2", include_str!("../templates/env.j2"), &view)?),
        FileDraft::generated(
            ".env.example",
            render("env.example.j2", include_str!("../templates/env.example.j2"), &view)?,
        ),
        record::origin(blueprint.app.request.as_deref(), facts)?,
    ];
    drafts.extend(documents(blueprint, &facts.openapi, Some(&facts.asked)));
    drafts.push(record::files(&blueprint.app.name, &drafts)?);
    check_claims(&drafts)?;
    Ok(drafts)
}

/// Where the README is.
pub const README_PATH: &str = "README.md";

/// The README alone, which is the user's once it is written.
///
/// # Errors
/// Those of [`project`].
pub fn readme(blueprint: &Blueprint) -> Result<FileDraft, ProjectError> {
    let text = render("README.md.j2", include_str!("../templates/README.md.j2"), &View::new(blueprint))?;
    Ok(FileDraft::yours(README_PATH, text))
}

/// Also for file systems that take `README.md` and `readme.md` for one.
fn check_claims(drafts: &[FileDraft]) -> Result<(), ProjectError> {
    let mut paths: Vec<String> = drafts.iter().map(|draft| draft.path.to_lowercase()).collect();
    paths.sort();
    match paths.array_windows().find(|[one, next]| one == next) {
        Some([path, _]) => Err(ProjectError::Claimed(path.clone())),
        None => Ok(()),
    }
}

/// What the templates lay out.
#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    title: String,
    summary: String,
    /// The lines of the request.
    request: Vec<String>,
    prefix: &'a str,
    entities: Vec<EntityView>,
    steps: Vec<Step>,
    not_yet: Vec<String>,
    /// Where the checklist is.
    todos: String,
    secret_key: &'a str,
    settings: Vec<SettingView>,
}

#[derive(Serialize)]
struct EntityView {
    name: String,
    summary: String,
    fields: String,
}

impl<'a> View<'a> {
    /// Without what only the settings' files say.
    fn new(blueprint: &'a Blueprint) -> View<'a> {
        let app = &blueprint.app;
        View {
            name: &app.name,
            title: words::sentence(&words::human(&app.name)),
            summary: words::prose(&app.summary),
            // As it was said, but no HTML.
            request: app.request.as_deref().unwrap_or_default().lines().map(|line| line.replace('<', "&lt;")).collect(),
            prefix: &blueprint.api.prefix,
            entities: blueprint.entities.iter().map(EntityView::new).collect(),
            steps: walkthrough::steps(blueprint),
            not_yet: not_yet(blueprint),
            todos: checklist::path(blueprint),
            secret_key: "",
            settings: Vec::new(),
        }
    }
}

/// Other warnings are of what runs, and not for a README.
fn not_yet(blueprint: &Blueprint) -> Vec<String> {
    let cannot = blueprint.warnings.iter().filter(|warning| warning.code == "cannot_run_yet");
    cannot.map(|warning| words::inline(&warning.message)).collect()
}

impl EntityView {
    fn new(entity: &blueprint::Entity) -> EntityView {
        let shown = entity.fields.iter().filter(|field| !field.hidden);
        let keys = shown.map(|field| &field.column).chain(entity.links.iter().map(|link| &link.key));
        let fields: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
        EntityView {
            name: words::sentence(&words::human(&entity.plural)),
            summary: words::inline(&entity.summary).replace('|', "\\|"),
            fields: words::list(&fields, "and"),
        }
    }
}

impl From<minijinja::Error> for ProjectError {
    fn from(error: minijinja::Error) -> ProjectError {
        ProjectError::Template(error)
    }
}

impl From<serde_json::Error> for ProjectError {
    fn from(error: serde_json::Error) -> ProjectError {
        ProjectError::Json(error)
    }
}

impl fmt::Display for ProjectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProjectError::Template(error) => write!(out, "a template does not fit its view: {error}"),
            ProjectError::Json(error) => write!(out, "a value has no form as JSON: {error}"),
            ProjectError::Claimed(path) => write!(out, "two drafts claim {path}"),
        }
    }
}

impl std::error::Error for ProjectError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_drafts_share_a_path() {
        let draft = |path: &str| FileDraft::yours(path, String::new());
        assert!(check_claims(&[draft("a"), draft("b")]).is_ok());
        assert!(matches!(check_claims(&[draft("a"), draft("b"), draft("A")]), Err(ProjectError::Claimed(_))));
    }
}
