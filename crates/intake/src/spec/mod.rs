//! Specifications instead of a request: Markdown with tables of fields and of endpoints, or an OpenAPI document.
//!
//! They become the same draft that English becomes, and are completed and written like it. Where a file says something that
//! cannot be read, it is a problem with its place and what to try; nothing is guessed of a type.

mod column;
mod constraint;
mod endpoints;
mod markdown;
mod openapi;
mod property;
mod rights;
mod settings;
mod text;
mod type_cell;
mod value;
mod who;

use std::collections::HashMap;

use crate::draft::{Action, Draft, Entity, Field, Relation, RelationKind, Rights};
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::nouns::snake;
use crate::reading::{Reading, Unplaced, UnplacedClass};
use crate::scene::Scene;
use crate::{report, resolve, toml};

pub(crate) use column::Column;
pub(crate) use endpoints::Endpoint;

/// Names that the engine has its own records for.
const BUILT_IN: &str = "user auth health admin";

/// A file of a specification.
#[derive(Clone, Copy, Debug)]
pub struct SpecFile<'f> {
    /// As people know it.
    pub name: &'f str,
    /// What stands in it.
    pub text: &'f str,
}

/// What is wrong with a specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecProblem {
    /// The file and, where there is one, the line: `specs/schema.md:12`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to try.
    pub hint: String,
}

impl SpecProblem {
    fn new(place: String, what: String, hint: &str) -> Self {
        Self { place, what, hint: hint.to_owned() }
    }
}

/// What the files say, before anything is decided.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    pub title: Option<String>,
    pub tables: Vec<Table>,
    pub endpoints: Vec<Endpoint>,
    /// What is said of records beside their tables, by what their headings say.
    facts: HashMap<String, settings::Facts>,
    /// Actions with what they do, by what the headings above them say.
    actions: Vec<(String, Action)>,
    settings: Vec<settings::Setting>,
    /// Parts of which nothing was made, each with its place.
    pub left: Vec<String>,
    pub problems: Vec<SpecProblem>,
}

/// A record and its columns.
#[derive(Debug)]
pub(crate) struct Table {
    /// Singular snake_case.
    pub name: String,
    /// As the heading has it, where it is the name of the table.
    pub plural: Option<String>,
    pub columns: Vec<Column>,
    /// One of our own, of which what is not said does not hold.
    pub whole: bool,
}

impl Spec {
    /// The columns of a table go to those of the same name that are known already.
    pub(crate) fn add(&mut self, table: Table) {
        let Some(known) = self.tables.iter_mut().find(|known| known.name == table.name) else {
            return self.tables.push(table);
        };
        for column in table.columns {
            match known.columns.iter_mut().find(|one| one.name == column.name) {
                Some(one) => one.learn(column),
                None => known.columns.push(column),
            }
        }
    }
}

/// Reads a specification. `name` is what the app is called unless the files say; `origin` is kept as its request.
///
/// # Errors
/// All that is wrong with the files.
pub fn read_spec(files: &[SpecFile<'_>], name: &str, origin: &str) -> Result<Reading, Vec<SpecProblem>> {
    let mut spec = Spec::default();
    for file in files {
        if file.text.trim_start().starts_with('{') {
            openapi::read(*file, &mut spec);
        } else {
            markdown::read(*file, &mut spec);
        }
    }
    if spec.tables.is_empty() && spec.problems.is_empty() {
        let names: Vec<&str> = files.iter().map(|file| file.name).collect();
        let what = "no table of fields was found: a heading with the name of a record, and below it a table with the columns \
            Field and Type";
        let hint = "for example:\n\n### tasks\n\n| Field | Type | Required |\n|---|---|---|\n| title | text | yes |";
        spec.problems.push(SpecProblem::new(names.join(", "), what.to_owned(), hint));
    }
    if !spec.problems.is_empty() {
        return Err(spec.problems);
    }
    Ok(reading(spec, name, origin))
}

fn reading(mut spec: Spec, name: &str, origin: &str) -> Reading {
    let mut draft = Draft { app: app_name(spec.title.as_deref().unwrap_or(name)), ..Draft::default() };
    let whole = spec.tables.iter().all(|table| table.whole);
    if whole {
        draft.settings.summary = Some(String::new());
    }
    let mut left = std::mem::take(&mut spec.left);
    left.extend(settings::apply(&spec.settings, &mut draft));
    for table in &mut spec.tables {
        let facts = table.plural.as_ref().and_then(|plural| spec.facts.get(plural));
        if let Some(name) = facts.and_then(|facts| facts.name.clone()) {
            table.name = name;
        }
    }
    for table in &spec.tables {
        build(table, &spec, &mut draft, &mut left);
    }
    let paths = endpoints::Paths::of(&spec.tables);
    let (rights, trash) = endpoints::apply(&spec.endpoints, &paths, &mut draft, whole, &mut left);
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    for name in names {
        let asked = rights.iter().find(|(of, _)| *of == name).map(|(_, asked)| asked);
        let whole = spec.tables.iter().any(|table| table.whole && table.name == name);
        if !whole {
            owner(&mut draft, &name, asked);
        }
        if let Some(asked) = asked {
            asked.give(&mut draft, &name, &mut left);
        }
        let trashed = trash.contains(&name);
        if let Some(entity) =
            draft.entity_mut(&name).filter(|entity| trashed && !entity.said.iter().any(|it| it == TRASH))
        {
            entity.said.push(TRASH.to_owned());
        }
    }
    // What our own specifications do not say does not hold; of those of others it is not known.
    if !whole {
        resolve::complete(&mut draft);
    }
    let scene = Scene::read("");
    let unplaced = left.into_iter().map(|text| Unplaced {
        span: [0, 0],
        text,
        class: UnplacedClass::Unclear,
        note: "nothing was made of it".into(),
    });
    let mut reading = Reading {
        app: draft.app.clone(),
        summary: report::summary(&draft),
        blueprint: toml::write(&draft, origin),
        assumptions: report::assumptions(&scene, &draft),
        questions: Vec::new(),
        answers: Vec::new(),
        unplaced: unplaced.collect(),
        coverage: 1.0,
        planner: "spec",
        evidence: Vec::new(),
    };
    reading.summary.unplaced = reading.unplaced.iter().map(|one| one.text.clone()).collect();
    reading
}

/// What an endpoint that restores says.
const TRASH: &str = "soft_delete = true";

/// Whose the rows of a record are, of which no column says so.
fn owner(draft: &mut Draft, name: &str, asked: Option<&rights::Asked>) {
    let Some(entity) = draft.entity_mut(name).filter(|entity| !entity.owned) else { return };
    let record = lemma::with_article(&name.replace('_', " "));
    entity.owned = !asked.is_some_and(rights::Asked::is_for_others);
    let (text, other) = match (entity.owned, asked) {
        (false, _) => (
            format!("{record} belongs to nobody, because it is made by a role or by strangers"),
            "owned by who makes it",
        ),
        (true, Some(_)) => {
            let text =
                format!("{record} belongs to who makes it, because whoever is signed in, or its owner, is said to");
            (text, "shared by all who are signed in")
        }
        (true, None) => {
            let text =
                format!("{record} belongs to who makes it, because the specification names no owner and no rights");
            (text, "shared by all who are signed in")
        }
    };
    draft.note(format!("/entity/{name}/owner"), text, "spec.owner", None, &[other]);
}

fn app_name(title: &str) -> String {
    let words: Vec<String> = snake(&[title]).split('_').take(4).map(str::to_owned).collect();
    let name: String = words.join("-").chars().take(40).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "app".to_owned() } else { name.to_owned() }
}

fn build(table: &Table, spec: &Spec, draft: &mut Draft, left: &mut Vec<String>) {
    let known = |name: &str, written: Option<&str>| {
        let table = spec.tables.iter().find(|table| table.plural.as_deref() == written && written.is_some());
        let table = table.or_else(|| spec.tables.iter().find(|table| table.name == name));
        table
            .map(|table| table.name.clone())
            .filter(|to| to != "user")
            .or_else(|| (name == "user").then(|| name.to_owned()))
    };
    let users = table.plural.as_deref() == Some("users") && table.whole;
    if users || !table.whole && crate::lexicon::has(BUILT_IN, &table.name) {
        return built_in(table, users, &known, draft, left);
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut owned = false;
    let mut uuid = false;
    let mut roles = std::mem::take(&mut draft.roles);
    for column in &table.columns {
        if column.is_owner() {
            owned = true;
        } else if column.is_engines() {
            uuid |= column.uuid && (column.name == "id" || column.key);
        } else if fields.iter().all(|field| field.name != column.stem()) || table.whole {
            let (mut field, unread) = column.field(&table.name, &known, &mut roles);
            left.extend(
                unread.into_iter().map(|words| format!("\"{words}\" of `{}`{}", column.name, at(&column.place))),
            );
            // "user" and "user_id" of a task are both to be called `task_user`.
            if fields.iter().any(|known| known.name == field.name) {
                field.name = apart(&field.name, &fields);
                let text = format!(
                    "`{}` of `{}` is kept as `{}`, because another field has its name",
                    column.name, table.name, field.name
                );
                let place = format!("/entity/{}/field/{}", table.name, field.name);
                draft.note(place, text, "spec.apart", None, &["another name in the specification"]);
            }
            if let Some(parent) = field.to.as_ref().filter(|to| !field.many && **to == field.name && **to != table.name)
            {
                draft.relations.push(tie(parent, &table.name, field.required == Some(true)));
            }
            fields.push(field);
        }
    }
    draft.roles = roles;
    let heading = table.plural.as_deref().unwrap_or(&table.name);
    let facts = spec.facts.get(heading).cloned().unwrap_or_default();
    let mut said = facts.said(owned);
    said.extend(uuid.then(|| "id = \"uuid\"".to_owned()));
    said.extend(
        table.plural.as_ref().filter(|_| table.whole).map(|plural| format!("plural = {}", toml::quote(plural))),
    );
    let actions = spec.actions.iter().filter(|(of, _)| of == heading).map(|(_, action)| action.clone());
    draft.entities.push(Entity {
        name: table.name.clone(),
        fields,
        owned,
        audit_reads: facts.audit_reads(),
        said,
        rights: Rights::default(),
        setters: Vec::new(),
        actions: actions.collect(),
        assumed: false,
        join: false,
        grounds: crate::draft::Grounds::default(),
    });
}

/// What the engine has a record for: of its users, our own specifications name the fields that are theirs alone.
fn built_in(
    table: &Table,
    users: bool,
    known: &dyn Fn(&str, Option<&str>) -> Option<String>,
    draft: &mut Draft,
    left: &mut Vec<String>,
) {
    if users {
        let columns = table.columns.iter().filter(|column| !column.is_engines());
        let fields: Vec<Field> = columns.map(|column| column.field("user", known, &mut Vec::new()).0).collect();
        return draft.settings.user_fields.extend(fields);
    }
    let has = "email e_mail password password_hash hashed_password role roles verified_at email_verified";
    let other: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| !column.is_engines() && !crate::lexicon::has(has, &column.name))
        .map(|column| column.name.as_str())
        .collect();
    if !other.is_empty() {
        let place = table.columns.first().map(|column| at(&column.place)).unwrap_or_default();
        left.push(format!("{} of `{}`, which is built in{place}", other.join(", "), table.name));
    }
    let text = format!("`{}` is built in: accounts have an id, an e-mail address and roles", table.name);
    draft.note("/user".into(), text, "spec.user", None, &["a record of another name"]);
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}

/// A name that no field has yet. `_id` is no way to tell two apart, because references are kept under it.
fn apart(name: &str, fields: &[Field]) -> String {
    let free = |name: &String| fields.iter().all(|known| known.name != *name);
    (2..).map(|number| format!("{name}_{number}")).find(free).unwrap_or_else(|| name.to_owned())
}

fn tie(from: &str, to: &str, required: bool) -> Relation {
    Relation {
        from: from.to_owned(),
        to: to.to_owned(),
        kind: RelationKind::OneToMany,
        required,
        assumed: false,
        role: None,
        weight: 2.0,
        grounds: crate::draft::Grounds::default(),
    }
}

/// Types as problems name them.
pub(crate) const TYPES: &str = "text, long_text, integer, decimal, money, boolean, date, time, datetime, enum, email, phone, url, \
    json, reference; SQL's names are read too";

/// Whether a type can hold one of a list of values.
pub(crate) fn takes_values(kind: FieldType) -> bool {
    matches!(kind, FieldType::Enum | FieldType::Text)
}
