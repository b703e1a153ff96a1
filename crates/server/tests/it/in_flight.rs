//! More requests at once than are worked on.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use hyper::body::{Body, Bytes, Frame};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

/// A body that never comes.
struct Never;

impl Body for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn beyond_the_limit_requests_are_sent_away_but_not_those_who_watch() {
    let app = TestApp::with(OFFICE, &[("MAX_REQUESTS", "1")]).await;
    let stranger = app.stranger();
    stranger.send("GET", "/auth/me", None).await.expect(401);
    let slow = Request::post("/auth/login").header("host", "localhost").header("content-type", "application/json");
    let slow = slow.header("transfer-encoding", "chunked").body(Never).unwrap();
    let mut slow = Box::pin(app.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), slow));
    tokio::select! {
        biased;
        answer = &mut slow => panic!("{answer:?}"),
        () = std::future::ready(()) => {}
    }
    for path in ["/auth/me", "/api/v1/clients", "/openapi.json", "/unknown"] {
        let sent_away = stranger.send("GET", path, None).await.expect(503);
        assert_eq!(sent_away.header("retry-after"), "1", "{path}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        stranger.send("GET", path, None).await.expect(200);
    }
    drop(slow);
    stranger.send("GET", "/auth/me", None).await.expect(401);
}
