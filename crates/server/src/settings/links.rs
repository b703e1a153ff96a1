//! Where links in mails lead: to pages of the app's front end, or, where none is named, to small ones of this server.

use std::net::{Ipv4Addr, SocketAddr};

use super::Settings;

/// Where links in mails lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// `https://app.example.com`, without a trailing slash.
    url: String,
    are_ours: bool,
    /// No setting says it: it is where a server on this machine listens.
    are_guessed: bool,
}

impl Links {
    /// What is before the names of our own pages.
    pub const PAGES: &str = "/auth/pages";

    pub(super) fn to_front_end(url: String) -> Links {
        Links { url, are_ours: false, are_guessed: false }
    }

    pub(super) fn to_ourselves(url: String) -> Links {
        Links { url, are_ours: true, are_guessed: false }
    }

    /// To pages of a server on this machine.
    pub(crate) fn to_this_machine(url: String) -> Links {
        Links { url, are_ours: true, are_guessed: true }
    }

    /// Whether they lead to the address of the settings because nothing says where else.
    pub(crate) fn are_guessed(&self) -> bool {
        self.are_guessed
    }

    /// Whether they lead to pages of this server.
    pub fn are_ours(&self) -> bool {
        self.are_ours
    }

    /// The address of a page.
    pub fn to(&self, page: &str) -> String {
        let folder = if self.are_ours { Links::PAGES } else { "" };
        format!("{}{folder}/{page}", self.url)
    }

    /// The same with a token, where a browser keeps it for itself.
    pub fn with_token(&self, page: &str, token: &str) -> String {
        format!("{}#token={token}", self.to(page))
    }
}

/// The address of a server on this machine, which listens there. One for all addresses is reached at the usual one.
pub(crate) fn of_this_machine(settings: &Settings, address: SocketAddr) -> String {
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{}", of_one(address))
}

/// What can be typed into a browser for an address on which a server listens.
pub(crate) fn of_one(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()) } else { address }
}
