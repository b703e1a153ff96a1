//! What only a socket shows: heads that no client library sends, time-outs, TLS, HTTP/2, and how connections end.

mod heads;
mod limits;
mod secure;
mod served_at;
mod stopping;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use server::process::Stop;
use server::{Server, StartError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::support::blueprints::OFFICE;

/// A server that listens, with a database of its own.
pub struct Live {
    pub address: SocketAddr,
    pub folder: TempDir,
    stops: mpsc::UnboundedSender<Stop>,
    running: JoinHandle<()>,
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Live {
    pub async fn start(settings: &[(&str, &str)]) -> Live {
        let folder = tempfile::tempdir().unwrap();
        Live::try_start(settings, folder).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_start(settings: &[(&str, &str)], folder: TempDir) -> Result<Live, StartError> {
        let settings = crate::support::settings(settings, &folder);
        let server = Server::start(Arc::new(blueprint::load(OFFICE).unwrap()), settings).await?;
        let address = server.address();
        let (stops, mut told) = mpsc::unbounded_channel();
        let running = tokio::spawn(server.run(futures_util::stream::poll_fn(move |context| told.poll_recv(context))));
        Ok(Live { address, folder, stops, running })
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes and reads all answers, to the end of the connection.
    pub async fn exchange(&self, bytes: &[u8]) -> Vec<Raw> {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        read_all(&mut stream).await
    }

    /// Tells the server to stop and waits until it has.
    pub async fn stop(self) {
        self.tell(Stop::Announced);
        self.ended().await;
    }

    /// Tells the server to stop.
    pub fn tell(&self, stop: Stop) {
        self.stops.send(stop).unwrap();
    }

    /// Waits until the server has stopped.
    pub async fn ended(self) {
        tokio::time::timeout(Duration::from_secs(30), self.running).await.expect("the server goes on").unwrap();
    }
}

/// All answers, to the end of the connection.
pub async fn read_all(stream: &mut TcpStream) -> Vec<Raw> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut rest = text.as_str();
    let mut answers = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_once("\r\n\r\n").unwrap_or_else(|| panic!("half an answer: {rest:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = header(head, "content-length").map_or(0, |length| length.parse().unwrap());
        let (body, after) = after.split_at(length);
        answers.push(Raw { status, head: head.to_owned(), body: body.to_owned() });
        rest = after;
    }
    answers
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

impl Raw {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The code of the problem that this must be.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{self:?}");
        let problem: Json = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{self:?}");
        problem["code"].as_str().unwrap().to_owned()
    }
}
