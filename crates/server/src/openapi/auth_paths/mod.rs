//! The paths that do not come from entities: accounts, health, public keys.

mod admin;
mod audit;
mod invitations;
mod mail;
mod schemas;
mod sessions;

use blueprint::{Blueprint, Field, SignUp, TokenSource, Unique};
use query::Body;
use serde_json::{Value as Json, json};

use super::info::{ACCOUNTS, SERVICE};
use super::kinds::Side;
use super::operations::{Operation, Security};
use super::refusals::{ANYWHERE, WITH_BODY};
use super::responses::{empty_answer, json_answer, media};
use super::{examples, reference};
use crate::auth::{ACCEPTED, ACCEPTED_TO_VERIFY};
use crate::error::{
    BAD_CREDENTIALS, FORBIDDEN, NOT_FOUND, Problem, STORAGE_FULL, TOO_MANY, UNAUTHORIZED, UNAVAILABLE, UNIQUE,
};

pub(super) use schemas::schemas;

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";
const REFRESH_TOKEN: &str = "y9Jq0sVb3mXcT5rL2hNf8wKdZ6gAeUoP1iQxRtYuIvE";
const ACCESS_TOKEN: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTkxZDJhNCJ9.c2lnbmF0dXJl";

/// The paths, in the order in which somebody would come to need them.
pub(super) fn paths(blueprint: &Blueprint) -> Vec<(String, Json)> {
    let has_own = accepts(blueprint, TokenSource::Own);
    let path =
        |name: &str, method: &str, operation: Operation| (name.to_owned(), json!({ method: operation.render() }));
    let mut paths = Vec::new();
    if has_own && blueprint.auth.sign_up == SignUp::Invite {
        paths.extend(invitations::paths());
    }
    if has_own && blueprint.auth.sign_up != SignUp::Closed {
        paths.push(path("/auth/register", "post", register(blueprint)));
    }
    if has_own && blueprint.auth.verify_email {
        paths.push(path("/auth/verify", "post", mail::verify()));
        paths.push(path("/auth/verify/resend", "post", mail::resend()));
    }
    if has_own {
        paths.push(path("/auth/login", "post", log_in(blueprint)));
        paths.push(path("/auth/refresh", "post", refresh()));
        paths.push(path("/auth/logout", "post", log_out()));
        paths.push(path("/auth/password", "post", sessions::change_password()));
        paths.push(path("/auth/password/forgot", "post", mail::forgot()));
        paths.push(path("/auth/password/reset", "post", mail::reset()));
        paths.extend(sessions::paths());
    }
    paths.push(path("/auth/me", "get", me(blueprint)));
    if has_own {
        paths.push(path("/auth/me/delete", "post", sessions::delete_account(blueprint)));
    }
    paths.extend(admin::paths(blueprint));
    paths.push(path("/_/audit", "get", audit::list()));
    paths.push(path("/healthz", "get", health("health", "Whether the process lives", "ok", &[])));
    paths.push(path("/readyz", "get", health("readiness", "Whether it can do its work", "ready", &[UNAVAILABLE])));
    paths.push(path("/.well-known/jwks.json", "get", keys()));
    paths
}

fn accepts(blueprint: &Blueprint, source: TokenSource) -> bool {
    blueprint.auth.accept.contains(&source)
}

fn register(blueprint: &Blueprint) -> Operation {
    let example = registered(blueprint);
    let unique = blueprint.user_fields.iter().any(|field| field.unique != Unique::No && !field.read_only);
    let problems = [WITH_BODY, &[TOO_MANY, UNAVAILABLE, STORAGE_FULL], if unique { &[UNIQUE] } else { &[] }].concat();
    let is_invited = blueprint.auth.sign_up == SignUp::Invite;
    let (accepted, description) = match blueprint.auth.verify_email && !is_invited {
        false if is_invited => (
            ACCEPTED,
            "With the invitation of the address, which is good for one account. It verifies the address and gives the roles that \
             it names. Whether the address has an account already is not told.",
        ),
        false => (ACCEPTED, "Whether the address has an account already is not told."),
        true => (
            ACCEPTED_TO_VERIFY,
            "Whether the address has an account already is told by mail only. A new one has to be verified, with a token of \
             that mail, before anybody can log in to it.",
        ),
    };
    Operation {
        body: Some(body("Registration", example)),
        successes: vec![accepted_answer(accepted)],
        ..open("register", "Make an account", description, &problems)
    }
}

/// 202, with words that tell nothing.
fn accepted_answer(detail: &str) -> (&'static str, Json) {
    let description = "Accepted: the same answer whether the address was known or not.";
    ("202", json_answer(description, &[], reference("schemas", "Accepted"), Some(json!({ "detail": detail }))))
}

fn log_in(blueprint: &Blueprint) -> Operation {
    let problems = [WITH_BODY, &[BAD_CREDENTIALS, TOO_MANY, UNAVAILABLE, STORAGE_FULL]].concat();
    let mut description = "Opens a session. Send the `access_token` as `Authorization: Bearer …`. Sent with the token of another session \
        of the same user, a log-in ends that one."
        .to_owned();
    if blueprint.auth.verify_email {
        description += " An address that was not verified yet is answered like a wrong password.";
    }
    Operation {
        security: Security::OptionalToken,
        body: Some(body("Credentials", Some(json!({ "email": EMAIL, "password": PASSWORD })))),
        successes: vec![("200", tokens_answer())],
        ..open("log_in", "Log in", &description, &problems)
    }
}

fn refresh() -> Operation {
    let problems = [WITH_BODY, &[UNAUTHORIZED, TOO_MANY, UNAVAILABLE, STORAGE_FULL]].concat();
    let description = "Each `refresh_token` is good for one use. One that comes a second time ends its session.";
    Operation {
        body: Some(body("Refresh", Some(json!({ "refresh_token": REFRESH_TOKEN })))),
        successes: vec![("200", tokens_answer())],
        ..open("refresh", "Renew the tokens of a session", description, &problems)
    }
}

fn log_out() -> Operation {
    let description = "Ends the session of the token: its tokens do not count any more. A `refresh_token` in the body names the session where \
        the access token is over; then the answer is the same whether either counted or not.";
    let refresh_token = media(reference("schemas", "LogOut"), Some(json!({ "refresh_token": REFRESH_TOKEN })));
    Operation {
        security: Security::OptionalToken,
        body: Some(json!({ "required": false, "content": { "application/json": refresh_token } })),
        successes: vec![("204", empty_answer("The session is over.", &[]))],
        ..of_own_session("log_out", "Log out", description, &[WITH_BODY, &[STORAGE_FULL]].concat())
    }
}

/// An operation for a token of ours; those of others and API keys are refused.
fn of_own_session(id: &str, summary: &str, description: &str, problems: &[&'static Problem]) -> Operation {
    let problems = [&[UNAUTHORIZED, FORBIDDEN, TOO_MANY, UNAVAILABLE], problems].concat();
    Operation { security: Security::TokenOnly, ..open(id, summary, description, &problems) }
}

fn me(blueprint: &Blueprint) -> Operation {
    let fields = blueprint.user_fields.iter().filter(|field| !field.hidden);
    let mut example = json!({ "id": examples::UUID, "sub": examples::UUID, "email": EMAIL, "roles": [] });
    for field in fields {
        example[&field.column] = examples::of_field(field, Side::Answer).unwrap_or_default();
    }
    Operation {
        security: Security::Token,
        successes: vec![("200", json_answer("The caller.", &[], reference("schemas", "Me"), Some(example)))],
        ..open("me", "Who the caller is", "", &[UNAUTHORIZED, NOT_FOUND, TOO_MANY, UNAVAILABLE])
    }
}

fn health(id: &str, summary: &str, status: &str, problems: &[&'static Problem]) -> Operation {
    let answer = json_answer("Yes.", &[], reference("schemas", "Health"), Some(json!({ "status": status })));
    Operation { tag: SERVICE.to_owned(), successes: vec![("200", answer)], ..open(id, summary, "", problems) }
}

fn keys() -> Operation {
    let example = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    let answer = json_answer("The keys (RFC 7517).", &[], reference("schemas", "KeySet"), Some(example));
    let description = "For services that check the tokens of this one.";
    Operation {
        tag: SERVICE.to_owned(),
        successes: vec![("200", answer)],
        ..open("keys", "The public keys of this server's tokens", description, &[])
    }
}

/// An operation that needs no token.
fn open(id: &str, summary: &str, description: &str, problems: &[&'static Problem]) -> Operation {
    Operation {
        id: id.to_owned(),
        tag: ACCOUNTS.to_owned(),
        summary: summary.to_owned(),
        description: description.to_owned(),
        security: Security::None,
        parameters: Vec::new(),
        body: None,
        successes: Vec::new(),
        problems: [ANYWHERE, problems].concat(),
    }
}

fn body(schema: &str, example: Option<Json>) -> Json {
    json!({ "required": true, "content": { "application/json": media(reference("schemas", schema), example) } })
}

/// A body that says what is to change.
fn merge_patch(schema: &str, example: Option<Json>) -> Json {
    let media = media(reference("schemas", schema), example);
    json!({ "required": true, "content": { "application/merge-patch+json": media, "application/json": media } })
}

fn tokens_answer() -> Json {
    let example = json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 900, "refresh_token": REFRESH_TOKEN,
    });
    json_answer("The tokens of the session.", &[], reference("schemas", "Tokens"), Some(example))
}

fn registered(blueprint: &Blueprint) -> Option<Json> {
    let mut example = json!({ "email": EMAIL, "password": PASSWORD });
    if blueprint.auth.sign_up == SignUp::Invite {
        example["invitation"] = REFRESH_TOKEN.into();
    }
    for field in registrable(blueprint) {
        match examples::of_field(field, Side::Body) {
            Some(value) => example[&field.column] = value,
            None if Body::Create.demands(field) => return None,
            None => {}
        }
    }
    Some(example)
}

fn registrable(blueprint: &Blueprint) -> impl Iterator<Item = &Field> {
    blueprint.user_fields.iter().filter(|field| Body::Create.writable(field))
}
