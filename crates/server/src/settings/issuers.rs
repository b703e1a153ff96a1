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
    /// A Supabase project.
    pub supabase_url: Option<String>,
    /// The secret of its HS256 tokens.
    pub supabase_jwt_secret: Option<Secret>,
    /// A Neon Auth server, with its path.
    pub neon_auth_url: Option<String>,
    /// An Auth0 tenant's host.
    pub auth0_domain: Option<String>,
    /// A Clerk instance's Frontend API.
    pub clerk_issuer: Option<String>,
    /// A Firebase project's id.
    pub firebase_project_id: Option<String>,
    /// Where keys are.
    pub jwks_url: Option<String>,
    /// The issuer, letter by letter.
    pub jwt_issuer: Option<String>,
    /// The audience, letter by letter.
    pub jwt_audience: Option<String>,
}
