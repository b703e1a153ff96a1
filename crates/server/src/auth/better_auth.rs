//! Tokens of a Better Auth server: HS256 under its `BETTER_AUTH_SECRET`. Their users get a local row at first sight.
//!
//! Better Auth also signs browser cookies with the same secret; they have no `sub`, or another type or audience, and are
//! no tokens for an API.

use blueprint::TokenSource;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value as Json};
use sha2::Sha256;

use super::token::{Checked, Claims, Compact, audience, check_issuer, check_times, name};
use crate::settings::Secret;

/// The issuer of users whose tokens name none.
const UNNAMED: &str = "better-auth";
const COOKIE_AUDIENCE: &str = "better-auth:session-cache";

/// Checks those tokens.
pub(super) struct BetterAuth {
    secret: Secret,
    url: Option<String>,
    /// Names of issuers that are ours: a token from elsewhere must not speak for them.
    reserved: [String; 3],
}

impl BetterAuth {
    pub(super) fn new(secret: Secret, url: Option<String>, own_issuer: &str) -> BetterAuth {
        BetterAuth { secret, url, reserved: ["own".to_owned(), "cli".to_owned(), own_issuer.to_owned()] }
    }

    pub(super) fn check(&self, token: &Compact<'_>, now: i64) -> Checked<Claims> {
        token.header_is("alg", "HS256")?;
        if !matches!(token.header("typ"), None | Some(Json::String(_))) || self.is_other_type(token) {
            return Err("another type of token");
        }
        self.check_signature(token)?;
        let claims = token.claims()?;
        if audience(&claims)?.contains(&COOKIE_AUDIENCE) {
            return Err("a browser cookie");
        }
        Ok(Claims {
            source: TokenSource::BetterAuth,
            iss: self.issuer(&claims)?,
            sub: name(&claims, "sub")?,
            session: None,
            email: claims.get("email").and_then(Json::as_str).map(str::to_owned),
            expires: check_times(&claims, now)?,
        })
    }

    fn is_other_type(&self, token: &Compact<'_>) -> bool {
        token.header("typ").and_then(Json::as_str).is_some_and(|kind| !kind.eq_ignore_ascii_case("jwt"))
    }

    fn check_signature(&self, token: &Compact<'_>) -> Checked<()> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose()).map_err(|_| "no key")?;
        mac.chain_update(token.signed).verify_slice(&token.signature).map_err(|_| "the signature is not Better Auth's")
    }

    /// Together with `sub` it is the identity, so it must not be mistaken for one of ours.
    fn issuer(&self, claims: &Map<String, Json>) -> Checked<String> {
        if let Some(url) = &self.url {
            check_issuer(claims, url)?;
            return Ok(url.clone());
        }
        if !claims.contains_key("iss") {
            return Ok(UNNAMED.to_owned());
        }
        let named = name(claims, "iss")?;
        if self.reserved.contains(&named) { Err("it speaks for an issuer of ours") } else { Ok(named) }
    }
}
