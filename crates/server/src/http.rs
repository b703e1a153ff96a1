//! A request and a response as values, free of the connection that they travel on.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::trace::Stages;

/// The header of an API key.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A request whose head has been read and whose body has not.
pub struct HttpRequest<B = hyper::body::Incoming> {
    /// The method.
    pub method: Method,
    /// Path and query, as sent.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, still on the wire.
    pub body: B,
    /// The caller's address.
    pub ip: IpAddr,
    /// The id of this request: sent by the caller or made here.
    pub request_id: String,
    /// The stages that it goes through, for those who watch.
    pub(crate) stages: Stages,
}

impl<B> HttpRequest<B> {
    /// A header as text; `None` if it is absent or not text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `Authorization` header. One that is not text, or comes twice, reads as one that no token can match.
    pub fn authorization(&self) -> Option<&str> {
        let mut values = self.headers.get_all(http::header::AUTHORIZATION).iter();
        let first = values.next()?;
        if values.next().is_some() { Some("") } else { Some(str::from_utf8(first.as_bytes()).unwrap_or_default()) }
    }

    /// The `X-API-Key` header, read in the same way.
    pub fn api_key(&self) -> Option<&str> {
        let mut values = self.headers.get_all(API_KEY).iter();
        let first = values.next()?;
        if values.next().is_some() { Some("") } else { Some(first.to_str().unwrap_or_default()) }
    }

    /// The same request with another body, such as one that was read already.
    pub fn with_body<C>(&self, body: C) -> HttpRequest<C> {
        HttpRequest {
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            body,
            ip: self.ip,
            request_id: self.request_id.clone(),
            stages: self.stages.clone(),
        }
    }

    /// The same request without headers and body.
    pub(crate) fn head_only(&self) -> HttpRequest<()> {
        HttpRequest {
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: HeaderMap::new(),
            body: (),
            ip: self.ip,
            request_id: self.request_id.clone(),
            stages: self.stages.clone(),
        }
    }

    /// What the audit keeps of where and when it came in.
    pub fn origin(&self) -> query::Origin {
        query::Origin { at: crate::clock::now(), request_id: self.request_id.clone(), ip: Some(self.ip), batch: None }
    }
}

/// A whole response. Bodies are small (a page has at most 100 rows), so they are not streamed.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: hyper::body::Bytes,
}

impl HttpResponse {
    /// A response without a body.
    pub fn empty(status: StatusCode) -> HttpResponse {
        HttpResponse { status, headers: HeaderMap::new(), body: hyper::body::Bytes::new() }
    }

    /// A JSON response.
    pub fn json(status: StatusCode, body: impl Into<hyper::body::Bytes>) -> HttpResponse {
        let mut response = HttpResponse { status, headers: HeaderMap::new(), body: body.into() };
        response.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// The same with one more header. A value that is no header value, which ours never are, is left out.
    pub fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> HttpResponse {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }
}
