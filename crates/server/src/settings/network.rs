//! Networks, as settings write them: `10.0.0.0/8`, `::1`. Which proxies are believed is a list of them.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// Addresses with a common beginning (RFC 4632, RFC 4291 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// Bits that count.
    prefix: u8,
}

impl Network {
    /// Whether an address is one of them.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(ip)) => {
                let rest = 32 - u32::from(self.prefix);
                (mine.to_bits() ^ ip.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V6(mine), IpAddr::V6(ip)) => {
                let rest = 128 - u32::from(self.prefix);
                (mine.to_bits() ^ ip.to_bits()).checked_shr(rest).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    /// Whether it is wider than any network of somebody's own, `10.0.0.0/8` and `fc00::/7` the widest of them.
    pub fn is_wide(&self) -> bool {
        self.prefix < if self.address.is_ipv4() { 8 } else { 7 }
    }

    fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(longest), |prefix| prefix.parse().ok())?;
        (prefix <= longest).then_some(Network { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.address, self.prefix)
    }
}

/// Comma-separated networks.
pub(super) fn networks(text: &str) -> Result<Vec<Network>, String> {
    let parse = |text: &str| {
        Network::parse(text).ok_or_else(|| format!("`{text}` is no network; write 10.0.0.0/8, 203.0.113.7 or fd00::/8"))
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(parse).collect()
}

/// Where the certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain as PEM, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key as PEM.
    pub key: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.7/32", "::ffff:192.0.2.7", "::192.0.2.7"),
            ("0.0.0.0/0", "203.0.113.1", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "fe80::1", "127.0.0.1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network:?} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network:?} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["proxy", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0", "10.0.0.0/-1", "10.0.0.0/8/8"] {
            assert!(networks(text).is_err(), "{text}");
        }
        assert_eq!(networks(" 10.0.0.0/8 , ::1,").unwrap().len(), 2);
    }
}
