//! The paths that do not come from entities: accounts, health, public keys; with the schemas that they need.

use blueprint::{Blueprint, Field, SignUp, TokenSource, Unique};
use query::Body;
use serde_json::{Map, Value as Json, json};

use super::info::{ACCOUNTS, SERVICE};
use super::kinds::{self, Side};
use super::operations::{Operation, Security};
use super::refusals::{ANYWHERE, WITH_BODY};
use super::responses::{empty_answer, json_answer, media};
use super::schemas::{body_field, closed_object};
use super::{examples, reference};
use crate::error::{
    BAD_CREDENTIALS, FORBIDDEN, NOT_FOUND, Problem, STORAGE_FULL, TOO_MANY, UNAUTHORIZED, UNAVAILABLE, UNIQUE,
};

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
    if has_own && blueprint.auth.sign_up == SignUp::Open {
        paths.push(path("/auth/register", "post", register(blueprint)));
    }
    if has_own {
        paths.push(path("/auth/login", "post", log_in()));
        paths.push(path("/auth/refresh", "post", refresh()));
        paths.push(path("/auth/logout", "post", log_out(blueprint)));
    }
    paths.push(path("/auth/me", "get", me(blueprint)));
    paths.push(path("/healthz", "get", health("health", "Whether the process lives", "ok", &[])));
    paths.push(path("/readyz", "get", health("readiness", "Whether it can do its work", "ready", &[UNAVAILABLE])));
    paths.push(path("/.well-known/jwks.json", "get", keys()));
    paths
}

/// The schemas of those paths.
pub(super) fn schemas(blueprint: &Blueprint) -> Vec<(String, Json)> {
    let mut schemas = Vec::new();
    if accepts(blueprint, TokenSource::Own) {
        if blueprint.auth.sign_up == SignUp::Open {
            schemas.push(("Registration", registration(blueprint)));
            schemas.push(("Accepted", accepted()));
        }
        schemas.extend([("Credentials", credentials()), ("Tokens", tokens()), ("Refresh", refresh_body())]);
    }
    schemas.extend([("Me", caller(blueprint)), ("Health", health_status()), ("KeySet", key_set())]);
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn accepts(blueprint: &Blueprint, source: TokenSource) -> bool {
    blueprint.auth.accept.contains(&source)
}

fn register(blueprint: &Blueprint) -> Operation {
    let example = registered(blueprint);
    let unique = blueprint.user_fields.iter().any(|field| field.unique != Unique::No && !field.read_only);
    let problems = [WITH_BODY, &[TOO_MANY, UNAVAILABLE, STORAGE_FULL], if unique { &[UNIQUE] } else { &[] }].concat();
    Operation {
        body: Some(body("Registration", example)),
        successes: vec![(
            "202",
            json_answer(
                "Accepted: the same answer whether the address was known or not.",
                &[],
                reference("schemas", "Accepted"),
                Some(json!({ "detail": ACCEPTED })),
            ),
        )],
        ..open("register", "Make an account", "Whether the address has an account already is not told.", &problems)
    }
}

fn log_in() -> Operation {
    let problems = [WITH_BODY, &[BAD_CREDENTIALS, TOO_MANY, UNAVAILABLE, STORAGE_FULL]].concat();
    Operation {
        body: Some(body("Credentials", Some(json!({ "email": EMAIL, "password": PASSWORD })))),
        successes: vec![("200", tokens_answer())],
        ..open("log_in", "Log in", "Opens a session. Send the `access_token` as `Authorization: Bearer …`.", &problems)
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

fn log_out(blueprint: &Blueprint) -> Operation {
    let foreign: &[&'static Problem] = if accepts(blueprint, TokenSource::BetterAuth) { &[FORBIDDEN] } else { &[] };
    let problems = [&[UNAUTHORIZED, TOO_MANY, UNAVAILABLE, STORAGE_FULL], foreign].concat();
    Operation {
        security: Security::Token,
        successes: vec![("204", empty_answer("The session is over.", &[]))],
        ..open("log_out", "Log out", "Ends the session of the token: its tokens do not count any more.", &problems)
    }
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

fn tokens_answer() -> Json {
    let example = json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 900, "refresh_token": REFRESH_TOKEN,
    });
    json_answer("The tokens of the session.", &[], reference("schemas", "Tokens"), Some(example))
}

const ACCEPTED: &str = "if this address had no account, it has one now; log in with it";

fn registered(blueprint: &Blueprint) -> Option<Json> {
    let mut example = json!({ "email": EMAIL, "password": PASSWORD });
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

fn registration(blueprint: &Blueprint) -> Json {
    let mut required = vec!["email", "password"];
    required
        .extend(registrable(blueprint).filter(|field| Body::Create.demands(field)).map(|field| field.column.as_str()));
    let mut properties =
        identity("A new password. How long it must be is a setting of the server: 15 characters by default.");
    properties
        .extend(registrable(blueprint).map(|field| (field.column.clone(), body_field(blueprint, field, Body::Create))));
    closed_object("What makes an account.", &required, properties)
}

fn credentials() -> Json {
    closed_object("What logs in.", &["email", "password"], identity("The password of the account."))
}

fn identity(password: &str) -> Map<String, Json> {
    let email = json!({ "type": "string", "format": "email", "maxLength": 254, "examples": [EMAIL] });
    let password = json!({ "type": "string", "format": "password", "minLength": 1, "maxLength": 1024, "writeOnly": true,
        "description": password, "examples": [PASSWORD] });
    [("email".to_owned(), email), ("password".to_owned(), password)].into_iter().collect()
}

fn accepted() -> Json {
    let detail = json!({ "type": "string", "description": "What happened.", "examples": [ACCEPTED] });
    closed_object("That the request was accepted.", &["detail"], [("detail".to_owned(), detail)].into_iter().collect())
}

fn tokens() -> Json {
    let properties = json!({
        "access_token": {
            "type": "string", "description": "A JWT, for `Authorization: Bearer …`.",
            "examples": [ACCESS_TOKEN],
        },
        "token_type": { "type": "string", "const": "Bearer", "description": "How it is sent.", "examples": ["Bearer"] },
        "expires_in": {
            "type": "integer", "minimum": 1, "description": "Seconds until it expires.",
            "examples": [900],
        },
        "refresh_token": {
            "type": "string", "description": "Good for one new pair of tokens.",
            "examples": [REFRESH_TOKEN],
        },
    });
    whole("The tokens of a session (RFC 6749 §5.1).", properties)
}

fn refresh_body() -> Json {
    let token = json!({
        "type": "string", "minLength": 1, "description": "The newest one of the session.", "examples": [REFRESH_TOKEN],
    });
    whole("What renews the tokens of a session.", json!({ "refresh_token": token }))
}

fn caller(blueprint: &Blueprint) -> Json {
    let roles = json!({ "type": "string", "enum": blueprint.auth.roles });
    let mut properties = json!({
        "id": {
            "type": "string", "format": "uuid", "description": "The id that rows and references name.",
            "examples": [examples::UUID],
        },
        "sub": {
            "type": "string", "description": "What the issuer of the token calls the caller.",
            "examples": [examples::UUID],
        },
        "email": {
            "type": ["string", "null"], "format": "email", "description": "Null if the issuer did not say.",
            "examples": [EMAIL],
        },
        "roles": {
            "type": "array", "uniqueItems": true, "items": roles, "description": "What the operator gave.",
            "examples": [[]],
        },
    });
    // Users of other issuers never registered, so what registration asks for may be missing.
    let all_registered = !accepts(blueprint, TokenSource::BetterAuth);
    for field in blueprint.user_fields.iter().filter(|field| !field.hidden) {
        let schema = kinds::schema(&field.kind, Side::Answer);
        let mut schema = if field.required && all_registered { schema } else { kinds::or_null(schema) };
        if !field.summary.is_empty() {
            schema["description"] = field.summary.as_str().into();
        }
        if let Some(example) = examples::of_field(field, Side::Answer) {
            schema["examples"] = json!([example]);
        }
        properties[&field.column] = schema;
    }
    whole("Who the caller is.", properties)
}

fn health_status() -> Json {
    let status =
        json!({ "type": "string", "enum": ["ok", "ready"], "description": "That all is well.", "examples": ["ok"] });
    whole("How the server is.", json!({ "status": status }))
}

fn key_set() -> Json {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let key = whole(
        "A public key (RFC 8037).",
        json!({
            "kty": { "const": "OKP" }, "crv": { "const": "Ed25519" }, "alg": { "const": "EdDSA" },
            "use": { "const": "sig" }, "kid": text("What tokens name it by."), "x": text("The key, in base64url."),
        }),
    );
    whole("A set of public keys.", json!({ "keys": { "type": "array", "items": key } }))
}

/// An object that always has all of these properties.
fn whole(description: &str, properties: Json) -> Json {
    let Json::Object(properties) = properties else { return properties };
    let required: Vec<String> = properties.keys().cloned().collect();
    let required: Vec<&str> = required.iter().map(String::as_str).collect();
    closed_object(description, &required, properties)
}
