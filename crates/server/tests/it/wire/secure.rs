//! HTTPS by the server itself, and HTTP/2 with and without it.

use std::sync::Arc;

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value as Json;
use server::StartError;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Live;

/// A certificate of one's own and its key.
pub struct Files {
    _folder: TempDir,
    certificate: String,
    key: String,
    der: CertificateDer<'static>,
}

impl Files {
    pub fn new() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let write = |name: &str, pem: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, pem).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (certificate, key) =
            (write("cert.pem", made.cert.pem()), write("key.pem", made.signing_key.serialize_pem()));
        Files { certificate, key, der: made.cert.der().clone(), _folder: folder }
    }

    pub fn settings(&self) -> [(&str, &str); 2] {
        [("TLS_CERT", &self.certificate), ("TLS_KEY", &self.key)]
    }
}

/// A server with a certificate of its own, and who trusts it.
async fn start(settings: &[(&str, &str)]) -> (Live, Arc<ClientConfig>) {
    let files = Files::new();
    let live = Live::start(&[&files.settings(), settings].concat()).await;

    let mut roots = RootCertStore::empty();
    roots.add(files.der).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    (live, Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

async fn connect(live: &Live, config: &Arc<ClientConfig>, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut config = ClientConfig::clone(config);
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, live.connect().await).await
}

fn get(uri: &str) -> Request<Full<Bytes>> {
    Request::get(uri).header("host", "localhost").body(Full::default()).unwrap()
}

#[tokio::test]
async fn https_speaks_what_is_agreed_on() {
    let (live, config) = start(&[]).await;
    for (offered, agreed) in [(&["h2", "http/1.1"][..], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)] {
        let stream = connect(&live, &config, offered).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), agreed.map(str::as_bytes), "{offered:?}");
        let io = TokioIo::new(stream);
        let response = if agreed == Some("h2") {
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(get("https://localhost/healthz")).await.unwrap()
        } else {
            let (mut sender, connection) = http1::handshake(io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(get("/healthz")).await.unwrap()
        };
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("strict-transport-security"), "a test is not in earnest");
    }
    assert!(connect(&live, &config, &["spdy/3"]).await.is_err(), "nothing in common");
}

/// RFC 6797: said over HTTPS, in earnest only.
#[tokio::test]
async fn in_production_browsers_are_told_to_come_by_https_only() {
    let (live, config) = start(&[("ENV", "production")]).await;
    let io = TokioIo::new(connect(&live, &config, &["http/1.1"]).await.unwrap());
    let (mut sender, connection) = http1::handshake::<_, Full<Bytes>>(io).await.unwrap();
    tokio::spawn(connection);
    for path in ["/healthz", "/nothing"] {
        let response = sender.send_request(get(path)).await.unwrap();
        assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000", "{path}");
        response.into_body().collect().await.unwrap();
    }
}

#[tokio::test]
async fn hands_that_are_not_shaken_in_time_are_let_go() {
    let (live, _) = start(&[("HEADER_TIMEOUT", "300ms")]).await;
    for bytes in [&b""[..], b"\x16\x03\x01", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let mut stream = live.connect().await;
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_stops_the_start_before_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, database) = (folder.path().join("none.pem"), folder.path().join("app.db"));
    let files = [("TLS_CERT", missing.to_str().unwrap()), ("TLS_KEY", missing.to_str().unwrap())];
    let error = Live::try_start(&files, folder).await.err().unwrap();
    assert!(matches!(error, StartError::Tls(_)), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("TLS_CERT: ") && said.contains("TLS_KEY: ") && said.contains("none.pem"), "{said}");
    assert!(!database.exists());
}

/// Without TLS too, for proxies that speak HTTP/2 to what is behind them.
#[tokio::test]
async fn http_2_without_tls() {
    let live = Live::start(&[]).await;
    let io = TokioIo::new(live.connect().await);
    let (sender, connection) = http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    let many = (0..50).map(|number| {
        let mut sender = sender.clone();
        tokio::spawn(async move {
            let path = if number % 2 == 0 { "/healthz" } else { "/nothing" };
            let request = Request::get(format!("http://localhost{path}")).body(Full::default()).unwrap();
            let response = sender.send_request(request).await.unwrap();
            (response.status().as_u16(), response.headers().contains_key("connection"))
        })
    });
    for (number, answered) in futures_util::future::join_all(many).await.into_iter().enumerate() {
        assert_eq!(answered.unwrap(), (if number % 2 == 0 { 200 } else { 404 }, false));
    }

    let large = Request::get("http://localhost/healthz").header("x-large", "x".repeat(40_000));
    let response = sender.clone().send_request(large.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 431);
    let problem: Json = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    assert_eq!(problem["code"], "headers_too_large");

    // A body that is refused is not waited for, and the connection goes on.
    let post = Request::post("http://localhost/api/v1/clients").header("content-type", "application/json");
    let response = sender.clone().send_request(post.body(Full::from(vec![b' '; 300_000])).unwrap()).await.unwrap();
    assert_eq!(response.status(), 401);
    let again = Request::get("http://localhost/healthz").body(Full::default()).unwrap();
    assert_eq!(sender.clone().send_request(again).await.unwrap().status(), 200);

    let stopping = tokio::spawn(live.stop());
    drop(sender);
    connection.await.unwrap().unwrap();
    stopping.await.unwrap();
}

/// Whoever opens streams and takes them back is put out (CVE-2023-44487).
#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let live = Live::start(&[]).await;
    let mut stream = live.connect().await;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    for number in 0..2000_u32 {
        let id = number * 2 + 1;
        // GET / of http without an authority, in static HPACK; then the stream is taken back.
        bytes.extend(frame(1, 0x5, id, &[0x82, 0x84, 0x86]));
        bytes.extend(frame(3, 0, id, &[0, 0, 0, 8]));
    }
    let _ = stream.write_all(&bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    // GOAWAY is frame 7; ENHANCE_YOUR_CALM is error 11 (RFC 9113 §7).
    let calm = answer.windows(17).any(|frame| frame[3] == 7 && frame[13..17] == [0, 0, 0, 11]);
    assert!(calm, "{answer:?}");
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn idle_connections_of_http_2_are_closed() {
    let live = Live::start(&[("KEEP_ALIVE_TIMEOUT", "300ms")]).await;
    let io = TokioIo::new(live.connect().await);
    let (mut sender, connection) = http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    assert_eq!(sender.send_request(get("http://localhost/healthz")).await.unwrap().status(), 200);
    // It ends by itself, though the client holds on to it.
    let _ = connection.await.unwrap();
    assert!(sender.send_request(get("http://localhost/healthz")).await.is_err());
}
