//! The head of an HTTP/1.1 request as it came over the wire: whole or not yet, and fit to be read in one way only.
//!
//! hyper would read most of what is refused here, and drop what two readers might disagree about (RFC 9112 §6.3, §11.2),
//! or answer without a word. What the head means is hyper's; this only lets it through or says why not.

use std::mem::MaybeUninit;

use http::header::ALLOW;
use memchr::memchr;

use super::framing::Framing;
use crate::edge::{MAX_HEAD_BYTES, MAX_HEADERS, MAX_URI_BYTES, is_host};
use crate::error::{ApiError, BAD_REQUEST, HEADERS_TOO_LARGE, METHOD, URI_TOO_LONG};

/// Empty lines before a request, which old clients leave after a body (RFC 9112 §2.2).
const MAX_EMPTY_LINES: usize = 4;
/// What a request line has besides its target: a method, two spaces, a version.
const REQUEST_LINE_REST: usize = 64;
const METHODS: &str = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS";

/// How far a head has been looked through.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Where the line begins that has not ended yet.
    line: usize,
    /// Lines that have ended, but for empty ones before the first.
    lines: usize,
    empty_lines: usize,
}

/// What the bytes at hand are.
#[derive(Debug)]
pub(super) enum Found {
    /// The beginning of a head.
    Part,
    /// A head of this length, and how its body ends.
    Whole(usize, Framing),
}

impl Scan {
    /// Looks at all bytes since the beginning of the head; each time they may have become more.
    ///
    /// # Errors
    /// What is answered instead of reading it.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Result<Found, ApiError> {
        while let Some(length) = bytes.get(self.line..).and_then(|rest| memchr(b'\n', rest)) {
            let end = self.line + length;
            if end == 0 || bytes.get(end - 1) != Some(&b'\r') {
                return Err(bad("end each line of the head with CR LF"));
            }
            let is_empty = length == 1;
            self.line = end + 1;
            if self.line > MAX_HEAD_BYTES {
                return Err(too_large());
            }
            if is_empty && self.lines > 0 {
                return check(bytes.get(..self.line).unwrap_or_default()).map(|body| Found::Whole(self.line, body));
            }
            if is_empty {
                self.empty_lines += 1;
                if self.empty_lines > MAX_EMPTY_LINES {
                    return Err(bad("begin with a request line"));
                }
            } else {
                if self.lines == 0 && length > MAX_URI_BYTES + REQUEST_LINE_REST {
                    return Err(uri_too_long());
                }
                self.lines += 1;
            }
        }
        self.check_part(bytes).map(|()| Found::Part)
    }

    /// What will never become a head need not be waited for.
    fn check_part(&self, bytes: &[u8]) -> Result<(), ApiError> {
        let line = bytes.get(self.line..).unwrap_or_default();
        if self.lines == 0 {
            // TLS where none is spoken, for one.
            if line.first().is_some_and(|byte| !byte.is_ascii_graphic() && *byte != b'\r') {
                return Err(bad("this is not HTTP/1.1; HTTPS is spoken where the server has TLS_CERT"));
            }
            if line.len() > MAX_URI_BYTES + REQUEST_LINE_REST {
                return Err(uri_too_long());
            }
        }
        if bytes.len() >= MAX_HEAD_BYTES { Err(too_large()) } else { Ok(()) }
    }
}

/// Checks a whole head.
fn check(bytes: &[u8]) -> Result<Framing, ApiError> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut headers) {
        Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(bad("the head cannot be read")),
        Err(error) => return Err(unreadable(error)),
    }
    check_line(&request)?;
    check_headers(&request)
}

fn check_line(request: &httparse::Request<'_, '_>) -> Result<(), ApiError> {
    let target = request.path.unwrap_or_default();
    if target.len() > MAX_URI_BYTES {
        return Err(uri_too_long());
    }
    // What follows a CONNECT is not HTTP any more.
    if request.method == Some("CONNECT") {
        return Err(ApiError::new(METHOD, format!("this server has {METHODS}")).with(ALLOW, METHODS));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%[]".contains(&byte);
    let uri = || target.parse::<http::Uri>().ok();
    let is_uri = match target.strip_prefix('/') {
        Some(path) => path.bytes().all(is_plain) || uri().is_some(),
        None => target == "*" || uri().is_some_and(|uri| uri.scheme().is_some()),
    };
    if is_uri { Ok(()) } else { Err(bad("the target of the request is no path and no URI")) }
}

fn check_headers(request: &httparse::Request<'_, '_>) -> Result<Framing, ApiError> {
    let is_newest = request.version == Some(1);
    let (mut hosts, mut length, mut chunked) = (0, None, false);
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        match header.name.len() {
            4 if is("host") => {
                hosts += 1;
                if !is_host(header.value) {
                    return Err(bad("the Host header is no host"));
                }
            }
            14 if is("content-length") => {
                if length.is_some() {
                    return Err(bad("send Content-Length once"));
                }
                length = Some(content_length(header.value).ok_or_else(|| bad("Content-Length is no length"))?);
            }
            17 if is("transfer-encoding") => {
                if chunked || !is_newest || !header.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                    return Err(bad("the one Transfer-Encoding is chunked, once, in HTTP/1.1"));
                }
                chunked = true;
            }
            _ => {}
        }
    }
    if hosts > 1 || (is_newest && hosts == 0) {
        return Err(bad("send exactly one Host header"));
    }
    match (length, chunked) {
        (Some(_), true) => Err(bad("send Content-Length or Transfer-Encoding, not both")),
        (None, true) => Ok(Framing::chunked()),
        (length, false) => Ok(Framing::length(length.unwrap_or(0))),
    }
}

/// Digits alone: no sign, no list.
fn content_length(value: &[u8]) -> Option<u64> {
    let digits = value.trim_ascii();
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    // hyper keeps the highest values for itself; nobody sends an exabyte.
    plain.then(|| str::from_utf8(digits).ok()?.parse().ok()).flatten().filter(|length| *length < 1 << 60)
}

fn unreadable(error: httparse::Error) -> ApiError {
    match error {
        httparse::Error::TooManyHeaders => too_large(),
        httparse::Error::HeaderName => {
            bad("a header cannot be read: each is one line, its name of letters, digits and `-`, then a colon at once")
        }
        httparse::Error::HeaderValue => bad("the value of a header cannot be read"),
        httparse::Error::Version => bad("speak HTTP/1.1, HTTP/1.0 or HTTP/2"),
        _ => bad("the request line cannot be read: a method, a space, a path, a space, HTTP/1.1"),
    }
}

fn bad(detail: &str) -> ApiError {
    ApiError::new(BAD_REQUEST, detail)
}

fn too_large() -> ApiError {
    ApiError::new(
        HEADERS_TOO_LARGE,
        format!("the head has more than {MAX_HEAD_BYTES} bytes or more than {MAX_HEADERS} headers"),
    )
}

fn uri_too_long() -> ApiError {
    ApiError::new(URI_TOO_LONG, format!("path and query are longer than {MAX_URI_BYTES} bytes"))
}
