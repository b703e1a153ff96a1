//! Whether who listens at an address is the server that left a note: he is asked on `/healthz` with a number that was never asked
//! before, and answers with what only who knows the note's secret can make of it. A port that a server left is anybody's.
//!
//! Where the server speaks TLS, it must show the very certificate of the settings; whether a browser would trust that is its affair.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderName;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};
use sha2::Sha256;

use super::Note;
use crate::audit::hex;
use crate::connection::tls;
use crate::settings::TlsFiles;

/// What is asked with.
pub(crate) const CHALLENGE: HeaderName = HeaderName::from_static("x-served-challenge");
/// What is answered.
pub(crate) const PROOF: HeaderName = HeaderName::from_static("x-served-proof");

/// So long it may take to reach a server of this machine, and then it may take to say anything.
const PATIENCE: Duration = Duration::from_millis(500);
/// The head of an answer is not longer.
const MOST_BYTES: usize = 8 * 1024;

/// What only who knows the secret can make of a challenge.
pub(super) fn of(secret: &str, challenge: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    hex(&mac.chain_update(challenge).finalize().into_bytes())
}

/// Whether the server of a note listens where it says.
pub(super) fn is_given(note: &Note, tls: Option<&TlsFiles>) -> bool {
    let mut challenge = [0; 16];
    if getrandom::fill(&mut challenge).is_err() {
        return false;
    }
    let challenge = hex(&challenge);
    asked(note, tls, &challenge).is_some_and(|head| says(&head, &of(&note.secret, &challenge)))
}

/// The head of the answer.
fn asked(note: &Note, files: Option<&TlsFiles>, challenge: &str) -> Option<String> {
    let stream = TcpStream::connect_timeout(&note.address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "GET /healthz HTTP/1.1\r\nHost: {}\r\n{CHALLENGE}: {challenge}\r\nConnection: close\r\n\r\n",
        note.address
    );
    match files {
        None => head_of(stream, &request),
        Some(files) => {
            let name = ServerName::from(note.address.ip());
            let connection = ClientConnection::new(Arc::new(config(files)?), name).ok()?;
            head_of(StreamOwned::new(connection, stream), &request)
        }
    }
}

fn head_of(mut stream: impl Read + Write, request: &str) -> Option<String> {
    let until = Instant::now() + 2 * PATIENCE;
    stream.write_all(request.as_bytes()).ok()?;
    stream.flush().ok()?;
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    // Who sends byte after byte must not hold up the command.
    while head.len() < MOST_BYTES && Instant::now() < until {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        head.extend_from_slice(part.get(..count)?);
        if let Some(end) = head.windows(4).position(|end| end == b"\r\n\r\n") {
            head.truncate(end);
            return String::from_utf8(head).ok();
        }
    }
    None
}

fn says(head: &str, proof: &str) -> bool {
    let mut headers = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    headers.any(|(name, value)| PROOF.as_str().eq_ignore_ascii_case(name) && value.trim() == proof)
}

fn config(files: &TlsFiles) -> Option<ClientConfig> {
    let certificate = tls::certificates(&files.certificate).ok()?.into_iter().next()?;
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(Pinned { certificate, provider: provider.clone() });
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    Some(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Takes one certificate and no other, whoever signed it and for whatever name.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *shown == self.certificate {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::General("another certificate than that of the settings".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
