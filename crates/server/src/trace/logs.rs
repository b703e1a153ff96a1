//! Logs, on stderr: lines for people, or JSON lines for machines. Every line that is about a request names it.

use std::fmt;
use std::io;

use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::format::{DefaultFields, Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::current::{Ids, current};
use super::panics;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text {
        /// With colour.
        color: bool,
    },
    /// An object a line, for machines.
    Json,
}

/// Why logging did not start.
#[derive(Debug)]
pub enum LogError {
    /// The filter cannot be read.
    Filter(String),
    /// Something logs already.
    Started(String),
}

impl fmt::Display for LogError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogError::Filter(why) | LogError::Started(why) => out.write_str(why),
        }
    }
}

impl std::error::Error for LogError {}

/// Starts logging, for the rest of the process; panics are logged too. `filter` is in the grammar of `RUST_LOG`, as far as
/// that is about targets and levels.
///
/// # Errors
/// The filter cannot be read, or something logs already.
pub fn start(filter: &str, form: Form) -> Result<(), LogError> {
    start_with(sink(read(filter)?, form, io::stderr))
}

/// The same, and a layer that gets what it asks for itself, whatever the filter says of lines.
#[cfg(feature = "otlp")]
pub(crate) fn start_beside<L>(filter: &str, form: Form, layer: L) -> Result<(), LogError>
where
    L: Layer<Registry> + Send + Sync,
{
    let lines = lines(form, io::stderr).with_filter(read(filter)?);
    start_with(Dispatch::new(Registry::default().with(layer).with(lines)))
}

fn start_with(dispatch: Dispatch) -> Result<(), LogError> {
    tracing::dispatcher::set_global_default(dispatch).map_err(|error| LogError::Started(error.to_string()))?;
    panics::log_them();
    Ok(())
}

fn read(filter: &str) -> Result<Targets, LogError> {
    let directives: Vec<&str> = filter.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    if directives.iter().any(|directive| directive.contains('[')) {
        // They would be taken for a part of the target, which then is none. Filters by span cost each line more.
        return Err(LogError::Filter("spans and fields cannot be chosen, targets and levels can".to_owned()));
    }
    directives.join(",").parse().map_err(|error: ParseError| LogError::Filter(error.to_string()))
}

/// From now on panics are lines of the log, in its form, instead of text of their own on stderr. [`start`] does it.
pub fn log_panics() {
    panics::log_them();
}

/// What takes lines in and writes them.
pub fn sink<W>(filter: Targets, form: Form, writer: W) -> Dispatch
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    Dispatch::new(Registry::default().with(lines(form, writer)).with(filter))
}

fn lines<S, W>(form: Form, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    match form {
        Form::Text { color } => {
            let inner = Format::default().with_ansi(color).with_target(false);
            layer.with_ansi(color).fmt_fields(DefaultFields::new()).event_format(TextLine(inner)).boxed()
        }
        Form::Json => {
            let inner = Format::default().json().flatten_event(true).with_current_span(false).with_span_list(false);
            layer.fmt_fields(JsonFields::new()).event_format(JsonLine(inner)).boxed()
        }
    }
}

struct TextLine(Format);
struct JsonLine(Format<Json>);

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(ids) = missing_ids(event) else { return self.0.format_event(context, writer, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        write!(writer, "{} request_id={}", line.trim_end(), ids.request)?;
        if let Some(trace) = ids.trace {
            write!(writer, " trace_id={trace}")?;
        }
        writeln!(writer)
    }
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(ids) = missing_ids(event) else { return self.0.format_event(context, writer, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        // An id has no letter that JSON would escape.
        write!(writer, "{},\"request_id\":\"{}\"", line.trim_end().strip_suffix('}').unwrap_or(&line), ids.request)?;
        if let Some(trace) = ids.trace {
            write!(writer, ",\"trace_id\":\"{trace}\"")?;
        }
        writeln!(writer, "}}")
    }
}

/// The ids of the request that a line is about, unless the line names it itself.
fn missing_ids(event: &Event<'_>) -> Option<Ids> {
    if event.metadata().fields().field("request_id").is_some() { None } else { current() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_filter_is_levels_for_everything_or_for_targets() {
        let filter = read("info, server::stage=debug,,hyper=off").unwrap();
        let wanted = |target, level| filter.would_enable(target, &level);
        assert!(wanted("request", Level::INFO) && !wanted("request", Level::DEBUG));
        assert!(wanted("server::stage", Level::DEBUG) && !wanted("server::stage", Level::TRACE));
        assert!(!wanted("hyper::client", Level::ERROR));
        let filter = read("server=debug").unwrap();
        assert!(filter.would_enable("server", &Level::DEBUG) && !filter.would_enable("store", &Level::ERROR));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for wrong in ["server=loud", "a=b=c", "server[request]=debug", "[{user}]=info"] {
            assert!(matches!(read(wrong), Err(LogError::Filter(why)) if !why.is_empty()), "{wrong}");
        }
    }
}
