//! One connection from its first byte to its last: TLS, HTTP/1.1 or HTTP/2, its limits, its end.
//!
//! hyper speaks HTTP; [`guard`] stands in front of it, and [`edge`](crate::edge) answers.

pub(crate) mod crowd;
mod framing;
mod guard;
mod head;
mod line;
#[cfg(test)]
mod slow_readers;
pub(crate) mod tls;
pub(crate) mod turned_away;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
#[cfg(any(target_os = "linux", target_os = "android"))]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use self::crowd::Place;
use self::guard::{Guard, Patience, Protocol};
use self::line::Line;
use crate::edge::MAX_HEAD_BYTES;
use crate::patience::Patient;
use crate::served_at::{self, Ends};
use crate::{Live, edge};

/// More than a head may have, so that the guard refuses one that is too long, in words, and hyper never does.
const MAX_BUFFER_BYTES: usize = 2 * MAX_HEAD_BYTES;
/// Requests of one connection of HTTP/2 at once.
const MAX_STREAMS: u32 = 100;
/// Streams that the client opened and took back before they were looked at (CVE-2023-44487).
const MAX_RESET_STREAMS: usize = 50;
/// Streams that were ended here because of what the client did (CVE-2025-8671).
const MAX_LOCAL_RESETS: usize = 200;
/// What of an answer of HTTP/2 waits in memory for its client.
const MAX_SEND_BYTES: usize = 256 * 1024;

/// What of an answer the system holds that it has not sent yet.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_BYTES: u32 = 128 * 1024;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) live: Live,
    pub(crate) tls: Option<TlsAcceptor>,
    /// Changes once: when the server stops.
    pub(crate) stop: watch::Receiver<()>,
}

/// Serves one connection until it ends.
pub(crate) async fn serve(shared: Shared, stream: TcpStream, peer: SocketAddr, place: Place) {
    // Answers are small and whole, so waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    send_little_ahead(&stream);
    // Where it cannot be told the connection is gone.
    let Ok(here) = stream.local_addr() else { return };
    let ends = Ends { peer, here };
    let Shared { live, tls, mut stop } = shared;
    match tls {
        None => drive(live, stream, ends, stop).await,
        Some(tls) => {
            let hands = tokio::time::timeout(live.now().settings.limits.header_timeout, tls.accept(stream));
            let shaken = tokio::select! {
                shaken = hands => shaken,
                _ = stop.changed() => return,
            };
            match shaken {
                Ok(Ok(stream)) => drive(live, stream, ends, stop).await,
                Ok(Err(error)) => tracing::debug!(%error, "TLS could not be agreed on"),
                Err(_) => tracing::debug!("TLS was not agreed on in time"),
            }
        }
    }
    drop(place);
}

/// Keeps what the system holds of an answer small, so that whoever takes it slowly but steadily is seen to take it: without
/// this megabytes are held, and for as long as they last none more is asked for. Elsewhere the system sets the bound.
fn send_little_ahead(stream: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(error) = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES) {
        tracing::debug!(%error, "no TCP_NOTSENT_LOWAT");
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}

async fn drive<S>(live: Live, stream: S, ends: Ends, mut stop: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = live.now().settings.limits.clone();
    let line = Arc::new(Line::default());
    let patience = Patience { head: limits.header_timeout, idle: limits.keep_alive_timeout };
    let mut guard = Guard::new(Patient::new(stream, limits.body_idle_timeout), line.clone(), patience);
    let protocol = tokio::select! {
        protocol = guard.protocol() => protocol,
        _ = stop.changed() => return,
    };
    let io = TokioIo::new(guard);
    let answers = Answers(Arc::new(Asked { live, ends, line }));
    match protocol {
        Some(Protocol::Http1) => to_the_end(http1().serve_connection(io, answers), stop).await,
        Some(Protocol::Http2) => to_the_end(http2().serve_connection(io, answers), stop).await,
        None => {}
    }
}

fn http1() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // The guard times heads, and the pauses between them.
    builder.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(MAX_BUFFER_BYTES);
    builder
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESET_STREAMS)
        .max_local_error_reset_streams(MAX_LOCAL_RESETS)
        // What is longer than this, twice what a head may have, is a 431 of the library's own, without a problem: it reads no
        // more of it, and asks nobody.
        .max_header_list_size(MAX_BUFFER_BYTES as u32)
        .max_send_buf_size(MAX_SEND_BYTES);
    builder
}

/// Runs a connection; when the server stops, to the end of the requests that it has begun.
async fn to_the_end<C>(connection: C, mut stop: watch::Receiver<()>)
where
    C: GracefulConnection,
    C::Error: std::fmt::Display,
{
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Who asks on one connection, and whom.
struct Asked {
    live: Live,
    ends: Ends,
    line: Arc<Line>,
}

struct Answers(Arc<Asked>);

impl Service<Request<Incoming>> for Answers {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let asked = self.0.clone();
        Box::pin(async move {
            let running = asked.line.begin();
            let app = asked.live.now();
            match running.refusal() {
                None => {
                    // Only here it is known who asks, and where he reached us, past whatever a proxy says.
                    let proof = app.note.as_ref().and_then(|note| note.proof(&request, asked.ends));
                    let mut response = edge::handle(&app, asked.ends.peer.ip(), request).await;
                    if let Some(proof) = proof {
                        response.headers_mut().insert(served_at::PROOF, proof);
                    }
                    Ok(response)
                }
                Some(error) => Ok(edge::refuse(&app, error)),
            }
        })
    }
}
