//! How much a caller may ask for, and by whose word it is known who asks.

use std::num::NonZeroU32;

use blueprint::{Blueprint, TokenSource};

use super::Finding;
use crate::settings::Settings;

pub(super) fn look(settings: &Settings, blueprint: &Blueprint) -> Vec<Finding> {
    let limits = &settings.limits;
    let requests = [("RATE_LIMIT_USER", limits.user_per_minute), ("RATE_LIMIT_STRANGER", limits.stranger_per_minute)];
    let logins = [("RATE_LIMIT_LOGIN", limits.login_per_minute), ("LOGIN_FAILURES", limits.login_failures)];
    let has_passwords = blueprint.auth.accepts(TokenSource::Own);
    let unlimited = [
        off(&requests, "one caller alone can keep the server from answering others"),
        off(&logins, "passwords can be guessed without end").filter(|_| has_passwords),
    ];
    let mut findings: Vec<Finding> = unlimited.into_iter().flatten().collect();
    if findings.is_empty() {
        findings.push(Finding::good("limits", "requests and log-ins have limits"));
    }
    findings.extend(proxies(settings));
    findings
}

/// Those limits that are none.
fn off(limits: &[(&str, Option<NonZeroU32>)], why: &'static str) -> Option<Finding> {
    let off: Vec<String> =
        limits.iter().filter(|(_, limit)| limit.is_none()).map(|(name, _)| format!("{name}=0")).collect();
    let what = format!("{}: there is no limit", off.join(", "));
    (!off.is_empty()).then(|| Finding::warning("limits", what, why, "take it out: the default is a limit"))
}

/// Whoever is taken for a proxy says from where a request comes.
fn proxies(settings: &Settings) -> Option<Finding> {
    let wide = settings.trusted_proxies.iter().find(|network| network.is_wide())?;
    let what = format!("TRUSTED_PROXIES takes all of {wide} for proxies");
    let why = "whoever comes from there writes what he likes into X-Forwarded-For: no limit by address holds, and the audit \
        keeps what he wrote";
    Some(
        Finding::warning("proxies", what, why, "the addresses of the proxies alone, such as 10.0.0.0/8")
            .grave(settings),
    )
}
