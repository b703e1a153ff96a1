//! Invitations, as a user with the role `admin` makes them, sees them and takes them back; with the schemas.

use blueprint::Blueprint;
use serde_json::{Value as Json, json};

use super::super::operations::Operation;
use super::super::refusals::WITH_BODY;
use super::super::responses::{empty_answer, json_answer};
use super::super::{examples, reference};
use super::admin::{AT, by_admin, page_of, page_parameters, roles};
use super::body;
use super::schemas::{email, whole};
use crate::auth::INVITED;
use crate::error::{BAD_PARAMETER, NOT_FOUND, STORAGE_FULL, UNIQUE};

const INVITEE: &str = "eve@example.com";

pub(super) fn paths() -> Vec<(String, Json)> {
    let id = json!({
        "name": "id", "in": "path", "required": true, "description": "The id of the invitation.",
        "schema": { "type": "string", "format": "uuid", "examples": [examples::UUID] },
    });
    let take_back = json!({ "parameters": [id], "delete": take_back().render() });
    vec![
        ("/auth/invitations".to_owned(), json!({ "get": list_invitations().render(), "post": invite().render() })),
        ("/auth/invitations/{id}".to_owned(), take_back),
    ]
}

fn invite() -> Operation {
    let description = "Mails an invitation that is good for one account of this address, with these roles, for a week, as long as its maker \
        may make one. A newer one voids the older; an address is invited three times an hour at most. 503 where the server cannot \
        send mail: `supermaker user invite` shows the token instead.";
    let accepted = json_answer(
        "The invitation is made.",
        &[],
        reference("schemas", "Accepted"),
        Some(json!({ "detail": INVITED })),
    );
    Operation {
        body: Some(body("UserInvitation", Some(json!({ "email": INVITEE, "roles": [] })))),
        successes: vec![("202", accepted)],
        ..by_admin("invite", "Invite somebody", description, &[WITH_BODY, &[UNIQUE, STORAGE_FULL]].concat())
    }
}

fn list_invitations() -> Operation {
    let example = json!({ "data": [example()], "next_cursor": null, "has_more": false });
    let page = json_answer("A page of invitations.", &[], reference("schemas", "OpenInvitationList"), Some(example));
    Operation {
        parameters: page_parameters("Only those for this address."),
        successes: vec![("200", page)],
        ..by_admin(
            "list_invitations",
            "List the invitations that count",
            "In the order in which they were made.",
            &[BAD_PARAMETER],
        )
    }
}

fn take_back() -> Operation {
    Operation {
        successes: vec![("204", empty_answer("It does not count any more.", &[]))],
        ..by_admin("take_back_invitation", "Take an invitation back", "", &[NOT_FOUND, STORAGE_FULL])
    }
}

pub(super) fn open_invitation(blueprint: &Blueprint) -> Json {
    let stamp = |description: &str| json!({ "type": "string", "format": "date-time", "description": description, "examples": [AT] });
    whole(
        "An invitation that counts.",
        json!({
            "id": { "type": "string", "format": "uuid", "description": "What it is taken back by.", "examples": [examples::UUID] },
            "email": email(),
            "roles": roles(blueprint, "What the account is given."),
            "invited_by": {
                "type": ["string", "null"], "format": "uuid", "description": "The user who made it; null is the operator.",
                "examples": [examples::UUID],
            },
            "created_at": stamp("When it was made."),
            "expires_at": stamp("When it ends."),
        }),
    )
}

pub(super) fn list() -> Json {
    page_of("OpenInvitation", "invitations", example())
}

fn example() -> Json {
    json!({
        "id": examples::UUID, "email": INVITEE, "roles": [], "invited_by": examples::UUID, "created_at": AT, "expires_at": AT,
    })
}
