//! The app as a whole: its name, the prefix of its API, roles and tokens.

use super::names::{is_snake_case, not_snake, snake_hint};
use crate::model::{Api, App, Auth, ErrorShape, PutMeaning, SignUp, TokenSource};
use crate::places::Pointer;
use crate::raw::{RawApi, RawApp, RawAuth, RawErrors, RawPut, RawSignUp, RawTokenSource};
use crate::report::Report;

const MAX_APP_NAME_BYTES: usize = 63;
const MAX_PREFIX_BYTES: usize = 100;

/// First segments of the routes that the server has of its own.
const FIXED_ROUTES: &[&str] = &["auth", "docs", "_", ".well-known", "healthz", "readyz", "metrics", "openapi.json"];

pub(super) fn app(raw: &RawApp, report: &mut Report) -> App {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    let starts = raw.name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || raw.name.len() > MAX_APP_NAME_BYTES || !raw.name.split('-').all(word) {
        let message =
            format!("the app's name {:?} is not kebab-case: small letters and digits, joined by `-`", raw.name);
        report.value(&Pointer::root("app").child("name"), "name", message, kebab_hint(&raw.name));
    }
    App { name: raw.name.clone(), summary: raw.summary.clone().unwrap_or_default(), request: raw.request.clone() }
}

fn kebab_hint(name: &str) -> Option<String> {
    let words: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    let kebab = words.join("-");
    kebab.starts_with(|c: char| c.is_ascii_lowercase()).then(|| format!("perhaps {kebab:?}"))
}

pub(super) fn api(raw: Option<&RawApi>, report: &mut Report) -> Api {
    let written = raw.and_then(|api| api.prefix.clone());
    if let Some(prefix) = &written {
        check_prefix(prefix, report);
    }
    Api {
        prefix: written.unwrap_or_else(|| "/api/v1".to_owned()),
        user_path: raw.and_then(|api| api.user_path).unwrap_or(false),
        put: match raw.and_then(|api| api.put) {
            Some(RawPut::Update) => PutMeaning::Update,
            Some(RawPut::Replace) | None => PutMeaning::Replace,
        },
        require_if_match: raw.and_then(|api| api.require_if_match).unwrap_or(false),
        errors: match raw.and_then(|api| api.errors) {
            Some(RawErrors::Fastapi) => ErrorShape::FastApi,
            Some(RawErrors::Problem) | None => ErrorShape::Problem,
        },
    }
}

fn check_prefix(prefix: &str, report: &mut Report) {
    let at = Pointer::root("api").child("prefix");
    let hint = Some("for example \"/api/v1\"".to_owned());
    let segments = || prefix.split('/').skip(1);
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let well_formed = prefix.starts_with('/')
        && prefix.len() <= MAX_PREFIX_BYTES
        && segments().all(|segment| !matches!(segment, "" | "." | "..") && segment.bytes().all(legal));
    if !well_formed {
        let message = format!(
            "the prefix {prefix:?} is not a path: `/` and a segment of letters, digits, `.`, `_` and `-`, once or more, without `/` at the end"
        );
        report.value(&at, "prefix", message, hint);
    } else if let Some(first) = segments().next().filter(|first| FIXED_ROUTES.contains(first)) {
        report.value(&at, "prefix", format!("the server keeps `/{first}` for itself"), hint);
    }
}

pub(super) fn auth(raw: Option<&RawAuth>, report: &mut Report) -> Auth {
    Auth {
        sign_up: match raw.and_then(|auth| auth.sign_up) {
            Some(RawSignUp::Closed) => SignUp::Closed,
            Some(RawSignUp::Invite) => SignUp::Invite,
            Some(RawSignUp::Open) | None => SignUp::Open,
        },
        verify_email: verify_email(raw, report),
        roles: roles(raw, report),
        accept: accept(raw, report),
    }
}

fn verify_email(raw: Option<&RawAuth>, report: &mut Report) -> bool {
    let is_wanted = raw.and_then(|auth| auth.verify_email).unwrap_or(false);
    let accept = raw.and_then(|auth| auth.accept.as_ref());
    if is_wanted && accept.is_some_and(|accept| !accept.contains(&RawTokenSource::Own)) {
        let at = Pointer::root("auth").child("verify_email");
        let message = "`verify_email` is for accounts of this server's own, and `accept` takes none of its tokens";
        report.key(&at, "ineffective", message, Some("remove it, or add \"own\" to `accept`".to_owned()));
    }
    is_wanted
}

fn roles(raw: Option<&RawAuth>, report: &mut Report) -> Vec<String> {
    let at = Pointer::root("auth").child("roles");
    let written = raw.map_or(&[][..], |auth| &auth.roles);
    let mut roles = vec!["admin".to_owned()];
    for (index, role) in written.iter().enumerate() {
        if !is_snake_case(role) {
            report.value(&at.item(index), "name", not_snake(role), snake_hint(role));
        } else if roles.contains(role) && role != "admin" {
            report.value(
                &at.item(index),
                "name_clash",
                format!("the role `{role}` is declared twice"),
                Some("remove one".to_owned()),
            );
        }
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    roles
}

fn accept(raw: Option<&RawAuth>, report: &mut Report) -> Vec<TokenSource> {
    let Some(written) = raw.and_then(|auth| auth.accept.as_ref()) else {
        return vec![TokenSource::Own];
    };
    let at = Pointer::root("auth").child("accept");
    if written.is_empty() {
        let hint = Some("accept = [\"own\"]".to_owned());
        report.value(&at, "accept", "no tokens would count, so that nobody could ever be signed in", hint);
    }
    let mut accept = Vec::new();
    for source in written {
        let source = match source {
            RawTokenSource::Own => TokenSource::Own,
            RawTokenSource::BetterAuth => TokenSource::BetterAuth,
            RawTokenSource::Supabase => TokenSource::Supabase,
            RawTokenSource::Neon => TokenSource::Neon,
            RawTokenSource::Auth0 => TokenSource::Auth0,
            RawTokenSource::Clerk => TokenSource::Clerk,
            RawTokenSource::Firebase => TokenSource::Firebase,
            RawTokenSource::Jwks => TokenSource::Jwks,
        };
        if !accept.contains(&source) {
            accept.push(source);
        }
    }
    accept
}
