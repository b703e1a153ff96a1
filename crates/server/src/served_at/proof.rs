//! Whether who listens at an address is the server that left a note: he is asked on `/healthz` with a number that was never asked
//! before, and answers with what only who knows the note's secret can make of it. A port that a server left is anybody's, and who
//! took it could ask the server itself: so the answer is for the address that was asked, as the server sees it, and for programs of
//! this machine only.
//!
//! Where the server speaks TLS, it must show the very certificate of the settings; whether a browser would trust that is its affair.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Request};
use rustls::client::danger::ServerCertVerified;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, Error, StreamOwned};
use sha2::Sha256;
use store::tls::Taken;

use super::Note;
use crate::audit::hex;
use crate::connection::tls;
use crate::settings::TlsFiles;

/// What is asked with.
const CHALLENGE: HeaderName = HeaderName::from_static("x-served-challenge");
/// What is answered.
pub(crate) const PROOF: HeaderName = HeaderName::from_static("x-served-proof");

const CHALLENGE_BYTES: usize = 16;
/// The head of an answer is not longer.
const MOST_BYTES: usize = 8 * 1024;

/// The two ends of a connection to this server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    pub(crate) here: SocketAddr,
}

impl Ends {
    /// Who comes from the address that he reached comes from this machine too.
    fn are_one_machine(self) -> bool {
        let (peer, here) = (self.peer.ip().to_canonical(), self.here.ip().to_canonical());
        peer.is_loopback() || peer == here
    }
}

/// What is answered to a request that asks for a proof, and may.
pub(super) fn answer<B>(note: &Note, request: &Request<B>, ends: Ends) -> Option<HeaderValue> {
    if request.uri().path() != "/healthz" || !ends.are_one_machine() {
        return None;
    }
    let challenge = request.headers().get(CHALLENGE)?.to_str().ok()?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if challenge.len() != 2 * CHALLENGE_BYTES || !challenge.bytes().all(is_digit) {
        return None;
    }
    let here = SocketAddr::new(ends.here.ip().to_canonical(), ends.here.port());
    HeaderValue::from_str(&of(&note.secret, here, challenge)).ok()
}

/// What only who knows the secret can make of a challenge, where it was asked at this address.
fn of(secret: &str, asked: SocketAddr, challenge: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    hex(&mac.chain_update(format!("{asked} {challenge}")).finalize().into_bytes())
}

/// The first of the notes whose server listens where it says. All are asked at once, and none has longer than `patience`.
pub(super) fn first_given(notes: Vec<Note>, files: Option<&TlsFiles>, patience: Duration) -> Option<Note> {
    let until = Instant::now() + patience;
    let config = match files {
        Some(files) => Some(Arc::new(config(files)?)),
        None => None,
    };
    let ask = |note: Note| {
        let config = config.clone();
        thread::Builder::new().spawn(move || is_given(&note, config, until).then_some(note)).ok()
    };
    let asked: Vec<_> = notes.into_iter().filter_map(ask).collect();
    // Those that nobody waits for any more end by themselves.
    asked.into_iter().find_map(|asked| asked.join().ok().flatten())
}

fn is_given(note: &Note, config: Option<Arc<ClientConfig>>, until: Instant) -> bool {
    let mut challenge = [0; CHALLENGE_BYTES];
    if getrandom::fill(&mut challenge).is_err() {
        return false;
    }
    let challenge = hex(&challenge);
    let head = head_of(note.address, config, &challenge, until);
    head.is_some_and(|head| says(&head, &of(&note.secret, note.address, &challenge)))
}

/// The head of the answer.
fn head_of(address: SocketAddr, config: Option<Arc<ClientConfig>>, challenge: &str, until: Instant) -> Option<String> {
    let stream = Punctual::connect(address, until).ok()?;
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n{CHALLENGE}: {challenge}\r\nConnection: close\r\n\r\n");
    match config {
        None => exchange(stream, &request),
        Some(config) => {
            let connection = ClientConnection::new(config, ServerName::from(address.ip())).ok()?;
            exchange(StreamOwned::new(connection, stream), &request)
        }
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Option<String> {
    stream.write_all(request.as_bytes()).ok()?;
    stream.flush().ok()?;
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while head.len() < MOST_BYTES {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        head.extend_from_slice(part.get(..count)?);
        if let Some(end) = head.windows(4).position(|end| end == b"\r\n\r\n") {
            head.truncate(end);
            return String::from_utf8(head).ok();
        }
    }
    None
}

/// A stream that ends at one moment, whoever sends byte after byte: TLS shakes hands in a loop of its own.
struct Punctual {
    stream: TcpStream,
    until: Instant,
}

impl Punctual {
    fn connect(address: SocketAddr, until: Instant) -> io::Result<Punctual> {
        Ok(Punctual { stream: TcpStream::connect_timeout(&address, left(until)?)?, until })
    }
}

/// Never nothing, which a socket would take for no limit.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Read for Punctual {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        self.stream.read(bytes)
    }
}

impl Write for Punctual {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn says(head: &str, proof: &str) -> bool {
    let mut headers = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    headers.any(|(name, value)| PROOF.as_str().eq_ignore_ascii_case(name) && value.trim() == proof)
}

fn config(files: &TlsFiles) -> Option<ClientConfig> {
    let certificate = tls::certificates(&files.certificate).ok()?.into_iter().next()?;
    store::tls::client(Pinned { certificate }).ok()
}

/// Takes one certificate and no other, whoever signed it and for whatever name.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
}

impl Taken for Pinned {
    fn takes(
        &self,
        shown: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *shown == self.certificate {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::General("another certificate than that of the settings".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(200);
    /// For a machine that is busy with other things.
    const AT_MOST: Duration = Duration::from_secs(5);

    fn note(address: SocketAddr) -> Note {
        Note { address, secret: "0".repeat(32) }
    }

    /// Sends this, then byte after byte until whoever asked goes away.
    fn who_never_ends(begins: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(begins).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
            while stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
            while stream.write_all(b"a").is_ok() && !matches!(stream.read(&mut [0; 64]), Ok(0)) {}
        });
        address
    }

    #[test]
    fn who_sends_byte_after_byte_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("cert.pem");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        let files = TlsFiles { certificate, key: folder.path().join("key.pem") };
        // The record of a handshake that is as long as one may be.
        let of_tls: &[u8] = &[0x16, 3, 3, 0x40, 0];
        for (begins, files) in [(b"HTTP/1.1 200 OK\r\n".as_slice(), None), (of_tls, Some(&files))] {
            let notes = vec![note(who_never_ends(begins))];
            let began = Instant::now();
            assert_eq!(first_given(notes, files, PATIENCE), None);
            assert!(began.elapsed() >= PATIENCE, "it was not asked, or refused: {:?}", began.elapsed());
            assert!(began.elapsed() < AT_MOST, "{begins:?}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn all_who_say_nothing_are_waited_for_at_once() {
        let silent: Vec<_> = (0..20).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let notes = silent.iter().map(|one| note(one.local_addr().unwrap())).collect();
        let patience = AT_MOST / 10;
        let began = Instant::now();
        assert_eq!(first_given(notes, None, patience), None);
        assert!((patience..AT_MOST).contains(&began.elapsed()), "{:?}", began.elapsed());
    }

    #[test]
    fn only_programs_of_this_machine_are_answered_what_they_may_ask() {
        const ASKED: &str = "0123456789abcdef0123456789abcdef";
        let note = note("127.0.0.1:80".parse().unwrap());
        let answer = |path: &str, challenge: &str, peer: &str, here: &str| {
            let request = Request::get(path).header(CHALLENGE, challenge).body(()).unwrap();
            let ends = Ends { peer: peer.parse().unwrap(), here: here.parse().unwrap() };
            answer(&note, &request, ends).map(|value| value.to_str().unwrap().to_owned())
        };
        let expected = of(&note.secret, note.address, ASKED);
        for (path, challenge, peer, here, is_answered) in [
            ("/healthz", ASKED, "127.0.0.1:5", "127.0.0.1:80", true),
            ("/healthz", ASKED, "[::ffff:127.0.0.1]:5", "[::ffff:127.0.0.1]:80", true),
            ("/healthz", ASKED, "192.0.2.1:5", "127.0.0.1:80", false),
            ("/readyz", ASKED, "127.0.0.1:5", "127.0.0.1:80", false),
            ("/healthz", "", "127.0.0.1:5", "127.0.0.1:80", false),
            ("/healthz", "0123456789ABCDEF0123456789ABCDEF", "127.0.0.1:5", "127.0.0.1:80", false),
            ("/healthz", &ASKED[1..], "127.0.0.1:5", "127.0.0.1:80", false),
            ("/healthz", &ASKED.repeat(1000), "127.0.0.1:5", "127.0.0.1:80", false),
        ] {
            let found = answer(path, challenge, peer, here);
            assert_eq!(found.as_deref(), is_answered.then_some(&*expected), "{path} {challenge:.40} {peer} {here}");
        }
        // A server of an address of the network is asked there, by this machine.
        let of_network = answer("/healthz", ASKED, "192.0.2.1:5", "192.0.2.1:80").unwrap();
        assert_eq!(answer("/healthz", ASKED, "192.0.2.2:5", "192.0.2.1:80"), None);
        // What was asked elsewhere is no answer for this address.
        assert_ne!(of_network, expected);
        assert_ne!(answer("/healthz", ASKED, "127.0.0.1:5", "127.0.0.1:81").unwrap(), expected);
    }
}
