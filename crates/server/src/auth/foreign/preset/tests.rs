//! Where each issuer is, as their makers document it.

use blueprint::TokenSource;

use super::super::issuer::{Iss, Verify};
use super::issuers;
use crate::settings::Settings;

#[test]
fn each_issuer_is_asked_where_its_keys_are() {
    let known = [
        ("BETTER_AUTH_URL", "https://app.example"),
        ("SUPABASE_URL", "https://abc.supabase.co/"),
        ("NEON_AUTH_URL", "https://ep-1.neonauth.eu.aws.neon.tech/neondb/auth"),
        ("AUTH0_DOMAIN", "shop.eu.auth0.com"),
        ("JWT_AUDIENCE", "x"),
        ("CLERK_ISSUER", "https://clerk.shop.example"),
        ("CORS_ORIGINS", "https://shop.example"),
        ("FIREBASE_PROJECT_ID", "shop-4711"),
    ];
    let settings =
        Settings::read(|name| known.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned())).unwrap();
    let expected = [
        (TokenSource::BetterAuth, "https://app.example", "https://app.example/api/auth/jwks"),
        (
            TokenSource::Supabase,
            "https://abc.supabase.co/auth/v1",
            "https://abc.supabase.co/auth/v1/.well-known/jwks.json",
        ),
        (
            TokenSource::Neon,
            "https://ep-1.neonauth.eu.aws.neon.tech",
            "https://ep-1.neonauth.eu.aws.neon.tech/neondb/auth/.well-known/jwks.json",
        ),
        (TokenSource::Auth0, "https://shop.eu.auth0.com/", "https://shop.eu.auth0.com/.well-known/jwks.json"),
        (TokenSource::Clerk, "https://clerk.shop.example", "https://clerk.shop.example/.well-known/jwks.json"),
        (
            TokenSource::Firebase,
            "https://securetoken.google.com/shop-4711",
            "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        ),
    ];
    let made = issuers(&settings, &expected.map(|(source, ..)| source), "urn:supermaker:shop").unwrap();
    let found = made.iter().map(|issuer| match (&issuer.iss, &issuer.verify) {
        (Iss::Exactly(iss), Verify::Keys(keys)) => (issuer.source, iss.as_str(), keys.url()),
        _ => panic!("{:?} has no key set", issuer.source),
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}
