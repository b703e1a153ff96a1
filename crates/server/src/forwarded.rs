//! Whose request it is that a proxy passes on: the address that rates count by and the audit keeps.
//!
//! Only `X-Forwarded-For` is read, and only from proxies of `TRUSTED_PROXIES`: anybody else could write anything there.
//! `Forwarded` (RFC 7239) is not, because a proxy that adds to one of the two passes the other on as the caller wrote it.

use std::net::{IpAddr, SocketAddr};

use http::header::{FORWARDED, VIA};
use http::{HeaderMap, HeaderName};

use crate::App;
use crate::http::HttpRequest;
use crate::settings::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers that a proxy adds; with one of them the address of the connection is not that of the caller.
const FORWARDING: [&str; 5] =
    ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "cf-connecting-ip"];

/// Whether the caller is on the machine of the server. Behind a proxy nobody is, whatever his address looks like.
pub(crate) fn is_on_this_machine<B>(app: &App, http: &HttpRequest<B>) -> bool {
    app.settings.trusted_proxies.is_empty() && http.ip.to_canonical().is_loopback() && !is_forwarded(&http.headers)
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED)
        || headers.contains_key(VIA)
        || FORWARDING.iter().any(|name| headers.contains_key(*name))
}

/// The caller's address: from the right, the first that is no proxy of ours. Each proxy adds on the right whom it talks
/// to, so what stands further left was written by that caller himself.
pub fn client(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(ip));
    if !is_trusted(peer) {
        return peer;
    }
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut nearest = peer;
    for hop in hops.map(str::trim) {
        // What is no address stands left of one that we know, so the one that we know is as far as we can tell.
        let Some(ip) = address(hop) else { return nearest };
        nearest = ip;
        if !is_trusted(ip) {
            break;
        }
    }
    nearest
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip: Option<IpAddr> = bare.parse().ok();
    ip.or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn t3_the_rightmost_address_that_is_no_proxy_counts() {
        let lookup = |name: &str| (name == "TRUSTED_PROXIES").then(|| "10.0.0.0/8, fd00::/8".to_owned());
        let trusted = Settings::read(lookup).unwrap().trusted_proxies;
        for (peer, lines, expected) in [
            ("203.0.113.7", &["198.51.100.1"][..], "203.0.113.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1,10.2.3.4"], "198.51.100.1"),
            ("10.0.0.1", &["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
            ("10.0.0.1", &["6.6.6.6, unknown, 10.2.3.4"], "10.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, "], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("fd00::1", &["[2001:db8::1]"], "2001:db8::1"),
            ("fd00::1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(X_FORWARDED_FOR, line.parse().unwrap());
            }
            headers.append("forwarded", "for=6.6.6.6".parse().unwrap());
            let found = client(&trusted, peer.parse().unwrap(), &headers);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
    }
}
