//! One connection to a server that may die at any moment, and answers read to their end or not at all.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long a request of these tests may take, as the server is told.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// What a busy machine adds to that.
const SLACK: Duration = Duration::from_secs(10);

/// One who sends requests.
pub struct Client {
    address: String,
    token: Option<String>,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer that came whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Client {
    pub fn new(address: &str, token: Option<&str>) -> Client {
        Client { address: address.to_owned(), token: token.map(str::to_owned), stream: None }
    }

    /// An error is a connection that was not made or broke off. A server that does not answer in time is a failed test.
    pub fn send(&mut self, method: &str, path: &str, key: Option<&str>, body: Option<&Value>) -> Result<Answer> {
        let answer = self.exchange(method, path, key, body);
        if let Err(error) = &answer {
            let slow = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            assert!(!slow, "{method} {path} was not answered in time");
            self.stream = None;
        }
        answer
    }

    /// The same from a server that nobody kills.
    #[track_caller]
    pub fn ask(&mut self, method: &str, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        self.send(method, path, key, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn exchange(&mut self, method: &str, path: &str, key: Option<&str>, body: Option<&Value>) -> Result<Answer> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(REQUEST_TIMEOUT + SLACK))?;
            self.stream = Some(BufReader::new(stream));
        }
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotConnected)?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        let token = self.token.as_ref().map(|token| ("Authorization", format!("Bearer {token}")));
        let key = key.map(|key| ("Idempotency-Key", key.to_owned()));
        let text = body.map(Value::to_string);
        let kind = text.as_ref().map(|_| ("Content-Type", "application/json".to_owned()));
        let length = text.as_ref().map(|text| ("Content-Length", text.len().to_string()));
        for (name, value) in [token, key, kind, length].into_iter().flatten() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let request = format!("{head}\r\n{}", text.unwrap_or_default());
        stream.get_mut().write_all(request.as_bytes())?;
        read(stream)
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Result<Answer> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the answer breaks off"));
        }
    }
    let status = head[9..12].parse().unwrap_or_else(|_| panic!("no status: {head}"));
    let mut answer = Answer { status, head, body: String::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    answer.body = String::from_utf8(body).unwrap();
    Ok(answer)
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// It was given before.
    pub fn is_repeat(&self) -> bool {
        self.header("idempotency-replayed") == Some("true")
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// That it is the refusal of a server without its database: come again.
    #[track_caller]
    pub fn check_unavailable(&self) {
        assert_eq!(self.status, 503, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        assert!(self.header("retry-after").is_some(), "{}", self.head);
        assert_eq!(self.json()["code"], "unavailable");
    }
}
