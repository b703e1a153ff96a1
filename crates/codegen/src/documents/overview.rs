//! `docs/backend_overview.md`: the backend on one page, for whoever owns it and for who writes a front end against it.

use blueprint::{ActionKind, Blueprint, Entity, ErrorShape, PutMeaning, SignUp, TokenSource};

use super::endpoints::Endpoint;
use super::schema::diagram;
use super::table::{code, table};
use crate::access::sentences;
use crate::access_actions::effect;
use crate::words;

/// The document.
pub(crate) fn overview(blueprint: &Blueprint, endpoints: &[Endpoint]) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!(
        "# {name}: the backend on one page\n\nWritten from `blueprint.toml`, which says what this backend is.\n"
    );
    if !blueprint.app.summary.is_empty() {
        text += &format!("\n{}\n", words::prose(&blueprint.app.summary));
    }
    text += &format!("\n## What it keeps\n\n{}\n{}\n", records(blueprint), diagram(blueprint));
    text += "\nEvery column is in [schema.md](schema.md).\n\n## Who may do what\n\n";
    for sentence in sentences(blueprint) {
        text += &format!("- {sentence}\n");
    }
    text += "\nBy role and by field: [access.md](access.md).\n";
    text += &talk(blueprint, endpoints);
    text += &actions(blueprint);
    text += &outside(blueprint);
    text + WHERE
}

fn records(blueprint: &Blueprint) -> String {
    let row = |entity: &Entity| {
        let shown = entity.fields.iter().filter(|field| !field.hidden).map(|field| code(&field.column));
        let fields: Vec<String> = shown.chain(entity.links.iter().map(|link| code(&link.key))).collect();
        let whose = if entity.owned { "whoever made it" } else { "nobody" };
        let title = words::sentence(&words::many(entity));
        vec![title, fields.join(", "), whose.to_owned(), words::inline(&entity.summary)]
    };
    table(&["records", "fields", "each belongs to", ""], &blueprint.entities.iter().map(row).collect::<Vec<_>>())
}

/// How a front end speaks with it.
fn talk(blueprint: &Blueprint, endpoints: &[Endpoint]) -> String {
    let api = &blueprint.api;
    let mut lines = vec![format!(
        "The API is at `http://127.0.0.1:8000{}` once `supermaker serve` runs, or on the port that `PORT` says; `/docs` lets you try it, `/openapi.json` is for generators \
         of clients. JSON in, JSON out.",
        api.prefix
    )];
    lines.push(
        "A page on another origin may call it once `CORS_ORIGINS` names that origin (in `.env`: `CORS_ORIGINS=http://localhost:5173`) and the \
         server was started again."
            .to_owned(),
    );
    if blueprint.auth.accept.contains(&TokenSource::Own) {
        let account = match blueprint.auth.sign_up {
            SignUp::Open => "`POST /auth/register` makes an account",
            SignUp::Invite => {
                "an admin invites (`POST /auth/invitations`), `POST /auth/register` with the invitation makes the account"
            }
            SignUp::Closed => "the operator makes accounts (`supermaker user add`)",
        };
        lines.push(format!(
            "Sign in: {account}; `POST /auth/login` answers an `access_token`, sent as `Authorization: Bearer …`, and a \
             `refresh_token` for `POST /auth/refresh` when the first has ended."
        ));
    }
    let others: Vec<String> = blueprint.auth.others().map(|source| source.title().to_owned()).collect();
    if !others.is_empty() {
        lines.push(format!(
            "Tokens of {} count too: send one as `Authorization: Bearer …`.",
            words::list(&others, "and")
        ));
    }
    if api.user_path {
        lines.push("Paths begin with the id of the caller (`GET /auth/me`); another user's id is a 403.".to_owned());
    }
    lines.push(
        "Lists answer `{\"data\": […], \"next_cursor\": …, \"has_more\": …}`: filter with `?field=value`, sort with `?sort=-created_at`, go on \
         with `?cursor=…`."
            .to_owned(),
    );
    lines.push(match api.put {
        PutMeaning::Replace => "`PATCH` changes what it names; `PUT` wants every field.".to_owned(),
        PutMeaning::Update => "`PATCH` and `PUT` both change what they name.".to_owned(),
    });
    if api.require_if_match {
        lines
            .push("A change must send the row's `ETag` as `If-Match`: without it 428, with an old one 412.".to_owned());
    }
    lines.push(match api.errors {
        ErrorShape::Problem => {
            "Errors are `application/problem+json`: `code` for programs, `detail` for people, `errors` with a pointer to each field that is \
             not valid (422). What a caller may not see is a 404."
        }
        ErrorShape::FastApi => {
            "Errors have FastAPI's shapes: `detail` is a text, or for a 422 the list of what is not valid. What a caller may not see is a 404."
        }
    }.to_owned());
    let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    let rows: Vec<Vec<String>> = blueprint
        .entities
        .iter()
        .map(|entity| {
            let of = endpoints.iter().filter(|endpoint| endpoint.tag == entity.path);
            let paths = of.fold(Vec::<(String, Vec<String>)>::new(), |mut paths, it| {
                match paths.iter_mut().find(|(path, _)| *path == it.path) {
                    Some((_, methods)) => methods.push(it.method.clone()),
                    None => paths.push((it.path.clone(), vec![it.method.clone()])),
                }
                paths
            });
            let paths = paths.iter().map(|(path, methods)| format!("{} {}", methods.join(", "), code(path)));
            vec![words::sentence(&words::many(entity)), paths.collect::<Vec<_>>().join("<br>")]
        })
        .collect();
    format!(
        "\n## How a front end talks to it\n\n{lines}\n{}\nEach with who may: [rest-endpoints.md](../specs/api/rest-endpoints.md).\n",
        table(&["records", "endpoints"], &rows)
    )
}

fn actions(blueprint: &Blueprint) -> String {
    let of = |entity: &'_ Entity| {
        let line = |action: &blueprint::Action| {
            let when =
                action.when.as_ref().map(|when| format!(", only where {}", code(&when.text))).unwrap_or_default();
            let method = if matches!(action.does, ActionKind::Call(_)) { "POST" } else { "PATCH" };
            let path = format!("…/{}/{{id}}/{}", entity.path, action.path);
            format!("- {method} {}: {}{when}.\n", code(&path), effect(entity, action))
        };
        entity.actions.iter().map(line).collect::<String>()
    };
    let lines: String = blueprint.entities.iter().map(of).collect();
    if lines.is_empty() { lines } else { format!("\n## Changes with a name\n\n{lines}") }
}

/// What it does beyond its own database, and what it does not do yet.
fn outside(blueprint: &Blueprint) -> String {
    let integrations = blueprint.integrations.iter().map(|one| {
        let by = one.provider.as_ref().map(|provider| format!(" ({})", words::inline(provider))).unwrap_or_default();
        format!("- {}{by}\n", code(&one.name))
    });
    let automations = blueprint.automations.iter().map(|one| {
        format!("- {}: {} → {}\n", words::sentence(&words::human(&one.name)), code(&one.trigger), code(&one.action))
    });
    let lines: String = integrations.chain(automations).collect();
    if lines.is_empty() {
        return lines;
    }
    let cannot = blueprint.warnings.iter().filter(|warning| warning.code == "cannot_run_yet");
    let cannot: String =
        cannot.map(|warning| format!("- {}.\n", words::sentence(&words::inline(&warning.message)))).collect();
    let cannot = if cannot.is_empty() { cannot } else { format!("\nNot in this version:\n\n{cannot}") };
    format!("\n## Services and automations\n\n{lines}{cannot}")
}

const WHERE: &str = "
## Where to read on

| file | for |
| --- | --- |
| [access.md](access.md) | who may do what, by role and by field |
| [schema.md](schema.md) | tables, relations, constraints, indexes |
| [database_setup.md](database_setup.md) | which database, and how it is set up |
| [rest-endpoints.md](../specs/api/rest-endpoints.md), [schema.md](../specs/database/schema.md) | the whole app as a specification, which `new --from specs/` reads back |
| [backend_rules.md](backend_rules.md), [AGENTS.md](../AGENTS.md) | whoever extends this backend, people and coding agents |
";
