//! Password hashes that other systems made: read, bounded in what they cost, and checked until the first log-in gives the account
//! one of our own.
//!
//! They are stored as they came, but for what tells nothing of how it was made: Better Auth's `salt:key` gets a name in front.

use std::num::NonZeroU32;

use base64::Engine;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::pbkdf2;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::password::{self, Demand};

/// A second of one core.
const MAX_BCRYPT_COST: u32 = 14;
/// 128 MiB: what OWASP asks for.
const MAX_SCRYPT_BYTES: u64 = 128 * 1024 * 1024;
/// Passes over so much memory.
const MAX_SCRYPT_WORK: u64 = 2 * MAX_SCRYPT_BYTES;
/// What more than one may have at a time.
const SMALL_BYTES: u64 = 32 * 1024 * 1024;
const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;
/// What takes some five times as long as a hash of our own, and is long from there on.
const SHORT_BCRYPT_COST: u32 = 11;
const SHORT_SCRYPT_WORK: u64 = 2 * SMALL_BYTES;
const SHORT_PBKDF2_ROUNDS: u32 = 250_000;
const MAX_BYTES: usize = 1024;
/// What bcrypt looks at.
const BCRYPT_PASSWORD_BYTES: usize = 72;
const BCRYPT_DIGEST_BYTES: usize = 23;
/// A shorter digest is guessed before the password is.
const MIN_DIGEST_BYTES: usize = 16;
const BETTER_AUTH: &str = "better-auth$";

const DOTTED: Alphabet = match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
    Ok(alphabet) => alphabet,
    Err(_) => alphabet::STANDARD,
};

/// A hash, ready to be compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Imported {
    /// `$2b$…`. Django's `bcrypt_sha256` hashes the password first, lest it be cut.
    Bcrypt { cost: u32, salt: [u8; 16], digest: Vec<u8>, of_digest: bool },
    /// `$scrypt$ln=…`, Better Auth, Werkzeug, Django.
    Scrypt { log_n: u8, r: u32, p: u32, salt: Vec<u8>, digest: Vec<u8>, normalized: bool },
    /// Django, Werkzeug, passlib.
    Pbkdf2 { variant: Variant, rounds: NonZeroU32, salt: Vec<u8>, digest: Vec<u8> },
}

/// What PBKDF2 iterates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    Sha1,
    Sha256,
    Sha512,
}

/// A hash that can be imported.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// As it is stored.
    pub(super) text: String,
    /// What people call it.
    pub(super) kind: &'static str,
}

/// Why one cannot. Says nothing of what stands there, which may be a password.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) detail: String,
    pub(super) hint: &'static str,
}

/// Whether a hash can be imported, and as what.
pub(super) fn accept(text: &str) -> Result<Accepted, Unfit> {
    let text = text.trim();
    let text = text.strip_prefix("argon2$").map(|rest| format!("${rest}")).unwrap_or_else(|| text.to_owned());
    let text = text.strip_prefix("bcrypt$").map(str::to_owned).unwrap_or(text);
    if text.starts_with("$argon2") {
        password::bounded(&text).map_err(|why| unfit(why, TOO_DEAR))?;
        return Ok(Accepted { text, kind: "argon2" });
    }
    if text.starts_with("$2x$") {
        return Err(unfit("was made by a faulty bcrypt ($2x$), which others do not compute", RESET));
    }
    let stored = if is_better_auth(&text) { format!("{BETTER_AUTH}{text}") } else { text };
    let read = Imported::read(&stored).ok_or_else(|| unfit(not_known(&stored), RESET))?;
    read.affordable().map_err(|why| unfit(why, TOO_DEAR))?;
    Ok(Accepted { kind: read.kind(), text: stored })
}

const RESET: &str = "known are bcrypt, argon2id, scrypt and pbkdf2 (Supermaker's docs/import-users.md); an empty `hash` imports the account, and its \
     owner resets the password";
const TOO_DEAR: &str = "each log-in, a wrong one too, would cost that; an empty `hash` imports the account, and its owner resets the \
     password";

fn unfit(detail: impl Into<String>, hint: &'static str) -> Unfit {
    Unfit { detail: detail.into(), hint }
}

fn not_known(text: &str) -> &'static str {
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text {
        _ if is_hex && matches!(text.len(), 32 | 40 | 64 | 128) => {
            "is a plain digest without salt, which is as good as no hash"
        }
        _ if text.starts_with("$1$") || text.starts_with("$5$") || text.starts_with("$6$") => {
            "is a hash of crypt(3), which is not taken"
        }
        _ if ["$2", "$scrypt$", "pbkdf2", "$pbkdf2", "scrypt", "bcrypt"]
            .iter()
            .any(|known| text.starts_with(known)) =>
        {
            "begins like a hash and is none: something of it is missing or was changed"
        }
        _ => "is no hash of a kind that is known; plain passwords are not imported",
    }
}

impl Imported {
    /// What is stored, unless it is a hash of our own kind.
    pub(super) fn read(text: &str) -> Option<Imported> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let parts: Vec<&str> = text.split('$').collect();
        match parts[..] {
            ["", "2a" | "2b" | "2y", cost, rest] => bcrypt(cost, rest, false),
            ["bcrypt_sha256", "", "2a" | "2b" | "2y", cost, rest] => bcrypt(cost, rest, true),
            ["", "scrypt", params, salt, digest] => {
                let [ln, r, p] = named(params, ["ln", "r", "p"])?;
                let (salt, digest) = (unpadded(salt)?, unpadded(digest)?);
                scrypt(u8::try_from(ln).ok()?, [r, p], salt, digest, false)
            }
            ["better-auth", pair] => {
                // Its salt is the text of the digits, not what they stand for.
                let (salt, key) = pair.split_once(':')?;
                scrypt(14, [16, 1], salt.as_bytes().to_vec(), hex(key)?, true)
            }
            ["scrypt", n, salt, r, p, digest] => {
                scrypt(log2(n)?, [r.parse().ok()?, p.parse().ok()?], salt.as_bytes().to_vec(), padded(digest)?, false)
            }
            ["pbkdf2_sha256", rounds, salt, digest] => pbkdf2(Variant::Sha256, rounds, salt.into(), padded(digest)?),
            ["pbkdf2_sha1", rounds, salt, digest] => pbkdf2(Variant::Sha1, rounds, salt.into(), padded(digest)?),
            ["", "pbkdf2", rounds, salt, digest] => pbkdf2(Variant::Sha1, rounds, unpadded(salt)?, unpadded(digest)?),
            ["", "pbkdf2-sha256", rounds, salt, digest] => {
                pbkdf2(Variant::Sha256, rounds_of(rounds)?, unpadded(salt)?, unpadded(digest)?)
            }
            ["", "pbkdf2-sha512", rounds, salt, digest] => {
                pbkdf2(Variant::Sha512, rounds_of(rounds)?, unpadded(salt)?, unpadded(digest)?)
            }
            [method, salt, digest] => werkzeug(method, salt.as_bytes().to_vec(), hex(digest)?),
            _ => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Imported::Bcrypt { .. } => "bcrypt",
            Imported::Scrypt { .. } => "scrypt",
            Imported::Pbkdf2 { .. } => "pbkdf2",
        }
    }

    /// Whether a log-in may cost what it costs: attempts of strangers cost it too.
    fn affordable(&self) -> Result<(), String> {
        match self {
            Imported::Bcrypt { cost, .. } if *cost > MAX_BCRYPT_COST => {
                Err(format!("is bcrypt with cost {cost}, which takes seconds; at most {MAX_BCRYPT_COST}"))
            }
            Imported::Scrypt { log_n, r, p, .. } if scrypt_bytes(*log_n, *r) > MAX_SCRYPT_BYTES => {
                let most = MAX_SCRYPT_BYTES / 1024 / 1024;
                Err(format!("is scrypt with N=2^{log_n}, r={r}, p={p}, which takes more memory than {most} MiB"))
            }
            Imported::Scrypt { log_n, r, p, .. }
                if scrypt_bytes(*log_n, *r).saturating_mul(u64::from(*p)) > MAX_SCRYPT_WORK =>
            {
                Err(format!("is scrypt with N=2^{log_n}, r={r}, p={p}, which takes seconds"))
            }
            Imported::Pbkdf2 { rounds, .. } if rounds.get() > MAX_PBKDF2_ROUNDS => {
                Err(format!("is pbkdf2 with {rounds} rounds, which takes seconds; at most {MAX_PBKDF2_ROUNDS}"))
            }
            _ => Ok(()),
        }
    }

    /// What checking it asks for.
    pub(super) fn demand(&self) -> Demand {
        let is_long = match self {
            Imported::Scrypt { log_n, r, .. } if scrypt_bytes(*log_n, *r) > SMALL_BYTES => return Demand::MuchMemory,
            Imported::Scrypt { log_n, r, p, .. } => {
                scrypt_bytes(*log_n, *r).saturating_mul(u64::from(*p)) > SHORT_SCRYPT_WORK
            }
            Imported::Bcrypt { cost, .. } => *cost > SHORT_BCRYPT_COST,
            // One of its rounds takes some three of the others.
            Imported::Pbkdf2 { variant: Variant::Sha512, rounds, .. } => rounds.get() > SHORT_PBKDF2_ROUNDS / 3,
            Imported::Pbkdf2 { rounds, .. } => rounds.get() > SHORT_PBKDF2_ROUNDS,
        };
        if is_long { Demand::Long } else { Demand::Short }
    }

    /// Whether it is the hash of a password. All of the work is done either way.
    pub(super) fn matches(&self, password: &str) -> Option<bool> {
        Some(match self {
            Imported::Bcrypt { cost, salt, digest, of_digest } => {
                // Others end the password at a NUL, or take what follows as another turn of the key: none of them is it.
                let is_whole = *of_digest || !password.contains('\0');
                let hashed = of_digest.then(|| to_hex(&Sha256::digest(password)));
                let bytes = hashed.as_deref().unwrap_or(password).as_bytes();
                // They were cut when the hash was made. What was sent is hashed in whole as soon as it fits.
                let mut key: Vec<u8> = bytes.iter().copied().chain([0]).collect();
                key.truncate(BCRYPT_PASSWORD_BYTES);
                let made = bcrypt::bcrypt(*cost, *salt, &key);
                same(&made[..BCRYPT_DIGEST_BYTES], digest) & is_whole
            }
            Imported::Scrypt { log_n, r, p, salt, digest, normalized } => {
                let params = scrypt::Params::new(*log_n, *r, *p).ok()?;
                let form = normalized.then(|| password.nfkc().collect::<String>());
                let mut made = vec![0; digest.len()];
                scrypt::scrypt(form.as_deref().unwrap_or(password).as_bytes(), salt, &params, &mut made).ok()?;
                same(&made, digest)
            }
            Imported::Pbkdf2 { variant, rounds, salt, digest } => {
                let algorithm = match variant {
                    Variant::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
                    Variant::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
                    Variant::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
                };
                pbkdf2::verify(algorithm, *rounds, salt, password.as_bytes(), digest).is_ok()
            }
        })
    }
}

fn bcrypt(cost: &str, rest: &str, of_digest: bool) -> Option<Imported> {
    // Of the last letter of each only some bits count, and not all programs leave the others empty.
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine =
        GeneralPurpose::new(&alphabet::BCRYPT, config.with_decode_padding_mode(DecodePaddingMode::RequireNone));
    let (salt, digest) = rest.split_at_checked(22)?;
    let salt = engine.decode(salt).ok()?.try_into().ok()?;
    let digest = engine.decode(digest).ok().filter(|digest| digest.len() == BCRYPT_DIGEST_BYTES)?;
    let cost = cost.parse().ok().filter(|number| cost.len() == 2 && (4..32).contains(number))?;
    Some(Imported::Bcrypt { cost, salt, digest, of_digest })
}

fn scrypt(log_n: u8, [r, p]: [u32; 2], salt: Vec<u8>, digest: Vec<u8>, normalized: bool) -> Option<Imported> {
    // Beyond these nothing is affordable, and the numbers stay within their types.
    let is_sound = (1..32).contains(&log_n) && (1..1024).contains(&r) && (1..1024).contains(&p);
    let is_long_enough = digest.len() >= MIN_DIGEST_BYTES && !salt.is_empty();
    (is_sound && is_long_enough).then_some(Imported::Scrypt { log_n, r, p, salt, digest, normalized })
}

fn pbkdf2(variant: Variant, rounds: &str, salt: Vec<u8>, digest: Vec<u8>) -> Option<Imported> {
    let rounds = rounds.parse().ok()?;
    let is_long_enough = digest.len() >= MIN_DIGEST_BYTES && !salt.is_empty();
    is_long_enough.then_some(Imported::Pbkdf2 { variant, rounds, salt, digest })
}

/// `scrypt:32768:8:1` and `pbkdf2:sha256:600000`, with a salt that is a text.
fn werkzeug(method: &str, salt: Vec<u8>, digest: Vec<u8>) -> Option<Imported> {
    let parts: Vec<&str> = method.split(':').collect();
    match parts[..] {
        ["scrypt", n, r, p] => scrypt(log2(n)?, [r.parse().ok()?, p.parse().ok()?], salt, digest, false),
        ["pbkdf2", "sha1", rounds] => pbkdf2(Variant::Sha1, rounds, salt, digest),
        ["pbkdf2", "sha256", rounds] => pbkdf2(Variant::Sha256, rounds, salt, digest),
        ["pbkdf2", "sha512", rounds] => pbkdf2(Variant::Sha512, rounds, salt, digest),
        _ => None,
    }
}

/// 32 digits of salt and 128 of key, as Better Auth has them.
fn is_better_auth(text: &str) -> bool {
    text.split_once(':').is_some_and(|(salt, key)| {
        (salt.len(), key.len()) == (32, 128) && [salt, key].iter().all(|part| hex(part).is_some())
    })
}

fn scrypt_bytes(log_n: u8, r: u32) -> u64 {
    (128 * u64::from(r)) << log_n
}

fn log2(n: &str) -> Option<u8> {
    let n: u64 = n.parse().ok()?;
    n.is_power_of_two().then(|| n.trailing_zeros()).and_then(|log| u8::try_from(log).ok())
}

/// `ln=14,r=8,p=1`, in this order.
fn named<const N: usize>(params: &str, names: [&str; N]) -> Option<[u32; N]> {
    let parts: Vec<(&str, &str)> = params.split(',').map(|part| part.split_once('=')).collect::<Option<_>>()?;
    let numbers: Vec<u32> = parts
        .iter()
        .zip(names)
        .map(|((name, number), wanted)| if *name == wanted { number.parse().ok() } else { None })
        .collect::<Option<_>>()?;
    if parts.len() == N { numbers.try_into().ok() } else { None }
}

/// `29000` as passlib writes it, or `i=29000,l=32`.
fn rounds_of(text: &str) -> Option<&str> {
    let rounds = text.split(',').find_map(|part| part.strip_prefix("i="));
    rounds.or_else(|| (!text.contains('=')).then_some(text))
}

fn padded(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Without padding, in either of the two alphabets that are in use.
fn unpadded(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let alphabet = if text.contains('.') { &DOTTED } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Vec<u8> = text.as_bytes().iter().map(digit).collect::<Option<_>>()?;
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(high * 16 + low),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by its time how much was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
