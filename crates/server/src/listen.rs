//! The listening socket: accepts connections, times their heads, and ends them gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use blueprint::Blueprint;

use crate::patience::Patient;
use crate::settings::Settings;
use crate::{App, Live, StartError, edge};

/// Bytes of a head at most.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// After an accept that failed, usually for want of file handles, others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// A server that listens.
pub struct Server {
    live: Live,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens everything and binds the address of the settings.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn start(blueprint: Arc<Blueprint>, settings: Settings) -> Result<Server, StartError> {
        let wanted = SocketAddr::new(settings.host, settings.port);
        // The socket comes first: a second server on a taken port must not touch the database.
        let bound = |source| StartError::Bind { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(bound)?;
        let address = listener.local_addr().map_err(bound)?;
        let app = App::open(blueprint, settings).await?;
        Ok(Server { live: Live::new(app), listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves, now and after a change.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Serves until `stop` is done, then lets running requests finish, writes everything and closes the database.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut forget = tokio::time::interval(FORGET_EVERY);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.serve(stream, peer, &graceful),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                _ = forget.tick() => self.live.now().rates.forget_idle(),
                () = &mut stop => break,
            }
        }
        let app = self.live.now();
        app.drain();
        drop(self.listener);
        let limit = app.settings.limits.drain_timeout;
        if tokio::time::timeout(limit, graceful.shutdown()).await.is_err() {
            tracing::warn!(limit_s = limit.as_secs(), "some requests did not finish in time and were cut off");
        }
        if tokio::time::timeout(limit, app.store.close()).await.is_err() {
            tracing::warn!(limit_s = limit.as_secs(), "some reads did not end in time; the process ends without them");
        }
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, graceful: &GracefulShutdown) {
        // Answers are small and whole, so waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let live = self.live.clone();
        let service = service_fn(move |request| {
            let app = live.now();
            async move { Ok::<_, std::convert::Infallible>(edge::handle(&app, peer.ip(), request).await) }
        });
        let app = self.live.now();
        let limits = &app.settings.limits;
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(Patient::new(stream, limits.body_idle_timeout)), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
}
