//! The head of the document: what the app is, how to sign in, what holds of every request; and the tags.

use blueprint::{Blueprint, ErrorShape, SignUp, TokenSource};
use serde_json::{Value as Json, json};

use super::names::{capital, words};
use super::{Reached, object};

/// The tag of accounts. Capitals keep it apart from the paths of entities, which have none.
pub(super) const ACCOUNTS: &str = "Accounts";
/// The tag of what operators and proxies ask.
pub(super) const SERVICE: &str = "Service";

/// What the app is and how to use its API.
pub(super) fn info(blueprint: &Blueprint, reached: Reached<'_>) -> Json {
    let summary = &blueprint.app.summary;
    object([
        ("title", Some(capital(&words(&blueprint.app.name)).into())),
        ("summary", (!summary.is_empty()).then(|| summary.as_str().into())),
        ("description", Some(description(blueprint, reached).into())),
        ("version", Some("1.0.0".into())),
    ])
}

/// Where requests go. `/` is wherever the document was read, so that it holds behind every proxy and on every port; a public name comes
/// first, since generators of clients read the document from a file, too.
pub(super) fn servers(reached: Reached<'_>) -> Json {
    match reached {
        Reached::Public(url) => json!([{ "url": url }, { "url": "/", "description": "Where this document was read." }]),
        Reached::Anywhere | Reached::Here(_) => json!([{ "url": "/" }]),
    }
}

/// A tag for each entity, and those that every app has.
pub(super) fn tags(blueprint: &Blueprint) -> Json {
    let of_entities = blueprint.entities.iter().map(|entity| {
        let summary = if entity.summary.is_empty() { capital(&words(&entity.plural)) } else { entity.summary.clone() };
        json!({ "name": entity.path, "description": summary })
    });
    let fixed = [
        json!({ "name": ACCOUNTS, "description": "Accounts, log-in and sessions." }),
        json!({ "name": SERVICE, "description": "Health and public keys." }),
    ];
    of_entities.chain(fixed).collect()
}

fn description(blueprint: &Blueprint, reached: Reached<'_>) -> String {
    let errors = match blueprint.api.errors {
        ErrorShape::Problem => PROBLEMS,
        ErrorShape::FastApi => FASTAPI_ERRORS,
    };
    format!("{}\n\n## What holds of every request\n\n{errors}\n{ALL_REQUESTS}", sign_in(blueprint, reached))
}

fn sign_in(blueprint: &Blueprint, reached: Reached<'_>) -> String {
    let mut parts = vec!["## Signing in".to_owned()];
    let example = blueprint.entities.first().map_or("/auth/me".to_owned(), |entity| {
        let user = if blueprint.api.user_path { "/$USER_ID" } else { "" };
        format!("{}{user}/{}", blueprint.api.prefix, entity.path)
    });
    if blueprint.auth.accepts(TokenSource::Own) {
        let register = match blueprint.auth.sign_up {
            SignUp::Open => {
                "curl $BASE/auth/register -H 'Content-Type: application/json' \\\n  \
                 -d '{\"email\": \"ana@example.com\", \"password\": \"correct horse battery staple\"}'\n"
            }
            SignUp::Invite => {
                "# with the token of your invitation, which an admin or `supermaker user invite` gives you\n\
                 curl $BASE/auth/register -H 'Content-Type: application/json' \\\n  \
                 -d '{\"email\": \"ana@example.com\", \"password\": \"correct horse battery staple\", \"invitation\": \"…\"}'\n"
            }
            SignUp::Closed => "# the operator makes accounts: supermaker user add\n",
        };
        let user_id = if blueprint.api.user_path { "USER_ID=…   # the `id` that GET /auth/me answers\n" } else { "" };
        let base = match reached {
            Reached::Anywhere => "…   # where this server is reached",
            Reached::Public(url) | Reached::Here(url) => url,
        };
        parts.push(format!(
            "```sh\nBASE={base}\n{register}curl $BASE/auth/login -H 'Content-Type: application/json' \\\n  \
             -d '{{\"email\": \"ana@example.com\", \"password\": \"correct horse battery staple\"}}'\n\
             TOKEN=…   # the `access_token` of the answer\n{user_id}\
             curl $BASE{example} -H \"Authorization: Bearer $TOKEN\"\n```"
        ));
        parts.push("On this page: log in, then give the `access_token` to *Authorize*.".to_owned());
    }
    parts
        .push("Services send a key that the operator made for them, `X-API-Key: sm_…`, instead of a token.".to_owned());
    let others: Vec<&str> = blueprint.auth.others().map(TokenSource::title).collect();
    if !others.is_empty() {
        parts.push(format!(
            "Tokens of {} count: send one as `Authorization: Bearer <token>`. Its user gets an account here when he comes \
             for the first time.",
            others.join(" and of ")
        ));
    }
    parts.join("\n\n")
}

const PROBLEMS: &str = "* Problems are `application/problem+json` (RFC 9457). `code` is for machines, `detail` for people, \
`errors` names every field that is not valid.";
const FASTAPI_ERRORS: &str = "* Errors have the shapes of FastAPI: `detail` in words, or, where a body is not valid, the list of \
what is wrong with `loc`, `msg` and `type`.";

const ALL_REQUESTS: &str = "\
* A row that the caller may not see answers as if it were not there: 404.
* A body that names a field that is unknown or set by the server is refused with 422; a query parameter that is unknown, \
with 400.
* `ETag` is the version of a row. Sent back as `If-Match`, it keeps a change from undoing somebody else's.
* Every path that has `GET` has `HEAD`, and every path answers `OPTIONS` with `Allow`; another method is 405.
* `status[eq]=new` is the same as `status=new`; the other operators of filters are listed with each list.
* Every answer has an `X-Request-Id`; one that is sent is kept.";
