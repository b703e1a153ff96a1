//! Who asks, and not too often.

use query::Actor;

use crate::App;
use crate::error::ApiError;
use crate::http::HttpRequest;

/// The caller of a request. Tokens that do not count are counted by address like strangers, so that guessing has a limit.
///
/// # Errors
/// 401, or 429 when the caller's limit is used up.
pub async fn identify<B>(app: &App, http: &HttpRequest<B>) -> Result<Actor, ApiError> {
    match app.auth.actor(http.authorization()).await {
        Ok(actor) => app.rates.check(&actor, http.ip).map(|()| actor),
        Err(refused) => app.rates.check(&Actor::Stranger, http.ip).and(Err(refused)),
    }
}
