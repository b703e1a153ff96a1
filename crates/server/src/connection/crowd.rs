//! How many connections there are, in all and of each address, so that one address cannot take them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::rates::network;
use crate::settings::Settings;

/// The connections there are.
pub(crate) struct Crowd {
    most: usize,
    most_of_one: usize,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// One connection's place, free again when it is dropped.
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: Option<IpAddr>,
}

impl Crowd {
    /// An empty one; `files` is what the system lets this process open.
    pub(crate) fn new(settings: &Settings, files: usize) -> Crowd {
        let limits = &settings.limits;
        Crowd {
            most: limits.connections.min(files),
            most_of_one: limits.connections_per_address,
            counts: Mutex::default(),
        }
    }

    /// A place, if there is one. `is_counted` is false for proxies, behind which there are many.
    pub(crate) fn admit(self: &Arc<Crowd>, ip: IpAddr, is_counted: bool) -> Option<Place> {
        let network = is_counted.then(|| network(ip));
        let mut counts = self.counts();
        if counts.all >= self.most {
            return None;
        }
        if let Some(network) = network {
            let count = counts.by_network.entry(network).or_default();
            if *count >= self.most_of_one {
                return None;
            }
            *count += 1;
        }
        counts.all += 1;
        drop(counts);
        Some(Place { crowd: self.clone(), network })
    }

    /// Counts are whole whatever happened to whoever changed them last.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        counts.all -= 1;
        let Some(network) = self.network else { return };
        if let Some(count) = counts.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                counts.by_network.remove(&network);
            }
        }
    }
}

/// Files that the server needs besides its connections: database, log, listener, who is turned away, and some to spare.
#[cfg(unix)]
const OTHER_FILES: u64 = 64 + super::turned_away::MOST as u64;

/// Asks the system for as many open files as it gives, and returns how many connections that is. The limit that a shell
/// starts with, 1,024, is kept low for programs that cannot deal with more.
#[cfg(unix)]
pub(crate) fn raise_file_limit() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    if limit.current != limit.maximum && setrlimit(Resource::Nofile, wanted).is_ok() {
        limit = getrlimit(Resource::Nofile);
    }
    let files = limit.current.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES).max(1);
    usize::try_from(files).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
pub(crate) fn raise_file_limit() -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(most: usize, most_of_one: usize) -> Arc<Crowd> {
        let lookup = |name: &str| match name {
            "MAX_CONNECTIONS" => Some(most.to_string()),
            "MAX_CONNECTIONS_PER_ADDRESS" => Some(most_of_one.to_string()),
            _ => None,
        };
        Arc::new(Crowd::new(&Settings::read(lookup).unwrap(), 1000))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_the_places_of_others() {
        let crowd = crowd(4, 2);
        let mut places = vec![crowd.admit(ip("192.0.2.1"), true).unwrap(), crowd.admit(ip("192.0.2.1"), true).unwrap()];
        assert!(crowd.admit(ip("192.0.2.1"), true).is_none());
        assert!(crowd.admit(ip("::ffff:192.0.2.1"), true).is_none());
        places.push(crowd.admit(ip("2001:db8::1"), true).unwrap());
        places.push(crowd.admit(ip("2001:db8::2"), true).unwrap());
        assert!(crowd.admit(ip("203.0.113.1"), true).is_none(), "all places are taken");
        places.pop();
        assert!(crowd.admit(ip("203.0.113.1"), true).is_some());
        places.clear();
        assert!(crowd.counts().by_network.is_empty() && crowd.counts().all == 0);
    }

    #[test]
    fn a_proxy_has_as_many_as_there_are() {
        let crowd = crowd(3, 1);
        let places: Vec<_> = std::iter::from_fn(|| crowd.admit(ip("10.0.0.1"), false)).collect();
        assert_eq!(places.len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn the_system_says_how_many_files_there_may_be() {
        assert!(raise_file_limit() > 1);
    }
}
