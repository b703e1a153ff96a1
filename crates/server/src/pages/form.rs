//! What a form sends (`application/x-www-form-urlencoded`), as the body that the API would have been sent.

use blueprint::{Field, FieldKind};
use http::header::{ACCEPT, CONTENT_TYPE};
use hyper::body::{Body, Bytes};
use serde_json::{Map, Value as Json};

use super::Input;
use crate::auth::caller_fields;
use crate::body::{self, BodyLimits};
use crate::error::{ApiError, BAD_REQUEST, MEDIA_TYPE};
use crate::http::HttpRequest;
use crate::request;

const FORM: &str = "application/x-www-form-urlencoded";
/// More than any form of ours holds.
const MAX_BYTES: usize = 64 * 1024;

/// The values of a form by their names.
///
/// # Errors
/// 415 where it is none, 413, 408, or 400.
pub(super) async fn read<B>(http: &mut HttpRequest<B>, limits: BodyLimits) -> Result<Map<String, Json>, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let is_form = http.header(CONTENT_TYPE).is_some_and(|given| {
        let essence = given.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(FORM)
    });
    if !is_form {
        return Err(ApiError::new(MEDIA_TYPE, format!("this page is sent as {FORM}")).with(ACCEPT, FORM));
    }
    let limits = BodyLimits { bytes: limits.bytes.min(MAX_BYTES), ..limits };
    let bytes = body::read(&http.headers, &mut http.body, None, limits).await?;
    let pairs = str::from_utf8(&bytes).ok().and_then(request::pairs);
    let pairs = pairs.ok_or_else(|| ApiError::new(BAD_REQUEST, "the form is not UTF-8 text"))?;
    request::each_once(&pairs)?;
    Ok(pairs.into_iter().map(|(name, text)| (name, Json::String(text))).collect())
}

/// The body of what was sent: fields of users in their types, and those that were left empty not at all. What the page does not ask for
/// is left in, to be refused as in any other body.
pub(super) fn body(inputs: &[Input<'_>], values: &Map<String, Json>) -> Map<String, Json> {
    let of_user = || {
        inputs.iter().filter_map(|input| match input {
            Input::OfUser(field) => Some(*field),
            _ => None,
        })
    };
    let typed = |(name, json): (&String, &Json)| {
        let text = json.as_str().unwrap_or_default();
        match of_user().find(|field| field.column == *name) {
            Some(_) if text.is_empty() => None,
            Some(field) => Some((name.clone(), caller_fields::json_of(field, &as_written(field, text)))),
            None => Some((name.clone(), json.clone())),
        }
    };
    // Of a box that is not ticked a browser sends nothing.
    let boxes = of_user().filter(|field| matches!(field.kind, FieldKind::Boolean));
    let unticked = boxes.filter(|field| !values.contains_key(&field.column));
    let unticked = unticked.map(|field| (field.column.clone(), Json::Bool(false)));
    values.iter().filter_map(typed).chain(unticked).collect()
}

/// What a browser sends, in the form that the API reads.
fn as_written(field: &Field, text: &str) -> String {
    match &field.kind {
        // HTML has two characters at the end of a line, of which a length would count both.
        FieldKind::LongText(_) => text.replace("\r\n", "\n"),
        FieldKind::Integer { .. } => {
            text.trim().parse().map_or_else(|_| text.to_owned(), |number: i64| number.to_string())
        }
        FieldKind::DateTime => match text.len() {
            16 => format!("{text}:00Z"),
            19 => format!("{text}Z"),
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}
