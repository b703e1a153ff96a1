//! Where servers listen is known to those who make links beside them, on their database; and their documents say it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use server::Whereto;
use server::process::Stop;
use tempfile::TempDir;

use super::Live;
use crate::support::place;

/// Where a command beside it finds that links lead: whether that is known, and the address.
fn found(given: &[(&str, &str)], folder: &TempDir) -> (bool, String) {
    let settings = crate::support::settings(given, folder);
    tokio::task::block_in_place(|| {
        let store = server::open_database_as_it_is(&settings).unwrap();
        let found = Whereto::find(&store, &settings);
        store.close_blocking();
        (matches!(found, Whereto::Known(_)), found.links().map(|links| links.to("verify")).unwrap_or_default())
    })
}

fn known(address: impl std::fmt::Display) -> (bool, String) {
    (true, format!("http://{address}/auth/pages/verify"))
}

/// Where no server is known.
fn guessed() -> (bool, String) {
    (false, "http://127.0.0.1:4321/auth/pages/verify".to_owned())
}

const PORT: (&str, &str) = ("PORT", "4321");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_made_beside_a_server_leads_to_it() {
    let live = Live::start(&[]).await;
    assert_eq!(found(&[PORT], &live.folder), known(live.address));
    let named = found(&[("PUBLIC_URL", "https://desk.example")], &live.folder);
    assert_eq!(named, (true, "https://desk.example/auth/pages/verify".to_owned()));
}

/// Another program on a port that a server left: it answers, but not what only the server can.
struct Other {
    asked: Arc<AtomicBool>,
}

impl Other {
    fn at(address: SocketAddr, answer: &'static str) -> Other {
        let listener = TcpListener::bind(address).unwrap();
        let asked = Arc::<AtomicBool>::default();
        let seen = asked.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 1024]);
                seen.store(true, Ordering::SeqCst);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Other { asked }
    }
}

/// Neither when the server has stopped nor when it was killed, whoever listens there then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_a_server_that_is_gone_is_not_called_known() {
    // Elsewhere this machine has one address of its own only.
    let host = if cfg!(target_os = "linux") { "127.0.0.2" } else { "127.0.0.1" };
    let health = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nX-Served-Proof: 00\r\n\r\n{\"status\":\"ok\"}";
    for (is_killed, answer) in [(false, health), (true, health), (true, ""), (true, "220 mail.example ESMTP\r\n")] {
        let Live { address, folder, stops, running } = Live::start(&[("HOST", host)]).await;
        assert_eq!(found(&[PORT], &folder), known(address));
        if is_killed {
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        } else {
            stops.send(Stop::Announced).unwrap();
            running.await.unwrap();
        }
        assert_eq!(found(&[PORT], &folder), guessed());
        let other = Other::at(address, answer);
        assert_eq!(found(&[PORT], &folder), guessed(), "{answer:?}");
        // Where it was taken away there is nobody to ask.
        assert_eq!(other.asked.load(Ordering::SeqCst), is_killed);
    }
}

/// The notes of each server are its own: one that stops leaves those of others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_the_one_that_goes_on_is_known() {
    let first = Live::start(&[]).await;
    let folder = TempDir::new().unwrap();
    let database = place::url(first.folder.path());
    let second = Live::try_start(&[("DATABASE_URL", &database)], folder).await.unwrap();
    assert_eq!(found(&[PORT], &first.folder), known(second.address), "the later one");
    second.stop().await;
    assert_eq!(found(&[PORT], &first.folder), known(first.address));
}

/// What leads elsewhere leaves nothing, and believes nothing that was left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_url_comes_and_goes() {
    let public = [("PUBLIC_URL", "https://desk.example")];
    let Live { folder, running, .. } = Live::start(&[]).await;
    running.abort();
    let _ = running.await;
    let live = Live::try_start(&public, folder).await.unwrap();
    assert_eq!(found(&public, &live.folder), (true, "https://desk.example/auth/pages/verify".to_owned()));
    // A command that does not have the server's environment.
    assert_eq!(found(&[PORT], &live.folder), guessed());
    let Live { folder, stops, running, .. } = live;
    stops.send(Stop::Announced).unwrap();
    running.await.unwrap();
    let live = Live::try_start(&[], folder).await.unwrap();
    assert_eq!(found(&[PORT], &live.folder), known(live.address));
}

/// With TLS it is found too, by its certificate; another one at its place is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_speaks_tls_is_found() {
    let files = super::secure::Files::new();
    let live = Live::start(&files.settings()).await;
    let other = super::secure::Files::new();
    let with = |files: &super::secure::Files| {
        let [certificate, key] = files.settings();
        found(&[PORT, certificate, key], &live.folder)
    };
    assert_eq!(with(&files), (true, format!("https://{}/auth/pages/verify", live.address)));
    assert_eq!(with(&other), (false, "https://127.0.0.1:4321/auth/pages/verify".to_owned()));
    assert_eq!(found(&[PORT], &live.folder), guessed(), "in the clear it says nothing");
}

/// A server for all addresses is found at the usual one, and answers a challenge of the form that the program sends, for the
/// address that was asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_for_the_address_that_was_asked() {
    let live = Live::start(&[("HOST", "0.0.0.0")]).await;
    let port = live.address.port();
    assert_eq!(found(&[PORT], &live.folder), known(format_args!("127.0.0.1:{port}")));
    let asked = |host: &'static str, path: &'static str, challenge: String| async move {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Served-Challenge: {challenge}\r\nConnection: close\r\n\r\n"
        );
        tokio::task::block_in_place(|| {
            let mut stream = std::net::TcpStream::connect((host, port)).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
            let mut headers = answer.lines().filter_map(|line| line.split_once(": "));
            headers.find(|(name, _)| name.eq_ignore_ascii_case("x-served-proof")).map(|(_, value)| value.to_owned())
        })
    };
    let challenge = "0123456789abcdef".repeat(2);
    let here = asked("127.0.0.1", "/healthz", challenge.clone()).await;
    assert_eq!(here.as_ref().map(String::len), Some(64));
    for (path, challenge) in [
        ("/readyz", challenge.clone()),
        ("/healthz", challenge.to_uppercase()),
        ("/healthz", "0".repeat(31)),
        ("/healthz", "0".repeat(30_000)),
    ] {
        assert_eq!(asked("127.0.0.1", path, challenge).await, None, "{path}");
    }
    if cfg!(target_os = "linux") {
        let elsewhere = asked("127.0.0.2", "/healthz", challenge).await;
        assert!(elsewhere.is_some() && elsewhere != here, "{elsewhere:?}");
    }
}

#[tokio::test]
async fn documents_say_where_the_server_is_reached() {
    for (settings, base, servers) in [
        ([].as_slice(), None, vec!["/"]),
        (&[("HOST", "0.0.0.0")], None, vec!["/"]),
        (&[("PUBLIC_URL", "https://desk.example")], Some("https://desk.example"), vec!["https://desk.example", "/"]),
        (&[("ENV", "production"), ("SECRET_KEY", "0123456789abcdef0123456789abcdef")], Some("…"), vec!["/"]),
    ] {
        let live = Live::start(settings).await;
        let request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let answer = live.exchange(request).await.remove(0);
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let here = format!("http://127.0.0.1:{}", live.address.port());
        let said = document["info"]["description"].as_str().unwrap();
        let line = said.lines().find_map(|line| line.strip_prefix("BASE=")).unwrap();
        assert_eq!(line.split(' ').next(), base.or(Some(&here)), "{settings:?}");
        assert!(!said.contains(":8000"), "{said}");
        let urls: Vec<&str> =
            document["servers"].as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap()).collect();
        assert_eq!(urls, servers, "{settings:?}");
    }
}
