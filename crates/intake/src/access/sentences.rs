//! Sentences that say who may do what, read verb by verb: whom they name, what is allowed, forbidden or kept for them.

mod objects;

use super::elided::{self, Gap, Kept};
use super::statements::{Heard, Mode, Op, Statement};
use super::values::{self, ValueRight};
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::{Evidence, Who};
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
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

    /// "parents who paid can see albums": what the parents do.
    fn behind_who(&self, clause: &Clause) -> Option<Clause> {
        let scene = self.scene;
        let modal = elided::late_modal(scene, clause)?;
        let verb = (modal + 1..clause.to).find(|at| scene.tag(*at) == Some(Tag::Verb))?;
        let (known, _) = scene.token(verb).and_then(|token| verbs::lookup(&token.text))?;
        let np = scene.np_before(clause.from)?;
        Some(Clause {
            from: modal,
            join: Join::Main,
            subject: vec![np.clone()],
            carried: false,
            verb: Some(verb),
            base: known.base,
            class: Some(known.class),
            modal: scene.token(modal).map(|token| token.text.clone()),
            passive: false,
            only: elided::is_only(scene, np.from.wrapping_sub(1)),
            after: verb + 1,
            ..clause.clone()
        })
    }

    /// A sentence without a verb: "Interns can't.", "The manager can.", "Nobody else can.": said of what the one before says.
    fn short(&mut self, clause: &Clause, before: (usize, usize)) {
        let scene = self.scene;
        let Some(modal) = (clause.from..clause.to).find(|at| scene.tag(*at) == Some(Tag::Modal)) else { return };
        let whole = clause.verb.is_none()
            && matches!(clause.modal.as_deref(), Some("can" | "could" | "may" | "should" | "must"));
        let rest = (modal + 1..clause.to).all(|at| {
            scene.tag(at) == Some(Tag::Negation)
                || scene.one_of(at, &["not", "too", "also", "either", "this", "that", "so", "of", "course"])
        });
        if !whole || !rest {
            return;
        }
        let not = (modal..clause.to).any(|at| scene.tag(at) == Some(Tag::Negation));
        let lead = scene.padded(clause.from, modal);
        let said = |words: &[&str]| words.iter().any(|word| lead.contains(word));
        let others =
            said(&[" nobody ", " no one ", " no-one "]) || not && said(&[" else ", " other ", " others ", " rest "]);
        let span = scene.span(clause.from, clause.to);
        let (found, values) = before;
        if others {
            let kept = |mode: Mode| if mode == Mode::May { Mode::Exclusive } else { mode };
            self.found.iter_mut().skip(found).for_each(|said| said.mode = kept(said.mode));
            self.values.iter_mut().skip(values).for_each(|said| said.mode = kept(said.mode));
            self.heard.push(span);
            // "nobody else except the treasurer can".
            let also = elided::left_out(scene, clause.from, modal).map(|(who, _)| self.known(who)).unwrap_or_default();
            if !also.is_empty() {
                let more: Vec<Statement> = self.found.iter().skip(found).cloned().collect();
                let more = more.into_iter().filter(|one| one.mode == Mode::Exclusive);
                self.found.extend(more.map(|one| Statement { who: also.clone(), own: false, span, ..one }));
            }
            return;
        }
        let people: Vec<Who> = scene.nps_in(clause.from, modal).map(|np| rules::who_of(scene, np)).collect();
        let who = self.known(people);
        // Of what was denied just before, where it is allowed; of what was allowed, where it is denied.
        let turned = |mode: Mode| if not { mode != Mode::MayNot } else { mode == Mode::MayNot };
        let mode = if not { Mode::MayNot } else { Mode::May };
        let any = self.found.iter().skip(found).any(|one| turned(one.mode));
        let statements: Vec<Statement> =
            self.found.iter().skip(found).filter(|one| !any || turned(one.mode)).cloned().collect();
        let rights: Vec<ValueRight> = self.values.iter().skip(values).cloned().collect();
        if who.is_empty() || statements.is_empty() && rights.is_empty() {
            self.lost.push(span);
            return;
        }
        self.found.extend(statements.into_iter().map(|one| Statement {
            who: who.clone(),
            mode,
            span,
            own: false,
            ..one
        }));
        self.values.extend(rights.into_iter().map(|one| one.of(&who, mode, span)));
    }

    /// "vets see all pets, owners only their own": the same is done, with one's own or with none. Whoever is no role sees
    /// his own too, or nobody's: the records belong to who makes them.
    fn gap(&mut self, base: &'static str, class: Class, gap: &Gap<'_>, spoken_of: Vec<String>) {
        let who = self.known(vec![rules::who_of(self.scene, gap.who)]);
        let span = self.scene.span(gap.who.from, gap.what.map_or(gap.who.to, |np| np.to));
        let named = gap.what.and_then(|np| self.entity(np));
        let mode = match (gap.none, gap.only) {
            (true, _) => Mode::MayNot,
            (_, true) => Mode::Limit,
            _ => Mode::May,
        };
        let entities = named.map_or(spoken_of, |entity| vec![entity]);
        if entities.is_empty() || (gap.none || gap.all) && who.is_empty() {
            self.lost.push(span);
            return;
        }
        let one = Pending { who, mode, base, class, span };
        for entity in entities {
            self.place(&one, &entity, !gap.none && !gap.all);
        }
    }

    /// "staff see the cost, and only managers the price": the same verb, for them alone.
    fn kept(&mut self, spoken: &[(&'static str, Class)], kept: &Kept<'_>) {
        let scene = self.scene;
        let who = self.known(kept.who.iter().map(|np| rules::who_of(scene, np)).collect());
        let span = scene.span(kept.from, kept.to);
        let mode = if kept.limit { Mode::Limit } else { Mode::Exclusive };
        let mut placed = !who.is_empty();
        for (base, class) in spoken.iter().filter(|(_, class)| is_access(*class)) {
            let one = Pending { who: who.clone(), mode, base, class: *class, span };
            for np in &kept.what {
                match self.entity(np) {
                    Some(entity) => self.place(&one, &entity, false),
                    None => placed &= self.value(&one, np, false),
                }
            }
        }
        if !placed {
            self.lost.push(span);
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

    /// "can update parcels, but only the status": the status, and not the parcels.
    fn only_the(&mut self, at: usize, clause: &Clause, pending: &[Pending]) -> bool {
        let scene = self.scene;
        let only = at + usize::from(scene.one_of(at, &[",", "but"]));
        let turns = scene.one_of(at, &["but", ","]) && elided::is_only(scene, only);
        let things = if turns { rules::objects(scene, only + 1, clause.to) } else { Vec::new() };
        let values =
            |np: &&&Np| self.entity(np).is_none() && !values::of(scene, np, self.cast, self.draft).0.is_empty();
        if things.is_empty() || things.iter().filter(values).count() < things.len() {
            return false;
        }
        for one in pending.iter().filter(|one| one.mode == Mode::May) {
            let Some(op) = values::op(one.class) else { continue };
            if op != Op::Read {
                self.found.retain(|said| said.span != one.span || said.op != op);
            }
            for np in &things {
                if !self.value(&Pending { mode: Mode::Limit, ..one.clone() }, np, false) {
                    self.lost.push(one.span);
                }
            }
        }
        true
    }

    /// "can do everything except delete parcels".
    fn all_but_doing(&mut self, clause: &Clause, who: &[Who]) {
        let scene = self.scene;
        let Some(verb) = clause.verb else { return };
        let out = |at: &usize| {
            scene.one_of(*at, &["except", "but", "besides", "excluding"])
                || scene.is(*at, "from") && scene.is(*at - 1, "apart")
        };
        let all = (verb..clause.to).any(|at| scene.one_of(at, &["everything", "anything", "all", "whatever"]));
        let Some(except) = (verb + 1..clause.to).find(out).filter(|_| all) else { return };
        let words = ["not", "for", "from"];
        let at = (except + 1..clause.to).find(|at| !scene.one_of(*at, &words)).unwrap_or(clause.to);
        let known = scene.token(at).filter(|_| at < clause.to).and_then(|token| verbs::lookup(&token.text));
        let Some((known, _)) = known
            .filter(|(known, form)| is_access(known.class) && matches!(form, verbs::Form::Base | verbs::Form::Ing))
        else {
            return;
        };
        let (base, class, span) = (known.base, known.class, scene.span(clause.from, clause.to));
        let one = Pending { who: who.to_vec(), mode: Mode::MayNot, base, class, span };
        let named: Vec<String> = scene.nps_in(at + 1, clause.to).filter_map(|np| self.entity(np)).collect();
        if named.is_empty() {
            self.everything(&one);
        }
        named.iter().for_each(|entity| self.place(&one, entity, false));
    }

    /// The values of the records last spoken of that a single word names.
    fn named_by(&self, at: usize) -> Vec<(String, String)> {
        let Some(token) = self.scene.token(at) else { return Vec::new() };
        let of = self.last.iter().filter_map(|name| self.draft.entity(name));
        of.flat_map(|entity| entity.field(&token.text).map(|field| (entity.name.clone(), field.name.clone()))).collect()
    }

    /// Denies the value behind "not" to those of whom the verbs before speak.
    fn value_after(&mut self, at: usize, pending: &[Pending]) -> bool {
        if self.scene.np_at(at + 1).is_some() {
            return false;
        }
        let named = self.named_by(at + 1);
        let mut said = false;
        for one in pending {
            let Some(op) = values::op(one.class) else { continue };
            for (entity, field) in named.clone() {
                let (who, mode, own, span) = (one.who.clone(), Mode::MayNot, false, one.span);
                self.values.push(ValueRight { entity, field, who, mode, op, own, span });
                said = true;
            }
        }
        said
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
