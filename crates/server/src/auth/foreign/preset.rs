//! What is known of each issuer that a blueprint can accept: how its tokens look, and which settings say where it is.

use std::sync::Arc;

use blueprint::TokenSource;
use serde_json::{Map, Value as Json};

use super::issuer::{Audience, Iss, Issuer, Verify};
use super::jwk::Algorithm;
use super::keys::KeySet;
use crate::auth::token::Checked;
use crate::settings::{Environment, Issuers, SettingProblem, Settings};

/// A plain token.
const PLAIN: &[&str] = &["jwt"];
/// That, or an access token as RFC 9068 has it.
const ACCESS: &[&str] = &["jwt", "at+jwt"];

type Problems = Vec<SettingProblem>;

/// The issuers of a blueprint.
///
/// # Errors
/// Every setting that is missing or does not go with the others.
pub(super) fn issuers(
    settings: &Settings,
    accepted: &[TokenSource],
    own_issuer: &str,
) -> Result<Vec<Issuer>, Problems> {
    let mut maker = Maker { settings, accepted, own_issuer, problems: Vec::new() };
    let others = accepted.iter().filter(|source| **source != TokenSource::Own);
    let issuers: Vec<Issuer> = others.filter_map(|source| maker.issuer(*source)).collect();
    maker.check_names(&issuers);
    if maker.problems.is_empty() { Ok(issuers) } else { Err(maker.problems) }
}

/// Says at the start whose tokens count and how they are verified.
pub(super) fn tell(issuer: &Issuer) {
    let whose = issuer.source.title();
    match (&issuer.verify, &issuer.iss) {
        (Verify::Keys(keys), _) => tracing::info!(keys = keys.url(), "tokens of {whose} count, by its key set"),
        (Verify::Secret(_), Iss::Exactly(iss)) => {
            tracing::info!(iss, "tokens of {whose} count, by the secret alone (HS256)");
        }
        (Verify::Secret(_), Iss::AnyBut(_)) => tracing::warn!(
            "tokens of {whose} count whatever issuer and audience they name: whatever else its secret signs counts too; \
             set BETTER_AUTH_URL"
        ),
    }
}

struct Maker<'s> {
    settings: &'s Settings,
    accepted: &'s [TokenSource],
    own_issuer: &'s str,
    problems: Problems,
}

impl<'s> Maker<'s> {
    fn issuer(&mut self, source: TokenSource) -> Option<Issuer> {
        match source {
            TokenSource::Own => None,
            TokenSource::BetterAuth => self.better_auth(),
            TokenSource::Jwks => self.jwks(),
        }
    }

    /// EdDSA (its default), ES256, RS256 or PS256 by its key set; no `typ`; `iss` and `aud` are its base URL as configured
    /// there. It has no HS256 of its own: those who sign so share its secret by a custom signer.
    fn better_auth(&mut self) -> Option<Issuer> {
        let known = self.known();
        let url = known.better_auth_url.as_deref();
        let (iss, aud) = (self.override_of(&known.jwt_issuer, url), self.override_of(&known.jwt_audience, url));
        let issuer = |iss, audience, verify| Issuer {
            source: TokenSource::BetterAuth,
            iss,
            audience,
            verify,
            types: PLAIN,
            person: better_auth_person,
        };
        if let Some(secret) = &known.better_auth_secret {
            let iss = iss.map_or_else(|| Iss::AnyBut(self.reserved()), Iss::Exactly);
            return Some(issuer(iss, aud.map_or(Audience::Any, Audience::Is), Verify::Secret(secret.clone())));
        }
        let (Some(iss), Some(aud), Some(url)) = (iss, aud, url) else {
            let detail = "is required, because the blueprint accepts tokens of Better Auth: the URL of that server as it \
                          is configured there (or, if it signs with HS256, its BETTER_AUTH_SECRET)";
            return self.fail("BETTER_AUTH_URL", detail);
        };
        let keys = self.key_set("BETTER_AUTH_URL", format!("{url}/api/auth/jwks"), Algorithm::ALL)?;
        Some(issuer(Iss::Exactly(iss), Audience::Is(aud), keys))
    }

    /// Any issuer, by what the settings say of it.
    fn jwks(&mut self) -> Option<Issuer> {
        let known = self.known();
        let named =
            [("JWKS_URL", &known.jwks_url), ("JWT_ISSUER", &known.jwt_issuer), ("JWT_AUDIENCE", &known.jwt_audience)];
        let missing = named.into_iter().filter(|(_, value)| value.is_none());
        self.problems.extend(missing.map(|(name, _)| {
            let detail = "is required, because the blueprint accepts tokens by `jwks`".to_owned();
            SettingProblem { name, detail }
        }));
        let (url, iss, aud) = (known.jwks_url.clone()?, known.jwt_issuer.clone()?, known.jwt_audience.clone()?);
        Some(Issuer {
            source: TokenSource::Jwks,
            iss: Iss::Exactly(iss),
            audience: Audience::Is(aud),
            verify: self.key_set("JWKS_URL", url, Algorithm::ALL)?,
            types: ACCESS,
            person: anybody,
        })
    }

    fn known(&self) -> &'s Issuers {
        &self.settings.issuers
    }

    /// `JWKS_URL`, `JWT_ISSUER` and `JWT_AUDIENCE` are those of the issuer `jwks`; where there is none, they say what is
    /// unusual about another.
    fn override_of(&self, special: &Option<String>, usual: Option<&str>) -> Option<String> {
        let special = special.clone().filter(|_| !self.accepted.contains(&TokenSource::Jwks));
        special.or_else(|| usual.map(str::to_owned))
    }

    fn key_set(&mut self, name: &'static str, usual: String, allowed: &'static [Algorithm]) -> Option<Verify> {
        let others = self.accepted.iter().filter(|source| **source != TokenSource::Own).count();
        let special = self.override_of(&self.known().jwks_url, None);
        if special.is_some() && others > 1 {
            return self.fail("JWKS_URL", "is set, but it is not clear whose keys these are: the blueprint accepts several issuers, none of them `jwks`");
        }
        let (name, url) = special.map_or((name, usual), |special| ("JWKS_URL", special));
        let is_strict = matches!(self.settings.environment, Environment::Production | Environment::Staging);
        if is_strict && !url.starts_with("https:") && !is_loopback(&url) {
            return self
                .fail(name, "would have keys come in the clear, which anybody on the way could change; use https");
        }
        Some(Verify::Keys(Arc::new(KeySet::new(url, allowed))))
    }

    fn reserved(&self) -> [String; 3] {
        ["own".to_owned(), "cli".to_owned(), self.own_issuer.to_owned()]
    }

    /// An issuer and a subject are one person, so that two issuers must not have one name.
    fn check_names(&mut self, issuers: &[Issuer]) {
        let names: Vec<&String> = issuers.iter().filter_map(|issuer| exact(&issuer.iss)).collect();
        let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
        if let Some((_, name)) = twice {
            let detail = format!("two of the issuers that the blueprint accepts would be `{name}`");
            self.problems.push(SettingProblem { name: "JWT_ISSUER", detail });
        }
    }

    fn fail<T>(&mut self, name: &'static str, detail: &str) -> Option<T> {
        self.problems.push(SettingProblem { name, detail: detail.to_owned() });
        None
    }
}

fn exact(iss: &Iss) -> Option<&String> {
    match iss {
        Iss::Exactly(iss) => Some(iss),
        Iss::AnyBut(_) => None,
    }
}

fn is_loopback(url: &str) -> bool {
    let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn anybody(_: &Map<String, Json>, _: i64) -> Checked<()> {
    Ok(())
}

/// Its tokens hold the whole row of the user, with what its plugins add.
fn better_auth_person(claims: &Map<String, Json>, _: i64) -> Checked<()> {
    if claims.get("isAnonymous").is_some_and(|anonymous| *anonymous != false && !anonymous.is_null()) {
        return Err("somebody who did not sign in");
    }
    if claims.get("banned").is_some_and(|banned| *banned != false && !banned.is_null()) {
        return Err("somebody who is banned there");
    }
    Ok(())
}
