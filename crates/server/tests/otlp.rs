//! Spans as a collector gets them, over a socket of its own. In a process of its own, for what takes spans in is the
//! process's; only in a build with the feature `otlp`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;
use server::App;
use server::process::{Environment, logs};
use server::settings::Settings;

const BLUEPRINT: &str = "[app]\nname = \"lead-tracker\"\n[entity.lead]\nowner = false\n[entity.lead.field]\n\
                         name = { type = \"text\" }\n[entity.lead.access]\nread = [\"anyone\"]\n";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const OTHER_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00f067aa0ba902b7";

/// One request that a collector got.
struct Received {
    head: String,
    body: Vec<u8>,
}

/// Takes one export in.
fn collector() -> (u16, JoinHandle<Received>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let receive = move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        let head = head.to_ascii_lowercase();
        let length = head.split_once("content-length: ").unwrap().1.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        Received { head, body }
    };
    (port, std::thread::spawn(receive))
}

/// A field of a message in the wire format of Protocol Buffers.
#[derive(Debug, PartialEq)]
enum Field<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// The fields of a message, by number.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => Field::Number(u64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut bytes) as usize;
                Field::Bytes(take(&mut bytes, length))
            }
            5 => Field::Number(u32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap()).into()),
            kind => panic!("wire type {kind}"),
        };
        fields.push((tag >> 3, field));
    }
    fields
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    take(bytes, end).iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f))
}

/// All messages at this number of a message.
fn messages(bytes: &[u8], number: u64) -> Vec<&[u8]> {
    let found = fields(bytes).into_iter().filter(|(known, _)| *known == number);
    found.map(|(_, field)| if let Field::Bytes(bytes) = field { bytes } else { panic!("{field:?}") }).collect()
}

fn text(bytes: &[u8], number: u64) -> String {
    messages(bytes, number).first().map(|text| String::from_utf8(text.to_vec()).unwrap()).unwrap_or_default()
}

fn hex(bytes: &[u8], number: u64) -> String {
    messages(bytes, number).first().map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
}

/// Attributes: text as it is, numbers as `#200`.
fn attributes(bytes: &[u8], number: u64) -> Vec<(String, String)> {
    let value = |pair: &[u8]| match fields(messages(pair, 2)[0]).pop() {
        Some((1, Field::Bytes(text))) => String::from_utf8(text.to_vec()).unwrap(),
        Some((3, Field::Number(number))) => format!("#{number}"),
        other => panic!("{other:?}"),
    };
    messages(bytes, number).into_iter().map(|pair| (text(pair, 1), value(pair))).collect()
}

#[track_caller]
fn attribute(attributes: &[(String, String)], name: &str) -> String {
    attributes.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}: {attributes:?}")).1.clone()
}

async fn get(app: &Arc<App>, uri: &str, traceparent: &str, token: Option<&str>) -> u16 {
    let mut request = Request::get(uri).header("host", "x").header("traceparent", traceparent);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Full::new(Bytes::new())).unwrap();
    app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await.status().as_u16()
}

#[test]
fn a_collector_gets_requests_and_their_stages_as_parts_of_their_callers_traces() {
    let folder = tempfile::tempdir().unwrap();
    let (port, collected) = collector();
    let variables = format!(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{port}\nOTEL_EXPORTER_OTLP_HEADERS=x-tenant=seven\nRUST_LOG=warn\n"
    );
    std::fs::write(folder.path().join(".env"), variables).unwrap();
    let environment = Environment::beside(folder.path()).unwrap();
    let wanted = logs::Logs { default: "info", color: false };
    let export = logs::start_exporting(wanted, &environment, "lead-tracker").unwrap();

    let database = format!("sqlite:{}", folder.path().join("app.db").display());
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(database.clone()),
        "ENV" => Some("test".to_owned()),
        name => environment.get(name),
    });
    let settings = settings.unwrap();
    assert_eq!(settings.unheeded, [""; 0]);
    let blueprint = Arc::new(blueprint::load(BLUEPRINT).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = Arc::new(App::open(blueprint, settings).await.unwrap());
        let kept = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(get(&app, "/api/v1/leads?name=a-secret-name", &kept, None).await, 200);
        assert_eq!(get(&app, "/api/v1/leads/7", &kept, Some("a-token")).await, 401);
        // Whoever asked does not keep its part of this one.
        assert_eq!(get(&app, "/api/v1/leads", &format!("00-{OTHER_TRACE}-{PARENT}-00"), None).await, 200);
    });
    drop(export);

    let Received { head, body } = collected.join().unwrap();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(
        head.contains("\r\nx-tenant: seven\r\n") && head.contains("\r\ncontent-type: application/x-protobuf\r\n"),
        "{head}"
    );
    let resource_spans = messages(&body, 1);
    let [resource_spans] = resource_spans.as_slice() else { panic!("{} resources", resource_spans.len()) };
    let resource = attributes(messages(resource_spans, 1)[0], 1);
    assert_eq!(attribute(&resource, "service.name"), "lead-tracker");

    let spans: Vec<&[u8]> = messages(resource_spans, 2).iter().flat_map(|scope| messages(scope, 2)).collect();
    let named = |name: &str| spans.iter().copied().filter(|span| text(span, 5) == name).collect::<Vec<_>>();
    let (listed, refused) = (named("GET /api/v1/leads"), named("GET /api/v1/leads/{id}"));
    assert_eq!(
        (listed.len(), refused.len()),
        (1, 1),
        "{:?}",
        spans.iter().map(|span| text(span, 5)).collect::<Vec<_>>()
    );
    for (span, status, path) in [(listed[0], "#200", "/api/v1/leads"), (refused[0], "#401", "/api/v1/leads/7")] {
        assert_eq!((hex(span, 1).as_str(), hex(span, 4).as_str()), (TRACE, PARENT));
        assert!(fields(span).contains(&(6, Field::Number(2))), "a server's");
        let attributes = attributes(span, 9);
        assert_eq!(attribute(&attributes, "http.request.method"), "GET");
        assert_eq!(attribute(&attributes, "http.response.status_code"), status);
        assert_eq!(attribute(&attributes, "url.path"), path);
        assert_eq!(attribute(&attributes, "http.route"), text(span, 5).split_once(' ').unwrap().1);
    }
    let of_list = |span: &&&[u8]| hex(span, 4) == hex(listed[0], 2);
    let stages: Vec<String> = spans.iter().filter(of_list).map(|span| text(span, 5)).collect();
    assert_eq!(stages, ["route", "identify", "decide", "receive", "parse", "plan", "render", "run", "response"]);

    assert!(spans.iter().all(|span| hex(span, 1) == TRACE), "nothing of a trace that is not kept");
    let all = String::from_utf8_lossy(&body);
    assert!(!all.contains("a-secret-name") && !all.contains("a-token"), "neither query strings nor tokens");
}

#[test]
fn what_is_no_collector_is_told_at_the_start() {
    for wrong in ["collector:4318", "grpc://collector:4317", "http://", "/v1/traces"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), format!("OTEL_EXPORTER_OTLP_ENDPOINT={wrong}\n")).unwrap();
        let environment = Environment::beside(folder.path()).unwrap();
        let refused = logs::start_exporting(logs::Logs { default: "info", color: false }, &environment, "x").err();
        let said = refused.unwrap_or_else(|| panic!("{wrong} was taken")).to_string();
        assert!(said.starts_with("OTEL_EXPORTER_OTLP_ENDPOINT: "), "{said}");
    }
}
