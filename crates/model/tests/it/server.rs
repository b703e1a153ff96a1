//! A server on loopback that answers each connection with the next line of its script, and keeps what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// What a connection is answered with.
#[derive(Clone)]
pub enum Reply {
    /// A status, headers and a body.
    Http(u16, &'static str, String),
    /// A body without an end.
    Endless,
    /// A head, and then one byte now and then, without an end.
    Drip,
    /// Nothing at all; the connection stays open.
    Silence,
    /// The connection is closed in the middle of the body.
    Torn,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: Value,
}

pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers by a script; the last reply is repeated.
    pub fn with(script: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        thread::spawn(move || {
            let mut next = script.iter();
            let mut last = script.first().cloned();
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                last = next.next().cloned().or(last);
                let Some(reply) = last.clone() else { continue };
                let kept = kept.clone();
                thread::spawn(move || answer(stream, &reply, &kept));
            }
        });
        Server { address, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The variables that lead a provider's model here, with a key that must never be shown.
    pub fn variables(&self, provider: &str) -> Vec<(&'static str, String)> {
        let url = format!("http://{}", self.address);
        match provider {
            "anthropic" => vec![
                ("SUPERMAKER_MODEL", "anthropic:claude-x".to_owned()),
                ("ANTHROPIC_API_KEY", super::answers::KEY.to_owned()),
                ("ANTHROPIC_BASE_URL", url),
            ],
            "openai" => vec![
                ("SUPERMAKER_MODEL", "openai:gpt-x".to_owned()),
                ("OPENAI_API_KEY", super::answers::KEY.to_owned()),
                ("OPENAI_BASE_URL", format!("{url}/v1")),
            ],
            "ollama" => vec![("SUPERMAKER_MODEL", "ollama:llama-x".to_owned()), ("OLLAMA_HOST", url)],
            other => panic!("{other}"),
        }
    }
}

fn answer(mut stream: TcpStream, reply: &Reply, kept: &Mutex<Vec<Asked>>) -> Option<()> {
    let asked = receive(&mut stream)?;
    kept.lock().unwrap().push(asked);
    let head = |length: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{length}\r\n");
    match reply {
        Reply::Http(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).ok()?;
            stream.write_all(body.as_bytes()).ok()?;
        }
        Reply::Endless => {
            stream.write_all(head("").as_bytes()).ok()?;
            while stream.write_all(&[b' '; 8192]).is_ok() {}
        }
        Reply::Drip => {
            stream.write_all(head("").as_bytes()).ok()?;
            while stream.write_all(b" ").is_ok() {
                thread::park_timeout(std::time::Duration::from_millis(50));
            }
        }
        Reply::Torn => {
            stream.write_all(head("content-length: 5000\r\n").as_bytes()).ok()?;
            stream.write_all(b"{\"content\"").ok()?;
        }
        Reply::Silence => {
            // Until who asked goes away.
            let _ = stream.read(&mut [0; 1]);
        }
    }
    Some(())
}

fn receive(stream: &mut TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { head, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

/// A model's words in the form of a provider's answer.
pub fn said(provider: &str, text: &str) -> Reply {
    let body = match provider {
        "anthropic" => json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
            "content": [{ "type": "text", "text": text }],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": { "input_tokens": 1200, "output_tokens": 300 },
        }),
        "openai" => json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-x",
            "choices": [{
                "index": 0, "finish_reason": "stop",
                "message": { "role": "assistant", "content": text, "refusal": null },
            }],
            "usage": { "prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500 },
        }),
        "ollama" => json!({
            "model": "llama-x", "created_at": "2026-01-01T00:00:00Z",
            "message": { "role": "assistant", "content": text },
            "done": true, "done_reason": "stop", "prompt_eval_count": 1200, "eval_count": 300,
        }),
        other => panic!("{other}"),
    };
    Reply::Http(200, "content-type: application/json\r\n", body.to_string())
}
