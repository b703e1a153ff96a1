//! What is known of each issuer: how its tokens look, and which settings say where it is. docs/tokens.md says it to people.

use blueprint::TokenSource;

use super::super::issuer::{Audience, Iss, Issuer, Verify};
use super::super::jwk::Algorithm;
use super::{Maker, person};

/// A plain token.
const PLAIN: &[&str] = &["jwt"];
/// That, or an access token as RFC 9068 has it.
const ACCESS: &[&str] = &["jwt", "at+jwt"];
const FIREBASE_KEYS: &str = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

impl Maker<'_> {
    pub(super) fn issuer(&mut self, source: TokenSource) -> Option<Issuer> {
        match source {
            TokenSource::Own => None,
            TokenSource::BetterAuth => self.better_auth(),
            TokenSource::Supabase => self.supabase(),
            TokenSource::Neon => self.neon(),
            TokenSource::Auth0 => self.auth0(),
            TokenSource::Clerk => self.clerk(),
            TokenSource::Firebase => self.firebase(),
            TokenSource::Jwks => self.jwks(),
        }
    }

    /// EdDSA (its default), ES256, RS256 or PS256 by its key set; no `typ`; `iss` and `aud` are its base URL as configured
    /// there. It has no HS256 of its own: those who sign so share its secret by a custom signer.
    fn better_auth(&mut self) -> Option<Issuer> {
        let known = self.known();
        let url = known.better_auth_url.as_ref();
        let iss = self.special(&known.jwt_issuer).or_else(|| url.cloned());
        let aud = self.special(&known.jwt_audience).or_else(|| url.cloned());
        let issuer = |iss, audience, verify| Issuer {
            source: TokenSource::BetterAuth,
            iss,
            audience,
            verify,
            types: PLAIN,
            person: person::of_better_auth,
        };
        if let Some(secret) = &known.better_auth_secret {
            if self.is_strict() && (iss.is_none() || aud.is_none()) {
                let detail = "is required, because the blueprint accepts tokens of Better Auth: with its secret alone whatever \
                              else that signs would count too, for whichever app it was made";
                return self.fail("BETTER_AUTH_URL", detail);
            }
            let ours = ["own".to_owned(), "cli".to_owned(), self.own_issuer.to_owned()];
            let iss = iss.map_or_else(|| Iss::AnyBut(ours), Iss::Exactly);
            return Some(issuer(iss, aud.map_or(Audience::Any, Audience::Is), Verify::Secret(secret.clone())));
        }
        let (Some(iss), Some(aud), Some(url)) = (iss, aud, url) else {
            let detail = "is required, because the blueprint accepts tokens of Better Auth: the URL of that server as it \
                          is configured there (or, if it signs with HS256, its BETTER_AUTH_SECRET)";
            return self.fail("BETTER_AUTH_URL", detail);
        };
        let keys = self.key_set("BETTER_AUTH_URL", format!("{url}/api/auth/jwks"), Algorithm::ALL)?;
        Some(issuer(Iss::Exactly(iss), Audience::Is(aud), keys))
    }

    /// The legacy secret also signs the keys that Supabase gives to every visitor (`anon`) and to servers (`service_role`):
    /// they name another issuer and no subject, and have another role.
    fn supabase(&mut self) -> Option<Issuer> {
        let known = self.known();
        let url = self.needed("SUPABASE_URL", &known.supabase_url, TokenSource::Supabase)?;
        let iss = format!("{url}/auth/v1");
        let verify = match &known.supabase_jwt_secret {
            Some(secret) => Verify::Secret(secret.clone()),
            None => {
                let keys = format!("{iss}/.well-known/jwks.json");
                self.key_set("SUPABASE_URL", keys, &[Algorithm::Es256, Algorithm::Rs256])?
            }
        };
        Some(Issuer {
            source: TokenSource::Supabase,
            iss: Iss::Exactly(iss),
            audience: Audience::Is("authenticated".to_owned()),
            verify,
            types: PLAIN,
            person: person::of_supabase,
        })
    }

    /// A Better Auth server under the path of a database. `iss` and `aud` are the origin of its URL, without the path.
    fn neon(&mut self) -> Option<Issuer> {
        let known = self.known();
        let url = self.needed("NEON_AUTH_URL", &known.neon_auth_url, TokenSource::Neon)?;
        let path_at = url.find("://").map_or(0, |at| at + 3);
        let origin = url.get(path_at..).and_then(|rest| rest.find('/')).and_then(|at| url.get(..path_at + at));
        let origin = origin.unwrap_or(url).to_owned();
        let keys = format!("{url}/.well-known/jwks.json");
        Some(Issuer {
            source: TokenSource::Neon,
            iss: Iss::Exactly(origin.clone()),
            audience: Audience::Is(origin),
            verify: self.key_set("NEON_AUTH_URL", keys, &[Algorithm::EdDsa])?,
            types: PLAIN,
            person: person::of_neon,
        })
    }

    /// Access tokens for one API. Those for the client itself (`id_token`) have the client as audience.
    fn auth0(&mut self) -> Option<Issuer> {
        let known = self.known();
        let domain = self.needed("AUTH0_DOMAIN", &known.auth0_domain, TokenSource::Auth0);
        let audience = self.needed("JWT_AUDIENCE", &known.jwt_audience, TokenSource::Auth0)?;
        // With the slash: that is how Auth0 writes it.
        let iss = format!("https://{}/", domain?);
        let keys = format!("{iss}.well-known/jwks.json");
        Some(Issuer {
            source: TokenSource::Auth0,
            iss: Iss::Exactly(iss),
            audience: Audience::Is(audience.clone()),
            verify: self.key_set("AUTH0_DOMAIN", keys, &[Algorithm::Rs256, Algorithm::Ps256])?,
            types: ACCESS,
            person: person::of_auth0,
        })
    }

    /// Session tokens have no audience, but say at which origin the user was (`azp`). One made by a template may have one.
    fn clerk(&mut self) -> Option<Issuer> {
        let known = self.known();
        let iss = self.needed("CLERK_ISSUER", &known.clerk_issuer, TokenSource::Clerk)?;
        let audience = match &known.jwt_audience {
            Some(audience) => Audience::Is(audience.clone()),
            None if self.settings.cors_origins.is_empty() => {
                let detail = "is required, because the blueprint accepts tokens of Clerk: its tokens have no audience, so \
                              that only those count that were made at one of these origins (or set JWT_AUDIENCE, if a \
                              template of yours puts one in)";
                return self.fail("CORS_ORIGINS", detail);
            }
            None => Audience::MadeAt(self.settings.cors_origins.clone()),
        };
        Some(Issuer {
            source: TokenSource::Clerk,
            iss: Iss::Exactly(iss.clone()),
            audience,
            verify: self.key_set("CLERK_ISSUER", format!("{iss}/.well-known/jwks.json"), &[Algorithm::Rs256])?,
            types: PLAIN,
            person: person::of_clerk,
        })
    }

    /// One key set signs for all projects of all people, so that issuer and audience are all that tells them apart.
    fn firebase(&mut self) -> Option<Issuer> {
        let known = self.known();
        let project = self.needed("FIREBASE_PROJECT_ID", &known.firebase_project_id, TokenSource::Firebase)?;
        Some(Issuer {
            source: TokenSource::Firebase,
            iss: Iss::Exactly(format!("https://securetoken.google.com/{project}")),
            audience: Audience::Is(project.clone()),
            verify: self.key_set("FIREBASE_PROJECT_ID", FIREBASE_KEYS.to_owned(), &[Algorithm::Rs256])?,
            types: PLAIN,
            person: person::of_firebase,
        })
    }

    /// Any issuer, by what the settings say of it.
    fn jwks(&mut self) -> Option<Issuer> {
        let (known, source) = (self.known(), TokenSource::Jwks);
        let url = self.needed("JWKS_URL", &known.jwks_url, source);
        let iss = self.needed("JWT_ISSUER", &known.jwt_issuer, source);
        let audience = self.needed("JWT_AUDIENCE", &known.jwt_audience, source)?;
        Some(Issuer {
            source,
            iss: Iss::Exactly(iss?.clone()),
            audience: Audience::Is(audience.clone()),
            verify: self.key_set("JWKS_URL", url?.clone(), Algorithm::ALL)?,
            types: ACCESS,
            person: person::anybody,
        })
    }
}
