//! The way to a server, on which a connection can break off at the worst moment: when the server has done what it was
//! asked for and its answer is not there yet.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Cluster;

/// A port that leads to a server.
#[derive(Debug)]
pub struct Way {
    port: u16,
    trap: Arc<Trap>,
}

/// What becomes of an answer that is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The connection ends.
    Cut,
    /// It stays and says nothing more.
    Silence,
}

#[derive(Debug, Default)]
struct Trap {
    set: Mutex<Option<Set>>,
    sprung: AtomicUsize,
}

/// What a trap waits for.
#[derive(Debug)]
struct Set {
    /// Words that the same connection must have sent before, since the trap was set.
    after: Option<Vec<u8>>,
    words: Vec<u8>,
    loss: Loss,
}

impl Way {
    /// To a server, through the socket in its folder.
    pub fn to(cluster: &Cluster) -> Way {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap_or_else(|error| panic!("no port: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let socket = cluster.folder().join(format!(".s.PGSQL.{}", cluster.port()));
        let trap = Arc::<Trap>::default();
        let (way, walked) = (Way { port, trap: trap.clone() }, trap);
        // As long as the process: whoever waits at a port cannot be woken.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                walk(client, &socket, &walked);
            }
        });
        way
    }

    /// The address of a database on it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// The answer to the next message that holds these words gets lost, of whichever connection.
    pub fn lose_answer_to(&self, words: &str, loss: Loss) {
        *self.trap.lock() = Some(Set { after: None, words: words.as_bytes().to_vec(), loss });
    }

    /// The answer to the commit of what these words stand in gets lost; others' commits go through.
    pub fn lose_commit_of(&self, words: &str, loss: Loss) {
        // The whole of the message, or `READ COMMITTED` were one too.
        let commit = b"COMMIT\0".to_vec();
        *self.trap.lock() = Some(Set { after: Some(words.as_bytes().to_vec()), words: commit, loss });
    }

    /// How many answers were caught.
    pub fn lost(&self) -> usize {
        self.trap.sprung.load(Ordering::Relaxed)
    }
}

impl Trap {
    /// Nothing that panics runs under this lock.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Set>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message walks into it. Each trap is good for one.
    fn springs_at(&self, message: &[u8], heard: &mut Vec<u8>) -> Option<Loss> {
        let holds = |words: &[u8]| message.windows(words.len()).any(|part| part == words);
        let mut set = self.lock();
        let wanted = set.as_ref()?;
        if let Some(after) = &wanted.after {
            if holds(after) {
                heard.clone_from(after);
            }
            if heard != after {
                return None;
            }
        }
        if !holds(&wanted.words) {
            return None;
        }
        self.sprung.fetch_add(1, Ordering::Relaxed);
        set.take().map(|set| set.loss)
    }
}

/// Carries the messages of one connection both ways.
fn walk(client: TcpStream, socket: &Path, trap: &Arc<Trap>) {
    let Ok(server) = UnixStream::connect(socket) else { return };
    let (Ok(to_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else { return };
    let trap = trap.clone();
    let caught = Arc::<Mutex<Option<Loss>>>::default();
    let seen = caught.clone();
    std::thread::spawn(move || {
        let mut heard = Vec::new();
        carry(client, &to_server, |message| {
            // Before the server has it, so that the next that it says is its answer.
            if let Some(loss) = trap.springs_at(message, &mut heard) {
                *caught.lock().unwrap_or_else(PoisonError::into_inner) = Some(loss);
            }
            Some(message.len())
        });
        let _ = to_server.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || {
        carry(server, &to_client, |message| match *seen.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Some(message.len()),
            Some(loss) => (loss == Loss::Silence).then_some(0),
        });
        let _ = to_client.shutdown(Shutdown::Both);
    });
}

/// Carries messages one way, of each so many bytes as it may; till there are no more, or one may not go on at all.
fn carry(mut from: impl Read, mut to: impl Write, mut may: impl FnMut(&[u8]) -> Option<usize>) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let Some(message) = buffer.get(..length) else { return };
        let Some(part) = may(message).and_then(|length| message.get(..length)) else { return };
        if to.write_all(part).is_err() {
            return;
        }
    }
}
