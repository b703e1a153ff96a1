//! Which tokens of an issuer are those of somebody who signed in. To be signed in is what rules ask for: a visitor whom an
//! issuer gave a token without asking who he is, or a server's key, is not that.

use serde_json::{Map, Value as Json};

use crate::auth::token::{Checked, LEEWAY_SECONDS, time};

type Claims = Map<String, Json>;

const VISITOR: &str = "somebody who did not sign in";

pub(super) fn anybody(_: &Claims, _: i64) -> Checked<()> {
    Ok(())
}

/// Programs get access tokens for an API too, by their own secret (`client-credentials`).
pub(super) fn of_auth0(claims: &Claims, _: i64) -> Checked<()> {
    const BY_PROGRAM: &str = "client-credentials";
    let by_program = claims.get("gty").is_some_and(|grant| match grant {
        Json::Array(grants) => grants.iter().any(|grant| grant == BY_PROGRAM),
        grant => grant == BY_PROGRAM,
    });
    let is_program = claims.get("sub").and_then(Json::as_str).is_some_and(|sub| sub.ends_with("@clients"));
    if by_program || is_program { Err("a program and no person") } else { Ok(()) }
}

/// Its tokens hold the whole row of the user, with what its plugins add.
pub(super) fn of_better_auth(claims: &Claims, _: i64) -> Checked<()> {
    if says(claims, "isAnonymous") {
        return Err(VISITOR);
    }
    if says(claims, "banned") { Err("somebody who is banned there") } else { Ok(()) }
}

/// Its `role` is that of its own database: `authenticated`, or `anonymous` in the tokens that it gives to visitors.
pub(super) fn of_neon(claims: &Claims, now: i64) -> Checked<()> {
    if claims.get("role").is_some_and(|role| role != "authenticated") {
        return Err(VISITOR);
    }
    of_better_auth(claims, now)
}

/// Other roles are `anon` and `service_role`, the project's own keys. Who signed in anonymously is `authenticated` as well.
pub(super) fn of_supabase(claims: &Claims, _: i64) -> Checked<()> {
    if claims.get("role").is_none_or(|role| role != "authenticated") {
        return Err("a key of the project, or a role that nobody signs in with");
    }
    // As an issuer of OAuth it gives tokens of the same kind to other programs that a user let in: there, and not here.
    if says(claims, "client_id") {
        return Err("made for another program");
    }
    if says(claims, "is_anonymous") { Err(VISITOR) } else { Ok(()) }
}

/// `pending` is a session that still has something to do before it counts. `act` names who acts in the user's place.
pub(super) fn of_clerk(claims: &Claims, _: i64) -> Checked<()> {
    if says(claims, "act") {
        return Err("somebody in the place of its user");
    }
    let is_active = claims.get("sts").is_none_or(|status| status == "active");
    if is_active { Ok(()) } else { Err("a session that does not count yet") }
}

pub(super) fn of_firebase(claims: &Claims, now: i64) -> Checked<()> {
    let since = time(claims, "auth_time")?.ok_or("it does not say when its user signed in")?;
    if since > now.saturating_add(LEEWAY_SECONDS) {
        return Err("its user will sign in only");
    }
    let provider = claims.get("firebase").and_then(|firebase| firebase.get("sign_in_provider")).and_then(Json::as_str);
    match provider.ok_or("it does not say how its user signed in")? {
        "anonymous" => Err(VISITOR),
        _ => Ok(()),
    }
}

/// What is there and neither false nor null counts as said.
fn says(claims: &Claims, name: &str) -> bool {
    claims.get(name).is_some_and(|value| *value != false && !value.is_null())
}
