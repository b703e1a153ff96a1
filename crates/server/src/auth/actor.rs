//! From an `Authorization` header to the caller, as the database knows him now.

use std::sync::Arc;

use blueprint::TokenSource;
use http::header::RETRY_AFTER;
use query::{Actor, User};
use serde_json::json;
use work::{Kind, Outcome, Step, Value};

use super::api_key::is_key;
use super::cache::{Known, Standing};
use super::caller_fields::CallerFields;
use super::clock::seconds_of;
use super::foreign::{Proof, Refusal};
use super::token::{Claims, Compact, is_expired};
use super::{Auth, credentials, sql};
use crate::error::{ApiError, UNAVAILABLE};

/// What `token.rs` says of one that is over.
const EXPIRED: &str = "expired";
const NOBODYS: &str = "no issuer is accepted that it names";
const SESSION_OVER: &str = "the session is over or the user may not sign in";

impl Auth {
    /// Who calls. No header is a stranger; a header that does not count is an error, never a stranger.
    ///
    /// # Errors
    /// 401 `invalid_token`, or what the database has to say.
    pub async fn actor(&self, authorization: Option<&str>) -> Result<Actor, ApiError> {
        let Some(header) = authorization else { return Ok(Actor::Stranger) };
        let token = bearer(header)
            .ok_or_else(|| invalid_token("send `Authorization: Bearer <token>`").because("not_bearer"))?;
        // No JWT has such a form, so nothing is told of a key by this.
        if is_key(token) {
            return Err(invalid_token("an API key is sent as `X-API-Key: <key>`, not as a bearer token")
                .because("key_as_bearer"));
        }
        let now_ms = self.clock.now_ms();
        let now = now_ms.div_euclid(1000);
        self.cache.refresh(&self.store, now_ms).await?;
        let known = match self.cache.get(token, now_ms) {
            Some(known) => known,
            None => {
                let (claims, proof) = self.verify(token, now_ms).await.map_err(not_verified)?;
                self.cache.keep(token, claims, proof)
            }
        };
        if is_expired(known.claims.expires, now) {
            self.cache.forget(token);
            return Err(refused(EXPIRED));
        }
        match self.standing(&known).await? {
            Standing::Good(user, session_ends) if session_ends.is_none_or(|ends| now < ends) => Ok(Actor::User(user)),
            Standing::Good(..) | Standing::Gone => Err(refused(SESSION_OVER)),
        }
    }

    /// A token counts if it is just what one of the issuers issues.
    async fn verify(&self, token: &str, now_ms: i64) -> Result<(Claims, Option<Proof>), Refusal> {
        let token = Compact::read(token)?;
        let own = self.own.as_ref().map(|own| own.check(&self.keys.signing, &token, now_ms.div_euclid(1000)));
        let not_ours = match own {
            Some(Ok(claims)) => return Ok((claims, None)),
            Some(Err(why)) => why,
            None => NOBODYS,
        };
        self.foreign.check(&token, now_ms).await.unwrap_or(Err(not_ours.into()))
    }

    async fn standing(&self, known: &Known) -> Result<Standing, ApiError> {
        // Before the look: what changes in between voids what was seen.
        let version = self.cache.version();
        if let Some(standing) = known.standing(version) {
            return Ok(standing);
        }
        let claims = &known.claims;
        let mut seen = self.look(claims).await?;
        if claims.source != TokenSource::Own && matches!(seen, Look::Nobody) {
            self.adopt(claims).await?;
            seen = self.look(claims).await?;
        }
        if let Look::Found(Standing::Good(user, _)) = &seen
            && let Some(email) = unknown_address(claims, user)
        {
            self.learn_address(claims, user, &email).await?;
            seen = self.look(claims).await?;
        }
        let standing = match seen {
            Look::Nobody => Standing::Gone,
            Look::Found(standing) => standing,
        };
        known.set_standing(version, standing.clone());
        Ok(standing)
    }

    async fn look(&self, claims: &Claims) -> Result<Look, ApiError> {
        let fields = CallerFields::of(&self.blueprint);
        match self.store.run(sql::read(&self.store, look_up(claims, &fields))).await? {
            Outcome::Done(answer) => {
                Ok(Look::Found(read_standing(&answer.captured, claims.session.as_deref(), &fields)))
            }
            Outcome::Refused(_) => Ok(Look::Nobody),
        }
    }

    /// Makes a local user of somebody who comes with a foreign token for the first time. No roles: those are given here.
    async fn adopt(&self, claims: &Claims) -> Result<(), ApiError> {
        let at = self.clock.stamp();
        let by = sql::By { iss: &claims.iss, sub: Some(&claims.sub), ..sql::By::operator(&at) };
        let email = claims.email.as_deref().and_then(credentials::email);
        let user = sql::NewUser {
            id: &uuid::Uuid::now_v7().to_string(),
            iss: &claims.iss,
            sub: &claims.sub,
            email: email.as_deref(),
            roles: &[],
            password_hash: None,
            verified: false,
            fields: &sql::default_fields(&self.blueprint),
        };
        let steps = user.insert(&self.blueprint, by, "first_sight");
        self.store.run(sql::write(&self.store, steps)).await?;
        Ok(())
    }

    /// Keeps the address of somebody who was seen before he had verified it.
    async fn learn_address(&self, claims: &Claims, user: &User, email: &str) -> Result<(), ApiError> {
        const IS_NEW: &str = "\"id\" = ?1 AND \"email\" IS NULL";
        let at = self.clock.stamp();
        let by = sql::By { iss: &claims.iss, sub: Some(&claims.sub), ..sql::By::operator(&at) };
        let after = Value::Json(json!({ "email": email }).to_string());
        let audit = sql::audit_users(by, "address_verified", "NULL", "?2", IS_NEW, vec![sql::uuid(&user.id), after]);
        let update = format!("UPDATE \"users\" SET \"email\" = ?2, \"updated_at\" = ?3 WHERE {IS_NEW}");
        let update = sql::run(&update, vec![sql::uuid(&user.id), sql::text(email), sql::stamp(&at)]);
        let steps = sql::hold(&self.store, &[&user.id]).into_iter().chain([audit, update, sql::bump()]).collect();
        self.store.run(sql::write(&self.store, steps)).await?;
        self.changed();
        Ok(())
    }
}

/// The address that a token vouches for, of a user of another issuer who has none here.
fn unknown_address(claims: &Claims, user: &User) -> Option<String> {
    let is_unknown = claims.source != TokenSource::Own && user.email.is_none();
    claims.email.as_deref().filter(|_| is_unknown).and_then(credentials::email)
}

enum Look {
    Found(Standing),
    Nobody,
}

const OWN: &str = "SELECT u.\"id\", u.\"iss\", u.\"sub\", u.\"email\", u.\"roles\", u.\"disabled\", s.\"expires_at\", \
     s.\"revoked_at\" FROM \"users\" u JOIN \"_sessions\" s ON s.\"user_id\" = u.\"id\" \
     WHERE u.\"id\" = ?1 AND s.\"id\" = ?2 AND u.\"iss\" = 'own'";
const FOREIGN: &str = "SELECT u.\"id\", u.\"iss\", u.\"sub\", u.\"email\", u.\"roles\", u.\"disabled\", NULL, NULL \
     FROM \"users\" u WHERE u.\"iss\" = ?1 AND u.\"sub\" = ?2";
const KINDS: [Kind; 8] =
    [Kind::Uuid, Kind::Text, Kind::Text, Kind::Text, Kind::Json, Kind::Boolean, Kind::DateTime, Kind::DateTime];

fn look_up(claims: &Claims, fields: &CallerFields<'_>) -> Step {
    let one = |query: &str, params| sql::one(&fields.added_to(query, "u."), params, &fields.kinds(&KINDS));
    match claims.source {
        TokenSource::Own => {
            let session = claims.session.as_deref().map_or(Value::Null, sql::uuid);
            one(OWN, vec![sql::uuid(&claims.sub), session])
        }
        _ => one(FOREIGN, vec![sql::text(&claims.iss), sql::text(&claims.sub)]),
    }
}

fn read_standing(row: &[Value], session: Option<&str>, fields: &CallerFields<'_>) -> Standing {
    let [id, iss, sub, email, roles, disabled, ends, revoked, looked_at @ ..] = row else { return Standing::Gone };
    let (Some(id), Some(iss), Some(sub)) = (id.as_str(), iss.as_str(), sub.as_str()) else { return Standing::Gone };
    let ends = ends.as_str().map(|stamp| seconds_of(stamp).unwrap_or_default());
    if *disabled != Value::Boolean(false) || *revoked != Value::Null {
        return Standing::Gone;
    }
    let user = User {
        id: id.to_owned(),
        iss: iss.to_owned(),
        sub: sub.to_owned(),
        email: email.as_str().map(str::to_owned),
        roles: sql::roles_of(Some(roles)),
        fields: fields.read(looked_at),
        session: session.map(str::to_owned),
        key: None,
    };
    Standing::Good(Arc::new(user), ends)
}

/// RFC 6750 §2.1; the name of the scheme is case-insensitive (RFC 9110 §11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn not_verified(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Token(why) => refused(why),
        Refusal::NoKeys => {
            // A 401 would have every client throw its token away.
            let detail = "the keys of the token's issuer are not to be had at the moment";
            ApiError::new(UNAVAILABLE, detail).with(RETRY_AFTER, "5").because("no_keys").logged("no keys of the issuer")
        }
    }
}

fn refused(why: &'static str) -> ApiError {
    let (detail, reason) = match why {
        EXPIRED => ("the token has expired", "expired"),
        SESSION_OVER => ("the token does not count; sign in again", "session_over"),
        _ => ("the token does not count; sign in again", "invalid_token"),
    };
    invalid_token(detail).because(reason).logged(why)
}

/// RFC 6750 §3.1.
pub(super) fn invalid_token(detail: &str) -> ApiError {
    ApiError::unauthorized(Some("invalid_token"), detail)
}
