//! From the settings to the issuers that a blueprint accepts. What is known of each is in `known.rs`.
//!
//! `JWKS_URL`, `JWT_ISSUER` and `JWT_AUDIENCE` describe the issuer `jwks`. Where the blueprint accepts one other issuer
//! only, they say what is unusual about that one.

mod known;
mod person;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use blueprint::TokenSource;

use super::issuer::{Iss, Issuer, UNNAMED, Verify};
use super::jwk::Algorithm;
use super::keys::KeySet;
use crate::settings::{Environment, Issuers, SettingProblem, Settings};

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
    let others: Vec<TokenSource> = accepted.iter().copied().filter(|source| *source != TokenSource::Own).collect();
    let mut maker = Maker { settings, others: &others, own_issuer, problems: Vec::new() };
    let issuers: Vec<Issuer> = others.iter().filter_map(|source| maker.issuer(*source)).collect();
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
    others: &'s [TokenSource],
    own_issuer: &'s str,
    problems: Problems,
}

impl<'s> Maker<'s> {
    fn known(&self) -> &'s Issuers {
        &self.settings.issuers
    }

    /// Whether this is for real users.
    fn is_strict(&self) -> bool {
        matches!(self.settings.environment, Environment::Production | Environment::Staging)
    }

    /// What `JWT_ISSUER` and the like say of an issuer that has a name of its own.
    fn special(&self, setting: &Option<String>) -> Option<String> {
        setting.clone().filter(|_| matches!(self.others, [one] if *one != TokenSource::Jwks))
    }

    /// A setting without which nothing of an issuer could count.
    fn needed(&mut self, name: &'static str, value: &'s Option<String>, source: TokenSource) -> Option<&'s String> {
        if value.is_none() {
            let detail = format!("is required, because the blueprint accepts tokens of {}", source.title());
            self.problems.push(SettingProblem { name, detail });
        }
        value.as_ref()
    }

    fn key_set(&mut self, name: &'static str, usual: String, allowed: &'static [Algorithm]) -> Option<Verify> {
        let special = self.special(&self.known().jwks_url);
        let (name, url) = special.map_or((name, usual), |special| ("JWKS_URL", special));
        if self.is_strict() && !url.starts_with("https:") && !is_loopback(&url) {
            return self
                .fail(name, "would have keys come in the clear, which anybody on the way could change; use https");
        }
        Some(Verify::Keys(Arc::new(KeySet::new(url, allowed))))
    }

    /// An issuer and a subject are one person, so that two issuers must not have one name. What is set must be of use.
    fn check_names(&mut self, issuers: &[Issuer]) {
        let names: Vec<&str> = issuers.iter().map(|issuer| name(&issuer.iss)).collect();
        let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
        if let Some((_, name)) = twice {
            let detail = format!("two of the issuers that the blueprint accepts would be `{name}`");
            self.problems.push(SettingProblem { name: "JWT_ISSUER", detail });
        }
        let known = self.known();
        let several = self.others.len() > 1 && !self.others.contains(&TokenSource::Jwks);
        let unclear = [("JWKS_URL", &known.jwks_url), ("JWT_ISSUER", &known.jwt_issuer)];
        for (name, _) in unclear.into_iter().filter(|(_, value)| several && value.is_some()) {
            let detail = "is set, but the blueprint accepts several issuers and none of them is `jwks`: whose is it?";
            self.problems.push(SettingProblem { name, detail: detail.to_owned() });
        }
    }

    fn fail<T>(&mut self, name: &'static str, detail: &str) -> Option<T> {
        self.problems.push(SettingProblem { name, detail: detail.to_owned() });
        None
    }
}

/// What its users are called by.
fn name(iss: &Iss) -> &str {
    match iss {
        Iss::Exactly(iss) => iss,
        Iss::AnyBut(_) => UNNAMED,
    }
}

fn is_loopback(url: &str) -> bool {
    let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
