//! The one request that verifying tokens makes: for the key set of an issuer, at the URL that the settings give.
//!
//! Nothing that a caller sends reaches it. It blocks, for a few seconds at most; `keys.rs` says when and how often.

use std::time::Duration;

/// An issuer that takes longer counts as one that does not answer.
const TIME: Duration = Duration::from_secs(5);
/// No honest key set is longer.
const MAX_BYTES: u64 = 64 * 1024;

/// What is at a URL.
///
/// # Errors
/// Why it is not to be had, for the log.
#[expect(clippy::disallowed_methods, reason = "the one place that asks other servers for keys")]
pub(super) fn get(url: &str) -> Result<Vec<u8>, String> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIME))
        // Where it leads would be for whoever answers to say.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .user_agent("supermaker");
    let agent: ureq::Agent = config.build().new_agent();
    let mut answer = agent.get(url).header("accept", "application/json").call().map_err(|error| error.to_string())?;
    if answer.status() != 200 {
        return Err(format!("it answers {}", answer.status()));
    }
    answer.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(|error| error.to_string())
}
