//! Records in a state: "published articles", "orders that are paid", "the published ones", "all but drafts".

use super::elided;
use super::statements::Statement;
use crate::draft::{Draft, Entity};
use crate::facts::{Evidence, Fact};
use crate::lexicon::fields::FieldType;
use crate::lexicon::{has, verbs};
use crate::nouns::Np;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;

/// The state that records are in: the value of a field, or a field that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    field: String,
    value: Option<String>,
    /// What else the field may be.
    others: Vec<String>,
    /// Not in it.
    not: bool,
    /// Where it is one of several: the values beside the first.
    more: Vec<String>,
}

impl State {
    /// In the words of the blueprint. Whoever does not see drafts sees none that has no status either: so the values are named.
    pub(super) fn condition(&self) -> String {
        let field = &self.field;
        match (&self.value, self.not) {
            (Some(value), false) if !self.more.is_empty() => {
                format!("{field} in ('{value}', '{}')", self.more.join("', '"))
            }
            (None, false) => field.clone(),
            (None, true) => format!("not {field}"),
            (Some(value), false) => format!("{field} = '{value}'"),
            (Some(value), true) => match self.others.as_slice() {
                [] => format!("{field} != '{value}'"),
                [other] => format!("{field} = '{other}'"),
                others => format!("{field} in ('{}')", others.join("', '")),
            },
        }
    }

    /// The value, and that of which field it is.
    pub(super) fn value(&self) -> Option<(&str, &str)> {
        self.value.as_deref().map(|value| (self.field.as_str(), value))
    }

    /// All that are not in it.
    pub(super) fn opposite(&self) -> State {
        State { not: !self.not, ..self.clone() }
    }

    /// Those in this state and those in another of the same field; none where they are told by two fields.
    fn or(&self, other: &State) -> Option<State> {
        let second = other.value.clone().filter(|_| self.field == other.field && !self.not && !other.not)?;
        let first = self.value.clone()?;
        let mut more = self.more.clone();
        let also = [second].into_iter().chain(other.more.iter().cloned());
        also.for_each(|value| more.extend((first != value && !more.contains(&value)).then_some(value)));
        let others: Vec<String> = self.others.iter().filter(|value| !more.contains(*value)).cloned().collect();
        // Of all states nothing is left out.
        (!others.is_empty()).then(|| State { more, others, ..self.clone() })
    }
}

/// The state that the words before or behind a record set, where its values know them.
pub(super) fn of(scene: &Scene<'_>, np: &Np, draft: &Draft, entity: &str) -> Option<State> {
    let entity = draft.entity(entity)?;
    let (_, before) = np.words().split_last()?;
    let ahead = before.iter().find_map(|word| state(entity, &word.text));
    let found = match ahead {
        Some(state) => listed(scene, np.from, entity, state),
        None => behind(scene, np.to, entity).map(|(state, _)| state)?,
    };
    Some(if all_but(scene, np) { found.opposite() } else { found })
}

/// Whether a phrase names what is left out: "all but confidential files".
pub(super) fn all_but(scene: &Scene<'_>, np: &Np) -> bool {
    (2..=3).filter_map(|back| np.from.checked_sub(back)).any(|all| {
        let all = scene.one_of(all, &["all", "any"]).then_some(all);
        all.and_then(|all| elided::but(scene, all + 1)) == Some(np.from)
    })
}

/// The state before a record and those before it: "open or urgent jobs".
fn listed(scene: &Scene<'_>, from: usize, entity: &Entity, last: State) -> State {
    let (mut at, mut found) = (from, last);
    while at >= 2 && scene.one_of(at - 1, &["or", "and", ","]) {
        let word = at - 2 - usize::from(at > 2 && scene.is(at - 2, ","));
        let other = scene.token(word).and_then(|token| state(entity, &token.text));
        let Some(both) = other.and_then(|other| other.or(&found)) else { break };
        (at, found) = (word, both);
    }
    found
}

/// Where what is said of the state behind a record ends.
pub(super) fn end(scene: &Scene<'_>, np: &Np, draft: &Draft, entity: &str) -> usize {
    let behind = draft.entity(entity).and_then(|entity| behind(scene, np.to, entity));
    behind.map_or(np.to, |(_, to)| to)
}

/// What stands for records spoken of before, and says which: "the published ones", "those that are paid", "only live ones"; and
/// the place after it.
pub(super) fn ones(scene: &Scene<'_>, at: usize, to: usize, entity: &Entity) -> Option<(State, usize)> {
    let one = (at..to.min(at + 5)).find(|at| scene.one_of(*at, &["ones", "one", "those", "them", "these"]))?;
    let describes = |at: usize| {
        matches!(scene.tag(at), Some(Tag::Determiner | Tag::Adjective | Tag::Participle | Tag::Verb | Tag::Noun))
            || scene.one_of(at, &["not", "the", "yet", "of"])
    };
    if !(at..one).all(describes) {
        return None;
    }
    let not = (at..one).any(|at| scene.is(at, "not"));
    let ahead = (at..one).find_map(|at| state(entity, &scene.token(at)?.text));
    if let Some(found) = ahead.filter(|_| scene.one_of(one, &["ones", "one"])) {
        return Some((if not { found.opposite() } else { found }, one + 1));
    }
    // "waiters not those that are paid" takes them from these.
    behind(scene, one + 1, entity).filter(|_| !not)
}

/// Those that words describe by a state which no value knows.
pub(super) fn unknown_ones(scene: &Scene<'_>, at: usize, to: usize) -> Option<usize> {
    let one = (at..to.min(at + 4)).find(|at| scene.one_of(*at, &["ones", "one"]))?;
    let said = |at: usize| matches!(scene.tag(at), Some(Tag::Adjective | Tag::Participle | Tag::Verb));
    let leads = |at: usize| said(at) || scene.tag(at) == Some(Tag::Determiner);
    let last = one.checked_sub(1).filter(|last| *last >= at)?;
    ((said(last) || scene.tag(last) == Some(Tag::Noun)) && (at..last).all(leads)).then_some(one + 1)
}

/// The state that a phrase names by its value alone: "drafts" of posts that may be drafts.
pub(super) fn named(np: &Np, entity: &Entity) -> Option<State> {
    let word = np.words().last().filter(|_| np.words().len() == 1 && np.plural)?;
    state(entity, &word.lemma).or_else(|| state(entity, &word.text))
}

/// "that are published", "which have not been paid yet", "once live", "with status open", "whose state is open"; and the place
/// after it.
pub(super) fn behind(scene: &Scene<'_>, from: usize, entity: &Entity) -> Option<(State, usize)> {
    let be = |at: usize| matches!(scene.tag(at), Some(Tag::Be | Tag::Have));
    let relative = scene.one_of(from, &["that", "which", "who"]) && be(from + 1);
    let timed = scene.one_of(from, &["once", "when", "if", "while", "unless", "after"]);
    let valued = scene.one_of(from, &["with", "in", "whose"]);
    let mut at = match () {
        () if relative => from + 2,
        () if timed => from + 1 + usize::from(scene.one_of(from + 1, &["they", "it", "these"])),
        () if scene.is(from, "marked") => from + 1,
        () if valued => {
            let name = from + 1 + usize::from(scene.is(from + 1, "the"));
            let field = scene.token(name).and_then(|token| entity.field(&token.text));
            // "posts in draft".
            let bare = scene.is(from, "in").then_some(from + 1);
            field.filter(|field| field.kind == FieldType::Enum).map(|_| name + 1).or(bare)?
        }
        () => return None,
    };
    let mut not = scene.is(from, "unless");
    let between = ["not", "yet", "still", "already", "currently", "as", "marked", "now", "a", "\""];
    while be(at) || scene.one_of(at, &between) {
        not ^= scene.is(at, "not");
        at += 1;
    }
    let token = scene.token(at)?;
    let mut found = state(entity, &token.text).or_else(|| state(entity, &token.lemma))?;
    let mut to = at + 1 + usize::from(scene.one_of(at + 1, &["yet", "already", "now"]));
    // "that are open or urgent", "open, urgent or closed".
    let named = |at: usize| scene.token(at).and_then(|token| state(entity, &token.text));
    while let Some(next) = and(scene, to) {
        let Some(other) = named(next) else { break };
        found = found.or(&other)?;
        to = next + 1;
    }
    // "that are open or theirs" are more than those.
    let more = scene.is(to, "or") || and(scene, to).is_some_and(|next| named(next).is_some());
    (!more).then(|| (if not { found.opposite() } else { found }, to))
}

/// The place behind "and", "or" and a comma.
fn and(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let comma = at + usize::from(scene.is(at, ","));
    let next = comma + usize::from(scene.one_of(comma, &["or", "and"]));
    (next > at).then_some(next)
}

/// "until they submit them", "before they are shipped": the states before that one, and the verb that leads out of them; "as long
/// as they are drafts", "while open": that one.
pub(super) fn until(
    scene: &Scene<'_>,
    from: usize,
    to: usize,
    entity: &Entity,
) -> Option<(State, Option<&'static str>)> {
    let long = scene.is(from, "as") && scene.is(from + 1, "long") && scene.is(from + 2, "as");
    let during = long || scene.one_of(from, &["while", "when", "if"]);
    if !during && !scene.one_of(from, &["until", "till", "before"]) {
        return None;
    }
    let be = |at: usize| matches!(scene.tag(at), Some(Tag::Be | Tag::Have));
    let start = from + if long { 3 } else { 1 };
    let who = start + usize::from(scene.one_of(start, &["they", "it", "he", "she", "these"]));
    let at = (who..to).find(|at| !be(*at) && !scene.one_of(*at, &["still", "in", "a", "not", "yet", "fully"]))?;
    let (token, not) = (scene.token(at)?, (who..at).any(|at| scene.is(at, "not")));
    let rest = (at + 1..to).all(|at| scene.one_of(at, &["it", "them", "yet", ".", ","]));
    let passive = (who..at).any(be) || who == start;
    let named = state(entity, &token.text).or_else(|| state(entity, &token.lemma));
    if !rest {
        return None;
    }
    if during {
        return Some((if not { named?.opposite() } else { named? }, None));
    }
    let verb = verbs::lookup(&token.text).map(|(verb, _)| verb.base);
    let done = |value: &&String| verbs::lookup(value).is_some_and(|(known, _)| Some(known.base) == verb);
    let reached =
        entity.fields.iter().flat_map(|field| &field.values).find(done).and_then(|value| state(entity, value));
    let mut found = named.or(reached).filter(|found| !found.not && !not)?;
    if let Some(value) = &found.value {
        let field = entity.fields.iter().find(|field| field.name == found.field)?;
        found.others = field.values.iter().take_while(|one| *one != value).cloned().collect();
        if found.others.is_empty() {
            return None;
        }
    }
    Some((found.opposite(), verb.filter(|_| !passive)))
}

/// Whether words before a record say in which state it is shown to others, and no value of it knows that.
pub(super) fn unknown(np: &Np) -> bool {
    const SHOWN: &str = "published unpublished approved unapproved released unreleased verified unverified archived unarchived live \
        accepted confirmed hidden";
    np.words().split_last().is_some_and(|(_, before)| before.iter().any(|word| has(SHOWN, &word.text)))
}

/// The state that a word names: a value, a flag, or what is not so.
fn state(entity: &Entity, word: &str) -> Option<State> {
    let plain = |word: &str| {
        let word = word.replace('-', "_");
        let valued = |one: &&crate::draft::Field| one.kind == FieldType::Enum && one.values.contains(&word);
        if let Some(field) = entity.fields.iter().find(valued) {
            let others = field.values.iter().filter(|value| **value != word).cloned().collect();
            return Some(State { field: field.name.clone(), value: Some(word), others, not: false, more: Vec::new() });
        }
        let told =
            |one: &&crate::draft::Field| one.kind == FieldType::Boolean && one.name.trim_start_matches("is_") == word;
        let field = entity.fields.iter().find(told)?;
        Some(State { field: field.name.clone(), value: None, others: Vec::new(), not: false, more: Vec::new() })
    };
    plain(word).or_else(|| {
        let without = ["un", "non-", "non", "in"].iter().find_map(|start| word.strip_prefix(start))?;
        plain(without).map(|state| state.opposite())
    })
}

/// Whether what a rule found was read word by word, as said of some of the records: "anyone can read posts except drafts".
pub(super) fn stated(heard: &[Statement], found: &Evidence, cast: &Cast) -> bool {
    let Fact::Op { object, .. } = &found.fact else { return false };
    let here = |one: &&Statement| one.span.start < found.span.end && found.span.start < one.span.end;
    let same = |one: &Statement| one.entity.is_some() && one.entity.as_deref() == cast.entity(&object.name);
    heard.iter().filter(here).any(|one| one.when.is_some() && same(one))
}

/// "published posts are public", "posts are public once published", "posts are public except drafts": which of them.
pub(super) fn public(scene: &Scene<'_>, found: &Evidence, cast: &Cast, draft: &Draft) -> Option<State> {
    let Fact::Op { object, .. } = &found.fact else { return None };
    let name = cast.entity(&object.name)?;
    let entity = draft.entity(name)?;
    let clause = scene.clauses.iter().find(|clause| scene.span(clause.from, clause.to) == found.span)?;
    // "public recipes can be seen by anyone".
    if clause.base != "be" && !clause.passive {
        return None;
    }
    let meant = |np: &&Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == Some(name);
    let ahead = clause.subject.iter().filter(meant).find_map(|np| of(scene, np, draft, name));
    let end = scene.sentence_end(clause.from);
    let but = || {
        let left_out = |at: usize| {
            let from = elided::but(scene, at)?;
            let np = scene.np_at(from).and_then(|np| named(np, entity).or_else(|| of(scene, np, draft, name)));
            np.or_else(|| ones(scene, from, end, entity).map(|(state, _)| state))
        };
        (clause.after..end).find_map(left_out).map(|state| state.opposite())
    };
    let behind = || (clause.after..end).find_map(|at| behind(scene, at, entity)).map(|(state, _)| state);
    ahead.or_else(but).or_else(behind)
}

/// Whether what is said holds of some of the records alone.
pub(super) fn in_state(scene: &Scene<'_>, found: &Evidence, cast: &Cast, draft: &Draft) -> bool {
    let Fact::Op { object, .. } = &found.fact else { return false };
    let Some(entity) = cast.entity(&object.name) else { return false };
    let inside = |np: &&Np| found.span.start <= np.span.start && np.span.end <= found.span.end;
    let named = |np: &&Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == Some(entity);
    scene.nps.iter().filter(inside).filter(named).any(|np| of(scene, np, draft, entity).is_some())
}
