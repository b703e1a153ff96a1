//! One issuer besides this server: which tokens are its own, and are meant for this app, and say who a person is.
//!
//! It verifies in one way: by a shared secret or by its key set, never by either. What it is made of, `preset.rs` says.

use std::sync::Arc;

use blueprint::TokenSource;
use serde_json::{Map, Value as Json};

use super::keys::{KeySet, NoKey};
use super::secret;
use crate::auth::token::{Checked, Claims, Compact, audience, check_times, name};
use crate::settings::Secret;

/// The issuer of users whose tokens name none.
pub(super) const UNNAMED: &str = "better-auth";
/// Better Auth's cookies are tokens too, for this audience, and may be signed by the same key.
const COOKIE_AUDIENCE: &str = "better-auth:session-cache";

pub(super) struct Issuer {
    pub(super) source: TokenSource,
    pub(super) iss: Iss,
    pub(super) audience: Audience,
    pub(super) verify: Verify,
    /// What `typ` may be, in small letters, if a token has one.
    pub(super) types: &'static [&'static str],
    /// What else a token of this issuer must say, or must not, to be that of somebody who signed in.
    pub(super) person: fn(&Map<String, Json>, i64) -> Checked<()>,
}

pub(super) enum Iss {
    Exactly(String),
    /// Whatever the secret signed, but for these names, which are ours.
    AnyBut([String; 3]),
}

pub(super) enum Audience {
    Is(String),
    /// It names none, but says where it was made (`azp`): at one of these origins.
    MadeAt(Vec<String>),
    Any,
}

pub(super) enum Verify {
    Secret(Secret),
    Keys(Arc<KeySet>),
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Refusal {
    /// There is something wrong with it.
    Token(&'static str),
    /// Nobody can say: the issuer's keys are not to be had.
    NoKeys,
}

impl From<&'static str> for Refusal {
    fn from(why: &'static str) -> Refusal {
        Refusal::Token(why)
    }
}

/// By what a token was verified, so that it stops counting when its key does.
pub(in crate::auth) struct Proof {
    keys: Arc<KeySet>,
    version: u64,
}

impl Proof {
    /// Whether it still counts. Also sees to it that the keys are looked after.
    pub(in crate::auth) fn holds(&self, now_ms: i64) -> bool {
        self.keys.look_after(now_ms);
        self.keys.holds(self.version, now_ms)
    }
}

impl Issuer {
    /// Checks a token with its claims, which are not believed before its signature was checked.
    pub(super) async fn check(
        &self,
        token: &Compact<'_>,
        claims: &Map<String, Json>,
        now_ms: i64,
    ) -> Result<(Claims, Option<Proof>), Refusal> {
        self.check_type(token)?;
        let proof = self.check_signature(token, now_ms).await?;
        Ok((self.check_claims(claims, now_ms.div_euclid(1000))?, proof))
    }

    fn check_type(&self, token: &Compact<'_>) -> Checked<()> {
        match token.header("typ") {
            None => Ok(()),
            Some(Json::String(kind)) if self.types.contains(&kind.to_ascii_lowercase().as_str()) => Ok(()),
            Some(_) => Err("another type of token"),
        }
    }

    async fn check_signature(&self, token: &Compact<'_>, now_ms: i64) -> Result<Option<Proof>, Refusal> {
        let keys = match &self.verify {
            Verify::Secret(secret) => {
                secret::check(secret, token)?;
                return Ok(None);
            }
            Verify::Keys(keys) => keys,
        };
        let text = |header| token.header(header).and_then(Json::as_str);
        // Before anybody is asked for keys.
        if !text("alg").is_some_and(|algorithm| keys.allows(algorithm)) {
            return Err("its algorithm is none of this issuer's".into());
        }
        let found = keys.key(text("kid").ok_or("it names no key")?, now_ms).await.map_err(|why| match why {
            NoKey::Unknown => Refusal::Token("its key is none of this issuer's"),
            NoKey::Unavailable => Refusal::NoKeys,
        })?;
        found.key.check(token)?;
        Ok(Some(Proof { keys: keys.clone(), version: found.version }))
    }

    fn check_claims(&self, claims: &Map<String, Json>, now: i64) -> Checked<Claims> {
        let audience = audience(claims)?;
        if audience.contains(&COOKIE_AUDIENCE) {
            return Err("a browser cookie");
        }
        let is_for_us = match &self.audience {
            Audience::Is(us) => audience.contains(&us.as_str()),
            Audience::MadeAt(origins) => {
                let made_at = claims.get("azp").and_then(Json::as_str);
                // One that names an audience was made for somebody else, who could send it here.
                audience.is_empty() && made_at.is_some_and(|made_at| origins.iter().any(|origin| origin == made_at))
            }
            Audience::Any => true,
        };
        if !is_for_us {
            return Err("another audience");
        }
        let checked = Claims {
            source: self.source,
            iss: self.issuer(claims)?,
            sub: name(claims, "sub")?,
            session: None,
            email: claims.get("email").and_then(Json::as_str).filter(|_| is_verified(claims)).map(str::to_owned),
            expires: check_times(claims, now)?,
        };
        (self.person)(claims, now)?;
        Ok(checked)
    }

    /// Together with `sub` it is the identity, so it must not be mistaken for one of ours.
    fn issuer(&self, claims: &Map<String, Json>) -> Checked<String> {
        match &self.iss {
            Iss::Exactly(iss) if claims.get("iss").and_then(Json::as_str) == Some(iss) => Ok(iss.clone()),
            Iss::Exactly(_) => Err("another issuer"),
            Iss::AnyBut(_) if !claims.contains_key("iss") => Ok(UNNAMED.to_owned()),
            Iss::AnyBut(ours) => {
                let named = name(claims, "iss")?;
                if ours.contains(&named) { Err("it speaks for an issuer of ours") } else { Ok(named) }
            }
        }
    }
}

/// Whether the issuer says that the address is the user's: else anybody could be shown here under that of somebody else.
fn is_verified(claims: &Map<String, Json>) -> bool {
    ["email_verified", "emailVerified"].iter().any(|name| claims.get(*name) == Some(&Json::Bool(true)))
}
