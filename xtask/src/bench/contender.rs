//! Who is measured: a server, its users with what they own, and the requests that they send.

use serde_json::{Value, json};

use crate::bench::Size;
use crate::bench::http::{Connection, Request};
use crate::bench::load::Requests;
use crate::bench::server::Running;
use crate::failure::{Failure, Result};

/// Log-ins are slow on purpose and writes wait for the disk, so several go at once.
const CONNECTIONS: usize = 16;

/// Tasks of each user that are asked for: more than a server could answer from one page of its database.
const TASKS_ASKED: usize = 20;

/// A server under measurement.
pub struct Contender {
    /// Who it is, and on which database.
    pub name: &'static str,
    /// Where it runs.
    pub server: Running,
    /// What it is asked, in the order of the table.
    pub cases: Vec<Case>,
}

/// Every kind of request, in the order in which they are measured: those that write come last.
pub const CASES: [&str; 4] = ["own", "get", "list", "create"];

/// One kind of request.
pub struct Case {
    /// One of [`CASES`]: `own` is an answer without the database.
    pub name: &'static str,
    /// The requests, of all users.
    pub requests: Requests,
}

/// How one program says the same things: where its rows are and what it answers.
#[derive(Clone, Copy)]
pub struct Api {
    /// The path of a user's tasks; also that of one, before its id.
    pub tasks: fn(&str) -> String,
    /// What is added to it for a first page of 20.
    pub page: &'static str,
    /// The body of a new task.
    pub new_task: fn(&str, &str) -> Value,
    /// The status of its answer.
    pub created: u16,
    /// An answer that needs the token and no database.
    pub own: Option<&'static str>,
}

/// A user of a server.
pub struct User {
    /// His id in paths and bodies.
    pub id: String,
    /// What signs him in; empty where nothing is asked for.
    pub token: String,
    /// Ids of his tasks, oldest first.
    pub tasks: Vec<String>,
}

impl Contender {
    /// A server and all that its users ask.
    pub fn new(name: &'static str, server: Running, api: Api, users: &[User]) -> Result<Contender> {
        let of_each = |make: &dyn Fn(&User) -> Vec<Request>| users.iter().flat_map(make).collect::<Vec<_>>();
        let case = |name, status, list| Ok(Case { name, requests: Requests::new(status, list)? });
        let mut cases = Vec::new();
        if let Some(own) = api.own {
            cases.push(case("own", 200, of_each(&|user| vec![user.get(own.to_owned())]))?);
        }
        cases.push(case("get", 200, of_each(&|user| user.get_some(api)))?);
        cases.push(case("list", 200, of_each(&|user| vec![user.get((api.tasks)(&user.id) + api.page)]))?);
        cases.push(case("create", api.created, of_each(&|user| vec![user.create(api, "measured")]))?);
        Ok(Contender { name, server, cases })
    }

    /// Sends every request once and compares its status: wrk would take an error for an answer.
    pub fn check(&self) -> Result<()> {
        self.cases.iter().try_for_each(|case| case.requests.check(&self.server))
    }
}

impl User {
    /// Makes his tasks through the API.
    fn fill(&mut self, connection: &mut Connection, api: Api, tasks: u32) -> Result<()> {
        for number in 0..tasks {
            let answer = connection.expect(api.created, &self.create(api, &format!("Task {number}")))?.json()?;
            self.tasks.push(text(&answer["id"])?);
        }
        Ok(())
    }

    /// Requests for some of his tasks, spread over all of them.
    fn get_some(&self, api: Api) -> Vec<Request> {
        let stride = self.tasks.len().div_ceil(TASKS_ASKED).max(1);
        let paths = self.tasks.iter().step_by(stride).map(|id| format!("{}/{id}", (api.tasks)(&self.id)));
        paths.map(|path| self.get(path)).collect()
    }

    fn get(&self, path: String) -> Request {
        Request { method: "GET", path, token: self.token.clone(), body: String::new() }
    }

    fn create(&self, api: Api, title: &str) -> Request {
        let body = (api.new_task)(&self.id, title).to_string();
        Request { method: "POST", path: (api.tasks)(&self.id), token: self.token.clone(), body }
    }
}

/// Makes users, each with `join`, and their tasks; several at once.
pub fn populate(
    server: &Running,
    api: Api,
    size: Size,
    join: impl Fn(&mut Connection, u32) -> Result<User> + Sync,
) -> Result<Vec<User>> {
    let numbers: Vec<u32> = (0..size.users).collect();
    let share = numbers.len().div_ceil(CONNECTIONS).max(1);
    let made = |numbers: &[u32]| {
        let mut connection = server.connect()?;
        numbers
            .iter()
            .map(|number| {
                let mut user = join(&mut connection, *number)?;
                user.fill(&mut connection, api, size.tasks)?;
                Ok(user)
            })
            .collect::<Result<Vec<_>>>()
    };
    let users: Result<Vec<Vec<User>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = numbers.chunks(share).map(|chunk| scope.spawn(|| made(chunk))).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.map(|end| end.unwrap_or_else(|_| Err(Failure::new("a thread that makes users ended early")))).collect()
    });
    users.map(|users| users.into_iter().flatten().collect())
}

/// The text of every new task.
pub fn task(title: &str) -> Value {
    json!({"title": title, "description": "Water the plants, feed the cat, close the windows."})
}

/// A string or a number of an answer, as it stands in a path.
pub fn text(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(Failure::new(format!("an answer has {other} where an id or a token should be"))),
    }
}
