//! Sentences that say who may do what, read verb by verb: whom they name, what is allowed, forbidden or kept for them.

mod objects;
mod short;
mod turned;

use super::elided;
use super::statements::{Heard, Mode, Statement};
use super::values::{self, ValueRight};
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::{Evidence, Who};
use crate::lexicon::verbs::{self, Class};
use crate::resolve::Cast;
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// What all sentences say.
pub(super) fn read(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &Draft) -> Heard {
    let (found, values, lost, last) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut reader = Reader {
        scene,
        cast,
        draft,
        found,
        values,
        lost,
        last,
        when: None,
        spoken: None,
        fresh: false,
        meant: false,
        hangs: false,
        before: (0, 0),
        heard: Vec::new(),
    };
    for index in 0..scene.sentences.len() {
        reader.sentence(index);
        reader.brackets(index);
        reader.bracketed(index);
    }
    evidence.iter().for_each(|found| reader.shown(found));
    Heard { statements: reader.found, values: reader.values, lost: reader.lost, heard: reader.heard }
}

pub(super) struct Reader<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) cast: &'a Cast,
    pub(super) draft: &'a Draft,
    pub(super) found: Vec<Statement>,
    values: Vec<ValueRight>,
    pub(super) lost: Vec<Span>,
    /// The entities last spoken of, for "it" and "them".
    pub(super) last: Vec<String>,
    /// The state in which those must be that are placed next.
    when: Option<String>,
    /// The value last spoken of, where that is nearer.
    spoken: Option<usize>,
    /// Whether this sentence speaks of them, or means them by "they" and "it".
    fresh: bool,
    meant: bool,
    /// Whether it depends on something.
    hangs: bool,
    /// Where what the last sentence about rights said starts: statements and values.
    before: (usize, usize),
    /// What was understood without a statement of its own.
    heard: Vec<Span>,
}

/// A verb that waits for its object.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) who: Vec<Who>,
    pub(super) mode: Mode,
    pub(super) base: &'static str,
    pub(super) class: Class,
    pub(super) span: Span,
}

impl Reader<'_> {
    fn sentence(&mut self, index: usize) {
        let scene = self.scene;
        let clauses = joined(scene, scene.clauses_of(index));
        let (first, values) = (self.found.len(), self.values.len());
        (self.fresh, self.meant) = (false, false);
        // "insurance ended -> the contractor cannot submit": what holds at times only.
        let arrow = scene.sentences.get(index).is_some_and(|one| (one.from..one.to).any(|at| scene.is(at, "->")));
        self.hangs = arrow || clauses.iter().any(|clause| clause.join == Join::Condition);
        let mut pending: Vec<Pending> = Vec::new();
        let (mut negated, mut spoken) = (false, Vec::new());
        for clause in clauses.iter() {
            if !clause.carried {
                self.elided(&mut pending);
            }
            let late = self.behind_who(clause);
            let clause = &late.as_ref().unwrap_or(clause);
            let gap = elided::gap(scene, clause);
            let kept = elided::kept(scene, clause);
            let end = gap.as_ref().map_or(clause.to, |gap| gap.at);
            let end = kept.first().map_or(end, |kept| kept.at.min(end));
            let (whole, cut): (&Clause, _) = (clause, Clause { to: end, ..(*clause).clone() });
            let clause = &cut;
            let asked = !clause.polarity.is_aside() && !matches!(clause.join, Join::Condition);
            if let (Some(verb), Some(class)) = (whole.verb, whole.class) {
                let reads = |at: usize| {
                    scene
                        .token(at)
                        .and_then(|token| verbs::lookup(&token.text))
                        .is_some_and(|(verb, _)| verb.class == Class::Read)
                };
                // "staff can see and edit orders, but the price only the owner".
                let first = scene.sentences.get(index).map_or(verb, |sentence| sentence.from);
                let also = class == Class::Update && (first..verb).any(reads);
                spoken = if also { vec![("see", Class::Read)] } else { Vec::new() };
                spoken.push((whole.base, class));
            }
            kept.iter().filter(|_| asked).for_each(|kept| self.kept(&spoken, kept));
            // "tenants don't log in" is no word about what they may do.
            self.meant |= clause.verb.is_some() && clause.modal.is_none();
            self.meant |= matches!(clause.pronoun.as_deref(), Some("they" | "it" | "he" | "she"));
            if self.relative(clause) || self.behind_dash(clause) {
                continue;
            }
            let aside = matches!(clause.join, Join::Condition | Join::Relative) || clause.polarity.is_aside();
            if let Some(gap) = elided::bare(scene, clause).filter(|_| clause.polarity == Polarity::Asked) {
                self.gap("see", Class::Read, &gap, self.last.clone());
                continue;
            }
            // "dealers may see prices, customers may not".
            if clause.verb.is_none() && self.found.len() + self.values.len() > first + values {
                self.short(clause, (first, values));
            }
            let Some(verb) = clause.verb.filter(|_| !aside) else {
                self.remember(clause.from, clause.to);
                continue;
            };
            // "interns see their own only": whoever they are, they do not see those of others.
            let own = || elided::own(scene, clause).then(|| (Vec::new(), Mode::May));
            let Some((who, mode)) = self.actors(clause, clause.carried && negated).or_else(own) else {
                self.remember(clause.from, clause.to);
                continue;
            };
            // "everyone except interns can see budgets".
            let out = self.known(elided::but_for(scene, clause));
            if mode == Mode::May && !clause.passive && !out.is_empty() {
                self.verbs(clause, verb, &out, Mode::MayNot, &mut Vec::new());
            }
            negated = mode == Mode::MayNot;
            // "only the doctor who treated the patient can see it".
            let mode = if late.is_some() && clause.only && mode == Mode::May { Mode::Exclusive } else { mode };
            // It is kept for somebody of whom nothing is known: nobody else gets it.
            if mode == Mode::Exclusive && who.is_empty() {
                self.lost.push(scene.span(clause.from, clause.to));
            }
            // "no one may delete orders except admins": they are no object.
            let cut = Clause { to: elided::excepted(scene, verb + 1, clause.to), ..clause.clone() };
            let clause = if mode == Mode::Exclusive { &cut } else { clause };
            if clause.passive {
                self.passive(clause, verb, &who, mode);
                continue;
            }
            let before = self.found.len();
            let last = self.verbs(clause, verb, &who, mode, &mut pending);
            self.all_but_doing(clause, &who);
            // "may add payments but not edit or delete them".
            negated |= last == Mode::MayNot && scene.one_of(clause.to.wrapping_sub(1), &["or", "nor", ","]);
            if let (Some(gap), Some(class)) = (gap.filter(|_| clause.polarity == Polarity::Asked), clause.class) {
                // "managers see invoices and orders, clerks only their own": of both.
                let mut all: Vec<String> = Vec::new();
                for entity in self.found.iter().skip(before).filter_map(|one| one.entity.as_ref()) {
                    if !all.contains(entity) {
                        all.push(entity.clone());
                    }
                }
                let spoken_of = if all.is_empty() { self.last.clone() } else { all };
                self.gap(clause.base, class, &gap, spoken_of);
            }
        }
        self.elided(&mut pending);
        if self.found.len() > first || self.values.len() > values {
            self.before = (first, values);
        } else if let [clause] = clauses.as_slice() {
            self.short(clause, self.before);
        }
        let (from, to) = scene.sentences.get(index).map_or((0, 0), |sentence| (sentence.from, sentence.to));
        let words = scene.words(from, to);
        let nobody = ["nobody else", "no one else", "no-one else"].iter().any(|phrase| words.contains(phrase));
        // "everyone else sees only the totals".
        let others = ["everyone else", "everybody else", "all others", "the others", "the rest of"];
        let less = || {
            (from..to)
                .any(|at| elided::is_only(scene, at) || scene.one_of(at, &["no", "not", "nothing", "cannot", "none"]))
        };
        if nobody || others.iter().any(|phrase| words.contains(phrase)) && less() {
            for said in self.found.iter_mut().skip(first).filter(|said| said.mode == Mode::May) {
                said.mode = Mode::Exclusive;
            }
            for said in self.values.iter_mut().skip(values).filter(|said| said.mode == Mode::May) {
                said.mode = Mode::Exclusive;
            }
        }
    }

    fn passive(&mut self, clause: &Clause, verb: usize, who: &[Who], mode: Mode) {
        let bases = self.scene.tokens.get(verb..clause.to).unwrap_or(&[]).iter();
        let mut verbs: Vec<(&'static str, Class)> = Vec::new();
        for (at, token) in bases.take_while(|token| !token.is("by")).enumerate() {
            // "can be read": a form that looks like the base.
            match verbs::lookup(&token.text) {
                Some((known, form)) if at == 0 || form == verbs::Form::Past || known.base == "read" => {
                    verbs.push((known.base, known.class));
                }
                _ => {}
            }
        }
        let span = self.scene.span(clause.from, clause.to);
        let subject = clause.subject.clone();
        for (base, class) in verbs {
            // "A slot cannot be booked twice" is no right.
            if mode == Mode::MayNot && !matches!(class, Class::Read | Class::Update | Class::Delete) {
                continue;
            }
            let one = Pending { who: who.to_vec(), mode, base, class, span };
            for np in &subject {
                self.object(&one, np, clause);
            }
        }
    }

    /// The verbs of a clause in turn: "can view but not edit or delete X".
    /// Tells how the last of them is meant.
    pub(super) fn verbs(
        &mut self,
        clause: &Clause,
        verb: usize,
        who: &[Who],
        mode: Mode,
        pending: &mut Vec<Pending>,
    ) -> Mode {
        let scene = self.scene;
        let (mut at, mut mode, mut placed) = (verb, mode, false);
        let span = scene.span(clause.from, clause.to);
        while at < clause.to {
            if let Some(close) = scene.close_of(at) {
                at = close + 1;
                continue;
            }
            let next = scene.token(at + 1).and_then(|token| verbs::lookup(&token.text));
            let noun = elided::turns(scene, at) && next.is_some_and(|(_, form)| form != verbs::Form::Base);
            let value = next.is_some_and(|(next, _)| next.class == Class::Other) && !self.named_by(at + 1).is_empty();
            if at > verb && !noun && !value && scene.one_of(at, elided::NOT) && next.is_some() {
                mode = Mode::MayNot;
                at += 1;
                continue;
            }
            let whole = at > verb
                && scene.one_of(at - 1, &["and", "or"])
                && scene.one_of(at + 1, &["everything", "anything", "it", "them", "all", "any"]);
            let is_verb = at == verb
                || elided::listed(scene, verb, at, clause.to)
                || whole
                || elided::changes_nothing(scene, at)
                || !placed_np(scene, at)
                || mode == Mode::MayNot && scene.one_of(at - 1, elided::NOT) && !elided::turns(scene, at - 1);
            let known = scene.token(at).and_then(|token| verbs::lookup(&token.text));
            let base_form = |form: &verbs::Form| at == verb || *form == verbs::Form::Base;
            // "sign up" signs nothing.
            let joins = |base: &str| base == "sign" && scene.one_of(at + 1, &["up", "in"]);
            if let Some((known, _)) = known.filter(|(one, form)| is_verb && base_form(form) && !joins(one.base)) {
                if placed {
                    pending.clear();
                    placed = false;
                }
                let bases: &[(&'static str, Class)] = match known.base {
                    "manage" | "administer" | "handle" | "maintain" => &[
                        ("manage", Class::Create),
                        ("manage", Class::Read),
                        ("manage", Class::Update),
                        ("manage", Class::Delete),
                    ],
                    _ => &[(known.base, known.class)],
                };
                for (base, class) in bases {
                    pending.push(Pending { who: who.to_vec(), mode, base, class: *class, span });
                }
                at += 1;
                continue;
            }
            if at > verb && scene.one_of(at, elided::NOT) && !pending.is_empty() && self.value_after(at, pending) {
                // "items but not cost", where the value looks like a verb.
                placed = true;
                at += 1;
            } else if elided::turns(scene, at) && at > verb && !pending.is_empty() {
                // "can see orders but not invoices".
                pending.iter_mut().for_each(|one| one.mode = Mode::MayNot);
                mode = Mode::MayNot;
            } else if elided::nothing_at(scene, at) && at > verb && !pending.is_empty() && !placed {
                // "but change nothing".
                for one in pending.iter() {
                    self.everything(&Pending { mode: Mode::MayNot, ..one.clone() });
                }
                placed = true;
            } else if elided::own_at(scene, at) && !placed {
                let only = (verb..at).any(|at| elided::is_only(scene, at)) || elided::is_only(scene, at + 2);
                let last = self.last.clone();
                for one in pending.iter() {
                    if last.is_empty() {
                        self.lost.push(one.span);
                    }
                    let limit = only && one.mode == Mode::May;
                    let one = Pending { mode: if limit { Mode::Limit } else { one.mode }, ..one.clone() };
                    last.iter().for_each(|entity| self.place(&one, entity, true));
                }
                placed = true;
                at += 1;
            } else if let Some(after) = elided::made_by_them(scene, at).filter(|_| !placed) {
                let last = self.last.clone();
                for one in pending.iter() {
                    last.iter().for_each(|entity| self.place(one, entity, true));
                }
                placed = true;
                at = after;
                continue;
            } else if scene.one_of(at, elided::SELF) && !placed && at > verb {
                // "patients see themselves only".
                let mine: Vec<String> = clause.subject.iter().filter_map(|np| self.entity(np)).collect();
                for one in pending.iter() {
                    let mode =
                        if one.mode == Mode::May && elided::is_only(scene, at + 1) { Mode::Limit } else { one.mode };
                    mine.iter().for_each(|entity| self.place(&Pending { mode, ..one.clone() }, entity, true));
                }
                placed = true;
            } else if scene.one_of(at, &["everybody", "everyone"]) && at > verb && !placed {
                // "HR can edit everybody": the people among the records.
                let kept = |name: &&String| crate::lexicon::archetypes::is_person(name);
                let names: Vec<String> =
                    self.draft.entities.iter().map(|one| &one.name).filter(kept).cloned().collect();
                for one in pending.iter() {
                    names.iter().for_each(|entity| self.place(one, entity, false));
                }
                placed = true;
            } else if scene.is(at, "all") && at > verb && !placed && scene.np_at(at).is_none() && at + 1 >= clause.to {
                // "HR can access all".
                let last = self.last.clone();
                for one in pending.iter() {
                    last.iter().for_each(|entity| self.place(one, entity, false));
                }
                placed = true;
            } else if scene.is(at, "none") && at > verb && !placed {
                let last = self.last.clone();
                for one in pending.iter() {
                    let one = Pending { mode: Mode::MayNot, ..one.clone() };
                    last.iter().for_each(|entity| self.place(&one, entity, false));
                }
                placed = true;
            } else if placed && at > verb && self.only_the(at, clause, pending) {
                at = clause.to;
            } else if placed && !elided::except(scene, at, clause.to).is_empty() {
                // "applicants except for the salary".
                for np in elided::except(scene, at, clause.to) {
                    for one in pending.clone().iter().filter(|one| one.mode == Mode::May) {
                        self.object(&Pending { mode: Mode::MayNot, ..one.clone() }, np, clause);
                    }
                }
                at = clause.to;
            } else if placed && scene.is(at, "without") {
                // "products without the cost"; "without total", where the value looks like a verb.
                self.value_after(at, pending);
                for np in rules::objects(scene, at + 1, clause.to) {
                    if self.entity(np).is_some() {
                        continue;
                    }
                    for one in pending.clone().iter().filter(|one| one.mode == Mode::May) {
                        self.value(&Pending { mode: Mode::MayNot, ..one.clone() }, np, false);
                    }
                }
            } else if scene.one_of(at, &["everything", "anything"]) && !scene.is(at + 1, "else") {
                let named = elided::except(scene, at + 1, clause.to);
                let but: Vec<String> = named.iter().filter_map(|np| self.entity(np)).collect();
                for one in pending.iter() {
                    self.everything_but(one, &but);
                    // "everything except the diagnosis".
                    for np in &named {
                        if self.entity(np).is_some() {
                            continue;
                        }
                        let kept = Pending { mode: Mode::MayNot, ..one.clone() };
                        if one.mode == Mode::May && !self.value(&kept, np, false) {
                            self.lost.push(one.span);
                        }
                    }
                }
                placed = true;
                if !named.is_empty() {
                    if !but.is_empty() {
                        (self.last, self.fresh) = (but, true);
                    }
                    at = clause.to;
                }
            } else if scene.one_of(at, &["them", "it", "those", "these"]) && !placed {
                let last = if self.said_of_value(pending) { Vec::new() } else { self.last.clone() };
                for one in pending.iter() {
                    for entity in &last {
                        self.place(one, entity, false);
                    }
                }
                placed = true;
            } else if let Some(np) = scene.np_at(at) {
                let direct = !scene.tag(at.saturating_sub(1)).is_some_and(|tag| tag == Tag::Preposition) || !placed;
                if direct && !pending.is_empty() {
                    for one in pending.clone() {
                        self.object(&one, np, clause);
                    }
                    placed = true;
                }
                at = np.to.max(at + 1);
                continue;
            }
            at += 1;
        }
        if placed {
            pending.clear();
        }
        mode
    }

    /// Verbs whose object was said before: "can view orders but not edit".
    pub(super) fn elided(&mut self, pending: &mut Vec<Pending>) {
        let last = self.last.clone();
        for one in pending.drain(..) {
            let (limits, known) = (matches!(one.mode, Mode::Exclusive | Mode::MayNot), is_access(one.class));
            let stands = matches!(one.class, Class::Create | Class::Read | Class::Update | Class::Delete);
            if limits && stands && !self.fresh && !self.meant && !self.hangs {
                // "no one may delete, except admins": anything.
                self.everything(&one);
            } else if limits && known && (last.is_empty() || self.hangs && !self.fresh) {
                self.lost.push(one.span);
            } else if limits && known {
                for entity in &last {
                    self.place(&one, entity, false);
                }
            }
        }
    }

    fn remember(&mut self, from: usize, to: usize) {
        let first = self.scene.nps_in(from, to).next();
        let value = first
            .filter(|np| self.entity(np).is_none() && !values::of(self.scene, np, self.cast, self.draft).0.is_empty());
        self.spoken =
            value.map(|np| np.from).or(self.spoken.filter(|_| first.is_none_or(|np| self.entity(np).is_none())));
        let found: Vec<String> = self.scene.nps_in(from, to).filter_map(|np| self.entity(np)).collect();
        if let Some(first) = found.into_iter().next() {
            (self.last, self.fresh) = (vec![first], true);
        }
    }
}

/// Ways to say whose a record is.
const MINE: &[&str] = &[
    " own ",
    " assigned to them ",
    " they are assigned to ",
    " they created ",
    " they made ",
    " they posted ",
    " they added ",
    " they entered ",
    " they submitted ",
    " they uploaded ",
    " they logged ",
    " they own ",
];

/// "their loans, not those of others".
const OTHERS: &[&str] = &[
    " those of other",
    " the ones of other",
    " not the ones of other",
    " not other",
    " not anyone else",
    " not anybody else",
];

fn one_verb(clause: &Clause) -> usize {
    clause.verb.unwrap_or(clause.from)
}

/// "can be seen and edited by the manager only": one clause, where only the last part says by whom.
fn joined<'c>(scene: &Scene<'_>, clauses: impl Iterator<Item = &'c Clause>) -> Vec<Clause> {
    let mut all: Vec<Clause> = Vec::new();
    for clause in clauses {
        match all.last_mut() {
            Some(last)
                if last.passive
                    && clause.passive
                    && clause.carried
                    && clause.polarity == last.polarity
                    && !(last.after..last.to).any(|at| scene.is(at, "by")) =>
            {
                last.to = clause.to;
            }
            _ => all.push(clause.clone()),
        }
    }
    all
}

fn is_access(class: Class) -> bool {
    matches!(
        class,
        Class::Create | Class::Read | Class::Update | Class::Delete | Class::Approve | Class::Assign | Class::Upload
    )
}

/// Whether a phrase starts here, so that the word is a noun.
fn placed_np(scene: &Scene<'_>, at: usize) -> bool {
    scene.np_at(at).is_some() || scene.tag(at) != Some(Tag::Verb)
}
