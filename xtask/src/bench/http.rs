//! As much of HTTP/1.1 as preparing a measurement needs: one connection, kept open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::failure::{Failure, Result};

/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In capitals.
    pub method: &'static str,
    /// With its query.
    pub path: String,
    /// The access token; empty for a stranger.
    pub token: String,
    /// JSON; empty for none.
    pub body: String,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// As in RFC 9110.
    pub status: u16,
    /// Whatever it is.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).map_err(|error| Failure::cannot("read an answer as JSON", error))
    }
}

/// An open connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Connection {
    /// Connects to `host:port`.
    pub fn open(address: &str) -> Result<Connection> {
        let open = || {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Connection { stream: BufReader::new(stream), address: address.to_owned() })
        };
        open().map_err(|error: std::io::Error| Failure::cannot(format!("connect to {address}"), error))
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, request: &Request) -> Result<Answer> {
        let ask = |it: &mut Connection| {
            let head = head(request, &it.address);
            it.stream.get_mut().write_all(format!("{head}{}", request.body).as_bytes())?;
            answer(&mut it.stream)
        };
        ask(self).map_err(|error| Failure::cannot(format!("{} {}", request.method, request.path), error))
    }

    /// Asks for an answer of this status; any other is a failure that shows what was answered.
    pub fn expect(&mut self, status: u16, request: &Request) -> Result<Answer> {
        let answer = self.ask(request)?;
        if answer.status == status {
            return Ok(answer);
        }
        let Request { method, path, .. } = request;
        Err(Failure::new(format!("{method} {path} answered {}, not {status}: {}", answer.status, answer.body)))
    }
}

fn head(request: &Request, address: &str) -> String {
    let Request { method, path, token, body } = request;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n");
    if !token.is_empty() {
        head += &format!("Authorization: Bearer {token}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    head + "\r\n"
}

fn answer(stream: &mut impl BufRead) -> std::io::Result<Answer> {
    let not_http = |what: &str| std::io::Error::other(format!("the answer is not HTTP/1.1: {what:?}"));
    let status_line = line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| not_http(&status_line))?;
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let header = line(stream)?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| not_http(&header))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| not_http(&header))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            is_chunked = true;
        }
    }
    let body = if is_chunked { chunks(stream)? } else { exactly(stream, length)? };
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A body in pieces, each with its length before it in hexadecimal, the last one empty (RFC 9112 §7.1).
fn chunks(stream: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let length = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let length = length.map_err(|_| std::io::Error::other(format!("no length of a piece: {size:?}")))?;
        body.append(&mut exactly(stream, length)?);
        line(stream)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

fn exactly(stream: &mut impl BufRead, length: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

fn line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.by_ref().take(64 * 1024).read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_one_after_the_other() {
        let mut stream = concat!(
            "HTTP/1.1 201 Created\r\ncontent-length: 8\r\nX-A: b\r\n\r\n{\"id\":7}",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n1;a=b\r\n]\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\n",
        )
        .as_bytes();
        let first = answer(&mut stream).unwrap();
        assert_eq!((first.status, first.json().unwrap()["id"].as_i64()), (201, Some(7)));
        assert_eq!(answer(&mut stream).unwrap().status, 204);
        assert_eq!(answer(&mut stream).unwrap().body, "[1,2]");
        assert!(answer(&mut stream).unwrap_err().to_string().contains("no length of a piece"));
    }

    #[test]
    fn a_head_says_what_is_needed_and_no_more() {
        let bare = Request { method: "GET", path: "/a".to_owned(), token: String::new(), body: String::new() };
        assert_eq!(head(&bare, "h:1"), "GET /a HTTP/1.1\r\nHost: h:1\r\n\r\n");
        let full = Request { method: "POST", token: "t".to_owned(), body: "{}".to_owned(), ..bare };
        let expected = "POST /a HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer t\r\n\
                        Content-Type: application/json\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(head(&full, "h:1"), expected);
    }
}
