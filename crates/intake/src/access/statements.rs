//! What a request says of who may do what: what a statement is, and what a verb means for an entity.
//!
//! `sentences` finds them, the rules find some too. Nothing is decided: `lists` turns the statements of an entity into the
//! blueprint's lists.

use super::states::{self, State};
use super::values::ValueRight;
use super::{sentences, unheard};
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::everybody::{EVERYONE, accounts, outside};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::verbs::Class;
use crate::nouns::{Count, Np};
use crate::resolve::Cast;
use crate::rules;
use crate::scene::Scene;
use crate::tokens::Span;

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Read,
    Create,
    Update,
    Delete,
    /// "approve": an action where the entity has it, a change of it otherwise.
    Approve,
}

impl Op {
    /// The list of the blueprint that it is about.
    pub(super) fn name(self) -> &'static str {
        match self {
            Op::Read => "read",
            Op::Create => "create",
            Op::Update | Op::Approve => "update",
            Op::Delete => "delete",
        }
    }
}

/// How a sentence means it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    May,
    /// "only X can".
    Exclusive,
    MayNot,
    /// "X can only".
    Limit,
}

/// Somebody may, or may not, do something with a record.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// None means all: "nobody can", "invoices cannot be deleted".
    pub who: Vec<Who>,
    pub mode: Mode,
    pub op: Op,
    pub base: &'static str,
    /// None means every entity.
    pub entity: Option<String>,
    pub own: bool,
    /// Only of those in a state.
    pub when: Option<State>,
    pub span: Span,
}

/// What all sentences say.
pub(super) struct Heard {
    pub statements: Vec<Statement>,
    pub values: Vec<ValueRight>,
    /// The places of what names nothing the blueprint could limit.
    pub lost: Vec<Span>,
    /// The places of what changed another statement.
    pub heard: Vec<Span>,
}

pub(super) fn statements(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &Draft) -> Heard {
    let Heard { statements: mut found, values, mut lost, heard } = sentences::read(scene, evidence, cast, draft);
    let facts = evidence.iter().filter(|one| !states::stated(&found, one, cast));
    let facts: Vec<Statement> = facts.filter_map(|found| from_fact(scene, found, cast, draft)).collect();
    found.extend(facts);
    let (denied, unplaced) = without(scene, cast, draft);
    found.extend(denied);
    lost.extend(unplaced);
    for one in evidence.iter().filter(|one| one.rule == "rights.access") {
        match kept(one, cast, draft) {
            Some(statements) => found.extend(statements),
            None => lost.push(one.span),
        }
    }
    // "edit everything" deletes nothing.
    let does = |one: &Evidence| format!(" {} ", scene.text(one.span).to_lowercase()).contains(" do ");
    let granted = |one: &&Evidence| one.rule == "rights.access" || one.rule == "rights.everything" && does(one);
    found.extend(evidence.iter().filter(granted).flat_map(|one| given(scene.text(one.span), one, cast, draft)));
    found.extend(evidence.iter().filter_map(|one| looks(scene, one, draft)));
    lost.extend(unheard::unheard(
        scene,
        evidence,
        cast,
        draft,
        &Heard { statements: found.clone(), values: values.clone(), lost: lost.clone(), heard: heard.clone() },
    ));
    Heard { statements: found, values, lost, heard }
}

/// "interns may only look", "trainees may read only": they write nothing.
fn looks(scene: &Scene<'_>, found: &Evidence, draft: &Draft) -> Option<Statement> {
    let Fact::Op { actor: Who::Role(role), .. } = &found.fact else { return None };
    let start = scene.tokens.iter().position(|token| token.span.start == found.span.start)?;
    // "only interns may look" keeps it for them.
    let leads = (start.saturating_sub(1)..=start).any(|at| scene.one_of(at, &["only", "just"]));
    (found.rule == "rights.only" && !leads && draft.roles.contains(role)).then(|| Statement {
        who: vec![Who::Role(role.clone())],
        mode: Mode::Limit,
        op: Op::Read,
        base: "read",
        entity: None,
        own: false,
        when: None,
        span: found.span,
    })
}

/// "the chief pilot has read access to flights", "vets can do everything".
fn given(text: &str, found: &Evidence, cast: &Cast, draft: &Draft) -> Vec<Statement> {
    let Fact::Op { actor: Who::Role(role), base, object, only: false, .. } = &found.fact else { return Vec::new() };
    let Some(role) = draft.roles.iter().find(|known| *known == role) else { return Vec::new() };
    let entity = match object.name.as_str() {
        "*" => None,
        name => match cast.entity(name) {
            Some(entity) => Some(entity.to_owned()),
            None => return Vec::new(),
        },
    };
    let ops: &[(Op, &'static str)] = if *base == "manage" {
        &[(Op::Read, "read"), (Op::Create, "create"), (Op::Update, "edit"), (Op::Delete, "delete")]
    } else {
        &[(Op::Read, "read")]
    };
    // "read access to flights of their sites" is none to all flights.
    let text = format!(" {} ", text.to_lowercase());
    let reads = *base != "manage"
        && (["read-only", "read only", "view-only", "view only"].iter().any(|word| text.contains(word))
            || ["read access", "view access", "reading access"].iter().any(|word| text.contains(word))
                && [" only ", " just "].iter().any(|word| text.contains(word)));
    let own = [" own ", " their ", " his ", " her ", " with them ", " assigned to them ", " by them "]
        .iter()
        .any(|word| text.contains(word));
    let one = |(op, base): &(Op, &'static str)| Statement {
        who: vec![Who::Role(role.clone())],
        mode: if reads { Mode::Limit } else { Mode::May },
        op: *op,
        base,
        entity: entity.clone(),
        own,
        when: None,
        span: found.span,
    };
    ops.iter().map(one).collect()
}

/// "clerks have no access to invoices", "nobody but auditors has access to invoices"; the places of those that name nobody or nothing.
fn without(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> (Vec<Statement>, Vec<Span>) {
    let (mut found, mut lost) = (Vec::new(), Vec::new());
    let denied = |clause: &&Clause| {
        let of_none = clause.subject.iter().any(|np| np.count == Count::None);
        (clause.polarity == Polarity::Denied || of_none && clause.polarity == Polarity::Asked)
            && clause.join != Join::Condition
            && matches!(clause.base, "have" | "get" | "receive")
            && clause.verb.is_some()
    };
    for clause in scene.clauses.iter().filter(denied) {
        let verb = clause.verb.unwrap_or(clause.from);
        let access = |np: &&Np| crate::lexicon::has("access right permission rights", np.head());
        let Some(np) = scene.nps_in(clause.after, clause.to).next().filter(access) else { continue };
        let lead = scene.padded(clause.from, verb);
        let says = |words: &[&str]| words.iter().any(|word| lead.contains(word));
        let nobody = says(&[" nobody ", " no one ", " no-one ", " none "]);
        let but = says(&[" but ", " except ", " other than ", " apart from ", " besides "]);
        let people: Vec<&Np> = scene.nps_in(clause.from, verb).collect();
        let roles: Vec<Who> = people
            .iter()
            .filter_map(|np| draft.roles.iter().find(|role| *role == np.entity()))
            .map(|role| Who::Role(role.clone()))
            .collect();
        let objects = rules::objects(scene, np.to + 1, clause.to);
        // "interns have no access at all".
        let bare = !scene.one_of(np.to, &["to", "on", "over"]);
        let records: Vec<Option<String>> = if bare || scene.one_of(np.to + 1, &["everything", "anything", "it", "them"])
        {
            vec![None]
        } else {
            objects.iter().filter_map(|np| cast.entity(np.entity())).map(|name| Some(name.to_owned())).collect()
        };
        let span = scene.span(clause.from, clause.to);
        if records.is_empty() || roles.is_empty() && (!nobody || but) {
            lost.push(span);
            continue;
        }
        let mode = if nobody && but { Mode::Exclusive } else { Mode::MayNot };
        let ops: &[Op] = if mode == Mode::Exclusive { &[Op::Read] } else { &[Op::Read, Op::Create] };
        let who = if nobody && !but { Vec::new() } else { roles };
        for entity in &records {
            found.extend(ops.iter().map(|op| Statement {
                who: who.clone(),
                mode,
                op: *op,
                base: if *op == Op::Read { "read" } else { "create" },
                entity: entity.clone(),
                own: false,
                when: None,
                span,
            }));
        }
    }
    (found, lost)
}

/// "only auditors have access to invoices": kept for them; none where it cannot be placed.
fn kept(found: &Evidence, cast: &Cast, draft: &Draft) -> Option<Vec<Statement>> {
    let Fact::Op { actor: Who::Role(role), base, object, only: true, .. } = &found.fact else {
        return Some(Vec::new());
    };
    let role = draft
        .roles
        .iter()
        .find(|known| *known == role)
        .cloned()
        .or_else(|| matches!(role.as_str(), "admin" | "administrator").then(|| "admin".to_owned()))?;
    let entity = if object.name == "*" { None } else { Some(cast.entity(&object.name)?.to_owned()) };
    let ops: &[Op] = if *base == "manage" { &[Op::Read, Op::Create, Op::Update, Op::Delete] } else { &[Op::Read] };
    let one = |op: &Op| Statement {
        who: vec![Who::Role(role.clone())],
        mode: Mode::Exclusive,
        op: *op,
        base: if *op == Op::Read { "read" } else { base },
        entity: entity.clone(),
        own: false,
        when: None,
        span: found.span,
    };
    Some(ops.iter().map(one).collect())
}

/// What the rules find without a sentence of its own: "public read", "X are public", "guests are read-only".
fn from_fact(scene: &Scene<'_>, found: &Evidence, cast: &Cast, draft: &Draft) -> Option<Statement> {
    let Fact::Op { actor, class, base, object, .. } = &found.fact else { return None };
    let public = *actor == Who::Public;
    if !(public || found.rule == "op.readonly") {
        return None;
    }
    let text = format!(" {} ", scene.text(found.span).to_lowercase());
    // "everyone sees their own notes" opens nobody's.
    if public && text.contains(" own ") {
        return None;
    }
    // "anyone can read published articles" is read word by word.
    let when = match states::public(scene, found, cast, draft) {
        None if states::in_state(scene, found, cast, draft) => return None,
        when => when,
    };
    let (op, entity) = match object.name.as_str() {
        "*" => (Op::Read, None),
        name => of_verb(base, *class, cast.entity(name)?, cast, draft)?,
    };
    let all = EVERYONE.iter().any(|word| text.contains(word)) && !outside(&text);
    let who = match () {
        () if !public => vec![actor.clone()],
        () if accounts(&text) => vec![Who::User],
        () => vec![if all { Who::Everyone } else { Who::Public }],
    };
    if public && op != Op::Read && !outside(&text) {
        return None;
    }
    let mode = if found.rule == "op.readonly" && !public { Mode::Limit } else { Mode::May };
    let base = if op == Op::Read { "read" } else { base };
    let span = found.span;
    (op == Op::Read || op == Op::Create).then_some(Statement { who, mode, op, base, entity, own: false, when, span })
}

/// What a verb means for an entity; a booking is made, the class that is booked is not.
pub(super) fn of_verb(
    base: &str,
    class: Class,
    entity: &str,
    cast: &Cast,
    draft: &Draft,
) -> Option<(Op, Option<String>)> {
    let here = Some(entity.to_owned());
    let op = match class {
        _ if matches!(base, "list" | "look" | "check" | "search" | "access" | "export" | "download") => Op::Read,
        Class::Event => {
            let event = crate::resolve::event(cast, base).filter(|event| draft.entity(event).is_some());
            let sort = crate::lexicon::archetypes::sort(entity);
            let itself = sort == Some(crate::lexicon::archetypes::Sort::Event);
            return match event {
                Some(event) => Some((Op::Create, Some(event.to_owned()))),
                None => itself.then_some((Op::Create, here)),
            };
        }
        Class::Create | Class::Upload | Class::Send => Op::Create,
        Class::Read => Op::Read,
        Class::Update | Class::Track | Class::Assign => Op::Update,
        Class::Delete => Op::Delete,
        Class::Approve => Op::Approve,
        _ => return None,
    };
    Some((op, here))
}
