//! An issuer's web server: gives out a key set, counts who asks, and can be told to answer otherwise.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

/// It serves until the process of the test ends.
#[derive(Clone)]
pub struct KeyServer {
    url: String,
    hits: Arc<AtomicUsize>,
    answer: Arc<Mutex<String>>,
}

impl KeyServer {
    pub fn with(key_set: &Json) -> KeyServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let server = KeyServer { url, hits: Arc::default(), answer: Arc::default() };
        server.serves(key_set);
        let one = server.clone();
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| one.answer(stream)));
        server
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Requests so far.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    pub fn serves(&self, key_set: &Json) {
        self.says(&ok(&key_set.to_string()));
    }

    /// Whole answers, head and all.
    pub fn says(&self, answer: &str) {
        *self.answer.lock().unwrap() = answer.to_owned();
    }

    fn answer(&self, mut stream: TcpStream) {
        self.hits.fetch_add(1, Ordering::SeqCst);
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        let answer = self.answer.lock().unwrap().clone();
        // Whoever does not want to read all of it may go.
        let _ = stream.write_all(answer.as_bytes());
    }
}

pub fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}
