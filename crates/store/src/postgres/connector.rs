//! One new connection.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url::{ChannelBinding, PostgresUrl, Tls};
use super::{ConnectError, tls};

/// Settings of a connection when it is ours alone. Through a pooler each transaction sets its own.
pub(super) const SESSION: &str = "SET";
/// The same for the transaction that has begun.
pub(super) const TRANSACTION: &str = "SET LOCAL";

/// Makes connections to the servers of a URL.
#[derive(Clone)]
pub(super) struct Connector {
    url: PostgresUrl,
    config: Config,
    tls: MakeRustlsConnect,
    home: Handle,
    timeout_ms: u64,
}

impl Connector {
    pub(super) fn new(url: PostgresUrl, home: Handle, timeout_ms: u64) -> Result<Connector, ConnectError> {
        let tls = tls::connector(&url).map_err(|error| {
            ConnectError::new(&url, error, "name the PEM file of the authority that signed the server's certificate")
        })?;
        Ok(Connector { config: config(&url), url, tls, home, timeout_ms })
    }

    pub(super) fn url(&self) -> &PostgresUrl {
        &self.url
    }

    /// A connection, with what is to be run in it first. It lives in the home runtime, wherever the caller is.
    pub(super) async fn connect(&self, first: Option<String>) -> Result<Client, ConnectError> {
        let (config, tls, url) = (self.config.clone(), self.tls.clone(), self.url.clone());
        let connecting = async move {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(error = super::trouble::told(&error), "a connection to the database ended");
                }
            });
            if let Some(first) = first {
                client.batch_execute(&first).await?;
            }
            Ok::<Client, tokio_postgres::Error>(client)
        };
        let limit = Duration::from_millis(self.timeout_ms);
        let connecting = self.home.spawn(tokio::time::timeout(limit, connecting));
        match connecting.await {
            Ok(Ok(Ok(client))) => Ok(client),
            Ok(Ok(Err(error))) => Err(ConnectError::of(&url, &error)),
            Ok(Err(_)) => Err(ConnectError::timeout(&url, self.timeout_ms)),
            Err(_) => Err(ConnectError::new(&url, "the attempt broke off", "again")),
        }
    }

    /// Asks the server to stop what a connection runs, and lets go of it.
    pub(super) fn cancel(&self, client: &Client) {
        let (token, tls) = (client.cancel_token(), self.tls.clone());
        let limit = Duration::from_millis(self.timeout_ms);
        self.home.spawn(async move {
            // The connection is given up anyway.
            let _ = tokio::time::timeout(limit, token.cancel_query(tls)).await;
        });
    }
}

/// What keeps a statement or a forgotten transaction from running for ever.
pub(super) fn limits(set: &str, timeout_ms: u64) -> String {
    format!("{set} statement_timeout = {timeout_ms}; {set} idle_in_transaction_session_timeout = {timeout_ms}")
}

fn config(url: &PostgresUrl) -> Config {
    let mut config = Config::new();
    config.user(&url.user).dbname(&url.database);
    config.application_name(url.application_name.as_deref().unwrap_or("supermaker"));
    if let Some(password) = url.password() {
        config.password(password);
    }
    for host in &url.hosts {
        config.host(&host.name).port(host.port);
    }
    if let Some(options) = &url.startup_options {
        config.options(options);
    }
    if let Some(timeout) = url.connect_timeout {
        config.connect_timeout(timeout);
    }
    if url.writable_only {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    let socket = url.hosts.iter().any(super::url::Host::is_socket);
    config.ssl_mode(match url.tls {
        // There is no TLS on a Unix socket, and nobody to listen.
        _ if socket => SslMode::Disable,
        Tls::Disable => SslMode::Disable,
        Tls::Prefer => SslMode::Prefer,
        Tls::Require | Tls::VerifyCa | Tls::VerifyFull => SslMode::Require,
    });
    config.ssl_negotiation(if url.tls_direct { SslNegotiation::Direct } else { SslNegotiation::Postgres });
    config.channel_binding(match url.channel_binding {
        ChannelBinding::Disable => Binding::Disable,
        ChannelBinding::Prefer => Binding::Prefer,
        ChannelBinding::Require => Binding::Require,
    });
    // So that a server that is gone without a word is noticed in a minute, not in two hours.
    config.keepalives(true).keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(60));
    config
}
