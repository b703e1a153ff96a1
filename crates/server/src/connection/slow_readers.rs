//! Who takes an answer slowly but steadily gets all of it; who takes nothing does not.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::guard::{Guard, Patience, Protocol};
use super::line::Line;
use super::{http1, http2};
use crate::patience::Patient;

const ANSWER_BYTES: usize = 2 * 1024 * 1024;
const IDLE: Duration = Duration::from_secs(5);

/// A server that gives everybody a long answer, and when its connection ended.
fn serve(stream: DuplexStream) -> JoinHandle<Instant> {
    tokio::spawn(async move {
        let line = Arc::new(Line::default());
        let patience = Patience { head: IDLE, idle: IDLE };
        let mut guard = Guard::new(Patient::new(stream, 2 * IDLE), line.clone(), patience);
        let protocol = guard.protocol().await.unwrap();
        let answer = service_fn(move |_: Request<Incoming>| {
            let line = line.clone();
            async move {
                let _running = line.begin();
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(vec![b'x'; ANSWER_BYTES]))))
            }
        });
        let io = TokioIo::new(guard);
        let _ = match protocol {
            Protocol::Http1 => http1().serve_connection(io, answer).await,
            Protocol::Http2 => http2().serve_connection(io, answer).await,
        };
        Instant::now()
    })
}

#[tokio::test(start_paused = true)]
async fn of_http_1() {
    let (here, mut there) = duplex(4096);
    let ended = serve(here);
    there.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut read = vec![0; ANSWER_BYTES / 8];
    let mut count = 0;
    // Each pause is longer than an idle connection lives, and shorter than a write may wait.
    while count < ANSWER_BYTES {
        sleep(IDLE + IDLE / 2).await;
        let part = read.len().min(ANSWER_BYTES - count);
        count += there.read_exact(&mut read[..part]).await.unwrap();
    }
    let taken = Instant::now();
    let rest = there.read_to_end(&mut Vec::new()).await.unwrap();
    assert!(rest > 0, "the head");
    let ended = ended.await.unwrap();
    assert!((IDLE..=2 * IDLE).contains(&(ended - taken)), "{:?}", ended - taken);
}

#[tokio::test(start_paused = true)]
async fn of_http_2() {
    let (here, there) = duplex(4096);
    let ended = serve(here);
    let mut client = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(64 * 1024).initial_connection_window_size(64 * 1024);
    let (mut sender, connection) = client.handshake::<_, Empty<Bytes>>(TokioIo::new(there)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(Request::get("http://x/").body(Empty::new()).unwrap()).await.unwrap();
    let mut body = response.into_body();
    let mut count = 0;
    while let Some(frame) = body.frame().await {
        count += frame.unwrap().into_data().unwrap().len();
        sleep(IDLE / 8).await;
    }
    assert_eq!(count, ANSWER_BYTES);
    let taken = Instant::now();
    let ended = ended.await.unwrap();
    assert!(ended - taken <= 2 * IDLE, "{:?}", ended - taken);
    let _ = connection.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_is_given_up() {
    let (here, mut there) = duplex(4096);
    let ended = serve(here);
    let started = Instant::now();
    there.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(ended.await.unwrap() - started <= 3 * IDLE);
}
