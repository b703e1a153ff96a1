//! Hashes and checks passwords: Argon2id as PHC strings, on a pool that is bounded in memory and in waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use http::header::RETRY_AFTER;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::hashing::{Memory, Threads};
use super::imported::Imported;
use crate::error::{ApiError, UNAVAILABLE};

/// OWASP's second choice: 19 MiB and two passes, some 25 ms of one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
/// What an imported hash may ask for at a log-in: RFC 9106's second choice, and PHP's.
const MAX_IMPORTED_KIB: u32 = 64 * 1024;
const MAX_IMPORTED_KIB_PASSES: u32 = 8 * MAX_IMPORTED_KIB;
const MIN_IMPORTED_BYTES: usize = 16;
/// What more than one may have at a time.
const SMALL_KIB: u32 = 32 * 1024;
/// Some five times ours; what takes longer is long.
const SHORT_KIB_PASSES: u32 = 4 * MEMORY_KIB * PASSES;
/// How many may wait for a thread. Whoever comes after them is told to come back.
const MAX_WAITING: usize = 64;
/// How many may wait for a turn of those that take a second or so, for each that has one.
const MAX_WAITING_FOR_TURN: usize = 16;

/// Hashes and checks passwords, a few at once. Imported hashes may take many times as long as ours, or much memory: of those that
/// take long half of the threads are at work at most, of those that need much memory one, and their turn comes before they take a
/// thread. So they wait for one another, and nobody else for them but for those that are at work.
pub(super) struct Hasher {
    threads: Threads,
    waiting: Queue,
    long: Arc<Semaphore>,
    waiting_for_long: Queue,
    much_memory: Arc<Semaphore>,
    waiting_for_memory: Queue,
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

/// What checking a hash asks for beside a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Nothing: it takes about as long as ours.
    Short,
    /// The turn of those that take long.
    Long,
    /// That, and to be the only one with so much memory.
    MuchMemory,
}

/// The turns that somebody has, over when they are let go of.
#[derive(Default)]
struct Turns {
    much_memory: Option<OwnedSemaphorePermit>,
    _long: Option<OwnedSemaphorePermit>,
}

impl Hasher {
    pub(super) fn new() -> Hasher {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // One core is left to everybody else, where there is another.
        Hasher::on((cores - 1).max(1))
    }

    fn on(threads: usize) -> Hasher {
        // Where there is one thread, nothing can be kept free of them but the place behind the one that is at work.
        let long = (threads / 2).max(1);
        Hasher {
            threads: Threads::new(threads),
            waiting: Queue::of(MAX_WAITING),
            long: Arc::new(Semaphore::new(long)),
            waiting_for_long: Queue::of(MAX_WAITING_FOR_TURN * long),
            much_memory: Arc::new(Semaphore::new(1)),
            waiting_for_memory: Queue::of(MAX_WAITING_FOR_TURN),
            computed: AtomicU64::new(0),
            nobody: hash_of_nobody(),
        }
    }

    /// A place among those who wait, to be taken before anything is done that counts.
    pub(super) fn place(&self) -> Result<Place<'_>, ApiError> {
        self.waiting.place()
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: &str) -> Result<String, ApiError> {
        let password = password.to_owned();
        self.compute(self.place()?, Turns::default(), move |memory| hash_with(memory, &password))
            .await?
            .ok_or_else(broken)
    }

    /// Checks a password against the hash of an account, or, where there is none, against one that nothing matches.
    pub(super) async fn check(
        &self,
        place: Place<'_>,
        password: &str,
        hash: Option<&str>,
    ) -> Result<Verdict, ApiError> {
        let (password, hash) = (password.to_owned(), hash.unwrap_or(&self.nobody).to_owned());
        let (place, turns) = self.turns(place, demand(&hash)).await?;
        let verdict = self.compute(place, turns, move |memory| check(memory, &password, &hash)).await?;
        Ok(verdict.unwrap_or_else(|| {
            tracing::error!("a stored password hash cannot be read, so nobody can log in with it");
            Verdict { matches: false, outdated: false }
        }))
    }

    /// Waits for the turns that are asked for, with a place among those who wait for the same.
    async fn turns<'p>(&'p self, place: Place<'p>, demand: Demand) -> Result<(Place<'p>, Turns), ApiError> {
        let queue = match demand {
            Demand::Short => return Ok((place, Turns::default())),
            Demand::Long => &self.waiting_for_long,
            Demand::MuchMemory => &self.waiting_for_memory,
        };
        drop(place);
        let place = queue.place()?;
        let turn = async |of: &Arc<Semaphore>| of.clone().acquire_owned().await.map_err(|_| broken());
        // In this order for all, lest two wait for each other.
        let much_memory = if demand == Demand::MuchMemory { Some(turn(&self.much_memory).await?) } else { None };
        Ok((place, Turns { much_memory, _long: Some(turn(&self.long).await?) }))
    }

    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::SeqCst)
    }

    /// Runs what answers `None` where nothing could be hashed. A turn is over when the work is, whether somebody waits for that or not.
    async fn compute<T: Send + 'static>(
        &self,
        place: Place<'_>,
        turns: Turns,
        work: impl FnOnce(&mut Memory) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>, ApiError> {
        let work = move |memory: &mut Memory| {
            let made = work(memory);
            if turns.much_memory.is_some() {
                // Else every thread would keep as much in the end.
                *memory = Memory::default();
            }
            drop(turns);
            made
        };
        let done = self.threads.run(|| drop(place), work).await.ok_or_else(broken)?;
        self.computed.fetch_add(u64::from(done.is_some()), Ordering::SeqCst);
        Ok(done)
    }
}

/// What checking a stored hash asks for, whoever has it.
fn demand(hash: &str) -> Demand {
    if let Some(imported) = Imported::read(hash) {
        return imported.demand();
    }
    let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    match params.map(|params| (params.m_cost(), params.t_cost())) {
        Some((memory, _)) if memory > SMALL_KIB => Demand::MuchMemory,
        Some((memory, passes)) if memory.saturating_mul(passes) > SHORT_KIB_PASSES => Demand::Long,
        _ => Demand::Short,
    }
}

/// Hashes a password here and now.
pub(super) fn hash(password: &str) -> Option<String> {
    hash_with(&mut Memory::default(), password)
}

fn hash_with(memory: &mut Memory, password: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let params = params()?;
    let made = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(Salt::new(&salt).ok()?),
        hash: Some(output(memory, Algorithm::Argon2id, Version::V0x13, params, password, &salt)?),
    };
    Some(made.to_string())
}

fn check(memory: &mut Memory, password: &str, hash: &str) -> Option<Verdict> {
    if let Some(imported) = Imported::read(hash) {
        return Some(Verdict { matches: imported.matches(password)?, outdated: true });
    }
    let hash = PasswordHash::new(hash).ok()?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let output = output(memory, algorithm, version, params, password, salt.as_ref())?;
    // `Output` compares in constant time.
    Some(Verdict { matches: output == *expected, outdated: is_outdated(&hash) })
}

/// Whether an Argon2 hash of another system can be checked at a log-in; else why not.
pub(super) fn bounded(hash: &str) -> Result<(), String> {
    let parts = || {
        let hash = PasswordHash::new(hash).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
        hash.salt.as_ref()?;
        hash.hash.as_ref().filter(|digest| digest.len() >= MIN_IMPORTED_BYTES)?;
        Some((algorithm, Params::try_from(&hash).ok()?))
    };
    let Some((algorithm, params)) = parts() else {
        return Err("begins like a hash and is none: something of it is missing or was changed".to_owned());
    };
    let (memory, passes) = (params.m_cost(), params.t_cost());
    if algorithm == Algorithm::Argon2d {
        return Err("is argon2d, which is not for passwords".to_owned());
    }
    if memory > MAX_IMPORTED_KIB {
        return Err(format!("is argon2 with m={memory}, which takes more memory than {} MiB", MAX_IMPORTED_KIB / 1024));
    }
    if memory.saturating_mul(passes) > MAX_IMPORTED_KIB_PASSES {
        return Err(format!("is argon2 with m={memory} and {passes} passes, which takes seconds"));
    }
    Ok(())
}

fn output(
    memory: &mut Memory,
    algorithm: Algorithm,
    version: Version,
    params: Params,
    password: &str,
    salt: &[u8],
) -> Option<Output> {
    let (length, blocks) = (params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN), params.block_count());
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..length)?;
    let argon2 = Argon2::new(algorithm, version, params);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, bytes, memory.blocks(blocks)).ok()?;
    Output::new(bytes).ok()
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

/// Those who wait, and how many may.
struct Queue {
    waiting: AtomicUsize,
    most: usize,
}

impl Queue {
    fn of(most: usize) -> Queue {
        Queue { waiting: AtomicUsize::new(0), most }
    }

    /// The same refusal from each, so that it does not tell what kind of hash somebody has.
    fn place(&self) -> Result<Place<'_>, ApiError> {
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::SeqCst) < self.most {
            return Ok(place);
        }
        Err(ApiError::new(UNAVAILABLE, "too many are logging in at this moment; try again").with(RETRY_AFTER, "2"))
    }
}

/// A place in a queue, given back when the wait ends, however it ends.
pub(super) struct Place<'a>(&'a AtomicUsize);

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
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_hash_of_nobody_costs_what_any_other_costs() {
        let (nobody, other) = (hash_of_nobody(), hash_of_nobody());
        assert_ne!(nobody, other);
        let (nobody, real) = (PasswordHash::new(&nobody).unwrap(), PasswordHash::new(&hash("x").unwrap()).unwrap());
        assert!(!is_outdated(&nobody));
        let lengths = |hash: &PasswordHash| (hash.salt.unwrap().len(), hash.hash.unwrap().len());
        assert_eq!(lengths(&nobody), lengths(&real));
        let verdict = check(&mut Memory::default(), "", &nobody.to_string());
        assert_eq!(verdict, Some(Verdict { matches: false, outdated: false }));
    }

    /// 64 MiB, in the words of passlib.
    fn dear() -> String {
        format!("$scrypt$ln=16,r=8,p=1${}${}", "c2FsdHNhbHRzYWx0c2FsdA", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn p8_who_waits_for_memory_holds_no_thread_and_no_place() {
        let hasher = Arc::new(Hasher::on(2));
        let somebody_else = hasher.much_memory.clone().acquire_owned().await.unwrap();
        let waits: Vec<_> = (0..MAX_WAITING_FOR_TURN)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.check(hasher.place().unwrap(), "wrong", Some(&dear())).await })
            })
            .collect();
        while hasher.waiting_for_memory.waiting.load(Ordering::SeqCst) < MAX_WAITING_FOR_TURN {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.waiting.waiting.load(Ordering::SeqCst), 0);
        let refused = hasher.check(hasher.place().unwrap(), "wrong", Some(&dear())).await.unwrap_err();
        assert_eq!(refused.problem, UNAVAILABLE);
        assert_eq!(hasher.computed(), 0);
        // Everybody else gets on meanwhile.
        for _ in 0..4 {
            let verdict = hasher.check(hasher.place().unwrap(), "wrong", None).await.unwrap();
            assert!(!verdict.matches);
        }
        assert_eq!(hasher.computed(), 4);
        drop(somebody_else);
        for waits in waits {
            assert_eq!(waits.await.unwrap().unwrap(), Verdict { matches: false, outdated: true });
        }
        assert_eq!(hasher.computed(), 4 + MAX_WAITING_FOR_TURN as u64);
        assert_eq!(hasher.waiting_for_memory.waiting.load(Ordering::SeqCst), 0);
    }

    /// Hashes that take long, of each kind; no password leads to them.
    fn long() -> [String; 4] {
        let digest = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
        [
            "$2b$12$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS".to_owned(),
            format!("$pbkdf2-sha256$260000$c2FsdHNhbHRzYWx0c2FsdA${digest}"),
            format!("$argon2id$v=19$m=32768,t=5,p=1$c2FsdHNhbHRzYWx0c2FsdA${digest}"),
            format!("$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA${digest}"),
        ]
    }

    #[test]
    fn p8_what_a_hash_asks_for() {
        let digest = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
        let argon2 = |params: &str| format!("$argon2id$v=19${params}$c2FsdHNhbHRzYWx0c2FsdA${digest}");
        let bcrypt = |cost: u32| format!("$2b${cost:02}$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS");
        let phc = |begins: &str| format!("{begins}$c2FsdHNhbHRzYWx0c2FsdA${digest}");
        for (hash, expected) in [
            (hash("x").unwrap(), Demand::Short),
            (hash_of_nobody(), Demand::Short),
            ("nothing that can be read".to_owned(), Demand::Short),
            (bcrypt(10), Demand::Short),
            (bcrypt(12), Demand::Long),
            (bcrypt(15), Demand::Long),
            (phc("$pbkdf2-sha256$29000"), Demand::Short),
            (phc("$pbkdf2-sha256$600000"), Demand::Long),
            (phc("$pbkdf2-sha256$5000000"), Demand::Long),
            (phc("$pbkdf2-sha512$25000"), Demand::Short),
            (phc("$pbkdf2-sha512$210000"), Demand::Long),
            (phc("$scrypt$ln=14,r=8,p=1"), Demand::Short),
            (phc("$scrypt$ln=14,r=8,p=5"), Demand::Long),
            (phc("$scrypt$ln=17,r=8,p=1"), Demand::MuchMemory),
            (argon2("m=12288,t=3,p=1"), Demand::Short),
            (argon2("m=19456,t=9,p=1"), Demand::Long),
            (argon2("m=65536,t=1,p=4"), Demand::MuchMemory),
            (argon2("m=1048576,t=1,p=1"), Demand::MuchMemory),
        ] {
            assert_eq!(demand(&hash), expected, "{hash}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn p8_hashes_that_take_long_leave_threads_to_others() {
        let hasher = Arc::new(Hasher::on(4));
        let turn = || hasher.long.clone().try_acquire_owned();
        let (one, other) = (turn().unwrap(), turn().unwrap());
        assert!(turn().is_err(), "half of the threads");
        let waits: Vec<_> = long()
            .into_iter()
            .map(|hash| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.check(hasher.place().unwrap(), "wrong", Some(&hash)).await })
            })
            .collect();
        while hasher.waiting_for_long.waiting.load(Ordering::SeqCst) < waits.len() {
            tokio::task::yield_now().await;
        }
        let places: Vec<_> = (waits.len()..2 * MAX_WAITING_FOR_TURN)
            .map(|_| hasher.waiting_for_long.place().unwrap_or_else(|_| panic!("no place")))
            .collect();
        let refused = hasher.check(hasher.place().unwrap(), "wrong", Some(&long()[0])).await.unwrap_err();
        assert_eq!(refused.problem, UNAVAILABLE);
        assert_eq!((hasher.computed(), hasher.waiting.waiting.load(Ordering::SeqCst)), (0, 0));
        for _ in 0..4 {
            assert!(!hasher.check(hasher.place().unwrap(), "wrong", None).await.unwrap().matches);
        }
        assert_eq!(hasher.computed(), 4);
        drop((one, other, places));
        for waits in waits {
            assert_eq!(waits.await.unwrap().unwrap(), Verdict { matches: false, outdated: true });
        }
        assert_eq!((hasher.computed(), hasher.waiting_for_long.waiting.load(Ordering::SeqCst)), (8, 0));
    }

    /// Who needs much memory takes long, too: of two threads one is left.
    #[tokio::test]
    async fn p8_who_needs_much_memory_waits_for_those_who_take_long() {
        let hasher = Hasher::on(2);
        let somebody_else = hasher.long.clone().acquire_owned().await.unwrap();
        let hash = dear();
        let mut waits = std::pin::pin!(hasher.check(hasher.place().unwrap(), "wrong", Some(&hash)));
        assert!(waits.as_mut().now_or_never().is_none());
        assert_eq!(hasher.much_memory.available_permits(), 0);
        hasher.check(hasher.place().unwrap(), "wrong", None).await.unwrap();
        drop(somebody_else);
        assert_eq!(waits.await.unwrap(), Verdict { matches: false, outdated: true });
        assert_eq!((hasher.much_memory.available_permits(), hasher.long.available_permits()), (1, 1));
    }

    #[tokio::test]
    async fn p8_who_leaves_gives_his_turn_back() {
        let hasher = Hasher::on(1);
        let somebody_else = hasher.much_memory.clone().acquire_owned().await.unwrap();
        let hash = dear();
        let waits = hasher.check(hasher.place().unwrap(), "wrong", Some(&hash));
        assert!(waits.now_or_never().is_none());
        assert_eq!(hasher.waiting_for_memory.waiting.load(Ordering::SeqCst), 0);
        drop(somebody_else);
        hasher.check(hasher.place().unwrap(), "wrong", Some(&dear())).await.unwrap();
    }
}
