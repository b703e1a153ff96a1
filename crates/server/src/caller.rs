//! Who asks, and not too often.

use query::Actor;

use crate::App;
use crate::error::{ApiError, BAD_REQUEST};
use crate::http::HttpRequest;

/// The caller of a request, by his token or an API key. Those that do not count are counted by address like strangers, so that guessing has a limit.
///
/// # Errors
/// 401, 400 for a token and a key at once, or 429 when the caller's limit is used up.
pub async fn identify<B>(app: &App, http: &HttpRequest<B>) -> Result<Actor, ApiError> {
    let found = match (http.authorization(), http.api_key()) {
        (authorization, None) => app.auth.actor(authorization).await,
        (None, Some(key)) => app.auth.key_holder(key, http.ip).await,
        // Which of the two counts would be a guess.
        (Some(_), Some(_)) => Err(ApiError::new(BAD_REQUEST, "send `Authorization` or `X-API-Key`, not both")),
    };
    match found {
        Ok(actor) => app.rates.check(&actor, http.ip).await.map(|()| actor),
        Err(refused) => app.rates.check(&Actor::Stranger, http.ip).await.and(Err(refused)),
    }
}
