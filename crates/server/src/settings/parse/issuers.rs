//! What the settings of other issuers may be.

use super::super::Issuers;
use super::{Reader, origin};

/// Names that stand for this server in the table of users and in the audit.
const OURS: [&str; 2] = ["own", "cli"];
const MAX_NAME_BYTES: usize = 255;

impl Reader<'_> {
    pub(super) fn issuers(&mut self) -> Issuers {
        Issuers {
            better_auth_secret: self.secret("BETTER_AUTH_SECRET"),
            better_auth_url: self.read("BETTER_AUTH_URL", None, |text| url(text).map(Some)),
            supabase_url: self.read("SUPABASE_URL", None, |text| url(text).map(Some)),
            supabase_jwt_secret: self.secret("SUPABASE_JWT_SECRET"),
            neon_auth_url: self.read("NEON_AUTH_URL", None, |text| url(text).map(Some)),
            auth0_domain: self.read("AUTH0_DOMAIN", None, |text| host(text).map(Some)),
            clerk_issuer: self.read("CLERK_ISSUER", None, |text| url(text).map(Some)),
            firebase_project_id: self.read("FIREBASE_PROJECT_ID", None, |text| project(text).map(Some)),
            jwks_url: self.read("JWKS_URL", None, |text| url(text).map(Some)),
            jwt_issuer: self.read("JWT_ISSUER", None, |text| issuer(text).map(Some)),
            jwt_audience: self.read("JWT_AUDIENCE", None, |text| claim(text).map(Some)),
        }
    }
}

/// A URL that tells nobody's password.
fn url(text: &str) -> Result<String, String> {
    let text = origin(text)?;
    let authority = text.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if authority.contains('@') { Err("wants a URL without a user name in it".to_owned()) } else { Ok(text) }
}

/// `shop.eu.auth0.com`; as a URL it is understood too.
fn host(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
    let is_host = host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    if is_host { Ok(host.to_ascii_lowercase()) } else { Err("wants a domain such as shop.eu.auth0.com".to_owned()) }
}

fn project(text: &str) -> Result<String, String> {
    let is_id = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:".contains(&byte));
    if is_id { claim(text) } else { Err("wants a project's id such as shop-4711, not its name or number".to_owned()) }
}

fn issuer(text: &str) -> Result<String, String> {
    let text = claim(text)?;
    if OURS.contains(&text.as_str()) { Err(format!("`{text}` is what this server calls itself")) } else { Ok(text) }
}

/// A claim that is compared letter by letter: a slash at its end counts.
fn claim(text: &str) -> Result<String, String> {
    if text.len() <= MAX_NAME_BYTES && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!("wants a text of at most {MAX_NAME_BYTES} bytes"))
    }
}
