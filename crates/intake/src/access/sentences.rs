//! Sentences that say who may do what, read verb by verb: whom they name, what is allowed, forbidden or kept for them.

mod doing;
mod objects;
mod short;
mod some;
mod turned;

use super::statements::{Heard, Mode, Statement};
use super::states::State;
use super::values::{self, ValueRight};
use super::{elided, refused};
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::{Evidence, Who};
use crate::lexicon::verbs::{self, Class};
use crate::resolve::Cast;
use crate::scene::Scene;
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
        reader.terse(index);
    }
    evidence.iter().for_each(|found| reader.shown(found));
    Heard { statements: reader.found, values: reader.values, lost: reader.lost, heard: reader.heard }
}

pub(super) struct Reader<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) cast: &'a Cast,
    pub(super) draft: &'a Draft,
    pub(super) found: Vec<Statement>,
    pub(super) values: Vec<ValueRight>,
    pub(super) lost: Vec<Span>,
    /// The entities last spoken of, for "it" and "them".
    pub(super) last: Vec<String>,
    /// The state in which those must be that are placed next.
    when: Option<State>,
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
            // "staff can see donations, volunteers not".
            let left = refused::refused(scene, clause).filter(|_| clause.verb.is_some());
            let refused = left.as_ref().map(|left| self.known(left.who.clone())).unwrap_or_default();
            let cut_off =
                |at: usize| !refused.is_empty() && scene.nps_in(at, clause.to).all(|np| self.entity(np).is_none());
            let end = left.filter(|left| !left.object || cut_off(left.at)).map_or(end, |left| left.at.min(end));
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
                if clause.passive && !refused.is_empty() {
                    self.passive(clause, verb, &refused, Mode::MayNot);
                }
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
            let (before, said) = (self.found.len(), self.values.len());
            if clause.passive {
                self.passive(clause, verb, &who, mode);
                self.refuse(&refused, (before, said));
                continue;
            }
            let last = self.verbs(clause, verb, &who, mode, &mut pending);
            self.refuse(&refused, (before, said));
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
