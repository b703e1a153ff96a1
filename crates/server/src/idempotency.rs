//! `Idempotency-Key` (IETF draft of the HTTP API working group): a write that is sent again is not done again.
//!
//! Here the header is read and what makes a repeat the same is worked out; finding and keeping answers is the store's.
//! Of two that come at once the second waits for the first and gets its answer; only code can take so long that it is told to
//! come back (`once`).

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method};
use http_body_util::Full;
use hyper::body::Bytes;
use query::{Access, Actor, User, Verb};
use sha2::{Digest, Sha256};
use work::{Idempotency, Refusal};

use crate::error::{ApiError, BAD_REQUEST, FORBIDDEN, KEY_REUSED};
use crate::http::HttpRequest;
use crate::route::Route;
use crate::{App, SharedBody, body, clock};

/// The header of a request.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Characters of a key at most.
pub const MAX_KEY: usize = 255;
/// How long a key counts.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How a write with a key is known when it comes again.
///
/// # Errors
/// 400 for a key that is none.
pub fn once<B>(
    route: &Route,
    access: &Access,
    http: &HttpRequest<B>,
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    if route.verb == Verb::Read {
        return Ok(None);
    }
    let asked = Asked::of(access, http)?;
    Ok(asked.map(|asked| asked.with(&http.headers, http.uri.query(), body, &access.rights())))
}

/// The key of a request that code answers, with the body that it came with. The body can still be read afterwards.
/// What is kept under the key of a whole answer, and of each write of the code, is made of it.
///
/// # Errors
/// 413 and 408; 400 for a key that is none.
pub async fn ask(
    app: &App,
    actor: &Actor,
    http: &mut HttpRequest<SharedBody>,
) -> Result<Option<(Asked, Bytes)>, ApiError> {
    let Actor::User(user) = actor else { return Ok(None) };
    if matches!(http.method, Method::GET | Method::HEAD) || !http.headers.contains_key(&KEY) {
        return Ok(None);
    }
    let bytes = Bytes::from(body::read(&http.headers, &mut http.body, None, app.body_limits()).await?);
    http.body = SharedBody::new(Full::new(bytes.clone()));
    Ok(Asked::by(user, http)?.map(|asked| (asked, bytes)))
}

/// A key and whose it is.
#[derive(Clone)]
pub struct Asked {
    scope: String,
    key: String,
    /// Of a write of code: what it does to what.
    deed: Option<String>,
}

impl Asked {
    /// The key of a request. That of a stranger is ignored: others could ask for the answer that he got.
    ///
    /// # Errors
    /// 400 for a key that is none.
    pub fn of<B>(access: &Access, http: &HttpRequest<B>) -> Result<Option<Asked>, ApiError> {
        access.user().map_or(Ok(None), |user| Asked::by(user, http))
    }

    fn by<B>(user: &User, http: &HttpRequest<B>) -> Result<Option<Asked>, ApiError> {
        let Some(key) = key(&http.headers)? else { return Ok(None) };
        // As JSON, so that no part can be taken for the end of another.
        let mut scope = vec![&user.iss, &user.sub, http.method.as_str(), http.uri.path()];
        // A key may do less than its user, and is not shown what he was answered.
        scope.extend(user.key.as_ref().map(|key| key.id.as_str()));
        let scope = serde_json::json!(scope).to_string();
        Ok(Some(Asked { scope, key, deed: None }))
    }

    /// The same for the write of this number of one request, counted from 0: code may write more than once. Should the code
    /// take another way when it runs again, the write is another one, and gets no answer that is not its own.
    pub fn nth(&self, number: usize, deed: String) -> Asked {
        Asked { scope: format!("{}#{number}", self.scope), key: self.key.clone(), deed: Some(deed) }
    }

    /// All of it, for a body and what its caller may reach.
    pub fn with(self, headers: &HeaderMap, query: Option<&str>, body: &[u8], rights: &str) -> Idempotency {
        let if_match: Vec<&[u8]> =
            headers.get_all(http::header::IF_MATCH).iter().map(|value| value.as_bytes()).collect();
        let if_match = if_match.join(&b", "[..]);
        let mut fingerprint = digest(&[query.unwrap_or_default().as_bytes(), &if_match, body]);
        if let Some(deed) = self.deed {
            // Behind that of the request, so that one can find what was done for it.
            fingerprint.extend(digest(&[deed.as_bytes()]));
        }
        Idempotency {
            scope: self.scope,
            key: self.key,
            fingerprint,
            rights: digest(&[rights.as_bytes()]),
            at: clock::now(),
            since: clock::ago(KEPT),
        }
    }
}

/// Why a key is not answered, if that is why a work was refused.
pub fn refused(refusal: &Refusal) -> Option<ApiError> {
    match refusal {
        Refusal::KeyReused => {
            Some(ApiError::new(KEY_REUSED, "this `Idempotency-Key` was used for another request; take a new one"))
        }
        Refusal::RightsChanged => Some(ApiError::new(
            FORBIDDEN,
            "this was done before, but your rights have changed since: look at what is there now",
        )),
        _ => None,
    }
}

/// A digest of parts, each with its length, so that what moves from one to the next changes it.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// The key: a string of RFC 8941, as the draft has it, or bare, as most clients send it.
fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(&KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim).filter(|_| values.next().is_none());
    let key = text.and_then(|text| match text.strip_prefix('"') {
        Some(rest) => unquoted(rest),
        None => bare(text),
    });
    let key = key.filter(|key| (1..=MAX_KEY).contains(&key.len()));
    key.map(Some).ok_or_else(|| {
        let detail = format!(
            "`Idempotency-Key` must come once and hold 1 to {MAX_KEY} visible ASCII characters, without spaces, quotes, \
             commas, semicolons and backslashes, or anything printable within double quotes"
        );
        ApiError::new(BAD_REQUEST, detail)
    })
}

/// The same as a regular expression of ECMAScript, for the OpenAPI document.
pub fn pattern() -> String {
    format!(r#"^([!#-+.-:<-\[\]-~-]{{1,{MAX_KEY}}}|"([ !#-\[\]-~]|\\["\\]){{1,{MAX_KEY}}}")$"#)
}

fn bare(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    text.bytes().all(plain).then(|| text.to_owned())
}

/// What stands between the quotes (RFC 8941 §4.2.5).
fn unquoted(rest: &str) -> Option<String> {
    let mut key = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return chars.next().is_none().then_some(key),
            '\\' => key.push(chars.next().filter(|char| matches!(char, '"' | '\\'))?),
            char @ ' '..='~' => key.push(char),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(KEY, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        key(&headers).map_err(|error| assert_eq!(error.problem, BAD_REQUEST))
    }

    #[test]
    fn keys_are_quoted_or_bare() {
        assert_eq!(read(&[]), Ok(None));
        let long = "k".repeat(MAX_KEY);
        for (value, key) in [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            ("\"8e03978e\"", "8e03978e"),
            (" k ", "k"),
            (r#""a b, \"c\" \\;""#, r#"a b, "c" \;"#),
            ("a/b+c=", "a/b+c="),
            (&long, &long),
            (&format!("\"{long}\""), &long),
        ] {
            assert_eq!(read(&[value]), Ok(Some(key.to_owned())), "{value}");
        }
    }

    #[test]
    fn junk_is_refused() {
        let long = "k".repeat(MAX_KEY + 1);
        let junk =
            ["", "\"\"", "a b", "a,b", "\"a", "a\"", "\"a\"b", "\"a\";x=1", "\"a\\b\"", "\"a\\", "é", "\"é\"", &long];
        for value in junk {
            assert_eq!(read(&[value]), Err(()), "{value}");
        }
        assert_eq!(read(&["a", "a"]), Err(()), "twice");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
