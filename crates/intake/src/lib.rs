//! Reads a request in English and plans a backend: entities, fields, relations, automations, roles and rights.
//!
//! tokens → clauses → facts → decisions → blueprint. Rules emit facts with their places; only `resolve` decides. Nothing
//! is sent anywhere, and the same words always give the same bytes. Checking a blueprint is the `blueprint` crate's.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod automations;
mod blocks;
mod clauses;
mod coverage;
mod draft;
mod facts;
mod integrations;
mod lemma;
mod lexicon;
mod lists;
mod nouns;
mod reading;
mod report;
mod resolve;
mod rules;
mod scene;
mod shared_heads;
mod spelling;
mod tags;
mod title;
mod tokens;
mod toml;
mod values;
mod verb_test;

pub use draft::RelationKind;
pub use lexicon::fields::FieldType;
pub use reading::{
    AccessSummary, Assumption, AutomationSummary, EntitySummary, FieldSummary, Ground, Question, Reading,
    RelationSummary, Summary, TriggerSummary, Unplaced, UnplacedClass,
};
pub use tokens::Span;

use scene::Scene;

/// Longer requests are cut here.
const MOST_BYTES: usize = 20_000;

/// Reads a request. Never fails, never panics, deterministic (same words, same bytes).
pub fn read(request: &str) -> Reading {
    let (read, cut) = cap(request);
    let scene = Scene::read(read);
    let evidence = rules::facts(&scene);
    let (mut draft, cast) = resolve::resolve(&scene, &evidence);
    draft.integrations = integrations::integrations(&evidence);
    draft.automations = automations::automations(&scene, &cast, &draft);
    let lost = access::access(&scene, &evidence, &cast, &mut draft);
    resolve::complete(&mut draft);
    let coverage = coverage::coverage(&scene, &evidence, &cast, &draft, &lost);
    let mut reading = Reading {
        summary: report::summary(&draft),
        blueprint: String::new(),
        assumptions: report::assumptions(&scene, &draft),
        questions: report::questions(&draft),
        unplaced: coverage.unplaced,
        coverage: coverage.share,
        planner: "rules",
        evidence: report::grounds(&draft),
    };
    if let Some(tail) = cut {
        reading.unplaced.push(Unplaced {
            span: [read.len(), request.len()],
            text: tail.chars().take(80).collect(),
            class: UnplacedClass::Unclear,
            note: format!("only the first {MOST_BYTES} bytes of a request are read"),
        });
    }
    reading.summary.unplaced = reading.unplaced.iter().map(|left| left.text.clone()).collect();
    refuse_or_write(&scene, &draft, reading)
}

fn refuse_or_write(scene: &Scene<'_>, draft: &draft::Draft, mut reading: Reading) -> Reading {
    let foreign = !is_english(scene);
    let solid = draft.entities.iter().any(|entity| entity.fields.iter().filter(|field| !field.assumed).count() >= 2);
    if foreign || draft.entities.is_empty() || reading.coverage < 0.5 && !solid {
        reading.summary = Summary { unplaced: reading.summary.unplaced, ..Summary::default() };
        reading.assumptions.clear();
        reading.evidence.clear();
        reading.questions = vec![what_is_missing(foreign)];
        nothing_placed(scene.request, &mut reading);
        return reading;
    }
    reading.blueprint = toml::write(draft, scene.request);
    reading
}

/// Where nothing is built, no word found its place.
fn nothing_placed(request: &str, reading: &mut Reading) {
    reading.coverage = 0.0;
    let text = request.trim();
    if reading.unplaced.is_empty() && !text.is_empty() {
        let start = request.len() - request.trim_start().len();
        reading.unplaced.push(Unplaced {
            span: [start, start + text.len()],
            text: text.to_owned(),
            class: UnplacedClass::Unclear,
            note: "nothing to keep was found in it".into(),
        });
        reading.summary.unplaced = vec![text.to_owned()];
    }
}

fn what_is_missing(foreign: bool) -> Question {
    let text = if foreign {
        "Only English is read. Could you say it in English: what should be kept, and who does what with it?"
    } else {
        "What should be kept? Name the records and what each one has, for example: \"Each boat has a name, a \
            length and a price.\""
    };
    Question { text: text.into(), default: "nothing is built".into(), alternatives: Vec::new() }
}

fn cap(request: &str) -> (&str, Option<&str>) {
    if request.len() <= MOST_BYTES {
        return (request, None);
    }
    let mut end = MOST_BYTES;
    while !request.is_char_boundary(end) {
        end -= 1;
    }
    request.split_at_checked(end).map_or((request, None), |(head, tail)| (head, Some(tail)))
}

/// English has about four function words in ten; lists have fewer, and known words instead.
fn is_english(scene: &Scene<'_>) -> bool {
    let words: Vec<&tokens::Token> = scene.tokens.iter().filter(|token| token.kind == tokens::Kind::Word).collect();
    let ascii = words.iter().filter(|token| token.text.is_ascii()).count();
    let function = words.iter().filter(|token| lexicon::words::is_function_word(&token.text)).count();
    let known = words
        .iter()
        .filter(|token| {
            lexicon::words::is_function_word(&token.text)
                || lexicon::fields::guess(&token.lemma).is_some()
                || lexicon::archetypes::sort(&token.lemma).is_some()
                || lexicon::verbs::lookup(&token.text).is_some()
                || lexicon::words::is_app_head(&token.lemma)
        })
        .count();
    if words.is_empty() {
        return true;
    }
    ascii * 10 >= words.len() * 7 && (function * 100 >= words.len() * 15 || known * 100 >= words.len() * 35)
}
