//! What a user does with his own account: another password, the list of his sessions and their end; with the schemas.

use blueprint::Blueprint;
use serde_json::{Value as Json, json};

use super::super::operations::Operation;
use super::super::refusals::WITH_BODY;
use super::super::responses::{empty_answer, json_answer};
use super::super::{examples, reference};
use super::admin::with_a_user;
use super::schemas::{NEW_PASSWORD, password, whole};
use super::{PASSWORD, body, of_own_session};
use crate::auth::MAX_SESSIONS;
use crate::error::{BAD_CREDENTIALS, NOT_FOUND, STATE, STORAGE_FULL};

const NEXT_PASSWORD: &str = "seven green kettles sing";
const AT: &str = "2026-11-21T17:00:00.000000Z";

pub(super) fn change_password() -> Operation {
    let problems = [WITH_BODY, &[BAD_CREDENTIALS, STORAGE_FULL]].concat();
    let description = "Wants the present password, and ends all other sessions.";
    let example = json!({ "current_password": PASSWORD, "password": NEXT_PASSWORD });
    Operation {
        body: Some(body("PasswordChange", Some(example))),
        successes: vec![("204", empty_answer("The new password counts.", &[]))],
        ..of_own_session("change_password", "Change the password", description, &problems)
    }
}

pub(super) fn delete_account(blueprint: &Blueprint) -> Operation {
    let (rows, of_rows) = with_a_user(blueprint, "the admin who has been there longest");
    let problems = [WITH_BODY, &[BAD_CREDENTIALS, STATE, STORAGE_FULL], of_rows].concat();
    let other = if rows.is_empty() { "" } else { "other " };
    let description = format!(
        "Wants the password. Ends all sessions; the address can be registered anew, as somebody else. {rows}409 while {other}rows are the \
         caller's or refer to him, also in the trash, and for an admin, from whom another one must take the role first."
    );
    Operation {
        body: Some(body("AccountDeletion", Some(json!({ "password": PASSWORD })))),
        successes: vec![("204", empty_answer("The account is gone.", &[]))],
        ..of_own_session("delete_account", "Delete the account", &description, &problems)
    }
}

pub(super) fn account_deletion() -> Json {
    whole("What deletes an account.", json!({ "password": password("The present password.", PASSWORD) }))
}

/// The paths of sessions.
pub(super) fn paths() -> [(String, Json); 2] {
    let (list, others) = (list_sessions().render(), end_others().render());
    [
        ("/auth/sessions".to_owned(), json!({ "get": list, "delete": others })),
        ("/auth/sessions/{id}".to_owned(), json!({ "parameters": [id()], "delete": end_one().render() })),
    ]
}

fn list_sessions() -> Operation {
    let description =
        "Where the caller is signed in, the session used last first. A session is used when it is refreshed.";
    let example = json!({ "data": [session_example()] });
    Operation {
        successes: vec![("200", json_answer("The sessions.", &[], reference("schemas", "Sessions"), Some(example)))],
        ..of_own_session("list_sessions", "List the sessions", description, &[])
    }
}

fn end_others() -> Operation {
    let description = "Ends all sessions of the caller but that of the token.";
    Operation {
        successes: vec![("204", empty_answer("The others are over.", &[]))],
        ..of_own_session("end_other_sessions", "End the other sessions", description, &[STORAGE_FULL])
    }
}

fn end_one() -> Operation {
    Operation {
        successes: vec![("204", empty_answer("The session is over.", &[]))],
        ..of_own_session("end_session", "End a session", "One of the caller's own.", &[NOT_FOUND, STORAGE_FULL])
    }
}

fn id() -> Json {
    json!({
        "name": "id", "in": "path", "required": true, "description": "The id of the session.",
        "schema": { "type": "string", "format": "uuid", "examples": [examples::UUID] },
    })
}

pub(super) fn password_change() -> Json {
    let properties = json!({
        "current_password": password("The present password.", PASSWORD),
        "password": password(NEW_PASSWORD, NEXT_PASSWORD),
    });
    whole("What changes a password.", properties)
}

pub(super) fn list() -> Json {
    let stamp = |description: &str| json!({ "type": "string", "format": "date-time", "description": description, "examples": [AT] });
    let said = |description: &str, example: &str| json!({ "type": ["string", "null"], "description": description, "examples": [example] });
    let session = whole(
        "A session.",
        json!({
            "id": { "type": "string", "format": "uuid", "description": "Its id.", "examples": [examples::UUID] },
            "created_at": stamp("When it was opened, by a log-in."),
            "last_used_at": stamp("When it was opened or last refreshed."),
            "expires_at": stamp("When it ends, however often it is refreshed."),
            "ip": said("The address that it was opened from.", "192.0.2.7"),
            "user_agent": said("What the program that opened it called itself.", "Mozilla/5.0"),
            "current": { "type": "boolean", "description": "Whether it is that of the token.", "examples": [true] },
        }),
    );
    let data =
        json!({ "type": "array", "maxItems": MAX_SESSIONS, "items": session, "examples": [[session_example()]] });
    whole("The sessions that are not over, at most a hundred.", json!({ "data": data }))
}

fn session_example() -> Json {
    json!({
        "id": examples::UUID, "created_at": AT, "last_used_at": AT, "expires_at": AT, "ip": "192.0.2.7",
        "user_agent": "Mozilla/5.0", "current": true,
    })
}
