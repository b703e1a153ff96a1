//! Settings of the issuers besides this server whose tokens a blueprint may accept.
//!
//! Their grammar is in `parse/issuers.rs`; which of them an issuer needs, `auth/foreign/preset.rs` says.

use super::Secret;

/// What is known of those issuers. A URL has no slash at its end.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    /// A Better Auth server: issuer and audience of its tokens.
    pub better_auth_url: Option<String>,
    /// The secret of its HS256 tokens.
    pub better_auth_secret: Option<Secret>,
    /// Where keys are.
    pub jwks_url: Option<String>,
    /// The issuer, letter by letter.
    pub jwt_issuer: Option<String>,
    /// The audience, letter by letter.
    pub jwt_audience: Option<String>,
}
