//! Everything that can go wrong between here and a model's answer: a row each.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::answers::{GOOD, KEY};
use crate::server::{Reply, Server, said};
use crate::{REQUEST, fell_back, read};

/// A provider, what its server answers, how often it is then asked, and the reason that is told.
type Row = (&'static str, Vec<Reply>, usize, &'static str);

fn http(status: u16, headers: &'static str, body: &str) -> Reply {
    Reply::Http(status, headers, body.to_owned())
}

fn stopped(provider: &str, place: &str, word: &str) -> Reply {
    let Reply::Http(status, headers, body) = said(provider, GOOD) else { panic!("an answer") };
    let mut body: serde_json::Value = serde_json::from_str(&body).unwrap();
    *body.pointer_mut(place).unwrap() = json!(word);
    Reply::Http(status, headers, body.to_string())
}

fn rows() -> Vec<Row> {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let echo = format!(r#"{{"error": {{"message": "Incorrect API key provided: {KEY}"}}}}"#);
    // Cut at 200 letters, the key would lose its end.
    let far = format!(r#"{{"error": {{"message": "{}{KEY}"}}}}"#, "x".repeat(190));
    let error = r#"{"type": "error", "error": {"type": "not_found_error", "message": "model: claude-x"}}"#;
    vec![
        // Not JSON, or not whole.
        ("anthropic", vec![http(200, "", "{\"content\": [")], 1, "no JSON"),
        ("anthropic", vec![Reply::Torn], 1, "cannot be reached"),
        ("openai", vec![http(200, "content-type: text/html\r\n", page)], 1, "a web page"),
        ("openai", vec![http(200, "", "")], 1, "is empty"),
        ("ollama", vec![http(200, "content-type: text/plain\r\n", "busy")], 1, "no JSON (text/plain)"),
        // JSON of something else.
        ("anthropic", vec![http(200, "", "[]")], 1, "not one of its API"),
        ("openai", vec![http(200, "", r#"{"choices": []}"#)], 1, "not one of its API"),
        ("openai", vec![http(200, "", r#"{"choices": [{"message": {"content": 7}}]}"#)], 1, "not one of its API"),
        ("ollama", vec![http(200, "", r#"{"message": null}"#)], 1, "not one of its API"),
        // Words that are no proposal: told, and asked for once more.
        ("anthropic", vec![said("anthropic", "")], 2, "it is empty"),
        ("anthropic", vec![said("anthropic", "I cannot help with that.")], 2, "no JSON object"),
        ("openai", vec![said("openai", "{\"entities\": [{\"name\": \"boat\"")], 2, "no end"),
        ("openai", vec![said("openai", r#"{"tables": ["boat"]}"#)], 2, "missing field `entities`"),
        ("openai", vec![said("openai", r#"{"entities": {"boat": 1}}"#)], 2, "not of the form"),
        ("ollama", vec![said("ollama", r#"{"entities": []}"#)], 2, "`entities` is empty"),
        ("ollama", vec![said("ollama", &" ".repeat(20_000))], 2, "it is empty"),
        // Cut off or declined: a second try would end alike.
        ("anthropic", vec![stopped("anthropic", "/stop_reason", "max_tokens")], 1, "cut off after 8192 tokens"),
        ("anthropic", vec![stopped("anthropic", "/stop_reason", "refusal")], 1, "declined"),
        ("openai", vec![stopped("openai", "/choices/0/finish_reason", "length")], 1, "cut off"),
        ("openai", vec![stopped("openai", "/choices/0/finish_reason", "content_filter")], 1, "declined"),
        ("openai", vec![stopped("openai", "/choices/0/message/refusal", "I'm sorry\u{1b}[2J")], 1, "I'm sorry [2J"),
        ("ollama", vec![stopped("ollama", "/done_reason", "length")], 1, "cut off"),
        // Refused.
        ("anthropic", vec![http(401, "", &echo)], 1, "does not take the key (401)"),
        ("openai", vec![http(401, "", &echo)], 1, "does not take the key (401)"),
        ("openai", vec![http(403, "", &echo)], 1, "does not take the key (403)"),
        ("openai", vec![http(402, "", &echo)], 1, "it answers 402: Incorrect API key provided: ****"),
        ("openai", vec![http(402, "", &far)], 1, "xxx****"),
        (
            "openai",
            vec![stopped("openai", "/choices/0/message/refusal", &format!("{}{KEY}", "x".repeat(190)))],
            1,
            "x****",
        ),
        ("anthropic", vec![http(404, "", error)], 1, "it answers 404: model: claude-x"),
        (
            "ollama",
            vec![http(404, "", r#"{"error": "model 'x' not found"}"#)],
            1,
            "it answers 404: model 'x' not found",
        ),
        ("openai", vec![http(404, "content-type: text/html\r\n", page)], 1, "it answers 404"),
        ("openai", vec![http(400, "", r#"{"error": {"message": "context too long"}}"#)], 3, "400: context too long"),
        // Too much to do: one try more, when the server says, if that is soon.
        ("anthropic", vec![http(529, "retry-after: 0\r\n", "")], 2, "too much to do (529)"),
        ("openai", vec![http(429, "retry-after: 0\r\n", "")], 2, "too much to do (429)"),
        ("openai", vec![http(429, "retry-after: 3600\r\n", "")], 1, "asks to wait 3600 s"),
        ("openai", vec![http(429, "retry-after: 99999999999999999999\r\n", ""), said("openai", "no")], 2, "no JSON"),
        ("ollama", vec![http(503, "retry-after: 0\r\n", "")], 2, "too much to do (503)"),
        ("openai", vec![http(500, "retry-after: 0\r\n", "oops")], 2, "too much to do (500)"),
        // Elsewhere.
        ("openai", vec![http(302, "location: http://127.0.0.1:1/steal\r\n", "")], 1, "sends elsewhere"),
        ("anthropic", vec![http(307, "location: /v1/messages\r\n", "")], 1, "sends elsewhere"),
        // Without an end.
        ("openai", vec![Reply::Endless], 1, "more than 1048576 bytes"),
    ]
}

#[test]
fn whatever_goes_wrong_the_rules_reading_stands_and_the_reason_is_told() {
    for (provider, script, times, reason) in rows() {
        let server = Server::with(script);
        let variables = server.variables(provider);
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let read = read(REQUEST, &variables);
        fell_back(REQUEST, &read, reason);
        assert_eq!(server.asked().len(), times, "{provider}: {reason}");
        let shown = serde_json::to_string(&read).unwrap();
        assert!(!shown.contains("sk-do") && !shown.contains('\u{1b}'), "{shown}");
    }
}

#[test]
fn nobody_waits_longer_than_the_settings_say() {
    for reply in [Reply::Silence, Reply::Drip] {
        for provider in ["anthropic", "openai", "ollama"] {
            let server = Server::with(vec![reply.clone()]);
            let mut variables = server.variables(provider);
            variables.push(("SUPERMAKER_MODEL_TIMEOUT", "0.1".to_owned()));
            let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let start = Instant::now();
            fell_back(REQUEST, &read(REQUEST, &variables), "did not answer within 0.1 s");
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        }
    }
}

#[test]
fn a_gateway_that_wants_the_newer_words_gets_them() {
    let unsupported = r#"{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}"#;
    let server = Server::with(vec![http(400, "", unsupported), said("openai", GOOD)]);
    let variables = server.variables("openai");
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let read = read(REQUEST, &variables);
    assert!(read.consultation.unwrap().used);
    let asked = server.asked();
    let words = |at: usize| {
        ["max_tokens", "max_completion_tokens", "temperature", "response_format"]
            .map(|word| asked[at].body.get(word).is_some())
    };
    assert_eq!((asked.len(), words(0), words(1)), (2, [true, false, true, true], [false, true, false, true]));
    // Once: who still does not want it is asked with a schema without ends, without any, and then no more.
    let server = Server::with(vec![http(400, "", unsupported)]);
    let variables = server.variables("openai");
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fell_back(REQUEST, &crate::read(REQUEST, &variables), "it answers 400");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_try_that_nobody_counted_is_told_beside_the_cost() {
    let Reply::Http(_, _, good) = said("openai", GOOD) else { panic!("an answer") };
    let mut uncounted: serde_json::Value = serde_json::from_str(&good).unwrap();
    uncounted["usage"] = json!(null);
    uncounted["choices"][0]["message"]["content"] = json!("I cannot.");
    for (first, count) in [(http(200, "", &uncounted.to_string()), 1), (http(503, "retry-after: 0\r\n", ""), 0)] {
        let server = Server::with(vec![first, said("openai", GOOD)]);
        let mut variables = server.variables("openai");
        variables.push(("SUPERMAKER_MODEL_PRICE", "3/15".to_owned()));
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let consultation = read(REQUEST, &variables).consultation.unwrap();
        assert_eq!((consultation.requests, consultation.uncounted), (2, count));
        assert!(consultation.cost.is_some());
    }
}

#[test]
fn where_nobody_listens_that_is_told() {
    // Bound and closed at once: the port is free, and nobody is there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("127.0.0.1:{port}");
    let read = read(REQUEST, &[("SUPERMAKER_MODEL", "ollama:x"), ("OLLAMA_HOST", &host)]);
    fell_back(REQUEST, &read, "cannot be reached");
    let consultation = read.consultation.unwrap();
    assert_eq!((consultation.server.as_str(), consultation.requests), (host.as_str(), 1));
    assert!(consultation.hint.unwrap().contains("running"));
}

#[test]
fn a_setting_that_cannot_be_used_sends_nothing_and_is_told() {
    let server = Server::with(vec![said("openai", GOOD)]);
    let url = format!("http://{}/v1", server.address);
    for (variables, reason) in [
        (vec![("SUPERMAKER_MODEL", "gpt-x")], "OPENAI_API_KEY is not set"),
        (vec![("SUPERMAKER_MODEL", "mistral")], "SUPERMAKER_MODEL does not say whose"),
        (
            vec![("SUPERMAKER_MODEL", "openai:x"), ("OPENAI_BASE_URL", &url), ("SUPERMAKER_MODEL_TIMEOUT", "soon")],
            "TIMEOUT",
        ),
    ] {
        let read = read(REQUEST, &variables);
        fell_back(REQUEST, &read, reason);
        assert_eq!(read.consultation.unwrap().requests, 0);
    }
    assert!(server.asked().is_empty());
}

#[test]
fn without_a_model_nothing_is_sent_and_nothing_is_said() {
    let server = Server::with(vec![said("openai", GOOD)]);
    let url = format!("http://{}/v1", server.address);
    let read = read(REQUEST, &[("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &url), ("OLLAMA_HOST", &url)]);
    assert!(read.consultation.is_none() && server.asked().is_empty());
    assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&intake::read(REQUEST)).unwrap());
}
