//! Requests by route template, method and class of status.
//!
//! The templates are the paths of the OpenAPI document, so a path that is served and described is counted by its own
//! name, and all others together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use meter::{Distribution, Histogram};

/// Paths that are served and no part of the API: as they are matched, and as they are shown.
const BESIDE: &[(&str, &str)] = &[
    ("/", "/"),
    ("/docs", "/docs"),
    ("/docs/", "/docs"),
    ("/docs/{*file}", "/docs/{file}"),
    ("/metrics", "/metrics"),
    ("/auth/pages/{page}", "/auth/pages/{page}"),
    ("/openapi.json", "/openapi.json"),
];
const UNKNOWN: &str = "unknown";
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// In nanoseconds.
const TIMES: &[u64] = &[
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    10_000_000_000,
];

pub(super) struct Routes {
    places: matchit::Router<usize>,
    /// The first one counts what has no template.
    counts: Vec<Arc<Counts>>,
}

/// The counts of one template.
pub(super) struct Counts {
    template: String,
    methods: [OfMethod; METHODS.len()],
}

struct OfMethod {
    classes: [AtomicU64; CLASSES.len()],
    nanos: Histogram,
}

/// What was counted of one template and method.
pub(super) struct Reading<'c> {
    pub(super) template: &'c str,
    pub(super) method: &'static str,
    pub(super) classes: Vec<(&'static str, u64)>,
    pub(super) nanos: Distribution,
}

impl Routes {
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p str>, before: Option<&Routes>) -> Routes {
        let mut routes = Routes { places: matchit::Router::new(), counts: Vec::new() };
        routes.add(UNKNOWN, before);
        for (path, template) in paths.map(|path| (path, path)).chain(BESIDE.iter().copied()) {
            let place = routes.add(template, before);
            if routes.places.insert(path, place).is_err() {
                // Counted as unknown: better than no service.
                tracing::warn!(path, "this path has no counts of its own");
            }
        }
        routes
    }

    /// The place of a template.
    fn add(&mut self, template: &str, before: Option<&Routes>) -> usize {
        let same = |counts: &&Arc<Counts>| counts.template == template;
        if let Some(place) = self.counts.iter().position(|counts| same(&counts)) {
            return place;
        }
        let known = before.and_then(|before| before.counts.iter().find(same)).cloned();
        self.counts.push(known.unwrap_or_else(|| Arc::new(Counts::new(template))));
        self.counts.len() - 1
    }

    pub(super) fn of(&self, path: &str) -> &Counts {
        let place = self.places.at(path).map_or(0, |found| *found.value);
        #[expect(clippy::indexing_slicing, reason = "every place was made by `add`, and 0 is always there")]
        &self.counts[place]
    }

    /// All that was counted at least once.
    pub(super) fn read(&self) -> impl Iterator<Item = Reading<'_>> {
        self.counts.iter().flat_map(|counts| {
            let methods = METHODS.iter().zip(&counts.methods);
            methods.map(|(method, of)| of.read(&counts.template, method)).filter(|reading| reading.nanos.count() > 0)
        })
    }
}

impl Counts {
    fn new(template: &str) -> Counts {
        let method = |_| OfMethod { classes: Default::default(), nanos: Histogram::new(TIMES) };
        Counts { template: template.to_owned(), methods: std::array::from_fn(method) }
    }

    /// The template, unless these are the counts of all that have none.
    pub(super) fn known(&self) -> Option<&str> {
        (self.template != UNKNOWN).then_some(&self.template)
    }

    pub(super) fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let place = METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len() - 1);
        let Some(of) = self.methods.get(place) else { return };
        if let Some(class) = of.classes.get(usize::from(status.as_u16() / 100).saturating_sub(1)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        of.nanos.observe(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }
}

impl OfMethod {
    fn read<'c>(&self, template: &'c str, method: &'static str) -> Reading<'c> {
        let classes = CLASSES.into_iter().zip(self.classes.iter().map(|count| count.load(Ordering::Relaxed)));
        let classes = classes.filter(|(_, count)| *count > 0).collect();
        Reading { template, method, classes, nanos: self.nanos.read() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(routes: &Routes) -> Vec<(String, &'static str, u64)> {
        routes.read().map(|of| (of.template.to_owned(), of.method, of.nanos.count())).collect()
    }

    #[test]
    fn a_path_counts_by_its_template_and_whatever_a_caller_makes_up_counts_together() {
        let paths = ["/api/tasks", "/api/tasks/{id}", "/api/tasks/{id}/complete", "/api/tasks:batch", "/healthz"];
        let routes = Routes::new(paths.into_iter(), None);
        let expected = [
            ("/api/tasks", "/api/tasks"),
            ("/api/tasks:batch", "/api/tasks:batch"),
            ("/api/tasks/1", "/api/tasks/{id}"),
            ("/api/tasks/not-an-id", "/api/tasks/{id}"),
            ("/api/tasks/1/complete", "/api/tasks/{id}/complete"),
            ("/api/tasks/1/other", UNKNOWN),
            ("/api/tasks/", UNKNOWN),
            ("/wp-login.php", UNKNOWN),
            ("", UNKNOWN),
            ("*", UNKNOWN),
            ("/docs/index.html", "/docs/{file}"),
            ("/docs/", "/docs"),
            ("/", "/"),
        ];
        for (path, template) in expected {
            assert_eq!(routes.of(path).template, template, "{path}");
        }
    }

    #[test]
    fn methods_that_a_caller_makes_up_count_together() {
        let routes = Routes::new(["/a"].into_iter(), None);
        let took = Duration::from_micros(5);
        for method in ["GET", "BREW", "X-1"] {
            routes.of("/a").answered(&method.parse().unwrap(), StatusCode::OK, took);
        }
        assert_eq!(counted(&routes), [("/a".to_owned(), "GET", 1), ("/a".to_owned(), "other", 2)]);
    }

    #[test]
    fn counts_go_on_under_new_paths() {
        let old = Routes::new(["/a", "/b"].into_iter(), None);
        for path in ["/a", "/b"] {
            old.of(path).answered(&Method::GET, StatusCode::OK, Duration::ZERO);
        }
        let new = Routes::new(["/a", "/c"].into_iter(), Some(&old));
        new.of("/a").answered(&Method::GET, StatusCode::OK, Duration::ZERO);
        assert_eq!(counted(&new), [("/a".to_owned(), "GET", 2)]);
    }
}
