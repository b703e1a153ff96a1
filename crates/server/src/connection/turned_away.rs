//! Connections for which there is no place: told so with a 503 and closed, as far as that costs next to nothing.
//!
//! Only so many at once and for so long; the others, and those that would want TLS first, are closed without a word.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::{Live, edge};

/// Told at once.
pub(crate) const MOST: usize = 64;
const TIME: Duration = Duration::from_secs(1);
/// A client whose request is not read when its connection is closed may not get to read why.
const READ_BYTES: usize = 16 * 1024;

/// Who is told at the moment.
pub(crate) struct TurnedAway(Arc<Semaphore>);

impl TurnedAway {
    /// Nobody.
    pub(crate) fn new() -> TurnedAway {
        TurnedAway(Arc::new(Semaphore::new(MOST)))
    }

    /// Tells one more, or closes the connection where there are too many of those too.
    pub(crate) fn add(&self, live: &Live, stream: TcpStream) {
        let Ok(permit) = self.0.clone().try_acquire_owned() else { return };
        let live = live.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(TIME, tell(&live, stream)).await;
            drop(permit);
        });
    }
}

async fn tell(live: &Live, mut stream: TcpStream) -> std::io::Result<()> {
    let bytes = on_the_wire(edge::no_place(&live.now())).await;
    stream.write_all(&bytes).await?;
    stream.shutdown().await?;
    let (mut request, mut read) = ([0; 1024], 0);
    while read < READ_BYTES {
        match stream.read(&mut request).await? {
            0 => break,
            count => read += count,
        }
    }
    Ok(())
}

/// An answer of HTTP/1.1 without the machinery that reads requests first.
async fn on_the_wire(response: Response<Full<Bytes>>) -> Vec<u8> {
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(|body| body.to_bytes());
    let mut bytes = format!("HTTP/1.1 {}\r\n{CONTENT_LENGTH}: {}\r\n", head.status, body.len()).into_bytes();
    for (name, value) in &head.headers {
        bytes.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes
}
