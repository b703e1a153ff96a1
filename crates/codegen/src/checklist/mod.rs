//! The checklist of a project: lines that a check ticks, and lines that are a person's.
//!
//! What the lines are follows from the blueprint and is decided here; whether one is ticked is the outcome of a check that has
//! run (`supermaker todos`), or what the person left. How it is laid out and read back is in `text.rs`.

mod settled;
mod text;

use blueprint::{Action, ActionKind, Blueprint, Entity, Field, FieldKind, Rule, SignUp, TokenSource, Unique};
use query::Body;

use crate::facts::Assumption;
use crate::record::{Origin, sha256};
use crate::words;

pub use settled::{decided, stands};
pub use text::{Kept, Outcome, Outcomes};

/// A heading with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is known by: `entity.task.rows`. Two lines of one checklist never share it.
    pub id: String,
    /// Who ticks it.
    pub by: By,
    /// What is done when it is ticked.
    pub text: String,
    /// Endpoints that it is about, `GET /api/v1/tasks`.
    pub endpoints: Vec<String>,
}

/// Who ticks a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A check that passed.
    Check,
    /// A person.
    Hand,
}

/// What a request left open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open<'a> {
    /// What is worth asking.
    pub questions: &'a [String],
    /// Phrases that found no place.
    pub unplaced: &'a [String],
    /// What was filled in.
    pub assumptions: &'a [Assumption],
}

impl<'a> Open<'a> {
    /// What the record of a folder says of it.
    pub fn of(origin: &'a Origin) -> Open<'a> {
        Open { questions: &origin.questions, unplaced: &origin.unplaced, assumptions: &origin.assumptions }
    }
}

/// Every heading, by which they are known apart from a person's.
const TITLES: [&str; 11] = [
    "Database",
    "Schema",
    "Records and their endpoints",
    "Validation",
    "Accounts and access",
    "Services",
    "Automations",
    "Configuration",
    "Logging and errors",
    "Verification",
    "Open questions",
];

/// Where the checklist of an app is.
pub fn path(blueprint: &Blueprint) -> String {
    format!("docs/backend_todos_{}.md", blueprint.app.name.replace('-', "_"))
}

/// The lines of a blueprint, in the order in which a backend comes to be.
pub fn sections(blueprint: &Blueprint, open: Open<'_>) -> Vec<Section> {
    let entities = &blueprint.entities;
    let lines = [
        database(),
        schema(blueprint),
        entities.iter().flat_map(|it| records(blueprint, it)).collect(),
        entities.iter().map(validation).collect(),
        accounts(blueprint),
        integrations(blueprint),
        automations(blueprint),
        configuration(),
        logging(blueprint),
        verification(),
        questions(blueprint, open),
    ];
    let sections = TITLES.into_iter().zip(lines).map(|(title, lines)| Section { title, lines });
    sections.filter(|section| !section.lines.is_empty()).collect()
}

fn check(id: impl Into<String>, text: impl Into<String>) -> Line {
    Line { id: id.into(), by: By::Check, text: text.into(), endpoints: Vec::new() }
}

fn hand(id: impl Into<String>, text: impl Into<String>) -> Line {
    Line { by: By::Hand, ..check(id, text) }
}

fn database() -> Vec<Line> {
    vec![
        check(
            "database.reachable",
            "The database that `DATABASE_URL` names is there and answers (docs/database_setup.md)",
        ),
        hand("database.backups", "Back-ups are made on a schedule, and one was restored to see that it can be"),
    ]
}

fn schema(blueprint: &Blueprint) -> Vec<Line> {
    let tables = blueprint.entities.iter().map(|entity| format!("`{}`", entity.plural));
    let links = blueprint.entities.iter().flat_map(|entity| &entity.links).map(|link| format!("`{}`", link.table));
    let tables: Vec<String> = tables.chain(links).collect();
    vec![
        check("blueprint.check", "`blueprint.toml` loads: `supermaker check` finds no error"),
        check(
            "schema.current",
            format!("The database has the tables of the blueprint: {} (docs/schema.md)", words::list(&tables, "and")),
        ),
    ]
}

/// The paths of an entity: `/api/v1/tasks`.
pub(crate) fn collection(blueprint: &Blueprint, entity: &Entity) -> String {
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    format!("{}{user}/{}", blueprint.api.prefix, entity.path)
}

/// The method of an action.
pub fn method(action: &Action) -> &'static str {
    if matches!(action.does, ActionKind::Call(_)) { "POST" } else { "PATCH" }
}

/// The endpoints that an entity must have, each as `GET /api/v1/tasks`.
pub fn planned(blueprint: &Blueprint, entity: &Entity) -> Vec<String> {
    let path = collection(blueprint, entity);
    let of_all = ["GET", "POST"].map(|method| format!("{method} {path}"));
    let of_one = ["GET", "PATCH", "PUT", "DELETE"].map(|method| format!("{method} {path}/{{id}}"));
    let restore = entity.soft_delete.then(|| format!("POST {path}/{{id}}/restore"));
    let actions = entity.actions.iter().map(|action| format!("{} {path}/{{id}}/{}", method(action), action.path));
    of_all.into_iter().chain([format!("POST {path}:batch")]).chain(of_one).chain(restore).chain(actions).collect()
}

fn records(blueprint: &Blueprint, entity: &Entity) -> Vec<Line> {
    let (name, many) = (&entity.name, words::sentence(&words::many(entity)));
    let what = if entity.summary.is_empty() { String::new() } else { format!(" ({})", one_line(&entity.summary)) };
    let mut lines = vec![Line {
        endpoints: planned(blueprint, entity),
        ..check(format!("entity.{name}.endpoints"), format!("{many}{what}: the endpoints are in `/openapi.json`"))
    }];
    lines.push(check(
        format!("entity.{name}.rows"),
        format!("{many}: one can be added, read, listed, changed and deleted by whom the rules name, on a throw-away database"),
    ));
    lines.push(check(
        format!("entity.{name}.strangers"),
        format!("{many}: whom the rules do not name gets 401, 403 or, where there is something to hide, 404"),
    ));
    for action in &entity.actions {
        let id = format!("action.{name}.{}", action.name);
        let path = format!("`{} …/{}/{{id}}/{}`", method(action), entity.path, action.path);
        lines.push(match &action.does {
            ActionKind::Call(function) => {
                hand(id, format!("{path} has code of your own, `{function}`: it answers 501 until then"))
            }
            _ => check(id, format!("{path} does what it says, or 409 where its condition does not hold")),
        });
    }
    lines
}

/// The unique fields that a trial can send twice: they can be written, and read back.
pub fn tried_twice(entity: &Entity) -> Vec<&Field> {
    let can = |field: &&Field| {
        let demanded = Body::Create.demands(field);
        let written = demanded || field.write == Rule::Anyone && !matches!(field.kind, FieldKind::Reference { .. });
        field.unique != Unique::No && written && !field.read_only && !field.hidden && field.read == Rule::Anyone
    };
    entity.fields.iter().filter(can).collect()
}

/// It names what the trial tries, and nothing else.
fn validation(entity: &Entity) -> Line {
    let demanded = entity.fields.iter().filter(|field| Body::Create.demands(field)).map(|field| &field.column);
    let demanded: Vec<String> = demanded.map(|column| format!("`{column}`")).collect();
    let mut refused = vec!["unknown fields".to_owned()];
    if !demanded.is_empty() {
        refused.push(format!("a missing {}", words::list(&demanded, "or")));
    }
    let is_enum = |field: &&blueprint::Field| {
        matches!(field.kind, FieldKind::Enum { .. }) && !field.read_only && field.write == Rule::Anyone
    };
    let values = entity.fields.iter().filter(is_enum).map(|field| format!("`{}`", field.column));
    let values: Vec<String> = values.collect();
    if !values.is_empty() {
        refused.push(format!("other values of {}", words::list(&values, "and")));
    }
    let twice: Vec<String> = tried_twice(entity).iter().map(|field| format!("`{}`", field.column)).collect();
    if !twice.is_empty() {
        refused.push(format!("(with 409) a second one with the same {}", words::list(&twice, "and")));
    }
    let many = words::sentence(&words::many(entity));
    check(format!("entity.{}.validation", entity.name), format!("{many}: 422 refuses {}", words::list(&refused, "and")))
}

fn accounts(blueprint: &Blueprint) -> Vec<Line> {
    let auth = &blueprint.auth;
    let mut lines = Vec::new();
    if auth.accepts(TokenSource::Own) {
        let text = match auth.sign_up {
            SignUp::Open => "An account can be made, logged in to, and says who it is; a wrong password is a 401",
            SignUp::Invite => {
                "An account can be logged in to and says who it is, a wrong password is a 401; it takes an invitation (`supermaker user invite`)"
            }
            SignUp::Closed => {
                "An account can be logged in to and says who it is, a wrong password is a 401; the operator makes it (`supermaker user add`)"
            }
        };
        lines.push(check("accounts.sign_in", text));
        lines.push(check(
            "accounts.admin",
            "There is an administrator: `supermaker user add you@example.com --role admin`",
        ));
        lines.push(hand(
            "accounts.mail",
            "Who forgets a password is helped: mail is shown at `/_/outbox` in development and not sent in this version; `supermaker user password` gives another one",
        ));
    }
    for source in auth.others() {
        lines.push(check(tokens_id(source), format!("Tokens of {} count. {}", source.title(), needed(source))));
    }
    lines.push(hand("access.read", "`docs/access.md` was read, and says what was meant"));
    lines
}

/// What has to be set before tokens of others count.
fn needed(source: TokenSource) -> &'static str {
    match source {
        TokenSource::Own => "",
        TokenSource::BetterAuth => {
            "Set `BETTER_AUTH_URL` as that server has it; where it signs with HS256, `BETTER_AUTH_SECRET` too"
        }
        TokenSource::Supabase => {
            "Set `SUPABASE_URL`; where the project still signs with its legacy secret, `SUPABASE_JWT_SECRET` too"
        }
        TokenSource::Neon => "Set `NEON_AUTH_URL` to the Auth URL that the Neon console shows, path and all",
        TokenSource::Auth0 => "Set `AUTH0_DOMAIN`, and `JWT_AUDIENCE` to the identifier of the API in Auth0",
        TokenSource::Clerk => {
            "Set `CLERK_ISSUER` to the Frontend API URL, and `CORS_ORIGINS` to where users sign in: only tokens made there count"
        }
        TokenSource::Firebase => "Set `FIREBASE_PROJECT_ID`",
        TokenSource::Jwks => "Set `JWKS_URL`, `JWT_ISSUER` and `JWT_AUDIENCE`, without which the server does not start",
    }
}

/// The settings without which tokens of others do not count.
pub fn settings_of(source: TokenSource) -> &'static [&'static str] {
    match source {
        TokenSource::Own => &[],
        TokenSource::BetterAuth => &["BETTER_AUTH_URL"],
        TokenSource::Supabase => &["SUPABASE_URL"],
        TokenSource::Neon => &["NEON_AUTH_URL"],
        TokenSource::Auth0 => &["AUTH0_DOMAIN", "JWT_AUDIENCE"],
        TokenSource::Clerk => &["CLERK_ISSUER", "CORS_ORIGINS"],
        TokenSource::Firebase => &["FIREBASE_PROJECT_ID"],
        TokenSource::Jwks => &["JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"],
    }
}

/// A service with what calls it: automations, and actions that need it.
fn integrations(blueprint: &Blueprint) -> Vec<Line> {
    let line = |one: &blueprint::Integration| {
        let by = one.provider.as_ref().map(|provider| format!(" ({})", words::inline(provider))).unwrap_or_default();
        let calls = |call: &str| call.split_once('.').is_some_and(|(service, _)| service == one.name);
        let automations =
            blueprint.automations.iter().filter(|it| calls(&it.action)).map(|it| format!("`{}`", it.name));
        let actions =
            blueprint.entities.iter().flat_map(|entity| entity.actions.iter().map(move |action| (entity, action)));
        let actions = actions.filter_map(|(entity, action)| match &action.does {
            ActionKind::Call(call) if calls(call) => {
                Some(format!("`{} …/{}/{{id}}/{}`", method(action), entity.path, action.path))
            }
            _ => None,
        });
        let users: Vec<String> = automations.chain(actions).collect();
        let users = if users.is_empty() {
            "nothing calls it yet".to_owned()
        } else {
            format!("called by {}", words::list(&users, "and"))
        };
        check(
            format!("integration.{}", one.name),
            format!("{}{by} sends: {users}", words::sentence(&words::human(&one.name))),
        )
    };
    blueprint.integrations.iter().map(line).collect()
}

fn automations(blueprint: &Blueprint) -> Vec<Line> {
    let line = |one: &blueprint::Automation| {
        let (name, trigger, action) = (words::sentence(&words::human(&one.name)), &one.trigger, &one.action);
        check(format!("automation.{}", one.name), format!("{name} runs: `{trigger}` → `{action}`"))
    };
    blueprint.automations.iter().map(line).collect()
}

fn configuration() -> Vec<Line> {
    vec![
        check("config.settings", "Every setting that is set can be used"),
        check(
            "config.secret",
            "`SECRET_KEY` is set; `.env` is readable by its owner only, and `.gitignore` keeps it out",
        ),
        check("config.example", "`.env.example` lists every setting of this version"),
        hand(
            "config.cors",
            "`CORS_ORIGINS` names the addresses of the browser front ends: none may call until they are listed",
        ),
        hand(
            "config.production",
            "Before real users: `ENV=production`, `PUBLIC_URL`, a `SECRET_KEY` of its own, TLS; `supermaker doctor` has no error there",
        ),
    ]
}

fn logging(blueprint: &Blueprint) -> Vec<Line> {
    let shape = match blueprint.api.errors {
        blueprint::ErrorShape::Problem => "`application/problem+json`",
        blueprint::ErrorShape::FastApi => "JSON with a `detail`",
    };
    vec![
        check("errors.shape", format!("An error is {shape}, and every answer has the `X-Request-Id` that the log has")),
        check("logging.audit", "Every change leaves a row in the audit, which admins alone read (`GET /_/audit`)"),
        hand(
            "logging.collected",
            "The log is kept somewhere (a line of JSON each in production), and somebody hears of 5xx and `/readyz`",
        ),
    ]
}

fn verification() -> Vec<Line> {
    vec![
        check("documents.current", "The documents are what the blueprint gives: `supermaker docs --check`"),
        hand("verify.walkthrough", "The walk-through in `README.md` was done, and the app is what was wanted"),
        hand("verify.tests", "The front end's own tests pass against it"),
    ]
}

fn questions(blueprint: &Blueprint, open: Open<'_>) -> Vec<Line> {
    let line = |kind: &str, said: &str, text: String| {
        let mark: String = sha256(said.as_bytes()).chars().take(8).collect();
        hand(format!("open.{kind}.{mark}"), one_line(&text))
    };
    let questions = open.questions.iter().map(|text| line("question", text, text.clone()));
    let unplaced =
        open.unplaced.iter().map(|text| line("unplaced", text, format!("Not understood, hence not built: “{text}”")));
    let assumptions = open.assumptions.iter().filter_map(|assumption| {
        let Assumption { text, why, .. } = assumption;
        let because = if why.is_empty() { String::new() } else { format!(" ({why})") };
        let left = settled::left(blueprint, assumption)?;
        Some(line("assumed", text, format!("Assumed: {left}{because}")))
    });
    let mut lines: Vec<Line> = Vec::new();
    for line in questions.chain(unplaced).chain(assumptions) {
        // Two phrases may be the same.
        if lines.iter().all(|known| known.id != line.id) {
            lines.push(line);
        }
    }
    lines
}

fn one_line(text: &str) -> String {
    words::inline(text).trim_end_matches('.').to_owned()
}

/// A name in the form of an id.
fn slug(text: &str) -> String {
    let letters =
        text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    letters.collect::<String>().trim_matches('_').to_owned()
}

/// The id of the line about tokens of an issuer.
pub fn tokens_id(source: TokenSource) -> String {
    format!("tokens.{}", slug(source.title()))
}
