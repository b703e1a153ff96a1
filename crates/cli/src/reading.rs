//! A request in English: where it comes from, and what a project's files are told about how it was read.

use std::io::{self, IsTerminal, Read as _};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blueprint::Blueprint;
use codegen::checklist::{self, Outcomes};
use codegen::{Asked, Assumption, Part, ProjectFacts, SettingFact};
use intake::{Question, Reading};
use model::Read;
use server::process::Environment;

use crate::disk;
use crate::failure::Failure;
use crate::screen::Screen;

/// Far beyond what the reader reads; a pipe that never ends must not fill the memory.
const MAX_BYTES: u64 = 1024 * 1024;
const SECRET_BYTES: usize = 48;

/// The request: the words of the command line, or standard input for a single `-`.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn request(words: &[String], command: &str) -> Result<String, Failure> {
    let text = match words {
        [dash] if dash == "-" => standard_input()?,
        words => words.join(" "),
    };
    if text.contains('\0') {
        return Err(no_text());
    }
    if text.trim().is_empty() {
        let hint = match command {
            "change" => "say what should be different: supermaker change \"rename phone to mobile\"".to_owned(),
            command => format!("say what the backend should do: supermaker {command} \"Build me a lead tracker …\""),
        };
        return Err(Failure::usage("the request is empty").hint(hint));
    }
    Ok(text.trim().to_owned())
}

fn standard_input() -> Result<String, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        eprintln!("Type the request, then Ctrl-D:");
    }
    let mut bytes = Vec::new();
    let read = stdin.lock().take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("cannot read the request from standard input: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        let failure = Failure::usage(format!("the request on standard input has more than {MAX_BYTES} bytes"));
        return Err(
            failure.hint("say what the backend should do in a page or two; tables of fields are read by: new --from")
        );
    }
    String::from_utf8(bytes).map_err(|_| no_text())
}

fn no_text() -> Failure {
    Failure::usage("the request is not text in UTF-8").hint("write it in English and save it as UTF-8")
}

/// Reads a request that the rules have read, also by a model where the environment of the process names one and it is wanted. A `.env`
/// file does not count: whoever wrote that of a folder has no say in where a request is sent.
pub fn read(screen: &Screen, request: &str, rules: Reading, no_model: bool) -> Read {
    if no_model {
        return Read::by_rules(rules);
    }
    let environment = Environment::process();
    let announce = |model: &str, server: &str| {
        screen.note(&format!("Asking {model} at {server}, where the request is sent (--no-model: rules alone) …"));
    };
    model::read(request, rules, |name| environment.get(name), announce)
}

/// Whether the environment names a model.
pub fn has_model() -> bool {
    Environment::process().get("SUPERMAKER_MODEL").is_some_and(|name| !name.trim().is_empty())
}

/// What the files are told, with a secret that is made here and now.
///
/// # Errors
/// The system has no randomness.
pub fn facts(reading: &Reading, blueprint: &Blueprint, outcomes: Outcomes) -> Result<ProjectFacts, Failure> {
    let assumptions = reading.assumptions.iter().map(|one| assumption(one, blueprint));
    let settings = server::settings::SETTINGS.iter();
    Ok(ProjectFacts {
        planner: reading.planner.to_owned(),
        coverage: reading.coverage,
        assumptions: assumptions.collect(),
        asked: asked(reading),
        questions: reading.questions.iter().map(open).collect(),
        unplaced: reading.unplaced.iter().map(|unplaced| unplaced.text.clone()).collect(),
        secret_key: random_text()?,
        settings: settings
            .map(|setting| SettingFact { name: setting.name, default: setting.default, summary: setting.summary })
            .collect(),
        outcomes,
        openapi: server::openapi::document(blueprint),
    })
}

/// What was assumed, with what it is about. That is kept only where it is in the blueprint: of what was left out, nothing can go.
fn assumption(one: &intake::Assumption, blueprint: &Blueprint) -> Assumption {
    let about = |what: &str| if checklist::stands(blueprint, what) { what.to_owned() } else { String::new() };
    let parts = one.parts.iter().map(|part| Part { about: about(&part.what), name: part.name.clone() });
    Assumption { text: one.text.clone(), why: one.why.clone(), about: about(&one.what), parts: parts.collect() }
}

/// A question that nobody answered, with what holds instead.
fn open(question: &Question) -> String {
    let others = question.alternatives.join("; ");
    match question.alternatives.is_empty() {
        true => question.text.clone(),
        false => format!("{} Nobody was asked, so: {}. It could be: {others}.", question.text, question.default),
    }
}

/// What the request says about who may do what.
pub fn asked(reading: &Reading) -> Vec<Asked> {
    let said = reading.summary.access.iter();
    said.map(|one| Asked { who: one.role.clone(), action: one.action.clone(), entity: one.entity.clone() }).collect()
}

/// What the request of a blueprint asks for, and how that is known.
pub struct AskedOf {
    pub asked: Vec<Asked>,
    /// The rules have read it now. What a model had read besides, when the blueprint was made, is not known.
    pub anew: bool,
}

/// What the request of a blueprint says about who may do what: as it was read when the folder was made of it, and else as the rules
/// read it. Nothing for a blueprint without a request.
pub fn asked_of(folder: &Path, blueprint: &Blueprint) -> Option<AskedOf> {
    let request = blueprint.app.request.as_deref()?;
    let made = disk::made_of(folder).filter(|made| made.request.as_deref() == Some(request));
    Some(match made.and_then(|made| made.asked) {
        Some(asked) => AskedOf { asked, anew: false },
        None => AskedOf { asked: asked(&intake::read(request)), anew: true },
    })
}

/// Keeps with the folder what was asked for by a change of its blueprint, so that it is not flagged as wider than what it was made
/// of, and no more what was assumed and is decided by it. A folder that we did not make keeps nothing.
///
/// # Errors
/// The disk refuses.
pub fn remember(folder: &Path, before: &Blueprint, after: &Blueprint) -> Result<(), Failure> {
    let Some(request) = before.app.request.as_deref() else { return Ok(()) };
    let made = disk::made_of(folder).filter(|made| made.request.as_deref() == Some(request));
    let Some(mut made) = made else { return Ok(()) };
    let known = made.asked.take().unwrap_or_else(|| asked(&intake::read(request)));
    let now = codegen::access::asked_with(&known, before, after);
    let open = made.assumptions.len();
    made.assumptions.retain(|one| !checklist::decided(before, after, one));
    if now == known && open == made.assumptions.len() {
        return Ok(());
    }
    made.asked = Some(now);
    disk::put_generated(folder, made.draft().map_err(Failure::new)?)
}

/// 384 bits as letters that need no quotes anywhere.
fn random_text() -> Result<String, Failure> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("the system gives no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
