//! `DATABASE_URL=postgres://…`: read by us, because no client library knows all the forms that hosts and frameworks hand out.
//!
//! What is not known is told, never passed over; and no message ever holds a password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod options;
mod percent;

/// Where a server is, who comes, and how safe the way there must be.
#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) user: String,
    password: Option<String>,
    pub(super) hosts: Vec<Host>,
    pub(super) database: String,
    pub(super) tls: Tls,
    pub(super) tls_given: bool,
    pub(super) tls_direct: bool,
    pub(super) roots: Roots,
    pub(super) channel_binding: ChannelBinding,
    /// Whether statements can be kept prepared is said; else it is guessed.
    pooler: Option<bool>,
    pub(super) application_name: Option<String>,
    pub(super) startup_options: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) writable_only: bool,
    warnings: Vec<String>,
}

/// One of the servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// A name, an address, or the folder of a Unix socket.
    pub(super) name: String,
    pub(super) port: u16,
}

/// `sslmode`, with the meanings that libpq gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Never.
    Disable,
    /// If the server can; nobody is verified. `allow` counts as this.
    Prefer,
    /// Always; the server is verified only if a root is given.
    Require,
    /// Always, from a server whose certificate a root has signed.
    VerifyCa,
    /// And that bears the name of the host.
    VerifyFull,
}

/// Whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Not said.
    Default,
    /// Those of the public web.
    System,
    /// Those of a PEM file.
    File(PathBuf),
}

/// `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

/// Why a URL cannot be used, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlProblem(String);

const DEFAULT_PORT: u16 = 5432;
/// Where Supabase's pooler hands out connections a transaction at a time.
const TRANSACTION_POOLER_PORT: u16 = 6543;
const SCHEMES: &[&str] = &["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"];

impl PostgresUrl {
    /// Whether a text wants to be such a URL.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres")
    }

    /// Reads `postgres://user:password@host:5432/database?sslmode=require` and its relatives.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<PostgresUrl, UrlProblem> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| problem(FORM))?;
        if !SCHEMES.contains(&scheme) {
            return Err(problem("begins with postgres:// or postgresql://"));
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = path.split_once('/').unwrap_or((path, ""));
        // The last one: passwords are often pasted as they are.
        let (user_info, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match user_info.split_once(':') {
            Some((user, password)) => (user, Some(percent::decoded(password)?)),
            None => (user_info, None),
        };
        let mut url = PostgresUrl {
            user: percent::decoded(user)?,
            password: password.filter(|password| !password.is_empty()),
            hosts: read_hosts(hosts)?,
            database: percent::decoded(database)?,
            tls: Tls::Prefer,
            tls_given: false,
            tls_direct: false,
            roots: Roots::Default,
            channel_binding: ChannelBinding::Prefer,
            pooler: None,
            application_name: None,
            startup_options: None,
            connect_timeout: None,
            writable_only: false,
            warnings: Vec::new(),
        };
        options::read(&mut url, query)?;
        url.complete()?;
        Ok(url)
    }

    /// What is in it that has no effect here, in words for the person who wrote it.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The same with the paths of files relative to this folder.
    pub fn in_folder(mut self, folder: &Path) -> PostgresUrl {
        if let Roots::File(path) = &mut self.roots {
            *path = folder.join(&*path);
        }
        self
    }

    /// Whether passwords and rows might travel in the clear over a network that others share.
    pub fn may_be_overheard(&self) -> bool {
        let encrypted = !matches!(self.tls, Tls::Disable | Tls::Prefer);
        !encrypted && self.hosts.iter().any(|host| !host.is_private())
    }

    /// Whether it is encrypted, but might lead to somebody else: neither certificate nor log-in are bound to the server.
    pub fn is_unverified(&self) -> bool {
        self.tls == Tls::Require && self.channel_binding != ChannelBinding::Require
    }

    /// Whether a connection lasts for a transaction only, so that nothing can be left in it for the next.
    pub(super) fn is_pooler(&self) -> bool {
        let guess = |host: &Host| {
            host.port == TRANSACTION_POOLER_PORT
                || host.name.split('.').next().is_some_and(|label| label.ends_with("-pooler"))
        };
        self.pooler.unwrap_or_else(|| self.hosts.iter().any(guess))
    }

    pub(super) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Fills in what was left out.
    fn complete(&mut self) -> Result<(), UrlProblem> {
        if self.user.is_empty() {
            return Err(problem("names no user: postgres://user:password@host/database"));
        }
        if self.hosts.is_empty() {
            self.hosts = vec![Host { name: "localhost".to_owned(), port: DEFAULT_PORT }];
        }
        if self.database.is_empty() {
            self.database.clone_from(&self.user);
        }
        if !self.tls_given {
            let near = self.hosts.iter().all(Host::is_near);
            self.tls = if near { Tls::Prefer } else { Tls::Require };
        }
        // As libpq has it: whoever gives a root wants it heeded.
        self.tls = match (self.tls, &self.roots) {
            (Tls::Require, Roots::File(_)) => Tls::VerifyCa,
            (Tls::Require | Tls::VerifyCa, Roots::System) => Tls::VerifyFull,
            (other, _) => other,
        };
        Ok(())
    }
}

/// Where it leads, without the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(|host| format!("{}:{}", host.name, host.port)).collect();
        write!(f, "postgres://{}@{}/{}", self.user, hosts.join(","), self.database)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for UrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UrlProblem {}

impl Host {
    pub(super) fn is_socket(&self) -> bool {
        self.name.starts_with('/')
    }

    /// On this machine.
    fn is_near(&self) -> bool {
        let is_loopback = |ip: std::net::IpAddr| ip.to_canonical().is_loopback();
        self.is_socket()
            || self.name == "localhost"
            || self.name.ends_with(".localhost")
            || self.name.parse().is_ok_and(is_loopback)
    }

    /// On this machine, or in a network that has names and addresses of its own, such as that of a compose file.
    fn is_private(&self) -> bool {
        let is_private = |ip: std::net::IpAddr| match ip.to_canonical() {
            std::net::IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
            std::net::IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        let inner = [".internal", ".local", ".svc", ".cluster.local"];
        match self.name.parse() {
            Ok(ip) => self.is_near() || is_private(ip),
            Err(_) => self.is_near() || !self.name.contains('.') || inner.iter().any(|end| self.name.ends_with(end)),
        }
    }
}

const FORM: &str = "wants a URL such as postgres://user:password@host:5432/database";

fn problem(text: &str) -> UrlProblem {
    UrlProblem(text.to_owned())
}

fn read_hosts(text: &str) -> Result<Vec<Host>, UrlProblem> {
    text.split(',').filter(|host| !host.is_empty()).map(read_host).collect()
}

fn read_host(text: &str) -> Result<Host, UrlProblem> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (name, after) = rest.split_once(']').ok_or_else(|| problem("has a `[` without `]` in its host"))?;
            (name, after.strip_prefix(':'))
        }
        None => match text.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = port.map_or(Ok(DEFAULT_PORT), read_port)?;
    let name = percent::decoded(name)?;
    Ok(Host { name: if name.is_empty() { "localhost".to_owned() } else { name }, port })
}

/// What stands there may be half a password, so it is not shown.
fn read_port(text: &str) -> Result<u16, UrlProblem> {
    let wanted = "has a port that is no number; in a password write `/` as %2F, `?` as %3F, `#` as %23 and `%` as %25";
    text.parse().map_err(|_| problem(wanted))
}

#[cfg(test)]
mod tests;
