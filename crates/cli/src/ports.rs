//! What to do when a port is taken: which one is free instead.

use std::net::{IpAddr, TcpListener};

/// Ports that are tried after the one that is taken.
const TRIED: u16 = 50;

/// The next port after `taken` that can be listened on now.
pub fn next_free(host: IpAddr, taken: u16) -> Option<u16> {
    let candidates = (1..=TRIED).filter_map(|step| taken.checked_add(step));
    candidates.into_iter().find(|port| TcpListener::bind((host, *port)).is_ok())
}
