//! A stream between the socket and hyper that lets only good heads of HTTP/1.1 through, in time, and hangs up politely.
//!
//! A bad head is replaced by a good one; the [`Line`] says which, so that it is answered like any request: in its turn,
//! as a problem, with an id, in the log. Bytes of HTTP/2 pass as they are; only their idle time is counted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::framing::Framing;
use super::head::{Found, Scan};
use super::line::Line;
use crate::error::{ApiError, TIMEOUT};

/// What every client of HTTP/2 says first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// What hyper reads instead of a bad head.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nHost: -\r\nConnection: close\r\n\r\n";
const READ_BYTES: usize = 4 * 1024;
/// What has to go out for a connection to be in use: more than the answers to pings of HTTP/2.
const USED_BYTES: usize = 8 * 1024;

/// A client that is still sending when its connection is closed never reads why (RFC 9112 §9.6), so that is read away
/// for a while.
const LINGER_BYTES: usize = 16 * 1024 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(2);

/// The times that a connection has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a head.
    pub head: Duration,
    /// Without a request.
    pub idle: Duration,
}

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

pub(super) struct Guard<S> {
    stream: S,
    line: Arc<Line>,
    patience: Patience,
    state: State,
    /// Bytes that came and have not gone to hyper: first those that may, then the beginning of a head.
    held: Vec<u8>,
    /// How many of them may.
    free: usize,
    /// What is waited for, after how many requests, and since when.
    waiting: Option<((Wait, u64), Instant)>,
    alarm: Option<Pin<Box<Sleep>>>,
    sent: Sent,
    lingering: Option<Linger>,
}

/// How the answers go out: hyper takes them long before the client does.
#[derive(Default)]
struct Sent {
    /// Something waits until the client takes more, which has a limit of its own.
    waits: bool,
    /// Bytes since the last time that counted, and when that was.
    bytes: usize,
    at: Option<Instant>,
}

enum State {
    Head(Scan),
    Body(Framing),
    /// Nothing is looked at.
    Open,
    /// A head was refused; hyper gets no more.
    Refused,
    /// A body was no body.
    Malformed,
    /// The connection was quiet for too long.
    Ended,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Head,
    Request,
}

/// What came of a wait for more.
enum More {
    Bytes,
    End,
    TooLate,
}

struct Linger {
    left: usize,
    until: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guard<S> {
    pub(super) fn new(stream: S, line: Arc<Line>, patience: Patience) -> Guard<S> {
        Guard {
            stream,
            line,
            patience,
            state: State::Head(Scan::default()),
            held: Vec::new(),
            free: 0,
            waiting: None,
            alarm: None,
            sent: Sent::default(),
            lingering: None,
        }
    }

    /// What the client speaks, by its first bytes. `None` if it went, or said nothing in time.
    pub(super) async fn protocol(&mut self) -> Option<Protocol> {
        std::future::poll_fn(|context| self.poll_protocol(context)).await
    }

    fn poll_protocol(&mut self, context: &mut Context<'_>) -> Poll<Option<Protocol>> {
        loop {
            if self.held.starts_with(PREFACE) {
                self.state = State::Open;
                self.free = self.held.len();
                return Poll::Ready(Some(Protocol::Http2));
            }
            if !self.held.is_empty() && !PREFACE.starts_with(&self.held) {
                self.look_at_held();
                return Poll::Ready(Some(Protocol::Http1));
            }
            match ready!(self.poll_more(context)) {
                Ok(More::Bytes) => {}
                Ok(More::End | More::TooLate) | Err(_) => return Poll::Ready(None),
            }
        }
    }

    /// Reads more into what is held.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<More>> {
        let length = self.held.len();
        self.held.resize(length + READ_BYTES, 0);
        let mut into = ReadBuf::new(self.held.get_mut(length..).unwrap_or_default());
        let read = Pin::new(&mut self.stream).poll_read(context, &mut into);
        let count = into.filled().len();
        self.held.truncate(length + count);
        match read {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(if count > 0 { More::Bytes } else { More::End })),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.poll_alarm(context).map(|()| Ok(More::TooLate)),
        }
    }

    /// Sorts what is held, which begins with the beginning of a head, into what may go and what must wait.
    fn look_at_held(&mut self) {
        let held = std::mem::take(&mut self.held);
        let (passed, refused) = self.look(&held);
        self.held = held;
        self.free = passed;
        if let Some(error) = refused {
            self.held.truncate(passed);
            self.refuse(error);
        }
    }

    /// Goes over new bytes: how many may pass, and why the next may not, if they never may.
    fn look(&mut self, bytes: &[u8]) -> (usize, Option<ApiError>) {
        let mut place = 0;
        while let Some(rest) = bytes.get(place..).filter(|rest| !rest.is_empty()) {
            match &mut self.state {
                State::Head(scan) => match scan.look(rest) {
                    Ok(Found::Part) => break,
                    Ok(Found::Whole(length, body)) => {
                        place += length;
                        self.line.head();
                        self.state = State::Body(body).settled();
                    }
                    Err(error) => return (place, Some(error)),
                },
                State::Body(framing) => match framing.advance(rest) {
                    Ok(length) => {
                        place += length;
                        if framing.is_done() {
                            self.state = State::Head(Scan::default());
                        }
                    }
                    Err(_) => {
                        self.state = State::Malformed;
                        break;
                    }
                },
                State::Open => return (bytes.len(), None),
                State::Refused | State::Malformed | State::Ended => break,
            }
        }
        (place, None)
    }

    /// Puts a good head in the place of a bad one.
    fn refuse(&mut self, error: ApiError) {
        self.line.refuse(error);
        self.held.extend_from_slice(STAND_IN);
        self.free = self.held.len();
        self.state = State::Refused;
    }

    /// Done when what is waited for has not come in time. A body has limits of its own.
    ///
    /// The time between requests is counted from the last one's head, or from when the client last took much of an answer:
    /// hyper does not look at a quiet stream again when an answer is done, so the alarm is set before.
    fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let (wait, limit) = match self.state {
                State::Head(_) if self.line.count() == 0 || !self.held.is_empty() => (Wait::Head, self.patience.head),
                State::Open if self.line.count() == 0 => (Wait::Head, self.patience.head),
                State::Head(_) | State::Open => (Wait::Request, self.patience.idle),
                _ => return Poll::Pending,
            };
            let now = (wait, self.line.count());
            let since = match self.waiting {
                Some((same, since)) if same == now => since,
                _ => self.waiting.insert((now, Instant::now())).1,
            };
            let since = if wait == Wait::Request { since.max(self.sent.at.unwrap_or(since)) } else { since };
            let Some(end) = since.checked_add(limit) else { return Poll::Pending };
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
            if alarm.deadline() > end {
                alarm.as_mut().reset(end);
            }
            ready!(alarm.as_mut().poll(context));
            // One that was set for an earlier wait rings too soon, which is cheaper than setting it for each.
            if alarm.deadline() < end {
                alarm.as_mut().reset(end);
            } else if wait == Wait::Head || (self.line.is_idle() && !self.sent.waits) {
                return Poll::Ready(());
            } else {
                self.waiting = None;
            }
        }
    }

    /// What happens when what was waited for has not come.
    fn ring(&mut self) {
        match self.state {
            State::Head(_) if !self.held.is_empty() => {
                self.held.clear();
                self.refuse(ApiError::new(TIMEOUT, "the head of the request stopped coming"));
            }
            _ => self.state = State::Ended,
        }
    }

    /// Reads away what still comes after an answer that the client has not waited for.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let is_amid = match &self.state {
            State::Body(_) | State::Refused | State::Malformed => true,
            State::Head(_) => !self.held.is_empty(),
            State::Open | State::Ended => false,
        };
        if !is_amid {
            return Poll::Ready(());
        }
        let linger = self
            .lingering
            .get_or_insert_with(|| Linger { left: LINGER_BYTES, until: Box::pin(tokio::time::sleep(LINGER_TIME)) });
        let mut away = [0; READ_BYTES];
        while linger.left > 0 && linger.until.as_mut().poll(context).is_pending() {
            let mut into = ReadBuf::new(&mut away);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut into));
            if read.is_err() || into.filled().is_empty() {
                break;
            }
            linger.left = linger.left.saturating_sub(into.filled().len());
        }
        Poll::Ready(())
    }
}

impl Sent {
    fn note(&mut self, written: &Poll<io::Result<usize>>) {
        self.waits = written.is_pending();
        if let Poll::Ready(Ok(count)) = written {
            self.bytes += count;
            if self.bytes >= USED_BYTES {
                self.bytes = 0;
                self.at = Some(Instant::now());
            }
        }
    }
}

impl State {
    /// A body without bytes has ended before it began.
    fn settled(self) -> State {
        match self {
            State::Body(framing) if framing.is_done() => State::Head(Scan::default()),
            other => other,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let guard = &mut *self;
        loop {
            if guard.free > 0 {
                let count = guard.free.min(into.remaining());
                into.put_slice(guard.held.get(..count).unwrap_or_default());
                guard.held.drain(..count);
                guard.free -= count;
                if guard.held.is_empty() {
                    // Thousands of connections wait at times, and none of them needs it then.
                    guard.held = Vec::new();
                }
                return Poll::Ready(Ok(()));
            }
            match guard.state {
                // hyper closes after the answer; until then there is nothing to read.
                State::Refused => return Poll::Pending,
                State::Malformed => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a malformed chunk")));
                }
                State::Ended => return Poll::Ready(Ok(())),
                _ if !guard.held.is_empty() => match ready!(guard.poll_more(context)) {
                    Ok(More::Bytes) => guard.look_at_held(),
                    Ok(More::TooLate) => guard.ring(),
                    Ok(More::End) => return Poll::Ready(Ok(())),
                    Err(error) => return Poll::Ready(Err(error)),
                },
                _ => {
                    let before = into.filled().len();
                    match Pin::new(&mut guard.stream).poll_read(context, into) {
                        Poll::Pending => {
                            ready!(guard.poll_alarm(context));
                            guard.ring();
                        }
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Ready(Ok(())) => {
                            let new = into.filled().get(before..).unwrap_or_default();
                            if new.is_empty() {
                                return Poll::Ready(Ok(()));
                            }
                            let (passed, refused) = guard.look(new);
                            guard.held.extend_from_slice(new.get(passed..).unwrap_or_default());
                            into.set_filled(before + passed);
                            if let Some(error) = refused {
                                guard.held.clear();
                                guard.refuse(error);
                            }
                            if passed > 0 {
                                return Poll::Ready(Ok(()));
                            }
                        }
                    }
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        self.poll_linger(context).map(Ok)
    }
}
