//! The checklist of a project: ticked is only what this version has really made or does.

use blueprint::{ActionKind, Blueprint, Entity, SignUp, TokenSource};
use serde::Serialize;

use crate::facts::{Assumption, ProjectFacts};
use crate::words;

/// A heading with its lines.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    title: &'static str,
    items: Vec<Item>,
}

/// One line; `more` are lines below it that are neither ticked nor unticked.
#[derive(Debug, Serialize)]
pub(crate) struct Item {
    done: bool,
    text: String,
    more: Vec<String>,
}

pub(crate) fn sections(blueprint: &Blueprint, facts: &ProjectFacts) -> Vec<Section> {
    let section = |title, items| Section { title, items };
    let sections = vec![
        section("Database", database(blueprint)),
        section("Entities", blueprint.entities.iter().map(|entity| endpoints(blueprint, entity)).collect()),
        section("Accounts and access", accounts(blueprint)),
        section("Integrations", integrations(blueprint)),
        section("Automations", automations(blueprint)),
        section("Configuration", configuration(blueprint)),
        section("Verification", verification()),
        section("Open questions", open(facts)),
    ];
    sections.into_iter().filter(|section| !section.items.is_empty()).collect()
}

fn done(text: impl Into<String>) -> Item {
    Item { done: true, text: text.into(), more: Vec::new() }
}

fn open_item(text: impl Into<String>) -> Item {
    Item { done: false, text: text.into(), more: Vec::new() }
}

fn database(blueprint: &Blueprint) -> Vec<Item> {
    let tables: Vec<String> = blueprint.entities.iter().map(|entity| format!("`{}`", entity.plural)).collect();
    vec![
        done("SQLite in `data/app.db`, made at the first start"),
        done(format!("Tables: {}, besides `users`", words::list(&tables, "and"))),
        open_item(
            "Back-ups: copy the database with `sqlite3 data/app.db \".backup data/copy.db\"`, on a schedule of yours",
        ),
    ]
}

fn endpoints(blueprint: &Blueprint, entity: &Entity) -> Item {
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    let path = format!("{}{user}/{}", blueprint.api.prefix, entity.path);
    let standard = [format!("`GET`, `POST` `{path}`"), format!("`GET`, `PATCH`, `PUT`, `DELETE` `{path}/{{id}}`")];
    let restore = entity.soft_delete.then(|| format!("`POST` `{path}/{{id}}/restore` (back from the trash)"));
    let actions = entity.actions.iter().map(|action| {
        let (method, what) = match action.does {
            ActionKind::Change(_) => ("PATCH", "changes fields"),
            ActionKind::Toggle(_) => ("PATCH", "turns a field round"),
            ActionKind::Call(_) => ("POST", "code of your own: 501 until it is there"),
        };
        format!("`{method}` `{path}/{{id}}/{}` ({what})", action.path)
    });
    let title = words::sentence(&words::many(entity));
    let text = if entity.summary.is_empty() { title } else { format!("{title}: {}", entity.summary) };
    Item { done: true, text, more: standard.into_iter().chain(restore).chain(actions).collect() }
}

fn accounts(blueprint: &Blueprint) -> Vec<Item> {
    let auth = &blueprint.auth;
    let mut items = Vec::new();
    if auth.accept.contains(&TokenSource::Own) {
        items.push(match auth.sign_up {
            SignUp::Open => done("Registration and log-in: `/auth/register`, `/auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/me`, `/auth/password` (with `/forgot` and `/reset`), `/auth/sessions`"),
            SignUp::Invite => done("Registration by invitation and log-in: `/auth/invitations`, `/auth/register`, `/auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/me`, `/auth/password` (with `/forgot` and `/reset`), `/auth/sessions`; `supermaker user invite` invites too"),
            SignUp::Closed => done("Log-in: `/auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/me`, `/auth/password` (with `/forgot` and `/reset`), `/auth/sessions`; accounts are made by `supermaker user add`"),
        });
        items.push(open_item("Forgotten passwords: mail is shown at `/_/outbox` in development, and cannot be sent yet in this version; `supermaker user password` gives another one"));
        items.push(open_item("An administrator: `supermaker user add --email you@example.com --role admin`"));
    }
    for source in auth.others() {
        items.push(done(format!("Tokens of {} are accepted", source.title())));
        items.push(open_item(needed(source)));
    }
    items.push(done(
        "Every request is checked against the rules in `docs/access.md`; a record that is not yours to see is a 404",
    ));
    items.push(open_item("Read `docs/access.md`: is that what you meant?"));
    items
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

fn integrations(blueprint: &Blueprint) -> Vec<Item> {
    let item = |name: &str, provider: Option<&String>| {
        let by = provider.map(|provider| format!(" ({provider})")).unwrap_or_default();
        open_item(format!("{name}{by}: cannot send yet in this version"))
    };
    blueprint.integrations.iter().map(|one| item(&one.name, one.provider.as_ref())).collect()
}

fn automations(blueprint: &Blueprint) -> Vec<Item> {
    let item = |one: &blueprint::Automation| {
        let (name, trigger, action) = (words::human(&one.name), &one.trigger, &one.action);
        open_item(format!("{name}: `{trigger}` → `{action}` does not run yet in this version"))
    };
    blueprint.automations.iter().map(item).collect()
}

fn configuration(blueprint: &Blueprint) -> Vec<Item> {
    let origins = "`CORS_ORIGINS`: the addresses of your browser front ends; none may call until they are listed";
    let mut items = vec![
        done("`.env` with a random `SECRET_KEY`, readable by you only and kept out of git by `.gitignore`"),
        done("`.env.example` lists every setting"),
        open_item(origins),
        open_item(
            "Before real users: `ENV=production`, `PUBLIC_URL`, a `SECRET_KEY` of its own from the environment, TLS in front",
        ),
    ];
    if !blueprint.warnings.is_empty() {
        items.push(open_item("`supermaker check` shows warnings; see what they say"));
    }
    items
}

fn verification() -> Vec<Item> {
    vec![
        done("The blueprint passes `supermaker check`"),
        open_item("The walk-through in `README.md` answers as it says there"),
        open_item("Tests of your own: this version does not generate any"),
    ]
}

fn open(facts: &ProjectFacts) -> Vec<Item> {
    let questions = facts.questions.iter().map(open_item);
    let unplaced = facts.unplaced.iter().map(|text| open_item(format!("Not understood, hence not built: “{text}”")));
    let assumptions = facts.assumptions.iter().map(|Assumption { text, why }| {
        let because = if why.is_empty() { String::new() } else { format!(" ({why})") };
        open_item(format!("Assumed: {text}{because}"))
    });
    questions.chain(unplaced).chain(assumptions).collect()
}
