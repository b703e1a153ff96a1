//! `new` and `plan` with a model named: told before it is asked, told what came of it, and never in the way.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::program::{Bench, REQUEST, Run};

const ANSWER: &str = r#"{"entities": [{"name": "book", "quote": "Each book", "fields": [
    {"name": "title", "type": "text", "quote": "a title"}, {"name": "author", "type": "text", "quote": "an author"},
    {"name": "pages", "type": "integer", "quote": "a number of pages"},
    {"name": "reading", "type": "boolean", "quote": "reading list"},
    {"name": "price", "type": "money", "quote": "a price"}]}]}"#;

/// A server that answers every request like Ollama, and counts them.
fn ollama(words: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap().to_string(), Arc::new(AtomicUsize::new(0)));
    let count = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            answer(stream, words);
        }
    });
    (address, asked)
}

fn answer(stream: TcpStream, words: &str) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let message = serde_json::json!({ "message": { "role": "assistant", "content": words }, "done": true,
        "done_reason": "stop", "prompt_eval_count": 900, "eval_count": 80 });
    let body = message.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    reader.get_mut().write_all(format!("{head}{body}").as_bytes()).ok()
}

fn run(bench: &Bench, words: &[&str], host: &str) -> Run {
    let mut command = bench.command(words);
    command.env("SUPERMAKER_MODEL", "ollama:llama-x").env("OLLAMA_HOST", host);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_model_reads_along_and_the_report_says_what_came_of_it() {
    let (host, asked) = ollama(ANSWER);
    let bench = Bench::new();
    let made = run(&bench, &["new", REQUEST, "--dir", "made"], &host);
    assert_eq!(made.code, 0, "{made:?}");
    for words in [
        &format!("ollama:llama-x at {host} read along"),
        "1 request, 900 tokens sent and 80 answered",
        "found by it alone: book.reading",
        "book.price: \"a price\" does not stand in the request",
    ] {
        assert!(made.out.contains(words), "no {words:?} in {}", made.out);
    }
    assert_eq!(
        made.err,
        format!("Asking ollama:llama-x at {host}, where the request is sent (--no-model: rules alone) ...\n")
    );
    assert!(bench.read("made/blueprint.toml").contains("reading"));
    assert_eq!(bench.run(&["check", "made"]).code, 0);
    // What is made already is not paid for again.
    let again = run(&bench, &["new", REQUEST, "--dir", "made"], &host);
    assert!(again.out.contains("nothing was written") && again.err.is_empty(), "{again:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_plan_tells_machines_how_the_model_was_asked() {
    let (host, _) = ollama("no");
    let bench = Bench::new();
    let plan = run(&bench, &["plan", REQUEST, "--json"], &host);
    assert_eq!((plan.code, plan.err.as_str()), (0, ""));
    let json = plan.json();
    assert_eq!((&json["planner"], &json["model"]["used"]), (&"rules".into(), &false.into()));
    assert!(json["model"]["reason"].as_str().unwrap().contains("no JSON object"));
    assert_eq!(json["model"]["requests"], 2);
    let plain = bench.run(&["plan", REQUEST, "--json"]).json();
    assert_eq!(json["blueprint"], plain["blueprint"]);
    assert!(plain.get("model").is_none());
    let said = run(&bench, &["plan", REQUEST], &host).out;
    assert!(said.contains("was not used, the rules read alone: its answer cannot be used"), "{said}");
}

#[test]
fn no_model_and_no_name_of_one_send_nothing() {
    let (host, asked) = ollama(ANSWER);
    let bench = Bench::new();
    let alone = bench.run(&["plan", REQUEST]).fine();
    assert_eq!(run(&bench, &["plan", REQUEST, "--no-model"], &host).fine(), alone);
    assert!(!alone.contains("model"), "{alone}");
    // A file that lies about has no say in where a request is sent.
    bench.write(".env", &format!("SUPERMAKER_MODEL=ollama:x\nOLLAMA_HOST={host}\n"));
    assert_eq!(bench.run(&["plan", REQUEST]).fine(), alone);
    bench.run(&["new", REQUEST, "--dir", "made"]).fine();
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
