//! Slow, large and many: what a connection may cost, and that nobody else pays for it.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Live;

const LOGIN: &str = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

#[tokio::test]
async fn heads_that_stop_coming_are_408() {
    let live = Live::start(&[("HEADER_TIMEOUT", "300ms")]).await;
    for begun in ["G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", "\r\n"] {
        let answers = live.exchange(begun.as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{begun:?}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (408, "timeout"), "{begun:?}");
    }
    for nothing in ["", "PRI * HTTP/2.0\r\n"] {
        assert!(live.exchange(nothing.as_bytes()).await.is_empty(), "closed without a word");
    }
}

/// A byte now and then does not give a head more time.
#[tokio::test]
async fn heads_that_trickle_are_408() {
    let live = Live::start(&[("HEADER_TIMEOUT", "500ms")]).await;
    let (mut read, mut write) = live.connect().await.into_split();
    let trickle = tokio::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(20));
        while write.write_all(b"x").await.is_ok() {
            pause.tick().await;
        }
    });
    let started = Instant::now();
    let mut answer = String::new();
    let _ = read.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(5));
    trickle.abort();
}

#[tokio::test]
async fn connections_without_a_request_are_closed() {
    let live = Live::start(&[("KEEP_ALIVE_TIMEOUT", "300ms"), ("HEADER_TIMEOUT", "60s")]).await;
    let answers = live.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].status, 200);
}

/// Whoever is told to come back would do it twice.
#[tokio::test]
async fn what_takes_too_long_is_504_and_invites_no_repeat() {
    let live = Live::start(&[("REQUEST_TIMEOUT", "200ms")]).await;
    let answers = live.exchange(format!("{LOGIN}Content-Length: 10\r\n\r\n{{").as_bytes()).await;
    let [answer] = answers.as_slice() else { panic!("{answers:#?}") };
    assert_eq!((answer.status, answer.code().as_str(), answer.header("retry-after")), (504, "too_slow", None));
}

#[tokio::test]
async fn bodies_that_stop_coming_are_408() {
    let live = Live::start(&[("BODY_IDLE_TIMEOUT", "300ms")]).await;
    for body in ["Content-Length: 10\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{", "Content-Length: 9\r\n\r\n"]
    {
        let answers = live.exchange(format!("{LOGIN}{body}").as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{body:?}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (408, "timeout"), "{body:?}");
    }
}

#[tokio::test]
async fn bodies_that_trickle_are_408() {
    let live = Live::start(&[("BODY_TIMEOUT", "500ms")]).await;
    let (mut read, mut write) = live.connect().await.into_split();
    write.write_all(format!("{LOGIN}Content-Length: 100000\r\n\r\n{{").as_bytes()).await.unwrap();
    let trickle = tokio::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(20));
        while write.write_all(b" ").await.is_ok() {
            pause.tick().await;
        }
    });
    let mut answer = String::new();
    let _ = read.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    trickle.abort();
}

/// 10 MB that nobody wants: refused by its announcement, or when it has become too long; and the refusal can be read
/// by a client that goes on sending.
#[tokio::test]
async fn long_bodies_are_413_before_they_are_read() {
    let live = Live::start(&[]).await;
    let body = " ".repeat(10_000_000);
    let announced = format!("{LOGIN}Content-Length: {}\r\n\r\n", body.len());
    let mut stream = live.connect().await;
    stream.write_all(announced.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413", "answered before a byte of the body was sent");

    let answers = live.exchange(format!("{announced}{body}").as_bytes()).await;
    assert_eq!((answers.len(), answers[0].code().as_str()), (1, "too_large"));
    let chunked = format!("{LOGIN}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let answers = live.exchange(chunked.as_bytes()).await;
    assert_eq!((answers.len(), answers[0].code().as_str()), (1, "too_large"));
}

/// Whoever asks first is told at once, and is not asked for a body that is refused.
#[tokio::test]
async fn nobody_is_asked_for_a_body_that_is_refused() {
    let live = Live::start(&[]).await;
    for (path, status) in [("/api/v1/clients", 401), ("/nothing", 404), ("/healthz", 405)] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        );
        let answers = live.exchange(head.as_bytes()).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [status], "{path}");
        assert_eq!(answers[0].header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn bodies_that_are_bombs_are_refused() {
    let live = Live::start(&[]).await;
    let deep = format!("{{\"email\":{}", "[".repeat(10_000));
    let twice = format!("{{{}\"x\":1}}", "\"x\":1,".repeat(1000));
    for (name, header, body, status, code) in [
        ("10,000 levels", "", deep.as_str(), 400, "bad_json"),
        ("a key 1,000 times", "", twice.as_str(), 400, "bad_json"),
        ("gzip", "Content-Encoding: gzip\r\n", "{}", 415, "unsupported_media_type"),
        (
            "br after identity",
            "Content-Encoding: identity\r\nContent-Encoding: br\r\n",
            "{}",
            415,
            "unsupported_media_type",
        ),
        ("identity", "Content-Encoding: identity\r\n", "{}", 422, "validation"),
    ] {
        let request = format!("{LOGIN}Connection: close\r\n{header}Content-Length: {}\r\n\r\n{body}", body.len());
        let answers = live.exchange(request.as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{name}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{name}");
        if code == "unsupported_media_type" {
            assert_eq!(answer.header("accept-encoding"), Some("identity"), "{name}");
        }
    }
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let live = Live::start(&[("MAX_CONNECTIONS_PER_ADDRESS", "2")]).await;
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = live.connect().await;
        stream.write_all(request).await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        open.push(stream);
    }
    for sent in [&request[..], b"", b"GET /heal"] {
        let answers = live.exchange(sent).await;
        let [answer] = answers.as_slice() else { panic!("{answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
        assert_eq!((answer.header("retry-after"), answer.header("connection")), (Some("5"), Some("close")));
    }
    drop(open);
    // Its place is free as soon as the server has seen that it is gone.
    loop {
        let mut again = live.connect().await;
        let _ = again.write_all(request).await;
        let mut start = [0; 12];
        if again.read_exact(&mut start).await.is_ok() && start.ends_with(b"200") {
            break;
        }
    }
}

#[tokio::test]
async fn stopping_closes_what_is_idle_and_waits_for_what_runs() {
    let live = Live::start(&[]).await;
    let (mut silent, mut idle, mut running) = (live.connect().await, live.connect().await, live.connect().await);
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).await.unwrap();
    let head = format!("{LOGIN}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    running.write_all(head.as_bytes()).await.unwrap();
    // The leave to send shows that the request runs.
    running.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 100");
    let stopping = tokio::spawn(live.stop());
    idle.read_to_end(&mut Vec::new()).await.unwrap();
    silent.read_to_end(&mut Vec::new()).await.unwrap();
    running.write_all(b"{}").await.unwrap();
    let mut rest = String::new();
    running.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("HTTP/1.1 422 ") && rest.contains("connection: close"), "{rest}");
    stopping.await.unwrap();
}
