//! Definitions in the words of programmers: `CREATE TABLE kayaks (…)`, `interface Kayak { … }`, `model Kayak { … }`,
//! `{"kayak": {"length": 4.5}}`.
//!
//! Read from the text itself, because such lines are no sentences; what other rules find in them is dropped.

use super::{Rule, Sink};
use crate::facts::{Fact, Item, Thing};
use crate::lemma;
use crate::lexicon::fields::{self, FieldType};
use crate::lexicon::verbs::{self, Form};
use crate::lexicon::{has, words};
use crate::nouns::snake;
use crate::scene::Scene;
use crate::tokens::Span;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "code.table",
        example: "CREATE TABLE kayaks (id serial primary key, tag varchar(9) not null unique, length numeric(4,2));",
        run: tables,
    },
    Rule {
        id: "code.block",
        example: "interface Kayak { id: number; tag: string; length?: number; status: 'free' | 'rented' }",
        run: blocks,
    },
];

/// Words before the name of a block.
const KEYWORDS: &str = "interface type class model struct entity schema record table";

/// Words that open what is no record: a function, a constant.
const NO_RECORDS: &str = "const let var function fn def func return import enum component hook if else for while switch try \
    catch async await namespace package module";
/// Words of a sentence that shows what once was or went wrong, and asks for nothing.
const SHOWN: &[&str] = &[
    "error",
    "errors",
    "exception",
    "failed",
    "fails",
    "failing",
    "failure",
    "crash",
    "crashed",
    "bug",
    "log",
    "logs",
    "got",
    "had",
    "used",
    "was",
    "were",
    "today",
    "currently",
    "yesterday",
    "last",
    "old",
    "legacy",
    "previous",
    "previously",
    "formerly",
    "response",
];
const DENIED: &[&str] = &[
    "not", "never", "no", "don't", "dont", "doesn't", "without", "skip", "ignore", "drop", "remove", "avoid", "forget",
    "except", "nothing", "won't", "cannot", "can't", "instead",
];

/// More blocks are not looked at, nor longer ones.
const MOST_BLOCKS: usize = 100;
const LONGEST_BLOCK: usize = 4000;

/// A name and what stands in the brackets after it.
struct Definition<'r> {
    name: &'r str,
    span: Span,
    body: &'r str,
    /// Where the body starts.
    at: usize,
    /// "do not build this: …", "the error was: …".
    left_out: bool,
}

/// The places of all definitions.
pub(super) fn within(scene: &Scene<'_>) -> Vec<(usize, usize)> {
    let all = created(scene.request).into_iter().chain(braced(scene.request));
    all.map(|one| (one.span.start, one.span.end)).collect()
}

fn tables(scene: &Scene<'_>, sink: &mut Sink) {
    for one in created(scene.request) {
        let items =
            pieces(one.body, one.at, &[',']).into_iter().filter_map(|(text, span)| column(text, span)).collect();
        emit(sink, &one, items);
    }
}

fn blocks(scene: &Scene<'_>, sink: &mut Sink) {
    for one in braced(scene.request) {
        let items = members(&one);
        emit(sink, &one, items);
    }
}

fn emit(sink: &mut Sink, one: &Definition<'_>, items: Vec<Item>) {
    let name = lemma::singular(&snake_case(one.name));
    if one.left_out || name.is_empty() || items.is_empty() {
        return;
    }
    let owner = Thing::named(&name, one.span);
    sink.add(Fact::Mention(owner.clone()), one.span, 1.3);
    sink.has(&owner, items, 2.2);
}

/// `create table if not exists "boats" ( … )`.
fn created(request: &str) -> Vec<Definition<'_>> {
    let lower = request.to_ascii_lowercase();
    let mut found = Vec::new();
    for (start, head) in lower.match_indices("create table").take(MOST_BLOCKS) {
        let rest = request.get(start + head.len()..).unwrap_or("");
        let Some(open) = rest.find('(').filter(|open| *open <= 80) else { continue };
        let name = rest.get(..open).unwrap_or("").split_whitespace().last().unwrap_or("");
        let name = name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`', '[', ']']);
        let at = start + head.len() + open + 1;
        let Some(length) = closing(request.get(at..).unwrap_or(""), '(', ')') else { continue };
        let span = Span { start, end: at + length + 1 };
        let before = request.get(..start).unwrap_or("");
        found.push(Definition {
            name,
            span,
            body: request.get(at..at + length).unwrap_or(""),
            at,
            left_out: denies(lead(before)),
        });
    }
    found
}

/// `interface Boat { … }`, `Boat { … }` and `"boat": { … }` where the lines inside have names and types.
fn braced(request: &str) -> Vec<Definition<'_>> {
    let mut found: Vec<Definition<'_>> = Vec::new();
    for (open, _) in request.match_indices('{').take(MOST_BLOCKS) {
        let at = open + 1;
        let Some(length) = closing(request.get(at..).unwrap_or(""), '{', '}') else { continue };
        let before = request.get(..open).unwrap_or("").rsplit(['\n', ';', '}', '{']).next().unwrap_or("");
        let words: Vec<&str> =
            before.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let keyword = words.iter().rposition(|word| has(KEYWORDS, &word.to_ascii_lowercase()));
        let named = keyword.and_then(|at| words.get(at + 1)).or_else(|| words.last()).copied();
        let Some(name) = named.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) else { continue };
        // "they look like { … }" names nothing.
        let behind = before.rsplit(name).next().unwrap_or("");
        if keyword.is_none() && !name.starts_with(|c: char| c.is_ascii_uppercase()) && !behind.contains([':', '=']) {
            continue;
        }
        // The last of them: a sentence may stand before it on the line.
        let place = before.rfind(name).unwrap_or(before.len());
        let place =
            keyword.and_then(|at| words.get(at)).and_then(|word| before.get(..place)?.rfind(word)).unwrap_or(place);
        let start = open - before.len() + place;
        let lead = lead(before.get(..place).unwrap_or(""));
        if keyword.is_none() && (no_name(name) || lead.split_whitespace().any(|word| has(NO_RECORDS, word))) {
            continue;
        }
        let shown = keyword.is_none() && spoken(lead).any(|word| SHOWN.contains(&word.as_str()));
        let body = request.get(at..at + length).unwrap_or("");
        let one =
            Definition { name, span: Span { start, end: at + length + 1 }, body, at, left_out: shown || denies(lead) };
        // Names with types: without a keyword at least two, and all of them.
        let lines = pieces(body, at, &['\n', ';', ',']).len();
        let read = members(&one).len();
        if read >= 2 && (keyword.is_some() || read * 3 >= lines * 2) {
            found.push(one);
        }
    }
    found
}

/// What stands before a block in its sentence.
fn lead(before: &str) -> &str {
    let line = before.rsplit(['\n', ';', '}', '!', '?']).next().unwrap_or("");
    let line = if line.trim().is_empty() { above(before) } else { line };
    line.rsplit(". ").next().unwrap_or(line)
}

/// "do not build this:" on the line above.
fn above(before: &str) -> &str {
    let line = before.trim_end().rsplit(['\n', ';', '}', '!', '?']).next().unwrap_or("");
    if line.trim_end().ends_with(':') { line } else { "" }
}

fn spoken(lead: &str) -> impl Iterator<Item = String> {
    lead.split_whitespace()
        .map(|word| word.to_lowercase().replace('’', "'").trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
}

fn denies(lead: &str) -> bool {
    spoken(lead).any(|word| DENIED.contains(&word.as_str()))
}

/// "was", "like", "get": a word of the sentence, no record.
fn no_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let verb = verbs::lookup(&name).is_some_and(|(verb, form)| !verb.noun_too || form == Form::Past);
    words::is_function_word(&name)
        || words::is_adverb(&name)
        || words::is_be(&name)
        || words::is_have(&name)
        || words::is_modal(&name)
        || words::is_subordinator(&name)
        || words::is_preposition(&name)
        || has(NO_RECORDS, &name)
        || verb
        || has(
            "like this these those that following below here example sample error errors response theme config settings options props state \
            styles style payload result output",
            &name,
        )
}

/// The length up to the bracket that closes.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices().take(LONGEST_BLOCK) {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The parts between the signs, outside brackets, each with its place.
fn pieces<'t>(text: &'t str, base: usize, signs: &[char]) -> Vec<(&'t str, Span)> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    let mut push = |from: usize, to: usize| {
        let raw = text.get(from..to).unwrap_or("");
        let piece = raw.split("//").next().unwrap_or(raw).trim();
        if !piece.is_empty() {
            let from = base + from + (raw.len() - raw.trim_start().len());
            found.push((piece, Span { start: from, end: from + piece.len() }));
        }
    };
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && signs.contains(&c) => {
                push(start, at);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    push(start, text.len());
    found
}

/// `email varchar(80) not null unique`.
fn column(text: &str, span: Span) -> Option<Item> {
    let lower = text.to_ascii_lowercase();
    let mut words = text.split_whitespace();
    let name = words.next()?.trim_matches(['"', '`', '[', ']']);
    if has("primary foreign unique constraint check index key", &name.to_ascii_lowercase()) {
        return None;
    }
    let kind = words.next()?.to_ascii_lowercase();
    let kind = kind.split('(').next().unwrap_or("");
    let mut item = named(name, span);
    item.required = (lower.contains("not null") && item.name != "id").then_some(true);
    item.unique = lower.contains(" unique");
    item.values = quoted(&lower);
    let reference = lower.contains("references") || item.name.ends_with("_id");
    if item.values.len() < 2 && !reference {
        item.values.clear();
        item.kind = typed(kind, &item.name);
    }
    Some(item)
}

/// `length?: number`, `length Float?`, `"length": 4.5`.
fn members(one: &Definition<'_>) -> Vec<Item> {
    let lines = pieces(one.body, one.at, &['\n', ';', ',']);
    lines.into_iter().filter_map(|(text, span)| member(text, span)).collect()
}

fn member(text: &str, span: Span) -> Option<Item> {
    let (name, kind) = match text.split_once(':') {
        Some((name, kind)) => (name.trim(), kind.trim()),
        None => text.split_once(char::is_whitespace).map(|(name, kind)| (name, kind.trim()))?,
    };
    let colon = text.contains(':');
    let bare = name.trim_end_matches('?').trim_matches(['"', '\'', '`']);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if bare.is_empty() || !bare.chars().all(word) || bare.starts_with(|c: char| c.is_ascii_digit()) || kind.is_empty() {
        return None;
    }
    let first: String = kind.chars().take_while(|c| word(*c)).collect();
    let mut item = named(bare, span);
    let optional = name.ends_with('?')
        || kind.contains("null") && !kind.contains("not null")
        || first.len() < kind.len() && kind.get(first.len()..)?.starts_with('?');
    item.required = optional.then_some(false);
    item.unique = kind.contains("unique");
    let list = kind.contains("[]") || kind.starts_with("Array") || kind.starts_with('[');
    if kind.contains('|') && quoted(&kind.to_ascii_lowercase()).len() >= 2 {
        item.values = quoted(&kind.to_ascii_lowercase());
        return Some(item);
    }
    let known = typed(&first.to_ascii_lowercase(), &item.name);
    let capital = first.starts_with(|c: char| c.is_ascii_uppercase());
    if list && (known.is_some() || kind.starts_with('[')) {
        item.kind = Some(FieldType::Json);
    } else if known.is_some() {
        item.kind = known;
    } else if capital {
        // Another record, one or several.
        item.entity = lemma::singular(&snake_case(&first));
        item.plural = list;
        item.many = list;
    } else if kind.starts_with(['"', '\'']) {
        // A sample value.
        item.kind = fields::guess(&item.name).map(|guess| guess.kind).or(Some(FieldType::Text));
    } else if kind.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-') {
        let guess = fields::guess(&item.name).map(|guess| guess.kind);
        item.kind = guess.or(Some(if kind.contains('.') { FieldType::Decimal } else { FieldType::Integer }));
    } else if matches!(kind, "true" | "false") {
        item.kind = Some(FieldType::Boolean);
    } else if !colon || kind.split_whitespace().count() > 3 {
        return None;
    }
    Some(item)
}

fn named(name: &str, span: Span) -> Item {
    let name = snake_case(name);
    Item { entity: lemma::singular(&name), name, span: Some(span), ..Item::default() }
}

/// What a type's word says; the name tells more than "string" or "number" do.
fn typed(word: &str, name: &str) -> Option<FieldType> {
    let guess = fields::guess(name).map(|guess| guess.kind);
    Some(match word {
        "string" | "str" | "varchar" | "char" | "character" | "uuid" | "nvarchar" => match guess {
            Some(FieldType::Enum | FieldType::Integer | FieldType::Decimal | FieldType::Boolean | FieldType::Money)
            | None => FieldType::Text,
            Some(kind) => kind,
        },
        "text" => guess.filter(|kind| *kind == FieldType::Text).unwrap_or(FieldType::LongText),
        "number" => match guess {
            Some(kind @ (FieldType::Integer | FieldType::Money)) => kind,
            _ => FieldType::Decimal,
        },
        "int" | "integer" | "bigint" | "smallint" | "serial" | "bigserial" | "i32" | "i64" | "u32" => {
            FieldType::Integer
        }
        "float" | "double" | "decimal" | "numeric" | "real" | "f64" => match guess {
            Some(FieldType::Money) => FieldType::Money,
            _ => FieldType::Decimal,
        },
        "money" => FieldType::Money,
        "bool" | "boolean" | "tinyint" | "bit" => FieldType::Boolean,
        "date" => match guess {
            Some(FieldType::Datetime) => FieldType::Datetime,
            _ => FieldType::Date,
        },
        "datetime" | "timestamp" | "timestamptz" => FieldType::Datetime,
        "time" => FieldType::Time,
        "json" | "jsonb" | "object" | "any" => FieldType::Json,
        _ => return None,
    })
}

/// The words in quotes: `enum('new','won')`, `'new' | 'won'`.
fn quoted(text: &str) -> Vec<String> {
    let quote = if text.contains('\'') { '\'' } else { '"' };
    text.split(quote).skip(1).step_by(2).map(|value| snake(&[value])).filter(|value| !value.is_empty()).collect()
}

/// `createdAt` is `created_at`.
fn snake_case(name: &str) -> String {
    let mut parted = String::new();
    let mut last = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && last.is_ascii_lowercase() {
            parted.push('_');
        }
        parted.push(c);
        last = c;
    }
    snake(&[&parted])
}
