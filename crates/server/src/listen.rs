//! The listening socket: accepts connections as far as there are places, and ends them gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt, stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use blueprint::Blueprint;

use crate::code::Code;
use crate::connection::crowd::{Crowd, raise_file_limit};
use crate::connection::turned_away::TurnedAway;
use crate::connection::{self, Shared, tls};
use crate::process::Stop;
use crate::settings::Settings;
use crate::{App, Live, StartError, served_at};

/// After an accept that failed, usually for want of file handles, others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const FORGET_EVERY: Duration = Duration::from_secs(60);
/// A flood of connections must not become a flood of log lines.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Server {
    live: Live,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    crowd: Arc<Crowd>,
    turned_away: TurnedAway,
    warned: Option<Instant>,
}

impl Server {
    /// Opens everything and binds the address of the settings.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn start(blueprint: Arc<Blueprint>, settings: Settings) -> Result<Server, StartError> {
        Server::start_with(blueprint, settings, Code::default()).await
    }

    /// The same with routes that are code.
    ///
    /// # Errors
    /// The same, and code that does not go with the blueprint.
    pub async fn start_with(
        blueprint: Arc<Blueprint>,
        mut settings: Settings,
        code: Code,
    ) -> Result<Server, StartError> {
        let tls = settings.tls.as_ref().map(tls::acceptor).transpose().map_err(StartError::Tls)?;
        let wanted = SocketAddr::new(settings.host, settings.port);
        // The socket comes first: a second server on a taken port must not touch the database.
        let bound = |source| StartError::Bind { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(bound)?;
        let address = listener.local_addr().map_err(bound)?;
        // Which port was free is known only now.
        settings.listens_at(address);
        let crowd = Arc::new(Crowd::new(&settings, raise_file_limit()));
        let mut app = App::open_with(blueprint, settings, code).await?;
        match served_at::leave(&app.store, &app.settings, address).await {
            Ok(note) => app.note = note,
            Err(error) => {
                tracing::warn!(%error, "where this server listens could not be left in the database; links made beside it may lead elsewhere");
            }
        }
        Ok(Server { live: Live::new(app), listener, address, tls, crowd, turned_away: TurnedAway::new(), warned: None })
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
        self.run(
            stream::once(async {
                stop.await;
                Stop::Announced
            })
            .chain(stream::pending()),
        )
        .await;
    }

    /// Serves until it is told to stop. Where that is announced, connections are still taken for a while, and `/readyz` says
    /// that no more should come. Then running requests finish, everything is written and the database closed; who tells it a
    /// second time waits for none of that.
    pub async fn run(mut self, stops: impl Stream<Item = Stop>) {
        let stops = stops.chain(stream::pending());
        tokio::pin!(stops);
        let stopping = watch::Sender::new(());
        let mut stop = Stop::Announced;
        self.accept(&stopping, async { stop = stops.next().await.unwrap_or(stop) }).await;
        let again = async { stops.next().await };
        tokio::select! {
            () = self.finish(stop, stopping) => {}
            _ = again => tracing::warn!("told to stop a second time: what was still running is cut off"),
        }
    }

    /// Takes connections until something is done.
    async fn accept(&mut self, stopping: &watch::Sender<()>, until: impl Future<Output = ()>) {
        let mut forget = tokio::time::interval(FORGET_EVERY);
        tokio::pin!(until);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.serve(stream, peer, stopping),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                _ = forget.tick() => self.live.now().rates.forget_idle(),
                () = &mut until => return,
            }
        }
    }

    async fn finish(mut self, stop: Stop, stopping: watch::Sender<()>) {
        let app = self.live.now();
        app.drain();
        let delay = app.settings.limits.drain_delay;
        if stop == Stop::Announced && !delay.is_zero() {
            tracing::info!(
                delay_s = delay.as_secs_f64(),
                "stopping; connections are still taken for a while (DRAIN_DELAY)"
            );
            self.accept(&stopping, tokio::time::sleep(delay)).await;
        }
        drop(self.listener);
        stopping.send_replace(());
        let limit = app.settings.limits.drain_timeout;
        if let Some(note) = &app.note {
            let taking = served_at::take_away(&app.store, note);
            // What stays is believed of nobody else.
            if !matches!(tokio::time::timeout(limit, taking).await, Ok(Ok(()))) {
                tracing::debug!("where this server listened stays in the database");
            }
        }
        // Each connection holds a receiver.
        if tokio::time::timeout(limit, stopping.closed()).await.is_err() {
            tracing::warn!(limit_s = limit.as_secs(), "some requests did not finish in time and were cut off");
        }
        if tokio::time::timeout(limit, app.close()).await.is_err() {
            tracing::warn!(limit_s = limit.as_secs(), "some reads did not end in time; the process ends without them");
        }
    }

    fn serve(&mut self, stream: TcpStream, peer: SocketAddr, stopping: &watch::Sender<()>) {
        let app = self.live.now();
        let is_proxy = app.settings.trusted_proxies.iter().any(|network| network.contains(peer.ip()));
        let Some(place) = self.crowd.admit(peer.ip(), !is_proxy) else {
            // To agree on TLS first would be work that whoever fills the places can order.
            if self.tls.is_none() {
                self.turned_away.add(&self.live, stream);
            }
            if self.warned.is_none_or(|warned| warned.elapsed() > WARN_EVERY) {
                self.warned = Some(Instant::now());
                tracing::warn!(peer = %peer.ip(), "a connection was turned away: there are too many, in all or of its address");
            }
            return;
        };
        let shared = Shared { live: self.live.clone(), tls: self.tls.clone(), stop: stopping.subscribe() };
        tokio::spawn(connection::serve(shared, stream, peer, place));
    }
}
