//! What a user with the role `admin` does with the accounts of others; with the schemas.

use blueprint::{Blueprint, Entity, OnUserDelete, TokenSource};
use serde_json::{Map, Value as Json, json};

use super::super::operations::{Operation, Security};
use super::super::refusals::WITH_BODY;
use super::super::responses::{empty_answer, json_answer};
use super::super::schemas::closed_object;
use super::super::{examples, reference};
use super::schemas::{email, whole};
use super::{EMAIL, accepts, open};
use crate::error::{
    BAD_PARAMETER, FORBIDDEN, NOT_FOUND, Problem, REFERENCE, STATE, STORAGE_FULL, TOO_MANY, UNAUTHORIZED, UNAVAILABLE,
    UNIQUE,
};

pub(super) const AT: &str = "2026-11-21T17:00:00.000000Z";

/// The paths of users.
pub(super) fn paths(blueprint: &Blueprint) -> Vec<(String, Json)> {
    let (read, change, delete) = (read_user().render(), change_user().render(), delete_user(blueprint).render());
    let mut paths = vec![
        ("/auth/users".to_owned(), json!({ "get": list_users().render() })),
        (
            "/auth/users/{id}".to_owned(),
            json!({ "parameters": [id()], "get": read, "patch": change, "delete": delete }),
        ),
    ];
    if accepts(blueprint, TokenSource::Own) {
        let end = json!({ "parameters": [id()], "delete": end_sessions(blueprint).render() });
        paths.push(("/auth/users/{id}/sessions".to_owned(), end));
    }
    paths
}

fn list_users() -> Operation {
    let example = json!({ "data": [user_example()], "next_cursor": null, "has_more": false });
    Operation {
        parameters: page_parameters("Only who has this address."),
        successes: vec![(
            "200",
            json_answer("A page of users.", &[], reference("schemas", "UserAccountList"), Some(example)),
        )],
        ..by_admin("list_users", "List the users", "In the order in which they came.", &[BAD_PARAMETER])
    }
}

/// What lists of admins can be asked for.
pub(super) fn page_parameters(of_email: &str) -> Vec<Json> {
    let email = json!({
        "name": "email", "in": "query", "description": of_email,
        "schema": { "type": "string", "format": "email", "examples": [EMAIL] },
    });
    vec![reference("parameters", "Limit"), reference("parameters", "Cursor"), email]
}

fn read_user() -> Operation {
    Operation {
        successes: vec![("200", user_answer("The user."))],
        ..by_admin("read_user", "Read a user", "", &[NOT_FOUND])
    }
}

fn change_user() -> Operation {
    let description = "His roles, all of them, and whether he is kept out: who is disabled is signed out at once. Both count for sessions \
        that are open. Nobody changes himself.";
    Operation {
        body: Some(super::merge_patch("UserAccountChange", Some(json!({ "roles": [], "disabled": true })))),
        successes: vec![("200", user_answer("The user as he is now."))],
        ..by_admin("change_user", "Change a user", description, &[WITH_BODY, &[NOT_FOUND, STORAGE_FULL]].concat())
    }
}

fn delete_user(blueprint: &Blueprint) -> Operation {
    let (rows, problems) = with_a_user(blueprint, "the caller");
    let description = format!(
        "The user is out at once; what the user did stays in the audit. {rows}409 while other rows are the user's or refer to him, also in \
         the trash. Nobody deletes himself here."
    );
    Operation {
        successes: vec![("204", empty_answer("The user is gone.", &[]))],
        ..by_admin("delete_user", "Delete a user", &description, &[&[NOT_FOUND, STORAGE_FULL], problems].concat())
    }
}

/// What becomes of the rows of a user who is deleted, in words, and how that can fail.
pub(super) fn with_a_user(blueprint: &Blueprint, heir: &str) -> (String, &'static [&'static Problem]) {
    let named = |what: OnUserDelete| {
        let is_meant = |entity: &&Entity| entity.owned && entity.on_user_delete == what;
        let plurals = blueprint.entities.iter().filter(is_meant).map(|entity| entity.plural.replace('_', " "));
        Some(plurals.collect::<Vec<_>>().join(", ")).filter(|plurals| !plurals.is_empty())
    };
    let (gone, given) = (named(OnUserDelete::Delete), named(OnUserDelete::HandOver));
    let problems: &[&Problem] = if given.is_some() { &[REFERENCE, UNIQUE] } else { &[REFERENCE] };
    let gone = gone.map(|plurals| format!("Gone with the user for good: {plurals}. "));
    let given = given.map(|plurals| format!("Handed over to {heir}: {plurals}. "));
    (gone.into_iter().chain(given).collect(), problems)
}

fn end_sessions(blueprint: &Blueprint) -> Operation {
    let foreign: &[&'static Problem] = if blueprint.auth.others().next().is_some() { &[STATE] } else { &[] };
    Operation {
        successes: vec![("204", empty_answer("They are over.", &[]))],
        ..by_admin(
            "end_sessions_of_user",
            "End all sessions of a user",
            "",
            &[&[NOT_FOUND, STORAGE_FULL], foreign].concat(),
        )
    }
}

pub(super) fn by_admin(id: &str, summary: &str, description: &str, problems: &[&'static Problem]) -> Operation {
    let problems = [&[UNAUTHORIZED, FORBIDDEN, TOO_MANY, UNAVAILABLE], problems].concat();
    let description = format!("{description} For users with the role `admin`.");
    Operation { security: Security::TokenOnly, ..open(id, summary, description.trim_start(), &problems) }
}

fn id() -> Json {
    json!({
        "name": "id", "in": "path", "required": true, "description": "The id of the user.",
        "schema": { "type": "string", "format": "uuid", "examples": [examples::UUID] },
    })
}

fn user_answer(description: &str) -> Json {
    json_answer(description, &[], reference("schemas", "UserAccount"), Some(user_example()))
}

pub(super) fn invitation(blueprint: &Blueprint) -> Json {
    let mut properties = Map::new();
    properties.insert("email".to_owned(), email());
    properties.insert("roles".to_owned(), roles(blueprint, "What the account is given."));
    closed_object("What invites somebody.", &["email"], properties)
}

pub(super) fn user_change(blueprint: &Blueprint) -> Json {
    let mut properties = Map::new();
    properties.insert("roles".to_owned(), roles(blueprint, "These, and no others."));
    let disabled = json!({ "type": "boolean", "description": "Whether he is kept out.", "examples": [true] });
    properties.insert("disabled".to_owned(), disabled);
    closed_object("What changes a user; what is absent stays.", &[], properties)
}

pub(super) fn user(blueprint: &Blueprint) -> Json {
    let text = |description: &str, example: &str| json!({ "type": "string", "description": description, "examples": [example] });
    let stamp = |kind: Json, description: &str| json!({ "type": kind, "format": "date-time", "description": description, "examples": [AT] });
    whole(
        "A user.",
        json!({
            "id": { "type": "string", "format": "uuid", "description": "What rows name.", "examples": [examples::UUID] },
            "iss": text("Who signs the user in; `own` is this server.", "own"),
            "sub": text("What that issuer calls the user.", examples::UUID),
            "email": {
                "type": ["string", "null"], "format": "email", "description": "Null if the issuer did not say.",
                "examples": [EMAIL],
            },
            "roles": roles(blueprint, "What the user was given."),
            "disabled": { "type": "boolean", "description": "Whether the user is kept out.", "examples": [false] },
            "verified_at": stamp(json!(["string", "null"]), "Since when it is known that the address is the user's."),
            "created_at": stamp(json!("string"), "Since when the user is known here."),
        }),
    )
}

pub(super) fn users() -> Json {
    page_of("UserAccount", "users", user_example())
}

/// A page of what admins see.
pub(super) fn page_of(schema: &str, what: &str, example: Json) -> Json {
    let data = json!({
        "type": "array", "items": reference("schemas", schema), "description": format!("The {what}."), "examples": [[example]],
    });
    whole(
        &format!("A page of {what}."),
        json!({
            "data": data,
            "next_cursor": {
                "type": ["string", "null"], "description": "The `cursor` of the next page; null on the last one.",
                "examples": [null],
            },
            "has_more": { "type": "boolean", "description": "Whether there is a next page.", "examples": [false] },
        }),
    )
}

pub(super) fn roles(blueprint: &Blueprint, description: &str) -> Json {
    let role = json!({ "type": "string", "enum": blueprint.auth.roles });
    json!({ "type": "array", "items": role, "description": description, "examples": [[]] })
}

fn user_example() -> Json {
    json!({
        "id": examples::UUID, "iss": "own", "sub": examples::UUID, "email": EMAIL, "roles": [], "disabled": false,
        "verified_at": null, "created_at": AT,
    })
}
