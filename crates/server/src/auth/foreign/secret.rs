//! HS256: a secret that the issuer and this server share. One that is public elsewhere must never get here: the settings
//! refuse those that are published or short.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::auth::token::{Checked, Compact};
use crate::settings::Secret;

pub(super) fn check(secret: &Secret, token: &Compact<'_>) -> Checked<()> {
    token.header_is("alg", "HS256")?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose()).map_err(|_| "no key")?;
    mac.chain_update(token.signed).verify_slice(&token.signature).map_err(|_| "the signature is not its issuer's")
}
