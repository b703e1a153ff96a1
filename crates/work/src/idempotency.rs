//! What makes a write happen once however often it is asked for: kept with its answer, in its own transaction.

/// The key of a write and all that decides whether a second one with that key is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is and for what: callers and paths never share keys.
    pub scope: String,
    /// The key as the caller chose it.
    pub key: String,
    /// A digest of what was asked. Another one under the same key is refused.
    pub fingerprint: Vec<u8>,
    /// A digest of what the caller may reach. Another one has no answer shown to it that was made for the former.
    pub rights: Vec<u8>,
    /// The time of the request.
    pub at: String,
    /// Keys that are older than this count no more.
    pub since: String,
}
