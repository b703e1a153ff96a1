//! Tokens of other issuers. Their users get a local row at first sight; who they are is `iss` and `sub`, nothing else.
//!
//! The issuers are those of `[auth] accept`. Which of them checks a token goes by the `iss` that it says, once, and this
//! one alone decides: a token is never tried on one key after the other.

mod fetch;
mod issuer;
mod jwk;
mod keys;
mod preset;
mod secret;

use blueprint::TokenSource;
use serde_json::Value as Json;

use self::issuer::{Iss, Issuer, Verify};
pub(super) use self::issuer::{Proof, Refusal};
use super::token::{Claims, Compact};
use crate::settings::{SettingProblem, Settings};

/// A key set by which tokens are verified: where it is, and how many keys it holds that count.
pub(crate) type SeenKeys = (String, Result<usize, String>);

/// The key sets of those that the blueprint accepts, asked now; it blocks the thread.
///
/// # Errors
/// Settings without which none of their tokens could count.
pub(super) fn key_sets(
    settings: &Settings,
    accepted: &[TokenSource],
    own_issuer: &str,
) -> Result<Vec<SeenKeys>, Vec<SettingProblem>> {
    let issuers = preset::issuers(settings, accepted, own_issuer)?;
    let sets = issuers.iter().filter_map(|issuer| match &issuer.verify {
        Verify::Keys(keys) => Some((keys.url().to_owned(), keys.count_now())),
        Verify::Secret(_) => None,
    });
    Ok(sets.collect())
}

/// The issuers besides this server, in the order of the blueprint.
pub(super) struct Foreign(Vec<Issuer>);

impl Foreign {
    /// Those that the blueprint accepts.
    ///
    /// # Errors
    /// Settings without which none of their tokens could count.
    pub(super) fn new(
        settings: &Settings,
        accepted: &[TokenSource],
        own_issuer: &str,
    ) -> Result<Foreign, Vec<SettingProblem>> {
        let issuers = preset::issuers(settings, accepted, own_issuer)?;
        for issuer in &issuers {
            preset::tell(issuer);
        }
        Ok(Foreign(issuers))
    }

    /// Whether a user may have come by one of these: his `iss`, as it was kept.
    pub(super) fn accepts(&self, iss: &str) -> bool {
        self.0.iter().any(|issuer| match &issuer.iss {
            Iss::Exactly(named) => named == iss,
            Iss::AnyBut(ours) => !ours.iter().any(|our| our == iss),
        })
    }

    /// Checks a token with the issuer that it names. `None`: it names none of these.
    pub(super) async fn check(
        &self,
        token: &Compact<'_>,
        now_ms: i64,
    ) -> Option<Result<(Claims, Option<Proof>), Refusal>> {
        if self.0.is_empty() {
            return None;
        }
        let claims = match token.claims() {
            Ok(claims) => claims,
            Err(why) => return Some(Err(why.into())),
        };
        let named = claims.get("iss").and_then(Json::as_str);
        let is_named = |issuer: &&Issuer| matches!(&issuer.iss, Iss::Exactly(iss) if named == Some(iss));
        let may_be = |issuer: &&Issuer| match &issuer.iss {
            Iss::AnyBut(ours) => !named.is_some_and(|named| ours.iter().any(|our| our == named)),
            Iss::Exactly(_) => false,
        };
        let issuer = self.0.iter().find(is_named).or_else(|| self.0.iter().find(may_be))?;
        Some(issuer.check(token, &claims, now_ms).await)
    }
}
