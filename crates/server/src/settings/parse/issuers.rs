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
