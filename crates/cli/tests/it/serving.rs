//! `serve`, from outside: the address it prints, what answers there, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::{Bench, REQUEST};

const APP: &str = "[app]\nname = \"x\"\n[entity.a.field]\nb = { type = \"text\" }\n";

/// A server that is ended with the test, whatever the test does.
struct Serving {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    err: BufReader<std::process::ChildStderr>,
}

impl Serving {
    fn start(mut command: Command) -> Serving {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        Serving { child, out, err }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// The next failure that it prints, past the lines of its log.
    fn failure(&mut self) -> String {
        let lines = self.err.by_ref().lines().map(Result::unwrap);
        let mut failures = lines.filter_map(|line| {
            let line = serde_json::from_str::<Value>(&line).unwrap();
            Some(format!("{}\nhint: {}", line["error"].as_str()?, line["hint"]))
        });
        failures.next().unwrap()
    }

    #[cfg(unix)]
    fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[cfg(unix)]
#[test]
fn it_prints_where_it_listens_answers_there_and_ends_when_asked() {
    let bench = Bench::with(APP);
    let mut serving = Serving::start(bench.command(&["serve", "--port", "0", "--json"]));
    let said = serving.json();
    let url = said["url"].as_str().unwrap();
    assert!(get(url, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(url, "/api/v1/as").starts_with("HTTP/1.1 401"));
    assert!(get(url, "/nothing").starts_with("HTTP/1.1 404"));
    assert!(said["warnings"][0].as_str().unwrap().contains("SECRET_KEY is not set"), "{said}");
    assert!(bench.path("data/app.db").is_file());
    assert_eq!(serving.terminate(), Some(0));
}

/// A link that a command makes beside a server leads to it, whatever the command line of the server said of its port.
#[cfg(unix)]
#[test]
fn an_invitation_leads_to_the_server_that_runs() {
    let bench = Bench::with(&APP.replace("[entity", "[auth]\nsign_up = \"invite\"\n[entity"));
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    let invite = |email: &str| bench.run(&["user", "invite", email]);
    let mut serving = Serving::start(bench.command(&["serve", "--port", "0", "--json"]));
    let url = serving.json()["url"].as_str().unwrap().to_owned();
    let said = invite("ana@example.com").fine();
    let link = said.lines().find(|line| line.starts_with("http")).unwrap();
    assert!(link.starts_with(&format!("{url}/auth/pages/invitation#token=")), "{said}");
    assert!(get(&url, "/auth/pages/invitation").starts_with("HTTP/1.1 200"), "{link}");
    assert_eq!(serving.terminate(), Some(0));
    // Where it listened is nothing to go by any more.
    let guessed = invite("bob@example.com");
    assert!(guessed.out.contains("http://127.0.0.1:8000/auth/"), "{guessed:?}");
    assert!(guessed.err.contains("no server is known to run on this database"), "{guessed:?}");
    // A setting is believed, whoever runs.
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\nPUBLIC_URL=https://desk.example\n");
    let mut serving = Serving::start(bench.command(&["serve", "--port", "0", "--json"]));
    serving.json();
    assert!(invite("eve@example.com").fine().contains("https://desk.example/auth/pages/invitation#token="));
}

#[cfg(unix)]
#[test]
fn a_request_is_served_at_once_by_one_command() {
    let bench = Bench::new();
    let mut serving = Serving::start(bench.command(&["new", REQUEST, "--serve", "--port", "0", "--json"]));
    assert_eq!(serving.json()["written"], true);
    let said = serving.json();
    assert!(get(said["url"].as_str().unwrap(), "/api/v1/books").starts_with("HTTP/1.1 401"));
    // The secret that was written is the one that is used, and the database is beside the blueprint.
    assert_eq!(said["warnings"], serde_json::json!([]));
    assert!(bench.files().iter().any(|file| file.ends_with("/data/app.db")), "{:?}", bench.files());
    assert_eq!(serving.terminate(), Some(0));
}

/// What the README tells people to type, typed.
#[cfg(unix)]
#[test]
fn the_walk_through_of_the_readme_works() {
    let bench = Bench::new();
    let mut serving =
        Serving::start(bench.command(&["new", REQUEST, "--serve", "--dir", "app", "--port", "0", "--json"]));
    serving.json();
    let url = serving.json()["url"].as_str().unwrap().to_owned();
    let readme = bench.read("app/README.md");
    let (_, walk) = readme.split_once("## Try it").unwrap();
    let blocks = walk.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let script = blocks.collect::<String>().replace("http://127.0.0.1:8000", &url);
    let shell = Command::new("sh").args(["-e", "-c", &script]).current_dir(bench.path("app")).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&shell.stdout), String::from_utf8_lossy(&shell.stderr));
    assert!(shell.status.success(), "{out}{err}");
    assert!(err.contains("Example title"), "the record as it was made: {err}");
    assert!(out.contains("\"has_more\":false") && out.contains("New title"), "list and change: {out}");
    assert!(out.ends_with("404\n"), "{out}");
}

#[test]
fn a_refusal_for_machines_is_json_on_stderr() {
    let bench = Bench::with(APP);
    let run = bench.run(&["serve", "--host", "0.0.0.0", "--json"]);
    let json: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(json["error"].is_string() && json["hint"].is_string(), "{json}");
}

#[test]
fn people_are_told_the_address_the_documentation_and_the_database() {
    let bench = Bench::with(&format!("{APP}[integration.sms]\n"));
    let mut serving = Serving::start(bench.command(&["serve", "--port", "0"]));
    let lines: Vec<String> = (0..5).map(|_| serving.line()).collect();
    for (line, words) in
        lines.iter().zip(["Serving x at http://127.0.0.1:", "API", "/docs", "/_/outbox?key=", "data/app.db"])
    {
        assert!(line.contains(words), "no {words:?} in {line:?}");
    }
}

#[test]
fn the_file_beside_the_blueprint_is_read_and_the_environment_wins() {
    let bench = Bench::with(APP);
    bench.write(".env", "PORT=0\nDATABASE_URL=sqlite:other.db\nSECRET_KEY=0123456789abcdef0123456789abcdef\n");
    let mut serving = Serving::start(bench.command(&["serve", "--json"]));
    let said = serving.json();
    assert_eq!((&said["database"], &said["warnings"]), (&"./other.db".into(), &serde_json::json!([])));
    let mut command = bench.command(&["serve", "--json"]);
    command.env("DATABASE_URL", "sqlite:third.db");
    assert_eq!(Serving::start(command).json()["database"], "./third.db");
}

#[test]
fn a_taken_port_is_said_with_one_that_is_free() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let bench = Bench::with(APP);
    let run = bench.run(&["serve", "--port", &port]).refused(1, &[&format!("port {port} is taken"), "--port "]);
    assert_eq!(run.out, "");
    assert!(!bench.path("data").exists(), "a server that cannot start must not touch the database");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let bench = Bench::with("[app]\nname = \"x\"\nsumary = \"y\"\n[entity.a.field]\nb = { type = \"texd\" }\n");
    bench.write(".env", "SECRET_KEY=short\nRATE_LIMIT_USER=many\n");
    let words = ["sumary", "texd", "SECRET_KEY", "RATE_LIMIT_USER"];
    let run = bench.run(&["serve", "--port", "0"]).refused(1, &words);
    assert!(!run.err.contains("short\n"), "{}", run.err);
}

#[test]
fn development_stays_on_this_machine_unless_it_is_told_otherwise() {
    let bench = Bench::with(APP);
    bench.run(&["serve", "--host", "0.0.0.0", "--port", "0"]).refused(1, &["--allow-remote", "ENV=production"]);
    let remote = ["serve", "--host", "0.0.0.0", "--port", "0", "--allow-remote", "--json"];
    assert!(Serving::start(bench.command(&remote)).json()["url"].is_string());
}

#[test]
fn a_broken_env_file_is_told_by_its_line_and_not_by_what_stands_in_it() {
    let bench = Bench::with(APP);
    bench.write(".env", "PORT=0\nthe-secret and more\n");
    let run = bench.run(&["serve"]).refused(1, &["in line 2"]);
    assert!(!run.err.contains("the-secret"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_saved_blueprint_is_served_and_a_wrong_one_is_shown_while_the_one_before_goes_on() {
    let bench = Bench::with(APP);
    let mut serving = Serving::start(bench.command(&["serve", "--watch", "--port", "0", "--json"]));
    let url = serving.json()["url"].as_str().unwrap().to_owned();
    // As many editors save: another file, put in the place of the old one.
    let save = |text: &str| {
        bench.write("blueprint.toml~", text);
        std::fs::rename(bench.path("blueprint.toml~"), bench.path("blueprint.toml")).unwrap();
    };
    let open = format!("{APP}[entity.a.access]\nread = [\"anyone\"]\n");
    // A connection that outlives every change.
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut status = || {
        write!(&stream, "HEAD /api/v1/as HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut lines = answers.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty());
        let status = lines.next().unwrap();
        lines.for_each(drop);
        status[9..12].to_owned()
    };
    assert_eq!(status(), "401");
    save(&open);
    assert_eq!(serving.json()["reloaded"], "x");
    assert_eq!(status(), "200");

    save(&open.replace("anyone", "anyon"));
    let problem = serving.failure();
    assert!(problem.contains("anyon") && problem.contains("blueprint.toml"), "{problem}");
    assert_eq!(status(), "200");

    save(&format!("{open}[entity.b.field]\nc = {{ type = \"text\" }}\n"));
    let problem = serving.failure();
    assert!(problem.contains("its tables differ") && problem.contains("hint: \"`supermaker migrate`"), "{problem}");
    assert_eq!(status(), "200");

    save(APP);
    assert_eq!(serving.json()["reloaded"], "x");
    assert_eq!(status(), "401");
    assert_eq!(serving.terminate(), Some(0));
}

/// Tables are brought to a blueprint beside a server: one that watches serves it as soon as they are there, another says that it is
/// outdated.
#[cfg(unix)]
#[test]
fn tables_that_are_brought_along_beside_a_server_are_noticed() {
    let bench = Bench::with(APP);
    let key = "0123456789abcdef0123456789abcdef";
    bench.write(".env", &format!("SECRET_KEY={key}\n"));
    let mut watching = Serving::start(bench.command(&["serve", "--watch", "--port", "0", "--json"]));
    let url = watching.json()["url"].as_str().unwrap().to_owned();
    let mut command = bench.command(&["serve", "--port", "0", "--json"]);
    command.env("LOG_FORMAT", "json");
    let mut former = Serving::start(command);
    let former_url = former.json()["url"].as_str().unwrap().to_owned();
    let renamed = APP.replace("b = {", "c = { renamed_from = \"b\", ");
    bench.write("blueprint.toml", &renamed);
    assert!(watching.failure().contains("its tables differ"));
    let dry = bench.run(&["migrate", "--dry-run"]);
    let process = format!("process {}", former.child.id());
    assert!(dry.code == 0 && dry.err.contains(&process), "{dry:?}");
    assert!(get(&former_url, "/readyz").starts_with("HTTP/1.1 200"));
    let run = bench.run(&["migrate"]);
    assert!(run.code == 0 && run.err.contains(&process) && run.err.contains("503"), "{run:?}");
    assert!(get(&former_url, "/readyz").starts_with("HTTP/1.1 503"));
    assert!(get(&former_url, "/api/v1/as").starts_with("HTTP/1.1 "));
    let told =
        former.err.by_ref().lines().map(Result::unwrap).find(|line| line.contains("brought to another blueprint"));
    assert!(told.unwrap().contains("ERROR"));
    assert_eq!(watching.json()["reloaded"], "x");
    assert!(get(&url, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(&url, "/openapi.json").contains("\"c\""));
    assert_eq!((former.terminate(), watching.terminate()), (Some(0), Some(0)));
    let run = bench.run(&["migrate"]);
    assert!(run.code == 0 && !run.err.contains("process"), "{run:?}");
}
