//! Requests to an app in this process: the whole server but the socket.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use serde_json::Value as Json;
use server::App;

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    pub request_id: Option<String>,
    pub content_type: String,
    pub json: Json,
}

/// Who asks: nobody, or whoever has this token.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    pub app: &'a Arc<App>,
    pub token: Option<&'a str>,
}

impl Client<'_> {
    /// Sends a request. A change names the version that it is of, where one is given.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Json>, version: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        request = request.header("x-request-id", REQUEST_ID);
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let Ok(request) = request.body(Full::new(bytes)) else { return Answer::none() };
        let response = self.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Answer {
            status: head.status.as_u16(),
            etag: header("etag"),
            request_id: header("x-request-id"),
            content_type: header("content-type").unwrap_or_default(),
            json: serde_json::from_slice(&bytes).unwrap_or(Json::Null),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Answer {
        self.send(Method::POST, path, Some(body), None).await
    }
}

/// What every request calls itself.
pub const REQUEST_ID: &str = "todos";

impl Answer {
    /// Of a request that could not even be made.
    fn none() -> Answer {
        Answer { status: 0, etag: None, request_id: None, content_type: String::new(), json: Json::Null }
    }

    /// Status and reason, for a message.
    pub fn told(&self) -> String {
        let detail = self.json["detail"].as_str().unwrap_or_default();
        let errors = self.json["errors"].as_array().into_iter().flatten();
        let errors = errors.map(|error| {
            let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("pointer"), text("detail"))
        });
        let all: Vec<String> = [detail.to_owned()].into_iter().filter(|it| !it.is_empty()).chain(errors).collect();
        if all.is_empty() { self.status.to_string() } else { format!("{} ({})", self.status, all.join("; ")) }
    }
}
