//! Specifications instead of a request: Markdown with tables of fields and of endpoints, or an OpenAPI document.
//!
//! They become the same draft that English becomes, and are completed and written like it. Where a file says something that
//! cannot be read, it is a problem with its place and what to try; nothing is guessed of a type.

mod column;
mod endpoints;
mod markdown;
mod openapi;

use crate::draft::{Draft, Entity, Field, Relation, RelationKind, Rights};
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
    /// Parts that are no table of either kind.
    pub left: Vec<String>,
    pub problems: Vec<SpecProblem>,
}

/// A record and its columns.
#[derive(Debug)]
pub(crate) struct Table {
    /// Singular snake_case.
    pub name: String,
    pub columns: Vec<Column>,
}

impl Spec {
    /// The columns of a table go to those of the same name that are known already.
    pub(crate) fn add(&mut self, table: Table) {
        let Some(known) = self.tables.iter_mut().find(|known| known.name == table.name) else {
            return self.tables.push(table);
        };
        for column in table.columns {
            match known.columns.iter_mut().find(|one| one.name == column.name) {
                Some(one) => one.required |= column.required,
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

fn reading(spec: Spec, name: &str, origin: &str) -> Reading {
    let mut draft = Draft { app: app_name(spec.title.as_deref().unwrap_or(name)), ..Draft::default() };
    let names: Vec<&str> = spec.tables.iter().map(|table| table.name.as_str()).collect();
    for table in &spec.tables {
        build(table, &names, &mut draft);
    }
    let mut left = spec.left;
    endpoints::apply(&spec.endpoints, &mut draft, &mut left);
    resolve::complete(&mut draft);
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

fn app_name(title: &str) -> String {
    let words: Vec<String> = snake(&[title]).split('_').take(4).map(str::to_owned).collect();
    let name: String = words.join("-").chars().take(40).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "app".to_owned() } else { name.to_owned() }
}

fn build(table: &Table, names: &[&str], draft: &mut Draft) {
    if crate::lexicon::has(BUILT_IN, &table.name) {
        let text = format!("`{}` is built in: accounts have an id, an e-mail address and roles", table.name);
        return draft.note("/user".into(), text, "spec.user", None, &["a record of another name"]);
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut owned = false;
    for column in &table.columns {
        if column.is_owner() {
            owned = true;
        } else if !column.is_engines() && fields.iter().all(|field| field.name != column.stem()) {
            let mut field = column.field(&table.name, names);
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
                draft.relations.push(tie(parent, &table.name, column.required));
            }
            fields.push(field);
        }
    }
    if !owned {
        let record = lemma::with_article(&table.name.replace('_', " "));
        let text = format!("{record} belongs to who makes it, because the specification names no owner and no rights");
        draft.note(
            format!("/entity/{}/owner", table.name),
            text,
            "spec.owner",
            None,
            &["shared by all who are signed in"],
        );
    }
    draft.entities.push(Entity {
        name: table.name.clone(),
        fields,
        owned: true,
        audit_reads: false,
        rights: Rights::default(),
        actions: Vec::new(),
        assumed: false,
        join: false,
        grounds: crate::draft::Grounds::default(),
    });
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
