//! What is worth asking: each question knows its answers, and each answer what it changes in the draft.
//!
//! Questions are ranked by how much of the blueprint hangs on them, which is counted: every alternative is tried on a copy
//! of the draft. One that changes nothing is no question. Without an answer the default holds, which is the draft as it is.

mod answers;
mod effects;

pub use answers::Answer;
pub(crate) use answers::split;

use std::collections::HashMap;

use crate::draft::{Draft, Entity};
use crate::facts::{Evidence, Fact, Thing};
use crate::lemma;
use crate::lexicon::integrations;
use crate::reading::{Answered, Question};
use crate::scene::Scene;
use crate::tokens::{Kind, Span};
use crate::{resolve, toml};
use effects::Effect;

const KEEP: &str = "keep.";
const MOST_QUESTIONS: usize = 3;
/// Who sees what is worth more than as many lines of anything else.
const ACCESS: usize = 20;
/// A record with a reference and rights; the request is not read again to count its lines.
const RECORD: usize = 8;
/// One line, and whom the door is open to.
const SIGN_UP: usize = 5;
/// A relation hangs together with every query over both.
const TIE: usize = 3;
/// What leaves for somebody else's computer.
const SERVICE: usize = 4;
/// All weigh the same, so no more of them are tried.
const MOST_TIES: usize = 6;
/// Enough to make a record of what nearly was one.
const SURE: f64 = 9.0;
/// With whom one works.
const KIN: &str = "sister brother wife husband partner spouse mother father mum mom dad son daughter cousin friend aunt uncle \
    roommate flatmate girlfriend boyfriend fiance assistant apprentice boss helper";

/// Words of requests that speak for several people.
const TOGETHER: &str = "we our us ours team staff everyone everybody colleague employee volunteer company office crew";

/// A question with what its answers do.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    id: String,
    text: String,
    /// What holds without an answer.
    default: String,
    alternatives: Vec<(String, Effect)>,
    /// What is asked for by whoever chooses the default; it changes nothing in the blueprint.
    affirmed: Option<Effect>,
    /// What hangs on it besides the lines that change.
    stakes: usize,
}

impl Doubt {
    /// What an answer does; `None` within for the default.
    fn choose(&self, choice: &str) -> Option<(&str, Option<&Effect>)> {
        if word(&self.default) == choice {
            return Some((&self.default, self.affirmed.as_ref()));
        }
        let found = self.alternatives.iter().find(|(text, _)| word(text) == choice);
        found.map(|(text, effect)| (text.as_str(), Some(effect)))
    }

    /// The record that it asks for.
    fn kept(&self) -> Option<&str> {
        self.alternatives.iter().find_map(|(_, effect)| match effect {
            Effect::Keep(name) => Some(name.as_str()),
            _ => None,
        })
    }

    fn question(&self) -> Question {
        Question {
            id: self.id.clone(),
            text: self.text.clone(),
            default: self.default.clone(),
            alternatives: self.alternatives.iter().map(|(text, _)| text.clone()).collect(),
        }
    }
}

/// The word by which an answer is given: `yes` of "yes: a table of calls".
pub(crate) fn word(text: &str) -> &str {
    text.split_once(':').map_or(text, |(word, _)| word).trim()
}

/// What became of questions and answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The most far-reaching first.
    pub open: Vec<Question>,
    pub answered: Vec<Answered>,
    /// Answers to nothing that is asked.
    pub stray: Vec<Answer>,
}

/// The rule of records that somebody wants to be kept.
pub(crate) const KEPT: &str = "answer.keep";

/// Whether any answer is about a record of its own.
pub(crate) fn about_records(answers: &[Answer]) -> bool {
    answers.iter().any(|one| one.question.starts_with(KEEP))
}

/// Facts of the records that somebody wants to be kept, of those that are in doubt.
pub(crate) fn kept(maybes: &[(String, Span)], answers: &[Answer]) -> Vec<Evidence> {
    let last = |name: &str| answers.iter().rev().find(|one| one.question == keep(name));
    let wanted = |name: &str| last(name).is_some_and(|one| one.choice == "yes");
    let chosen = maybes.iter().filter(|(name, _)| wanted(name));
    let fact = |(name, span): &(String, Span)| Evidence {
        fact: Fact::Read(Thing::named(name, *span)),
        span: *span,
        weight: SURE,
        rule: KEPT,
    };
    chosen.map(fact).collect()
}

/// Changes the draft as the answers say, and finds what is left to ask. `maybes` are the records that are in doubt without
/// any answer.
pub(crate) fn ask(scene: &Scene<'_>, maybes: &[(String, Span)], draft: &mut Draft, answers: &[Answer]) -> Asked {
    let mut asked = Asked::default();
    let doubts = doubts(scene, maybes, draft);
    let mut open = Vec::new();
    for doubt in doubts {
        // The last word counts.
        let given = answers.iter().rev().find(|one| one.question == doubt.id);
        match given.and_then(|one| Some((one, doubt.choose(&one.choice)?))) {
            // Another word for what is kept already.
            Some((_, (_, Some(Effect::Keep(name))))) if draft.entity(name).is_none() => {}
            Some((one, (means, effect))) => {
                if let Some(effect) = effect {
                    effect.apply(draft);
                }
                asked.answered.push(Answered {
                    id: doubt.id.clone(),
                    question: doubt.text.clone(),
                    choice: one.choice.clone(),
                    answer: means.to_owned(),
                });
            }
            None if doubt.kept().is_some_and(|name| draft.entity(name).is_some()) => {}
            None => open.push(doubt),
        }
    }
    alone(draft, &asked.answered);
    let known = |one: &&Answer| asked.answered.iter().any(|found| found.id == one.question);
    asked.stray = answers.iter().filter(|one| !known(one)).cloned().collect();
    asked.open = rank(draft, open);
    asked
}

/// Tells of records that hang on nothing because of answers: one that is kept, or that a tie was taken from.
fn alone(draft: &mut Draft, answered: &[Answered]) {
    let mut named: Vec<&str> = Vec::new();
    for one in answered {
        match one.id.split('.').collect::<Vec<_>>().as_slice() {
            ["keep", name] if one.choice == "yes" => named.push(name),
            ["tie", child, parent] if one.choice == "no" => named.extend([*child, *parent]),
            _ => {}
        }
    }
    let is_tied = |name: &str| draft.relations.iter().any(|one| one.from == name || one.to == name);
    named.retain(|name| draft.entity(name).is_some() && draft.entities.len() > 1 && !is_tied(name));
    named.dedup();
    for name in named {
        let text = format!("{} hangs on no other record, as it was answered", lemma::with_article(&words(name)));
        draft.note(format!("/entity/{name}"), text, "answer.alone", None, &["what it belongs to, said in the request"]);
    }
}

/// Those on which most hangs, as questions.
fn rank(draft: &Draft, doubts: Vec<Doubt>) -> Vec<Question> {
    if doubts.is_empty() {
        return Vec::new();
    }
    let whole = |mut draft: Draft| {
        resolve::complete(&mut draft);
        toml::write(&draft, "")
    };
    let without = whole(draft.clone());
    let changed = |effect: &Effect| {
        if matches!(effect, Effect::Keep(_)) {
            return RECORD;
        }
        let mut other = draft.clone();
        effect.apply(&mut other);
        difference(&without, &whole(other))
    };
    let mut ranked: Vec<(usize, Doubt)> = Vec::new();
    let is_tie = |doubt: &Doubt| doubt.alternatives.iter().any(|(_, effect)| matches!(effect, Effect::Untie { .. }));
    let mut ties = 0;
    for mut doubt in doubts {
        ties += usize::from(is_tie(&doubt));
        if is_tie(&doubt) && ties > MOST_TIES {
            continue;
        }
        let mut most = 0;
        doubt.alternatives.retain(|(_, effect)| {
            let lines = changed(effect);
            most = most.max(lines);
            lines > 0
        });
        if most > 0 {
            ranked.push((most + doubt.stakes, doubt));
        }
    }
    ranked.sort_by(|(one, _), (other, _)| other.cmp(one));
    ranked.into_iter().take(MOST_QUESTIONS).map(|(_, doubt)| doubt.question()).collect()
}

/// How many lines only one of the texts has.
fn difference(one: &str, other: &str) -> usize {
    let mut more: HashMap<&str, isize> = HashMap::new();
    for line in one.lines() {
        *more.entry(line).or_default() += 1;
    }
    for line in other.lines() {
        *more.entry(line).or_default() -= 1;
    }
    more.into_values().map(isize::unsigned_abs).sum()
}

/// Everything that could be asked, in a fixed order.
fn doubts(scene: &Scene<'_>, maybes: &[(String, Span)], draft: &Draft) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    doubts.extend(rights(draft));
    doubts.extend(shared(scene, draft));
    doubts.extend(draft.own_doubts.iter().map(|(entity, role)| own(draft, entity, role)));
    doubts.extend(maybes.iter().map(|(name, _)| record(name)));
    doubts.extend(draft.doubted_services.iter().filter_map(|name| service(name)));
    doubts.extend(draft.relations.iter().filter(|relation| relation.assumed).map(|relation| {
        let (child, parent) = (words(&relation.to), lemma::with_article(&words(&relation.from)));
        Doubt {
            id: format!("tie.{}.{}", relation.to, relation.from),
            text: format!("Does each {child} belong to {parent}?"),
            default: "yes: it is the likeliest".into(),
            alternatives: vec![(
                "no: they do not hang together".into(),
                Effect::Untie { from: relation.from.clone(), to: relation.to.clone() },
            )],
            affirmed: None,
            stakes: TIE,
        }
    }));
    if draft.sign_up_invited {
        doubts.push(Doubt {
            id: "sign_up".into(),
            text: "Who may make an account? Everyone signed in sees what is shared.".into(),
            default: "invited: only who is invited".into(),
            alternatives: vec![("open: anyone".into(), Effect::OpenSignUp)],
            affirmed: None,
            stakes: SIGN_UP,
        });
    }
    doubts
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn keep(name: &str) -> String {
    format!("{KEEP}{name}")
}

fn record(name: &str) -> Doubt {
    let spoken = words(name);
    Doubt {
        id: keep(name),
        text: format!("Should each {spoken} be kept as a record of its own?"),
        default: "no".into(),
        alternatives: vec![(format!("yes: a table of {}", lemma::plural(&spoken)), Effect::Keep(name.to_owned()))],
        affirmed: None,
        stakes: 0,
    }
}

/// A service that is spoken of.
fn service(name: &'static str) -> Option<Doubt> {
    let service = integrations::by_name(name)?;
    Some(Doubt {
        id: format!("use.{name}"),
        text: format!("Should this {}?", service.does),
        default: "no: it is only spoken of".into(),
        alternatives: vec![(format!("yes: by {}", words(service.provider)), Effect::Use(name))],
        affirmed: None,
        stakes: SERVICE,
    })
}

/// Roles of which nobody says what they may do.
fn rights(draft: &Draft) -> Option<Doubt> {
    if draft.roles.is_empty() || !draft.grants.is_empty() {
        return None;
    }
    Some(Doubt {
        id: "rights".into(),
        text: format!("Who may see and change what? The roles found are: {}.", words(&draft.roles.join(", "))),
        default: "shared: everyone signed in sees everything, and the roles change it".into(),
        alternatives: vec![("own: everyone sees and changes only their own records".into(), Effect::Own)],
        affirmed: Some(Effect::Affirm),
        stakes: ACCESS,
    })
}

/// Rows that only their maker sees, in a request that speaks for several people.
fn shared(scene: &Scene<'_>, draft: &Draft) -> Option<Doubt> {
    let silent = |entity: &&Entity| !entity.join && entity.owned && entity.rights.read.is_none();
    let word = |text: &str| crate::lexicon::has(TOGETHER, text);
    let together =
        scene.tokens.iter().any(|token| token.kind == Kind::Word && (word(&token.lemma) || word(&token.text)));
    // "I run it with my sister".
    let kin = |at: usize| {
        let at_hand = (at.saturating_sub(2)..at).any(|at| scene.one_of(at, &["my", "with"]));
        at_hand && scene.token(at).is_some_and(|token| crate::lexicon::has(KIN, &token.lemma))
    };
    let together = together || (0..scene.tokens.len()).any(kin);
    let first = draft.entities.iter().find(silent)?;
    (draft.roles.is_empty() && together).then(|| Doubt {
        id: "share".into(),
        text: format!(
            "Who sees the {}{}?",
            lemma::plural(&words(&first.name)),
            if draft.entities.iter().filter(silent).count() > 1 { " and the other records" } else { "" }
        ),
        default: "own: each account sees only what it made".into(),
        alternatives: vec![(
            "all: everyone signed in sees and changes them, and accounts are by invitation".into(),
            Effect::Share,
        )],
        affirmed: None,
        stakes: ACCESS,
    })
}

/// "clients see their own invoices", which somebody else enters.
fn own(draft: &Draft, entity: &str, role: &str) -> Doubt {
    let (rows, who) = (lemma::plural(&words(entity)), lemma::with_article(&words(role)));
    let place = format!("/entity/{entity}/access");
    let note = draft.notes.iter().find(|note| note.why == "access.own" && note.what == place);
    let built = note.map(|note| format!(" As built, {}.", note.text)).unwrap_or_default();
    let with = |read| Effect::Grant { entity: entity.to_owned(), role: role.to_owned(), read };
    Doubt {
        id: format!("own.{entity}.{role}"),
        text: format!("Who enters the records that somebody calls their own?{built}"),
        default: "maker: a record belongs to who makes it".into(),
        alternatives: vec![
            (format!("all: {who} sees all {rows}"), with(true)),
            (format!("enters: {who} enters {rows} too"), with(false)),
        ],
        affirmed: None,
        stakes: ACCESS,
    }
}

/// A request with one answer more under it, as a blueprint keeps it; `None` if the choice is none of the question's.
pub fn with_answer(request: &str, question: &Question, choice: &str) -> Option<String> {
    let means = question.choices().find(|text| word(text) == choice)?;
    let said = answers::lines(&question.text, &question.id, means, choice);
    let between = if split(request).1.is_empty() { "\n\n" } else { "\n" };
    Some(format!("{}{between}{said}", request.trim_end()))
}

/// A request without the answers under it.
pub fn without_answers(request: &str) -> &str {
    split(request).0
}
