//! What code answers once: its whole answer, kept under the caller's `Idempotency-Key` and given again as it was.
//!
//! Each write of a handler is kept in the transaction of its effect; the whole answer when the handler is done. Should the
//! server stop between the two, the handler runs again for who comes again, and its writes are answered and not done again.
//! So it is when two instances on one database run it at the same time; then the answer is that of the first to be done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use hyper::body::Bytes;
use serde_json::{Value as Json, json};
use store::StoreError;
use tokio::sync::OwnedMutexGuard;
use work::{Answer, Idempotency, Outcome};

use crate::App;
use crate::error::{ApiError, KEY_REUSED, STATE};
use crate::http::HttpResponse;
use crate::idempotency::{self, REPLAYED};
use crate::response;
use crate::route::{self, Addressed};

/// This part of the time of a request it waits for another with its key; enough must be left to answer.
const PATIENCE: u32 = 3;

/// Answers a request once: with what was answered before, or with what comes of `answer`.
///
/// # Errors
/// Those of `answer`; 409 while another with the key takes long, 422 for a key that was used for another request, 403 for
/// rights that are others now.
pub(crate) async fn answer(
    app: &App,
    method: &Method,
    uri: &Uri,
    once: Idempotency,
    answer: impl Future<Output = Result<HttpResponse, ApiError>>,
) -> Result<HttpResponse, ApiError> {
    let turn = app.turns.take(format!("{} {}", once.scope, once.key));
    let _turn = match app.settings.limits.request_timeout {
        None => turn.await,
        Some(limit) => tokio::time::timeout(limit / PATIENCE, turn).await.map_err(|_| in_flight())?,
    };
    if let Some(found) = find(app, &once).await? {
        return given_again(app, method, uri, found);
    }
    let response = answer.await?;
    if !(response.status.is_success() || response.status.is_redirection()) {
        return Ok(response);
    }
    match keep(app, once, &response).await {
        Some(first) => given_again(app, method, uri, first),
        None => Ok(response),
    }
}

/// A whole answer that was kept, as it was.
///
/// # Errors
/// 500 where what was kept cannot be read.
pub(crate) fn whole(head: &str, body: Vec<u8>) -> Result<HttpResponse, ApiError> {
    let unreadable = || ApiError::internal(format!("the head of a kept answer cannot be read: {head}"));
    let (status, headers) = read(head).ok_or_else(unreadable)?;
    Ok(HttpResponse { status, headers, body: body.into() }.with(REPLAYED, "true"))
}

fn in_flight() -> ApiError {
    let detail =
        "the first request with this `Idempotency-Key` is still being answered; send this one again a little later";
    ApiError::new(STATE, detail).with(RETRY_AFTER, "1")
}

/// The requests with a key that code is answering: of each key one at a time.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl Turns {
    async fn take(&self, key: String) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let waiting = turns.get(&key).and_then(Weak::upgrade);
            waiting.unwrap_or_else(|| {
                let turn = Arc::default();
                turns.insert(key, Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}

/// What is kept under the key. By way of the writer, so that whatever was done before is seen.
async fn find(app: &App, once: &Idempotency) -> Result<Option<Answer>, ApiError> {
    let once = once.clone();
    let found = app.store.transaction(move |store| store.replay(&once)).await;
    match found.map_err(|error: StoreError| ApiError::from(error))? {
        None => Ok(None),
        Some(Outcome::Done(answer)) => Ok(Some(answer)),
        Some(Outcome::Refused(refusal)) => Err(idempotency::refused(&refusal).unwrap_or_else(ApiError::not_found)),
    }
}

/// An answer that code has given, or that the blueprint's own route gave when it was still there.
fn given_again(app: &App, method: &Method, uri: &Uri, found: Answer) -> Result<HttpResponse, ApiError> {
    if let Some(head) = &found.head {
        return whole(head, found.body);
    }
    match route::find(&app.blueprint, method, uri.path()) {
        Ok(Addressed::Rows(route)) => response::given_again(&route.operation, uri, found),
        // Which of its operations answered what, only the batch knew that it was the answer to.
        Ok(Addressed::Batch(_)) | Err(_) => Err(ApiError::new(
            KEY_REUSED,
            "this was done when the app answered here in another way: look at what is there now, or take a new key",
        )),
    }
}

/// Keeps an answer, unless another instance has kept its own meanwhile, which is returned. The effect is on disk already and
/// the caller is to know of it; so what goes wrong here is only logged.
async fn keep(app: &App, once: Idempotency, response: &HttpResponse) -> Option<Answer> {
    let answer = Answer { body: response.body.to_vec(), head: Some(written(response)), ..Answer::default() };
    let keeping = app.store.transaction_holding(answer.body.len(), move |store| match store.replay(&once)? {
        None => store.keep(&once, &answer).map(|()| None),
        Some(Outcome::Done(first)) => Ok(Some(first)),
        // Of another request with this key, which has no claim to this answer.
        Some(Outcome::Refused(_)) => Ok(None),
    });
    let kept: Result<Option<Answer>, StoreError> = keeping.await;
    kept.unwrap_or_else(|error| {
        tracing::warn!(%error, "the answer to a request with a key was not kept");
        None
    })
}

/// Status and headers as JSON, without what says that it is a repeat.
fn written(response: &HttpResponse) -> String {
    let headers = response.headers.iter().filter(|(name, _)| *name != REPLAYED);
    let value = |value: &HeaderValue| match value.to_str() {
        Ok(text) => Json::from(text),
        Err(_) => Json::from(value.as_bytes()),
    };
    let headers: Vec<Json> = headers.map(|(name, held)| json!([name.as_str(), value(held)])).collect();
    json!({ "status": response.status.as_u16(), "headers": headers }).to_string()
}

fn read(head: &str) -> Option<(StatusCode, HeaderMap)> {
    let head: Json = serde_json::from_str(head).ok()?;
    let status = StatusCode::from_u16(head.get("status")?.as_u64()?.try_into().ok()?).ok()?;
    let mut headers = HeaderMap::new();
    for pair in head.get("headers")?.as_array()? {
        let name: HeaderName = pair.get(0)?.as_str()?.parse().ok()?;
        let bytes: Vec<u8> = match pair.get(1)? {
            Json::String(text) => text.clone().into_bytes(),
            held => held.as_array()?.iter().map(|byte| byte.as_u64()?.try_into().ok()).collect::<Option<_>>()?,
        };
        headers.append(name, HeaderValue::from_maybe_shared(Bytes::from(bytes)).ok()?);
    }
    Some((status, headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let mut response = HttpResponse::json(StatusCode::ACCEPTED, "{}").with(REPLAYED, "true");
        for value in ["a=1", "b=\"2\"; Path=/"] {
            response.headers.append("set-cookie", HeaderValue::from_static(value));
        }
        response.headers.insert("x-bytes", HeaderValue::from_bytes(&[0xe4, b'!']).unwrap());
        let again = whole(&written(&response), response.body.to_vec()).unwrap();
        assert_eq!((again.status, &again.headers, &again.body), (response.status, &response.headers, &response.body));
        assert!(whole("{\"status\":7}", Vec::new()).is_err());
    }
}
