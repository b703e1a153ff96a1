//! Heads and bodies that other readers might read otherwise, byte by byte: what each is answered, and that nothing after
//! it is taken for a request.

use super::Live;

/// Sent after every case. Whoever smuggles, or is let go on, gets an answer to it.
const NEXT: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Bytes in; the status and code out. The connection is closed, and what was sent after the bytes was not read.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, u16, &str)] = &[
    // What says where the body ends.
    ("both lengths", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("both, the other way round", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("two lengths", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 400, "bad_request"),
    ("the same length twice", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400, "bad_request"),
    ("a list of lengths", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nabcde", 400, "bad_request"),
    ("a signed length", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde", 400, "bad_request"),
    ("a negative length", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcde", 400, "bad_request"),
    ("a length in hex", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nabcde", 400, "bad_request"),
    ("no length in it", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400, "bad_request"),
    ("a length beyond all", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 400, "bad_request"),
    ("chunked not last", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400, "bad_request"),
    ("chunked not alone", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("chunked twice", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("chunked in two lines", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("identity", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n", 400, "bad_request"),
    ("xchunked", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("chunked after a tab and before a page feed", "POST /auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\tchunked\x0c\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    ("chunked in 1.0", "POST /auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    // Whom it is for.
    ("no host", "GET /healthz HTTP/1.1\r\n\r\n", 400, "bad_request"),
    ("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_request"),
    ("two hosts in 1.0", "GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_request"),
    ("an empty host", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad_request"),
    ("a host with a path", "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_request"),
    ("a host with a user", "GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "bad_request"),
    ("a list of hosts", "GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "bad_request"),
    ("a port that is none", "GET /healthz HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "bad_request"),
    ("half an address", "GET /healthz HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "bad_request"),
    // Lines.
    ("no HTTP", "hello\r\n\r\n", 400, "bad_request"),
    ("HTTP/0.9", "GET /healthz\r\n\r\n", 400, "bad_request"),
    ("HTTP/1.2", "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("HTTP/2.0 in words", "GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("small letters", "GET /healthz http/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("two spaces", "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a tab", "GET\t/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a space in the path", "GET /health z HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("no path", "GET HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a path without a slash", "GET healthz/x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a NUL in the path", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a method with a colon", "GE:T /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("line feeds alone", "GET /healthz HTTP/1.1\nHost: x\n\n", 400, "bad_request"),
    ("one line feed alone", "GET /healthz HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400, "bad_request"),
    ("a carriage return in a value", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400, "bad_request"),
    ("a NUL in a value", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400, "bad_request"),
    ("a folded header", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400, "bad_request"),
    ("a fold before all headers", "GET /healthz HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n", 400, "bad_request"),
    ("a space before the colon", "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400, "bad_request"),
    ("a space before the colon of a length", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nabcde", 400, "bad_request"),
    ("a header without a colon", "GET /healthz HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n", 400, "bad_request"),
    ("a header without a name", "GET /healthz HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n", 400, "bad_request"),
    ("empty lines without end", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n", 400, "bad_request"),
    ("TLS", "\x16\x03\x01\x02\0\x01\0\x01", 400, "bad_request"),
    ("a tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405, "method_not_allowed"),
];

/// Bytes in; the statuses out. The connection goes on.
#[rustfmt::skip]
const READ: &[(&str, &str, &[u16])] = &[
    ("plain", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &[200]),
    ("a name with a port", "GET /healthz HTTP/1.1\r\nHost: localhost:8000\r\n\r\n", &[200]),
    ("an address in brackets", "GET /healthz HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", &[200]),
    ("an empty line before it", "\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &[200]),
    ("the whole URI", "GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n", &[200]),
    ("pipelined", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", &[200, 404, 200]),
    ("a body that nobody asked for", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde", &[200]),
    ("a body that is refused", "POST /api/v1/clients HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", &[401]),
    ("chunks that are refused", "POST /api/v1/clients HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", &[401]),
    ("chunks", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: Chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n", &[422]),
    ("a request in a body", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 38\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n", &[415]),
    ("an unknown method", "FROBNICATE /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &[405]),
    ("TRACE", "TRACE /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &[405]),
    ("an unknown expectation", "GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n", &[200]),
    ("letters beyond ASCII in a value", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \u{e9}\r\n\r\n", &[200]),
    ("brackets in the query", "GET /api/v1/notices?created_at[gte]=x HTTP/1.1\r\nHost: x\r\n\r\n", &[400]),
    ("a leave to send", "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", &[100, 422]),
];

#[tokio::test]
async fn heads_that_can_be_read_in_two_ways_are_refused() {
    let live = Live::start(&[]).await;
    for (name, bytes, status, code) in REFUSED {
        let answers = live.exchange(format!("{bytes}{NEXT}").as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{name}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (*status, *code), "{name}: {answer:?}");
        assert_eq!(answer.header("connection"), Some("close"), "{name}");
    }
}

/// What was asked before is answered first, in its turn.
#[tokio::test]
async fn a_bad_head_waits_its_turn() {
    let live = Live::start(&[]).await;
    let good = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    for (name, bytes, status, _) in REFUSED {
        let answers = live.exchange(format!("{good}{bytes}{NEXT}").as_bytes()).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [422, *status], "{name}: {answers:#?}");
    }
}

#[tokio::test]
async fn good_heads_are_read_and_the_connection_goes_on() {
    let live = Live::start(&[]).await;
    for (name, bytes, expected) in READ {
        let answers = live.exchange(format!("{bytes}{NEXT}").as_bytes()).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [*expected, &[200]].concat(), "{name}: {answers:#?}");
        answers.iter().filter(|answer| answer.status >= 400).for_each(|answer| assert!(!answer.code().is_empty()));
    }
}

/// Where the bytes are cut on their way must change nothing.
#[tokio::test]
async fn bytes_one_by_one_are_read_like_bytes_at_once() {
    use tokio::io::AsyncWriteExt;
    let live = Live::start(&[]).await;
    let cases = READ.iter().map(|(name, bytes, expected)| (*name, *bytes, [*expected, &[200]].concat()));
    let refused = REFUSED.iter().map(|(name, bytes, status, _)| (*name, *bytes, vec![*status]));
    for (name, bytes, expected) in cases.chain(refused) {
        let mut stream = live.connect().await;
        stream.set_nodelay(true).unwrap();
        for byte in format!("{bytes}{NEXT}").bytes() {
            // A server that has refused may be gone already.
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let answers = super::read_all(&mut stream).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, expected, "{name}: {answers:#?}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_chunks_are_400_and_the_connection_is_closed() {
    let live = Live::start(&[]).await;
    let head =
        "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in
        ["x\r\n", "2\r\n{}0\r\n\r\n", "2\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "2 ;\r\n{}\r\n", "ffffffffffffffffff\r\n{}"]
    {
        let answers = live.exchange(format!("{head}{chunks}{NEXT}").as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{chunks:?}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (400, "bad_request"), "{chunks:?}");
    }
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed() {
    let live = Live::start(&[]).await;
    let answers = live.exchange(format!("GET /healthz HTTP/1.0\r\n\r\n{NEXT}").as_bytes()).await;
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].status, 200);
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let live = Live::start(&[]).await;
    let long = |length: usize| "x".repeat(length);
    for (name, head, status, code) in [
        ("a path", format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", long(8192)), 414, "uri_too_long"),
        ("a path without end", format!("GET /{}", long(9000)), 414, "uri_too_long"),
        ("a method", format!("{} / HTTP/1.1\r\nHost: x\r\n\r\n", long(9000)), 414, "uri_too_long"),
        ("a header", format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", long(33_000)), 431, "headers_too_large"),
        ("a header without end", format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", long(33_000)), 431, "headers_too_large"),
        ("a name", format!("GET / HTTP/1.1\r\nHost: x\r\n{}: x\r\n\r\n", long(33_000)), 431, "headers_too_large"),
        (
            "101 headers",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "x: y\r\n".repeat(100)),
            431,
            "headers_too_large",
        ),
        (
            "10,000 headers",
            format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "x: y\r\n".repeat(9999)),
            431,
            "headers_too_large",
        ),
    ] {
        let answers = live.exchange(format!("{head}{NEXT}").as_bytes()).await;
        let [answer] = answers.as_slice() else { panic!("{name}: {answers:#?}") };
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{name}");
    }
    let whole = format!("GET /healthz?{} HTTP/1.1\r\nHost: x\r\n{}\r\n", long(8000), "x: y\r\n".repeat(98));
    assert_eq!(live.exchange(format!("{whole}{NEXT}").as_bytes()).await.len(), 2, "up to the limits all is well");
    let wide = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", long(32_000));
    assert_eq!(live.exchange(format!("{wide}{NEXT}").as_bytes()).await.len(), 2);
}
