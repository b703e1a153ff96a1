//! The rules that a request depends on, clause by clause: which of them the row is within, or how many rows each gives.

use blueprint::{Entity, EntityIndex, Term};
use query::{Access, Actor, RecordId, Scope, Verb, access, explain};
use serde::Serialize;
use serde_json::Value as Json;
use work::{Answer, Outcome, Value, Work};

use super::{COUNTED, Course, Desk, End};
use crate::auth::as_whom;
use crate::auth::users::UserError;
use crate::route::{Operation, Route};

/// A rule of the blueprint, as it is for this caller.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// The entity whose rule it is.
    pub of: String,
    /// It, and whether it gives the row to the caller. Its parts are its clauses, any of which is enough.
    #[serde(flatten)]
    pub clause: Clause,
    /// What narrows it besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// A clause, or a part of one.
#[derive(Debug, Clone, Serialize)]
pub struct Clause {
    /// As the blueprint says it; of a whole rule, its name.
    pub says: String,
    /// Whether it holds of the row; nothing where that cannot be known.
    pub holds: Option<bool>,
    /// Whether it would hold of the row as the change would leave it, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<bool>,
    /// How many rows of a list it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<i64>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Clause>,
}

/// A row, past the rules.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Of which entity.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// Whether it is there: `there`, `in the trash` or `not there`.
    pub state: &'static str,
    /// What the rules look at. Nothing that is hidden or sensitive.
    #[serde(skip_serializing_if = "Json::is_null")]
    pub values: Json,
    /// The address of its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The rows of a list, past the rules.
#[derive(Debug, Clone, Serialize)]
pub struct Rows {
    /// Of which entity.
    pub entity: String,
    /// Where there are more than are counted: all these numbers are those of the first so many by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// How many there are.
    pub all: i64,
    /// How many are in the trash besides.
    pub trash: i64,
    /// How many the caller can see.
    pub seen: i64,
    /// How many of those are what the request asks for; nothing where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<i64>,
}

/// What was found out.
#[derive(Default)]
pub(super) struct Found {
    pub(super) row: Option<Row>,
    pub(super) rows: Option<Rows>,
    pub(super) rules: Vec<Rule>,
}

/// A rule or a clause that is to be asked.
struct Node {
    says: String,
    rows: Scope,
    after: Option<Scope>,
    parts: Vec<Node>,
}

/// A rule that is to be asked.
struct Question {
    of: EntityIndex,
    node: Node,
    note: Option<&'static str>,
}

impl Desk<'_> {
    /// Asks all rules that a request depends on.
    pub(super) fn found(&self, course: &Course, actor: &Actor) -> Result<Found, UserError> {
        let Some(route) = &course.route else { return Ok(Found::default()) };
        match &route.operation {
            Operation::Create => self.new_row(route, course, actor),
            Operation::List => self.list(route, course, actor),
            Operation::ListUnder(parent) => {
                let above = Route { entity: parent.entity, ..route.clone() };
                let whole = self.reach(&above, course, actor, Verb::Read);
                let question = self.question(&above, course, actor, Verb::Read, whole);
                let mut found = self.row(parent.entity, &parent.id, vec![question])?;
                let list = self.list(route, course, actor)?;
                found.rules.extend(list.rules);
                Ok(Found { rows: list.rows, ..found })
            }
            operation => match operation.id() {
                Some(id) => self.row(route.entity, id, self.questions(route, course, actor)),
                None => Ok(Found::default()),
            },
        }
    }

    /// The rules of a request about one row.
    fn questions(&self, route: &Route, course: &Course, actor: &Actor) -> Vec<Question> {
        let (entity, at) = (self.entity(route), self.origin.at.as_str());
        let whole = |scope: fn(&Access) -> &Scope| {
            course.access.as_ref().map_or(Scope::Nothing, |access| scope(access).clone())
        };
        let mut questions = vec![self.question(route, course, actor, Verb::Read, whole(Access::read))];
        if route.verb != Verb::Read {
            questions.push(self.question(route, course, actor, route.verb, whole(Access::reach)));
        }
        questions.extend(self.of_fields(route, course, actor));
        if let Verb::Act(place) = route.verb
            && let Some(action) = entity.actions.get(place)
            && let Some(when) = &action.when
        {
            let node = Node::of(explain::whole(when, actor, at), &|_| None);
            let node =
                Node { says: format!("`when` of {}", action.name), parts: vec![node], ..Node::leaf(Scope::Nothing) };
            let rows = node.parts.first().map_or(Scope::Nothing, |part| part.rows.clone());
            questions.push(Question { of: route.entity, node: Node { rows, ..node }, note: None });
        }
        questions
    }

    /// The rules of the fields that are written, where not everybody may.
    fn of_fields(&self, route: &Route, course: &Course, actor: &Actor) -> Vec<Question> {
        let (Some(access), Some(request)) = (&course.access, &course.request) else { return Vec::new() };
        let entity = self.entity(route);
        let ruled = explain::ruled(entity, access, request).into_iter();
        let question = |(name, rule): (&str, &blueprint::Rule)| {
            let becomes = |rows: &Scope| explain::becoming(entity, access, request, &self.origin, rows);
            let clauses = explain::clauses(rule, actor, &self.origin.at);
            let node = Node::rule(format!("write of {name}"), access.grants(rule), clauses, &becomes);
            Question { of: route.entity, node, note: None }
        };
        ruled.map(question).collect()
    }

    fn question(&self, route: &Route, course: &Course, actor: &Actor, verb: Verb, whole: Scope) -> Question {
        let entity = self.entity(route);
        let clauses = explain::clauses(access::rule(entity, verb), actor, &self.origin.at);
        let name = self.operation(&Route { verb, ..route.clone() }).to_owned();
        let becomes = |rows: &Scope| match (verb, &course.access, &course.request) {
            (Verb::Update | Verb::Create, Some(access), Some(request)) => {
                explain::becoming(entity, access, request, &self.origin, rows)
            }
            _ => None,
        };
        let node = Node::rule(name, whole, clauses, &becomes);
        Question { of: route.entity, node, note: self.note(entity, actor, verb) }
    }

    /// What narrows a rule besides its clauses.
    fn note(&self, entity: &Entity, actor: &Actor, verb: Verb) -> Option<&'static str> {
        match actor {
            Actor::User(user) if user.key.as_ref().is_some_and(|key| !key.allowed.allows(entity, verb)) => {
                Some("the API key is not for this")
            }
            _ if self.blueprint.api.user_path && entity.owned => Some("in the caller's own records only: `user_path`"),
            _ => None,
        }
    }

    /// What a caller reaches, whether or not he was let in.
    fn reach(&self, route: &Route, course: &Course, actor: &Actor, verb: Verb) -> Scope {
        let of_route = course.route.as_ref().is_some_and(|known| known.entity == route.entity);
        if let (true, Some(access)) = (of_route, &course.access) {
            return access.reach().clone();
        }
        let access = access::decide(self.entity(route), verb, actor.clone(), route.path_user.as_deref());
        access.map_or(Scope::Nothing, |access| explain::at(access, &self.origin.at).reach().clone())
    }

    fn row(&self, entity: EntityIndex, id: &RecordId, questions: Vec<Question>) -> Result<Found, UserError> {
        let of = self.blueprint.entity(entity);
        let rules: Vec<&blueprint::Rule> = [&of.access.read, &of.access.update, &of.access.delete].into();
        let actions = of.actions.iter().map(|action| &action.access);
        let terms: Vec<(String, Term)> =
            explain::looked_at(self.blueprint, of, &rules.into_iter().chain(actions).collect::<Vec<_>>());
        let scopes: Vec<&Scope> = questions.iter().flat_map(|question| question.node.scopes()).collect();
        let answer = self.ask(query::look(&self.catalog, entity, id, &terms, &scopes))?;
        let captured = answer.as_ref().map(|answer| answer.captured.as_slice()).unwrap_or_default();
        let (trashed, told) =
            captured.split_first().map_or((None, &[][..]), |(first, rest)| (first.as_integer(), rest));
        let state = match trashed {
            None => "not there",
            Some(0) => "there",
            Some(_) => "in the trash",
        };
        let values = answer.as_ref().and_then(|answer| serde_json::from_slice::<Json>(&answer.body).ok());
        let values = values.filter(|_| !terms.is_empty()).unwrap_or_default();
        let owner = values["user_id"].as_str().map(|id| as_whom::email(self.store, id)).transpose()?.flatten();
        let row = Row { entity: of.name.clone(), id: id.to_string(), state, values, owner };
        Ok(Found { row: Some(row), rows: None, rules: self.told(questions, told, Asked::Truth) })
    }

    fn list(&self, route: &Route, course: &Course, actor: &Actor) -> Result<Found, UserError> {
        let whole = self.reach(route, course, actor, Verb::Read);
        let questions = vec![self.question(route, course, actor, Verb::Read, whole)];
        let scopes: Vec<&Scope> = questions.iter().flat_map(|question| question.node.scopes()).collect();
        let counted =
            |scopes: &[&Scope], rows: i64| self.ask(query::count_rows(&self.catalog, route.entity, scopes, rows));
        let answer = counted(&scopes, COUNTED)?.unwrap_or_default();
        let count = |place: usize| answer.captured.get(place).and_then(Value::as_integer).unwrap_or_default();
        let is_full = count(0) + count(1) == COUNTED;
        let one_more = if is_full { counted(&[], COUNTED + 1)?.unwrap_or_default().captured } else { Vec::new() };
        let is_more = one_more.iter().filter_map(Value::as_integer).sum::<i64>() > COUNTED;
        let asked = if let End::Done { count, .. } = &course.end { *count } else { None };
        let (entity, first) = (self.entity(route).name.clone(), is_more.then_some(COUNTED));
        let rows = Rows { entity, first, all: count(0), trash: count(1), seen: count(2), asked };
        let told = answer.captured.get(2..).unwrap_or_default();
        Ok(Found { row: None, rows: Some(rows), rules: self.told(questions, told, Asked::Count) })
    }

    /// A row that is not there yet is known by what is sent; where nothing was, only what holds of every row.
    fn new_row(&self, route: &Route, course: &Course, actor: &Actor) -> Result<Found, UserError> {
        let whole = course.access.as_ref().map_or(Scope::Nothing, |access| access.reach().clone());
        let mut questions = vec![self.question(route, course, actor, Verb::Create, whole)];
        questions.extend(self.of_fields(route, course, actor));
        if course.request.is_none() {
            return Ok(Found { rules: self.told(questions, &[], Asked::Truth), ..Found::default() });
        }
        questions.iter_mut().for_each(|question| question.node.become_made());
        let scopes: Vec<&Scope> = questions.iter().flat_map(|question| question.node.scopes()).collect();
        let answer = self.ask(query::weigh(&self.catalog, route.entity, &scopes))?.unwrap_or_default();
        Ok(Found { rules: self.told(questions, &answer.captured, Asked::Truth), ..Found::default() })
    }

    /// What a look finds; nothing where there is no row.
    pub(super) fn ask(&self, work: Work) -> Result<Option<Answer>, UserError> {
        match self.store.run_blocking(work)? {
            Outcome::Done(answer) => Ok(Some(answer)),
            Outcome::Refused(_) => Ok(None),
        }
    }

    fn told(&self, questions: Vec<Question>, answers: &[Value], asked: Asked) -> Vec<Rule> {
        let mut answers = answers.iter().map(Value::as_integer);
        let rule = |Question { of, node, note }: Question| Rule {
            of: self.blueprint.entity(of).name.clone(),
            clause: node.told(&mut answers, asked),
            note,
        };
        questions.into_iter().map(rule).collect()
    }
}

/// What the numbers mean that come back.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Truth,
    Count,
}

impl Node {
    fn leaf(rows: Scope) -> Node {
        Node { says: String::new(), rows, after: None, parts: Vec::new() }
    }

    fn rule(
        says: String,
        rows: Scope,
        clauses: Vec<explain::Clause>,
        becomes: &dyn Fn(&Scope) -> Option<Scope>,
    ) -> Node {
        let parts = clauses.into_iter().map(|clause| Node::of(clause, becomes)).collect();
        Node { says, after: becomes(&rows), rows, parts }
    }

    fn of(clause: explain::Clause, becomes: &dyn Fn(&Scope) -> Option<Scope>) -> Node {
        Node::rule(clause.says, clause.rows, clause.parts, becomes)
    }

    /// Of a row that is not there yet: it has no state before.
    fn become_made(&mut self) {
        self.rows = self.after.take().unwrap_or(Scope::Nothing);
        self.parts.iter_mut().for_each(Node::become_made);
    }

    /// All that is asked, in the order in which the answers are read.
    fn scopes(&self) -> Vec<&Scope> {
        let own = std::iter::once(&self.rows).chain(&self.after);
        own.chain(self.parts.iter().flat_map(Node::scopes)).collect()
    }

    fn told(self, answers: &mut dyn Iterator<Item = Option<i64>>, asked: Asked) -> Clause {
        let constant = |scope: &Scope| match scope {
            Scope::Nothing => Some(false),
            Scope::Everything => Some(true),
            Scope::OwnedBy(_) | Scope::Where(_) => None,
        };
        let found = answers.next().flatten();
        let truth = |scope: &Scope, found: Option<i64>| found.map(|number| number != 0).or_else(|| constant(scope));
        let (holds, rows) = match asked {
            Asked::Truth => (truth(&self.rows, found), None),
            Asked::Count => (constant(&self.rows), found),
        };
        let after = self.after.as_ref().and_then(|after| truth(after, answers.next().flatten()));
        let parts = self.parts.into_iter().map(|part| part.told(answers, asked)).collect();
        Clause { says: self.says, holds, after, rows, parts }
    }
}
