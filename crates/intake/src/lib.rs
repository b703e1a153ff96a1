//! Reads a request in English and plans a backend: entities, fields, relations, automations, roles and rights.
//!
//! tokens → clauses → facts → decisions → blueprint. Rules emit facts with their places; only `resolve` decides. Nothing
//! is sent anywhere, and the same words always give the same bytes. Checking a blueprint is the `blueprint` crate's.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod asking;
mod automations;
mod blocks;
mod change;
mod clauses;
mod coverage;
mod dictation;
mod draft;
mod everybody;
mod facts;
mod integrations;
mod kinds;
mod language;
mod lemma;
mod lexicon;
mod lists;
mod nouns;
mod proposal;
mod reading;
mod report;
mod resolve;
mod rules;
mod scene;
mod shared_heads;
mod spec;
mod spelling;
mod tags;
mod title;
mod tokens;
mod toml;
mod values;
mod verb_test;

pub use asking::{Answer, with_answer, without_answers};
pub use change::{Changed, NotDone, change, difference};
pub use draft::RelationKind;
pub use lexicon::fields::FieldType;
pub use proposal::{
    Merged, Proposal, ProposedAutomation, ProposedEntity, ProposedField, ProposedIntegration, ProposedRelation,
};
pub use reading::{
    AccessSummary, Answered, Assumption, AutomationSummary, EntitySummary, FieldSummary, Ground, Part, Question,
    Reading, RelationSummary, Summary, TriggerSummary, Unplaced, UnplacedClass,
};
pub use resolve::Noun;
pub use rules::Service;
pub use spec::{SpecFile, SpecProblem, read_spec};
pub use tokens::Span;

use scene::Scene;

/// Longer requests are cut here.
const MOST_BYTES: usize = 20_000;

/// Fewer say too little to tell a language by.
const FEW_WORDS: usize = 4;

/// Below this nothing is built: whoever wrote it meant more than what would come of it.
const LEAST_BUILT: f64 = 0.5;
/// Below this, records that are only named may be words of a story, and are not told either.
const LEAST_TOLD: f64 = 0.2;
/// A longer text of which so little was understood is a story, whatever its records seem to have.
const MOST_WORDS_AROUND: usize = 150;

/// Reads a request, with the answers under it where there are some. Never fails, never panics, deterministic (same words,
/// same bytes): what it makes keeps words and answers as its request, which reads as the same again.
pub fn read(request: &str) -> Reading {
    let asked = Request::of(request);
    let scene = Scene::read(asked.read);
    let mut evidence = rules::facts(&scene);
    let maybes = asked.keep(&scene, &mut evidence);
    let decided = decide(&scene, &evidence, &asked, maybes, |_| {});
    tell(&scene, &evidence, decided, &asked, "rules")
}

/// Reads a request by the rules, and takes in what somebody else read in it as far as the request bears it out.
/// Deterministic too: the same words and the same proposal give the same bytes.
///
/// # Errors
/// The proposal cannot be trusted: what is wrong with it, for whoever made it.
pub fn read_with(request: &str, proposal: &Proposal) -> Result<Merged, Vec<String>> {
    let asked = Request::of(request);
    let scene = Scene::read(asked.read);
    let mut evidence = rules::facts(&scene);
    let mut found = evidence.clone();
    let maybes = asked.keep(&scene, &mut found);
    let before = decide(&scene, &found, &asked, maybes, |_| {}).draft;
    let mut told = proposal::Told::default();
    let weighed = proposal::weigh(&scene, &found, &before, proposal, &mut told)?;
    evidence.extend(weighed.evidence);
    let maybes = asked.keep(&scene, &mut evidence);
    let mut decided = decide(&scene, &evidence, &asked, maybes, |draft| {
        proposal::automate(&scene, &evidence, &proposal.automations, draft, &mut told);
    });
    proposal::note(&mut decided.draft, &before, &weighed.doubted);
    proposal::note_rights(&mut decided.draft, &before);
    let added = proposal::difference(&decided.draft, &before);
    let reading = tell(&scene, &evidence, decided, &asked, "model");
    Ok(Merged { reading, added, left_out: told.left_out, repaired: told.repaired })
}

/// The nouns of a request that may be records, with the signs by which that is decided.
pub fn nouns(request: &str) -> Vec<Noun> {
    let scene = Scene::read(Request::of(request).read);
    resolve::nouns(&scene, &rules::facts(&scene))
}

/// The services that a request names, with the signs by which it is decided which of them are wanted.
pub fn services(request: &str) -> Vec<Service> {
    rules::services(&Scene::read(Request::of(request).read))
}

/// What is asked for: the words, and the answers under them.
struct Request<'r> {
    /// As far as it is read.
    read: &'r str,
    cut: Option<&'r str>,
    answers: Vec<Answer>,
    /// The lines with the answers, as they were given.
    written: &'r str,
}

impl<'r> Request<'r> {
    fn of(text: &'r str) -> Self {
        let (request, answers) = asking::split(text);
        let (read, cut) = cap(request);
        let written = text.get(request.len()..).filter(|_| !answers.is_empty()).unwrap_or_default().trim();
        Self { read, cut, answers, written }
    }

    /// Takes the records that the answers want into the evidence. Gives those that were in doubt, if that is asked here.
    fn keep(&self, scene: &Scene<'_>, evidence: &mut Vec<facts::Evidence>) -> Option<Vec<(String, Span)>> {
        let maybes = asking::about_records(&self.answers).then(|| resolve::resolve(scene, evidence).0.maybes)?;
        evidence.extend(asking::kept(&maybes, &self.answers));
        Some(maybes)
    }

    /// What a blueprint keeps.
    fn whole(&self) -> String {
        if self.written.is_empty() {
            self.read.to_owned()
        } else {
            format!("{}\n\n{}", self.read.trim_end(), self.written)
        }
    }
}

/// The categories of services that a blueprint knows.
pub fn categories() -> impl Iterator<Item = &'static str> {
    lexicon::integrations::ALL.iter().map(|one| one.name)
}

/// What was made of the facts.
struct Decided {
    draft: draft::Draft,
    cast: resolve::Cast,
    placed: access::Placed,
    asked: asking::Asked,
}

fn decide(
    scene: &Scene<'_>,
    evidence: &[facts::Evidence],
    request: &Request<'_>,
    maybes: Option<Vec<(String, Span)>>,
    automate: impl FnOnce(&mut draft::Draft),
) -> Decided {
    let (mut draft, cast) = resolve::resolve(scene, evidence);
    draft.integrations = integrations::integrations(evidence);
    draft.automations = automations::automations(scene, &cast, &draft);
    automations::settle(&mut draft);
    integrations::follow(evidence, &mut draft);
    integrations::leave_out(evidence, &mut draft);
    automate(&mut draft);
    let placed = access::access(scene, evidence, &cast, &mut draft);
    automations::tell_unsaid(scene, &mut draft);
    resolve::tell_once(scene, &cast, &mut draft);
    resolve::tell_exports(scene, &cast, &mut draft);
    let maybes = maybes.unwrap_or_else(|| draft.maybes.clone());
    let asked = asking::ask(scene, &maybes, &mut draft, &request.answers);
    resolve::complete(&mut draft);
    access::settle(&mut draft);
    resolve::watch(evidence, &mut draft);
    Decided { draft, cast, placed, asked }
}

fn tell(
    scene: &Scene<'_>,
    evidence: &[facts::Evidence],
    decided: Decided,
    request: &Request<'_>,
    planner: &'static str,
) -> Reading {
    let Decided { draft, cast, placed, asked } = decided;
    let coverage = coverage::coverage(scene, evidence, &cast, &draft, &placed);
    let mut reading = Reading {
        app: draft.app.clone(),
        summary: report::summary(&draft),
        blueprint: String::new(),
        assumptions: report::assumptions(scene, &draft),
        questions: asked.open,
        answers: asked.answered,
        unplaced: coverage.unplaced,
        coverage: coverage.share,
        planner,
        evidence: report::grounds(&draft),
    };
    if let Some(tail) = request.cut {
        let start = scene.request.len();
        reading.unplaced.push(Unplaced {
            span: [start, start + tail.len()],
            text: tail.chars().take(80).collect(),
            class: UnplacedClass::Unclear,
            note: format!("only the first {MOST_BYTES} bytes of a request are read"),
        });
    }
    for span in &scene.boilerplate {
        reading.unplaced.push(Unplaced {
            span: [span.start, span.end],
            text: scene.text(*span).to_owned(),
            class: UnplacedClass::Unclear,
            note: "looks like what a mail program writes under a mail; nothing of it is read".into(),
        });
    }
    for stray in asked.stray {
        let start = scene.request.len();
        reading.unplaced.push(Unplaced {
            span: [start, start],
            text: format!("{} = {}", stray.question, stray.choice),
            class: UnplacedClass::Unclear,
            note: "an answer to nothing that is asked".into(),
        });
    }
    reading.summary.unplaced = reading.unplaced.iter().map(|left| left.text.clone()).collect();
    refuse_or_write(scene, &draft, request, reading)
}

fn refuse_or_write(scene: &Scene<'_>, draft: &draft::Draft, request: &Request<'_>, mut reading: Reading) -> Reading {
    // Who reads other languages has grounded it in them.
    let foreign = reading.planner == "rules" && !language::is_english(scene);
    let nothing = foreign || draft.entities.is_empty() || reading.coverage < LEAST_TOLD && !solid(scene, draft);
    if !nothing && reading.coverage >= LEAST_BUILT {
        reading.blueprint = toml::write(draft, &request.whole());
        return reading;
    }
    reading.assumptions.clear();
    reading.evidence.clear();
    reading.answers.clear();
    reading.questions = vec![what_is_missing(scene.request, foreign, nothing)];
    if nothing {
        reading.summary = Summary { unplaced: reading.summary.unplaced, ..Summary::default() };
        nothing_placed(scene.request, &mut reading);
    }
    reading
}

/// Much may be said around little: a record with two values, two records, or one that a third is about, are worth telling.
fn solid(scene: &Scene<'_>, draft: &draft::Draft) -> bool {
    let said = |entity: &&draft::Entity| entity.fields.iter().filter(|field| !field.assumed).count();
    let most = draft.entities.iter().map(|entity| said(&entity)).max().unwrap_or(0);
    let some = draft.entities.iter().filter(|entity| said(entity) >= 1).count();
    scene.tokens.len() <= MOST_WORDS_AROUND && (most >= 2 || some >= 2)
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

fn what_is_missing(request: &str, foreign: bool, nothing: bool) -> Question {
    const IN_ENGLISH: &str = "Could you say it in English: what should be kept, and who does what with it?";
    // A word or two that nobody knows are of no language.
    let few = request.split_whitespace().count() < FEW_WORDS;
    let text = match language::of(request).filter(|_| foreign) {
        Some(language) => format!("This looks like {language}, and only English is read. {IN_ENGLISH}"),
        None if foreign && !few => format!("Only English is read. {IN_ENGLISH}"),
        None if !nothing => {
            "What else should be kept, and who does what with it? Short sentences help, for example: \"Each boat has \
            a name and a price. Guests book boats.\""
                .to_owned()
        }
        None => "What should be kept? Name the records and what each one has, for example: \"Each boat has a name, a \
            length and a price.\""
            .to_owned(),
    };
    Question { id: String::new(), text, default: "nothing is built".into(), alternatives: Vec::new() }
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
