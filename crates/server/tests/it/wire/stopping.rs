//! How a server ends: whoever sends it requests hears of it first, and nobody waits for ever.

use std::time::Duration;

use server::process::Stop;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Live, Raw, read_all};

const LONG: &str = "10m";

/// Asks on a connection of its own that would stay open if the server let it.
async fn ask(live: &Live, path: &str) -> Raw {
    let mut stream = live.connect().await;
    stream.write_all(request(path).as_bytes()).await.unwrap();
    answer(&mut stream).await
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// One answer, whether or not the connection goes on.
async fn answer(stream: &mut TcpStream) -> Raw {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = super::header(&head, "content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Raw { status, head: head.trim_end().to_owned(), body: String::from_utf8(body).unwrap() }
}

/// Until `/readyz` tells it.
async fn drains(live: &Live) -> Raw {
    let told = async {
        loop {
            let ready = ask(live, "/readyz").await;
            if ready.status == 503 {
                return ready;
            }
            assert_eq!(ready.header("connection"), None, "nobody is sent away before");
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.expect("/readyz is not 503")
}

#[tokio::test]
async fn a_load_balancer_sees_503_while_requests_are_still_taken() {
    let live = Live::start(&[("DRAIN_DELAY", LONG)]).await;
    let mut kept = live.connect().await;
    kept.write_all(request("/healthz").as_bytes()).await.unwrap();
    assert_eq!(answer(&mut kept).await.header("connection"), None);
    live.tell(Stop::Announced);
    let ready = drains(&live).await;
    assert_eq!((ready.code().as_str(), ready.header("retry-after")), ("unavailable", Some("5")));
    assert_eq!(ready.header("connection"), Some("close"));

    let late = live.exchange(request("/healthz").as_bytes()).await;
    assert_eq!((late[0].status, late[0].header("connection")), (200, Some("close")), "on a connection that came after");
    assert_eq!(late.len(), 1);
    kept.write_all(request("/readyz").as_bytes()).await.unwrap();
    let last = read_all(&mut kept).await;
    assert_eq!((last[0].status, last[0].header("connection")), (503, Some("close")), "on one that was there before");

    let mut running = live.connect().await;
    running
        .write_all(
            b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        )
        .await
        .unwrap();
    live.tell(Stop::Announced);
    live.ended().await;
}

#[tokio::test]
async fn the_delay_ends_by_itself_and_then_nobody_is_let_in() {
    let live = Live::start(&[("DRAIN_DELAY", "1ms")]).await;
    let address = live.address;
    live.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn at_a_terminal_there_is_no_delay() {
    let live = Live::start(&[("DRAIN_DELAY", LONG)]).await;
    live.tell(Stop::Promptly);
    live.ended().await;
}

#[tokio::test]
async fn told_a_second_time_it_waits_for_nobody() {
    let live = Live::start(&[("DRAIN_TIMEOUT", LONG), ("BODY_TIMEOUT", LONG), ("BODY_IDLE_TIMEOUT", LONG)]).await;
    let mut running = live.connect().await;
    let head = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    running.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    running.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 100", "it runs");
    let mut idle = live.connect().await;
    idle.write_all(request("/healthz").as_bytes()).await.unwrap();
    assert_eq!(answer(&mut idle).await.status, 200);
    live.tell(Stop::Announced);
    idle.read_to_end(&mut Vec::new()).await.unwrap();
    live.tell(Stop::Promptly);
    live.ended().await;
}
