//! Sentences that say who may do what, read verb by verb: whom they name, what is allowed, forbidden or kept for them.

use super::elided::{self, Gap};
use super::statements::{Mode, Op, Statement, accounts, of_verb, outside};
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::Who;
use crate::lexicon::verbs::{self, Class};
use crate::nouns::{Count, Np};
use crate::resolve::Cast;
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// The statements of all sentences, and the places of those that name nothing the blueprint could limit.
pub(super) fn read(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> (Vec<Statement>, Vec<Span>) {
    let mut reader = Reader { scene, cast, draft, found: Vec::new(), lost: Vec::new(), last: Vec::new() };
    for index in 0..scene.sentences.len() {
        reader.sentence(index);
    }
    (reader.found, reader.lost)
}

struct Reader<'a> {
    scene: &'a Scene<'a>,
    cast: &'a Cast,
    draft: &'a Draft,
    found: Vec<Statement>,
    lost: Vec<Span>,
    /// The entities last spoken of, for "it" and "them".
    last: Vec<String>,
}

/// A verb that waits for its object.
#[derive(Clone)]
struct Pending {
    who: Vec<Who>,
    mode: Mode,
    base: &'static str,
    class: Class,
    span: Span,
}

impl Reader<'_> {
    fn sentence(&mut self, index: usize) {
        let scene = self.scene;
        let clauses: Vec<&Clause> = scene.clauses_of(index).collect();
        let first = self.found.len();
        let mut pending: Vec<Pending> = Vec::new();
        let mut negated = false;
        for clause in &clauses {
            if !clause.carried {
                self.elided(&mut pending);
            }
            let gap = elided::gap(scene, clause);
            let cut = Clause { to: gap.as_ref().map_or(clause.to, |gap| gap.at), ..(*clause).clone() };
            let clause = &cut;
            let aside = matches!(clause.join, Join::Condition | Join::Relative) || clause.polarity.is_aside();
            if let Some(gap) = elided::bare(scene, clause).filter(|_| clause.polarity == Polarity::Asked) {
                self.gap("see", Class::Read, &gap, self.last.clone());
                continue;
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
            negated = mode == Mode::MayNot;
            if clause.passive {
                self.passive(clause, verb, &who, mode);
                continue;
            }
            let before = self.found.len();
            self.verbs(clause, verb, &who, mode, &mut pending);
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
        let (from, to) = scene.sentences.get(index).map_or((0, 0), |sentence| (sentence.from, sentence.to));
        let words = scene.words(from, to);
        if ["nobody else", "no one else", "no-one else"].iter().any(|phrase| words.contains(phrase)) {
            for said in self.found.iter_mut().skip(first).filter(|said| said.mode == Mode::May) {
                said.mode = Mode::Exclusive;
            }
        }
    }

    /// "vets see all pets, owners only their own": the same is done, with one's own or with none. Whoever is no role sees
    /// his own too, or nobody's: the records belong to who makes them.
    fn gap(&mut self, base: &'static str, class: Class, gap: &Gap<'_>, spoken_of: Vec<String>) {
        let who = self.known(vec![rules::role_of(gap.who.entity())]);
        let span = self.scene.span(gap.at, gap.who.to);
        let named = gap.what.and_then(|np| self.entity(np));
        let mode = match (gap.none, gap.only) {
            (true, _) => Mode::MayNot,
            (_, true) => Mode::Limit,
            _ => Mode::May,
        };
        let entities = named.map_or(spoken_of, |entity| vec![entity]);
        if entities.is_empty() || gap.none && who.is_empty() {
            self.lost.push(span);
            return;
        }
        let one = Pending { who, mode, base, class, span };
        for entity in entities {
            self.place(&one, &entity, !gap.none);
        }
    }

    /// Who does it, and how it is meant; none where the clause speaks of nobody's rights.
    fn actors(&self, clause: &Clause, carried_not: bool) -> Option<(Vec<Who>, Mode)> {
        let (scene, verb) = (self.scene, clause.verb?);
        let before = scene.words(clause.from, verb);
        let lead = format!(" {before} ");
        let nobody = [" nobody ", " no one ", " no-one ", " none "].iter().any(|word| lead.contains(word));
        let but = [" but ", " except ", " other than ", " apart from ", " besides "].iter().any(|w| lead.contains(w));
        if nobody && but {
            let who: Vec<Who> = scene.nps_in(clause.from, verb).map(|np| rules::role_of(np.entity())).collect();
            return Some((self.known(who), Mode::Exclusive));
        }
        // "nobody can edit or delete entries": the second verb is nobody's either.
        let carried =
            carried_not && clause.subject.is_empty() && matches!(clause.pronoun.as_deref(), Some("nobody" | "one"));
        if nobody || carried {
            return Some((Vec::new(), Mode::MayNot));
        }
        // "we do not want customers to be able to delete kites".
        let unwanted = clause.join == Join::Purpose && clause.polarity == Polarity::Denied;
        let not = (clause.from..=verb).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.is(at, "never"))
            || (clause.from.saturating_sub(1)..verb).any(|at| scene.one_of(at, &["nor", "neither"]))
            || unwanted
            || carried_not && clause.modal.is_none_or_same(before);
        if clause.passive {
            let only = (clause.from..clause.to).any(|at| scene.one_of(at, &["only", "just"]));
            let by: Vec<Who> = (clause.after..clause.to)
                .find(|at| scene.is(*at, "by"))
                .map(|at| rules::objects(scene, at + 1, clause.to))
                .unwrap_or_default()
                .into_iter()
                .map(|np| rules::role_of(np.entity()))
                .collect();
            let by = self.known(by);
            let mode = match (not, only) {
                (true, _) => Mode::MayNot,
                (_, true) => Mode::Exclusive,
                _ => Mode::May,
            };
            return (!by.is_empty() || not && clause.modal.is_some()).then_some((by, mode));
        }
        let account = accounts(scene.padded(clause.from, clause.to));
        let mut who: Vec<Who> = rules::actors(scene, clause).into_iter().map(|(who, _)| who).collect();
        if account && who.contains(&Who::Public) {
            who = vec![Who::User];
        }
        // "neither the clerk nor the managers": both.
        let start = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
        if let Some(neither) = (start..clause.from).find(|at| not && scene.is(*at, "neither")) {
            who.extend(scene.nps_in(neither, clause.from).map(|np| rules::role_of(np.entity())));
        }
        let who = self.known(who);
        if who.is_empty() || not && who.contains(&Who::User) && clause.pronoun.is_some() {
            return None;
        }
        Some((who, if not { Mode::MayNot } else { self.only(clause, verb) }))
    }

    /// "only X can" keeps it for X; "X can only" limits X.
    fn only(&self, clause: &Clause, verb: usize) -> Mode {
        let scene = self.scene;
        let only = |at: &usize| scene.one_of(*at, &["only", "just", "solely"]);
        let Some(at) = (clause.from..verb).find(only) else {
            if clause.carried && clause.only {
                return self.found.last().map_or(Mode::Exclusive, |said| said.mode);
            }
            return Mode::May;
        };
        let subject = clause.subject.first().map_or(verb, |np| np.from);
        let modal_follows = scene.tag(at + 1) == Some(Tag::Modal);
        if at <= subject || modal_follows || clause.pronoun.is_some() && scene.one_of(at + 1, &["i", "we"]) {
            Mode::Exclusive
        } else {
            Mode::Limit
        }
    }

    /// The actors that access can be given to.
    fn known(&self, who: Vec<Who>) -> Vec<Who> {
        let mut known = Vec::new();
        for who in who {
            let who = match who {
                Who::Role(name) => match self.role(&name) {
                    Some(role) => Who::Role(role),
                    None => continue,
                },
                other => other,
            };
            if !known.contains(&who) {
                known.push(who);
            }
        }
        known
    }

    fn role(&self, name: &str) -> Option<String> {
        let roles = &self.draft.roles;
        let same = roles.iter().find(|role| *role == name);
        let longer = || roles.iter().find(|role| role.ends_with(&format!("_{name}")));
        let admin = matches!(name.rsplit('_').next(), Some("admin" | "administrator" | "superuser"));
        same.or_else(longer).cloned().or_else(|| admin.then(|| "admin".to_owned()))
    }

    fn passive(&mut self, clause: &Clause, verb: usize, who: &[Who], mode: Mode) {
        let bases = self.scene.tokens.get(verb..clause.to).unwrap_or(&[]).iter();
        let mut verbs: Vec<(&'static str, Class)> = Vec::new();
        for token in bases.take_while(|token| !token.is("by")) {
            if let Some((known, verbs::Form::Past)) = verbs::lookup(&token.text) {
                verbs.push((known.base, known.class));
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
    fn verbs(&mut self, clause: &Clause, verb: usize, who: &[Who], mode: Mode, pending: &mut Vec<Pending>) {
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
            if at > verb && !noun && scene.one_of(at, elided::NOT) && next.is_some() {
                mode = Mode::MayNot;
                at += 1;
                continue;
            }
            let is_verb = at == verb
                || !placed_np(scene, at)
                || mode == Mode::MayNot && scene.one_of(at - 1, elided::NOT) && !elided::turns(scene, at - 1);
            let known = scene.token(at).and_then(|token| verbs::lookup(&token.text));
            let base_form = |form: &verbs::Form| at == verb || *form == verbs::Form::Base;
            if let Some((known, _)) = known.filter(|(_, form)| is_verb && base_form(form)) {
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
            if elided::turns(scene, at) && at > verb && !pending.is_empty() {
                // "can see orders but not invoices".
                pending.iter_mut().for_each(|one| one.mode = Mode::MayNot);
                mode = Mode::MayNot;
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
            } else if scene.is(at, "none") && at > verb && !placed {
                let last = self.last.clone();
                for one in pending.iter() {
                    let one = Pending { mode: Mode::MayNot, ..one.clone() };
                    last.iter().for_each(|entity| self.place(&one, entity, false));
                }
                placed = true;
            } else if scene.one_of(at, &["everything", "anything"]) && !scene.is(at + 1, "else") {
                let but = elided::except(scene, at + 1, clause.to);
                let but: Vec<String> = but.into_iter().filter_map(|np| self.entity(np)).collect();
                for one in pending.iter() {
                    self.everything_but(one, &but);
                }
                placed = true;
                if !but.is_empty() {
                    self.last = but;
                    at = clause.to;
                }
            } else if scene.one_of(at, &["them", "it", "those", "these"]) && !placed {
                let last = self.last.clone();
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
    }

    /// Verbs whose object was said before: "can view orders but not edit".
    fn elided(&mut self, pending: &mut Vec<Pending>) {
        let last = self.last.clone();
        for one in pending.drain(..) {
            let (limits, known) = (matches!(one.mode, Mode::Exclusive | Mode::MayNot), is_access(one.class));
            if limits && known && last.is_empty() {
                self.lost.push(one.span);
            } else if limits && known {
                for entity in &last {
                    self.place(&one, entity, false);
                }
            }
        }
    }

    /// "everyone can see everything except invoices": those are kept from them.
    fn everything_but(&mut self, one: &Pending, but: &[String]) {
        if but.is_empty() {
            return self.everything(one);
        }
        let others = self.draft.entities.iter().map(|entity| entity.name.clone());
        let others: Vec<String> = others.filter(|name| !but.contains(name)).collect();
        others.iter().for_each(|entity| self.place(one, entity, false));
        if one.mode == Mode::May {
            let who = one.who.iter().map(|who| if *who == Who::Public { Who::User } else { who.clone() });
            let kept = Pending { mode: Mode::MayNot, who: who.collect(), ..one.clone() };
            but.iter().for_each(|entity| self.place(&kept, entity, false));
        }
    }

    fn everything(&mut self, one: &Pending) {
        let place = |op| Statement {
            who: one.who.clone(),
            mode: one.mode,
            op,
            base: one.base,
            entity: None,
            own: false,
            span: one.span,
        };
        match one.class {
            Class::Read => self.found.push(place(Op::Read)),
            Class::Update | Class::Track => {
                self.found.push(place(Op::Update));
                if one.mode == Mode::May && one.base == "edit" {
                    self.found.push(place(Op::Create));
                }
            }
            Class::Create => self.found.push(place(Op::Create)),
            Class::Delete => self.found.push(place(Op::Delete)),
            Class::Approve => self.found.push(place(Op::Approve)),
            _ => {}
        }
    }

    fn object(&mut self, one: &Pending, np: &Np, clause: &Clause) {
        let scene = self.scene;
        if np.words().iter().all(|word| matches!(word.lemma.as_str(), "everything" | "anything" | "data" | "record")) {
            return self.everything(one);
        }
        let Some(entity) = self.entity(np) else {
            if matches!(one.mode, Mode::Exclusive | Mode::MayNot) && is_access(one.class) {
                self.lost.push(one.span);
            }
            return;
        };
        // "clerks see no invoices".
        let none = np.count == Count::None && one.mode == Mode::May;
        let denied = Pending { mode: Mode::MayNot, ..one.clone() };
        let one = if none { &denied } else { one };
        let words = scene.padded(np.from, clause.to);
        let their = np.possessive.as_deref();
        let own = their.is_some_and(|p| matches!(p, "their" | "his" | "her" | "its" | "my"))
            && (np.words().iter().any(|word| word.text == "own") || one.mode == Mode::Limit || clause.only)
            || [" own ", " assigned to them ", " they created ", " they made ", " they posted ", " they added "]
                .iter()
                .any(|phrase| words.contains(phrase));
        // "must not see each other's orders" leaves everybody his own.
        let ahead = scene.padded(one_verb(clause), np.to);
        let others = [" other ", " others ", " another "].iter().any(|w| ahead.contains(w) || words.contains(w));
        let one =
            if one.mode == Mode::MayNot && others { Pending { mode: Mode::Limit, ..one.clone() } } else { one.clone() };
        self.place(&one, &entity, own || others && one.mode == Mode::Limit);
        self.last = vec![entity];
    }

    fn place(&mut self, one: &Pending, entity: &str, own: bool) {
        let Some((mut op, entity)) = of_verb(one.base, one.class, entity, self.cast, self.draft) else { return };
        // Others make what "only editors can publish".
        if one.base == "publish" && one.mode != Mode::May {
            op = Op::Approve;
        }
        let mut who = one.who.clone();
        if op != Op::Read && !outside(&self.scene.text(one.span).to_lowercase()) {
            for who in who.iter_mut().filter(|who| **who == Who::Public) {
                *who = Who::User;
            }
        }
        self.found.push(Statement { who, mode: one.mode, op, base: one.base, entity, own, span: one.span });
    }

    /// "job listings" speak of jobs.
    fn entity(&self, np: &Np) -> Option<String> {
        let known = |name: &str| self.cast.entity(name).filter(|name| self.draft.entity(name).is_some());
        known(np.entity())
            .or_else(|| np.words().last().and_then(|word| known(&word.lemma)))
            .or_else(|| {
                let page =
                    matches!(np.head(), "page" | "listing" | "table" | "profile" | "list" | "calendar" | "record");
                np.words().first().filter(|_| page).and_then(|word| known(&word.lemma))
            })
            .map(str::to_owned)
    }

    fn remember(&mut self, from: usize, to: usize) {
        let found: Vec<String> = self.scene.nps_in(from, to).filter_map(|np| self.entity(np)).collect();
        if let Some(first) = found.into_iter().next() {
            self.last = vec![first];
        }
    }
}

fn one_verb(clause: &Clause) -> usize {
    clause.verb.unwrap_or(clause.from)
}

fn is_access(class: Class) -> bool {
    matches!(class, Class::Create | Class::Read | Class::Update | Class::Delete)
}

/// Whether a phrase starts here, so that the word is a noun.
fn placed_np(scene: &Scene<'_>, at: usize) -> bool {
    scene.np_at(at).is_some() || scene.tag(at) != Some(Tag::Verb)
}

/// A carried "cannot" ends where a new modal stands.
trait Carried {
    fn is_none_or_same(&self, before: &str) -> bool;
}

impl Carried for Option<String> {
    fn is_none_or_same(&self, before: &str) -> bool {
        !self.as_ref().is_some_and(|modal| before.split(' ').any(|word| word == modal)) && !before.contains("but")
    }
}
