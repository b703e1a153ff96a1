//! A span for each stage of a request, and the times of all for `Server-Timing`.
//!
//! Where nobody watches, a stage costs one look at a flag.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::{Instrument, Level, Span};

/// The target of the spans of requests.
pub(crate) const REQUESTS: &str = "server::request";
/// The target of the spans of stages, and of the lines that tell their times.
pub(super) const STAGES: &str = "server::stage";

/// The stages of one request, as they go by. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stages(Option<Arc<Mutex<Vec<Stage>>>>);

#[derive(Debug)]
struct Stage {
    name: &'static str,
    took: Duration,
}

impl Stages {
    /// Keeps the times.
    pub(crate) fn timed() -> Stages {
        Stages(Some(Arc::default()))
    }

    /// Runs a stage.
    pub(crate) fn run<T>(&self, name: &'static str, stage: impl FnOnce() -> T) -> T {
        if !self.is_watched() {
            return stage();
        }
        let started = Instant::now();
        let result = span(name).in_scope(stage);
        self.note(name, started.elapsed());
        result
    }

    /// Runs a stage that waits.
    pub(crate) async fn wait<T>(&self, name: &'static str, stage: impl Future<Output = T>) -> T {
        if !self.is_watched() {
            return stage.await;
        }
        let started = Instant::now();
        let result = stage.instrument(span(name)).await;
        self.note(name, started.elapsed());
        result
    }

    fn is_watched(&self) -> bool {
        self.0.is_some() || tracing::span_enabled!(target: STAGES, Level::DEBUG)
    }

    fn note(&self, name: &'static str, took: Duration) {
        tracing::debug!(target: STAGES, stage = name, took_us = took.as_secs_f64() * 1e6, "done");
        if let Some(stages) = &self.0 {
            stages.lock().unwrap_or_else(PoisonError::into_inner).push(Stage { name, took });
        }
    }

    /// The value of `Server-Timing` (in milliseconds, as its standard has it), if the times were kept.
    pub(crate) fn server_timing(&self, total: Duration) -> Option<String> {
        let stages = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let mut value = String::new();
        for Stage { name, took } in stages.iter() {
            // Writing to a string cannot fail.
            let _ = write!(value, "{name};dur={}, ", Milliseconds(*took));
        }
        let _ = write!(value, "total;dur={}", Milliseconds(total));
        Some(value)
    }
}

/// With three digits after the point. Written as whole numbers, which is much faster than as a float.
struct Milliseconds(Duration);

impl std::fmt::Display for Milliseconds {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = self.0.as_micros();
        write!(to, "{}.{:03}", micros / 1000, micros % 1000)
    }
}

fn span(name: &'static str) -> Span {
    // The name of a span is fixed where it is written, so each stage's stands in the field that exporters read.
    tracing::debug_span!(target: STAGES, "stage", otel.name = name)
}
