//! Hashes and checks passwords: Argon2id as PHC strings, on a pool that is bounded in memory and in waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use http::header::RETRY_AFTER;
use tokio::sync::Semaphore;

use crate::error::{ApiError, UNAVAILABLE};

/// OWASP's second choice: 19 MiB and two passes, some 25 ms of one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
/// How many may wait for a core. Whoever comes after them is told to come back.
const MAX_WAITING: usize = 64;

/// Hashes and checks passwords, as many at once as there are cores.
pub(super) struct Hasher {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    computed: AtomicU64,
    /// A hash that no password has, for accounts that do not exist: checking it takes the same time.
    nobody: String,
}

/// What came of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) matches: bool,
    /// The hash was made with other parameters than those of today.
    pub(super) outdated: bool,
}

impl Hasher {
    pub(super) fn new() -> Hasher {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Hasher {
            permits: Arc::new(Semaphore::new(cores)),
            waiting: AtomicUsize::new(0),
            computed: AtomicU64::new(0),
            nobody: hash_of_nobody(),
        }
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, ApiError> {
        let password = password.to_owned();
        self.compute(move || hash(&password)).await?.ok_or_else(broken)
    }

    /// Checks a password against the hash of an account, or, where there is none, against one that nothing matches.
    pub(super) async fn check(&self, password: &str, hash: Option<&str>) -> Result<Verdict, ApiError> {
        let (password, hash) = (password.to_owned(), hash.unwrap_or(&self.nobody).to_owned());
        let verdict = self.compute(move || check(&password, &hash)).await?;
        Ok(verdict.unwrap_or_else(|| {
            tracing::error!("a stored password hash cannot be read, so nobody can log in with it");
            Verdict { matches: false, outdated: false }
        }))
    }

    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::SeqCst)
    }

    /// Runs what answers `None` where nothing could be hashed.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Option<T> + Send + 'static,
    ) -> Result<Option<T>, ApiError> {
        let permit = {
            let _place = Place::take(&self.waiting)?;
            self.permits.clone().acquire_owned().await.map_err(|_| broken())?
        };
        // The permit goes along: a caller who leaves does not stop the work, so its memory is still in use.
        let running = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        let done = running.await.map_err(|error| broken().logged(error.to_string()))?;
        self.computed.fetch_add(u64::from(done.is_some()), Ordering::SeqCst);
        Ok(done)
    }
}

/// Hashes a password here and now.
pub(super) fn hash(password: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

fn check(password: &str, hash: &str) -> Option<Verdict> {
    let hash = PasswordHash::new(hash).ok()?;
    let matches = argon2()?.verify_password(password.as_bytes(), &hash).is_ok();
    Some(Verdict { matches, outdated: is_outdated(&hash) })
}

fn is_outdated(hash: &PasswordHash) -> bool {
    let today = params().and_then(|params| ParamsString::try_from(&params).ok());
    hash.algorithm != Algorithm::Argon2id.ident()
        || hash.version != Some(Version::V0x13.into())
        || Some(&hash.params) != today.as_ref()
}

fn params() -> Option<Params> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(Params::DEFAULT_OUTPUT_LEN)).ok()
}

fn argon2() -> Option<Argon2<'static>> {
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?))
}

/// Random bytes in the place of a hash: nobody knows a password that leads to them.
#[expect(clippy::expect_used, reason = "without a random number generator nothing here is safe")]
fn hash_of_nobody() -> String {
    let mut random = [0; SALT_BYTES + Params::DEFAULT_OUTPUT_LEN];
    getrandom::fill(&mut random).expect("the system's random number generator");
    let (salt, output) = random.split_at(SALT_BYTES);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params().expect("sound parameters")).expect("short parameters"),
        salt: Salt::new(salt).ok(),
        hash: Output::new(output).ok(),
    };
    hash.to_string()
}

/// A place in the queue, given back when the wait ends, however it ends.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Place<'a>, ApiError> {
        let place = Place(waiting);
        if waiting.fetch_add(1, Ordering::SeqCst) < MAX_WAITING {
            return Ok(place);
        }
        Err(ApiError::new(UNAVAILABLE, "too many are logging in at this moment; try again").with(RETRY_AFTER, "2"))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn broken() -> ApiError {
    ApiError::internal("a password was not hashed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_costs_what_any_other_costs() {
        let (nobody, other) = (hash_of_nobody(), hash_of_nobody());
        assert_ne!(nobody, other);
        let (nobody, real) = (PasswordHash::new(&nobody).unwrap(), PasswordHash::new(&hash("x").unwrap()).unwrap());
        assert!(!is_outdated(&nobody));
        let lengths = |hash: &PasswordHash| (hash.salt.unwrap().len(), hash.hash.unwrap().len());
        assert_eq!(lengths(&nobody), lengths(&real));
        assert_eq!(check("", &nobody.to_string()), Some(Verdict { matches: false, outdated: false }));
    }
}
