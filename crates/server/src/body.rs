//! Reads a JSON body: the right type, not too long, not too slow, no key twice, not too deep. Only then is it parsed.

use std::fmt;
use std::time::Duration;

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::error::{ApiError, BAD_JSON, BAD_REQUEST, MEDIA_TYPE, TIMEOUT, TOO_LARGE};

/// Nesting of a body at most.
pub const MAX_DEPTH: usize = 32;

/// A body that nobody wants is waited for if it is no longer than this, so that its connection can go on.
const DRAIN_BYTES: u64 = 64 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// One of unknown length is here already, or not worth waiting for.
const CHUNKS_TIME: Duration = Duration::from_millis(100);

/// The types that a body may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaTypes {
    /// `application/json`.
    Json,
    /// That, or `application/merge-patch+json` (RFC 7396).
    MergePatch,
}

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Bytes.
    pub bytes: usize,
    /// Time without progress.
    pub idle: Duration,
    /// Time for all of it.
    pub total: Duration,
}

/// Reads and parses a body.
///
/// # Errors
/// 413, 415, 408 or 400, in this order.
pub async fn read_json<B>(
    headers: &HeaderMap,
    body: &mut B,
    types: MediaTypes,
    limits: BodyLimits,
) -> Result<Json, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    parse(&read(headers, body, Some(types), limits).await?)
}

/// Reads a body, of any type where none is given.
///
/// # Errors
/// 413 where its length is announced, 415 where it is compressed or of another type, then what shows only as it comes: 413,
/// 408, or 400 where the connection broke off.
pub async fn read<B>(
    headers: &HeaderMap,
    body: &mut B,
    types: Option<MediaTypes>,
    limits: BodyLimits,
) -> Result<Vec<u8>, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    let announced = announced(headers);
    if announced.is_some_and(|length| length > limits.bytes as u64) {
        return Err(too_large(limits));
    }
    types.map_or(Ok(()), |types| types.check(headers))?;
    check_encoding(headers)?;
    let bytes = Vec::with_capacity(announced.unwrap_or(0).min(64 * 1024) as usize);
    let read = tokio::time::timeout(limits.total, read_frames(bytes, body, limits)).await;
    read.unwrap_or_else(|_| Err(ApiError::new(TIMEOUT, "the body took too long to come")))
}

async fn read_frames<B>(mut bytes: Vec<u8>, body: &mut B, limits: BodyLimits) -> Result<Vec<u8>, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    loop {
        let frame = tokio::time::timeout(limits.idle, body.frame()).await;
        let frame = frame.map_err(|_| ApiError::new(TIMEOUT, "the body stopped coming"))?;
        let Some(frame) = frame else { return Ok(bytes) };
        let frame = frame.map_err(|error| {
            ApiError::new(BAD_REQUEST, "the body ended before it was complete").logged(error.to_string())
        })?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > limits.bytes {
                return Err(too_large(limits));
            }
            bytes.extend_from_slice(data);
        }
    }
}

/// Reads away what is left of a body that nobody wants, as far as that costs next to nothing. Whether nothing is left.
pub async fn is_drained<B>(headers: &HeaderMap, body: &mut B) -> bool
where
    B: Body<Data = Bytes> + Unpin,
{
    // To ask for the body of somebody who waits for leave to send it would be to give that leave.
    if body.is_end_stream() || headers.contains_key(EXPECT) {
        return body.is_end_stream();
    }
    let limit = match announced(headers) {
        Some(length) if length <= DRAIN_BYTES => DRAIN_TIME,
        Some(_) => return false,
        None => CHUNKS_TIME,
    };
    let rest = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len) as u64);
            if left == 0 {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(limit, rest).await.unwrap_or(false)
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A compressed body may become any size, so none is taken (RFC 9110 §15.5.16 asks to say what is).
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.all(|encoding| encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(ApiError::new(MEDIA_TYPE, "send the body as it is, without Content-Encoding").with(ACCEPT_ENCODING, "identity"))
}

/// Parses JSON strictly: keys once, nesting at most [`MAX_DEPTH`], nothing after the value.
///
/// # Errors
/// 400 that says where.
pub fn parse(bytes: &[u8]) -> Result<Json, ApiError> {
    if bytes.is_empty() {
        return Err(ApiError::new(BAD_JSON, "the body is empty; send a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = de::DeserializeSeed::deserialize(Strict { depth: 0 }, &mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| ApiError::new(BAD_JSON, error.to_string()))
}

impl MediaTypes {
    /// Refuses any other type.
    ///
    /// # Errors
    /// 415.
    pub fn check(self, headers: &HeaderMap) -> Result<(), ApiError> {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        match self {
            _ if is("application/json") => Ok(()),
            MediaTypes::MergePatch if is("application/merge-patch+json") => Ok(()),
            MediaTypes::Json => Err(wrong_type(HeaderName::from_static("accept"), "application/json")),
            MediaTypes::MergePatch => Err(wrong_type(
                HeaderName::from_static("accept-patch"),
                "application/merge-patch+json, application/json",
            )),
        }
    }
}

fn wrong_type(header: HeaderName, types: &str) -> ApiError {
    ApiError::new(MEDIA_TYPE, format!("send the body as {types}")).with(header, types)
}

fn too_large(limits: BodyLimits) -> ApiError {
    ApiError::new(TOO_LARGE, format!("the body is longer than {} bytes", limits.bytes))
}

/// Builds a value as serde_json does, but refuses a key that comes twice (RFC 8259 §4 leaves its meaning open, and
/// two readers that take different ones disagree about what was asked) and counts depth.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl<'de> de::DeserializeSeed<'de> for Strict {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Strict, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH}")));
        }
        Ok(Strict { depth: self.depth + 1 })
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("the key {} stands there twice", Json::from(key))));
            }
            object.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_json_is_read_as_serde_json_reads_it() {
        for text in
            [r#"{"a":[1,-2,3.5,1e3,"x",null,true,{"b":{}}]}"#, "[]", "\"\\u00e9\"", " 7 ", "18446744073709551615"]
        {
            assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Json>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn bad_json_says_why() {
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
        let very_deep = "[".repeat(100_000);
        for (text, why) in [
            ("", "empty"),
            (r#"{"a":1,"a":2}"#, "\"a\" stands there twice"),
            (r#"{"a":1,"\u0061":2}"#, "twice"),
            (r#"{"x":{"a":1,"b":[],"a":1}}"#, "twice"),
            (&deep, "deeper"),
            (&very_deep, "deeper"),
            ("{", "EOF"),
            ("{}{}", "trailing"),
            ("{'a':1}", "key must be a string"),
            ("nul", "EOF"),
            ("nil", "expected"),
            ("\"\u{1}\"", "control character"),
            ("1e999", "out of range"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.problem, BAD_JSON);
            assert!(error.detail.contains(why), "{text:.40}: {}", error.detail);
        }
        assert!(parse(b"\"\xff\"").is_err());
    }
}
