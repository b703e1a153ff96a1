//! What a right is about: everything, a record, a value, and whose.

use super::{Pending, Reader, is_access, one_verb};
use crate::access::elided;
use crate::access::statements::{Mode, Op, Statement, of_verb};
use crate::access::states;
use crate::access::values::{self, ValueRight};
use crate::clauses::Clause;
use crate::everybody::outside;
use crate::facts::Who;
use crate::lexicon::verbs::Class;
use crate::nouns::{Count, Np};
use crate::rules;
use crate::tokens::Span;

impl Reader<'_> {
    /// "everyone can see everything except invoices": those are kept from them.
    pub(in crate::access) fn everything_but(&mut self, one: &Pending, but: &[String]) {
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

    pub(in crate::access) fn everything(&mut self, one: &Pending) {
        let place = |op| Statement {
            who: one.who.clone(),
            mode: one.mode,
            op,
            base: one.base,
            entity: None,
            own: false,
            when: None,
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
            // "may read but never write".
            Class::Create if one.mode == Mode::MayNot && one.base == "write" => {
                self.found.extend([Op::Create, Op::Update, Op::Delete].map(place));
            }
            Class::Create => {
                self.found.push(place(Op::Create));
                if one.mode != Mode::May && one.base == "open" {
                    self.found.push(place(Op::Read));
                }
            }
            Class::Delete => self.found.push(place(Op::Delete)),
            Class::Approve => self.found.push(place(Op::Approve)),
            _ => {}
        }
    }

    pub(in crate::access) fn object(&mut self, one: &Pending, np: &Np, clause: &Clause) {
        let own = self.is_own(one, np, clause);
        let general = |word: &crate::nouns::Word| {
            matches!(word.lemma.as_str(), "everything" | "anything" | "data" | "record" | "profile")
                || word.text == "own"
        };
        if np.words().iter().all(general) {
            // "employees can view their own record".
            let mine = || clause.subject.iter().filter_map(|np| self.entity(np)).collect::<Vec<_>>();
            let mine = if own { mine() } else { Vec::new() };
            if mine.is_empty() {
                return self.everything(one);
            }
            mine.iter().for_each(|entity| self.place(one, entity, true));
            (self.last, self.fresh) = (mine, true);
            return;
        }
        if let Some((found, _)) = self.in_state(np.from, clause.to).filter(|_| self.entity(np).is_none()) {
            return found.into_iter().for_each(|(entity, state)| self.place_some(one, &entity, state));
        }
        let exact = self.cast.entity(np.entity()).is_some_and(|name| self.draft.entity(name).is_some());
        let listed = !values::listed(self.scene, np, self.cast, self.draft).is_empty();
        let value = listed || !exact && (self.entity(np).is_none() || np.words().len() > 1);
        let not = Pending { mode: if np.count == Count::None { Mode::MayNot } else { one.mode }, ..one.clone() };
        // "we print it, no e-mails" is nobody's right.
        let ours = matches!(clause.pronoun.as_deref(), Some("i" | "we" | "you")) && one.mode != Mode::Exclusive;
        // "the reviewer gets an e-mail" shows nothing.
        let told = one.mode == Mode::May
            && !matches!(one.base, "see" | "view" | "read" | "access" | "look")
            && clause.modal.is_none()
            && one.class == Class::Read;
        // "can update the quantity only".
        let behind = one.mode == Mode::May && elided::is_only(self.scene, np.to) && np.to + 1 >= clause.to;
        // "see only the names of families".
        let ahead = clause.verb.is_some_and(|verb| verb < np.from && !clause.passive)
            && elided::is_only(self.scene, np.from.wrapping_sub(1));
        let behind = behind || ahead && one.mode == Mode::May;
        let not = if behind && !own { Pending { mode: Mode::Limit, ..not } } else { not };
        // "employees, but not their salaries" denies those of the employees.
        let mine = own && (not.mode != Mode::MayNot || np.words().iter().any(|word| word.text == "own"));
        if value && !ours && !told && self.value(&not, np, mine) {
            self.spoken = Some(np.from);
            // "customers can see the status of their order": of no other.
            let theirs = |at: usize| self.scene.is(at, "of") && self.scene.one_of(at + 1, elided::OWNERS);
            let inside = (np.from..=np.to).any(theirs);
            if own && inside && one.class == Class::Read && matches!(not.mode, Mode::May | Mode::Limit) {
                let of = values::of(self.scene, np, self.cast, self.draft).0;
                of.iter().for_each(|(entity, _)| self.place(one, entity, true));
            }
            return;
        }
        let Some(entity) = self.entity(np) else {
            if one.mode != Mode::May && is_access(one.class) {
                self.lost.push(one.span);
            }
            return;
        };
        if states::all_but(self.scene, np) && states::of(self.scene, np, self.draft, &entity).is_none() {
            return self.all_but(one, np, &entity);
        }
        // "clerks see no invoices".
        let none = np.count == Count::None && one.mode == Mode::May;
        let denied = Pending { mode: Mode::MayNot, ..one.clone() };
        let one = if none { &denied } else { one };
        // "must not see each other's orders" leaves everybody his own.
        let others = one.mode == Mode::MayNot && self.is_of_others(np, clause);
        // Who sees none of the others' has some, and adds them as before.
        let each = others && (one.class == Class::Read || one.base == "open");
        let mode = if each {
            Mode::May
        } else if others {
            Mode::Limit
        } else {
            one.mode
        };
        let one = &Pending { mode, ..one.clone() };
        match states::of(self.scene, np, self.draft, &entity).filter(|_| !own && !others) {
            Some(state) => {
                self.heard.push(self.scene.span(np.from, states::end(self.scene, np, self.draft, &entity)));
                self.place_some(one, &entity, state);
            }
            None => self.place(one, &entity, own || others),
        }
        (self.last, self.fresh, self.spoken) = (vec![entity], true, None);
    }

    /// Whether it is about what belongs to those who do it.
    pub(in crate::access) fn is_own(&self, one: &Pending, np: &Np, clause: &Clause) -> bool {
        // "own devices and certificates": both.
        let bare = np.article.is_none() && np.possessive.is_none();
        let joined = bare && self.scene.one_of(np.from.wrapping_sub(1), &["and", "or"]);
        if let Some(before) =
            self.scene.np_before(np.from.wrapping_sub(1)).filter(|before| joined && before.from >= clause.from)
        {
            return self.is_own(one, before, &Clause { to: before.to, ..clause.clone() });
        }
        let words = self.scene.padded(np.from, clause.to);
        let their = np.possessive.as_deref();
        their.is_some_and(|p| matches!(p, "their" | "his" | "her" | "its" | "my"))
            && (np.words().iter().any(|word| word.text == "own") || one.mode == Mode::Limit || clause.only)
            || elided::theirs(self.scene, one.class, np, clause)
            || elided::in_story(self.scene, np, clause)
            || MINE.iter().any(|phrase| words.contains(phrase))
            || words.contains(" those of other") && one.mode == Mode::May
            || their.is_some() && OTHERS.iter().any(|phrase| words.contains(phrase))
    }

    /// "each other's flats", "the orders of other customers".
    pub(in crate::access) fn is_of_others(&self, np: &Np, clause: &Clause) -> bool {
        let (ahead, words) = (self.scene.padded(one_verb(clause), np.to), self.scene.padded(np.from, clause.to));
        // "a colleague's payslip".
        let owner = np.owner.as_ref().and_then(|words| words.last());
        owner.is_some_and(|word| {
            crate::lexicon::has("colleague other else neighbor peer competitor classmate", &word.lemma)
        }) || [" other ", " others ", " another "].iter().any(|w| ahead.contains(w) || words.contains(w))
    }

    pub(in crate::access) fn place(&mut self, one: &Pending, entity: &str, own: bool) {
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
        // Whoever may not open a will does not read it either.
        if one.base == "open" && one.mode != Mode::May {
            let (who, entity, when) = (who.clone(), entity.clone(), None);
            let (mode, base, span) = (one.mode, "read", one.span);
            self.found.push(Statement { who, mode, op: Op::Read, base, entity, own, when, span });
        }
        let own = own || op != Op::Create && self.mine_in_story(one.span, &entity);
        let when = self.when.take().filter(|_| op == Op::Read && !own);
        self.found.push(Statement { who, mode: one.mode, op, base: one.base, entity, own, when, span: one.span });
    }

    /// "As a beekeeper I want to register my hives so that I can track them": the beekeeper's own.
    fn mine_in_story(&self, span: Span, entity: &Option<String>) -> bool {
        let scene = self.scene;
        let at = scene.tokens.partition_point(|token| token.span.end <= span.start);
        let Some(place) = scene.sentence_at(at).filter(|place| rules::story_role(scene, *place).is_some()) else {
            return false;
        };
        let Some(sentence) = scene.sentences.get(place) else { return false };
        let mine = |np: &&Np| np.possessive.as_deref() == Some("my") && self.entity(np) == *entity;
        entity.is_some() && scene.nps_in(sentence.from, sentence.to).find(mine).is_some()
    }

    /// "job listings" speak of jobs.
    pub(in crate::access) fn entity(&self, np: &Np) -> Option<String> {
        let known = |name: &str| self.cast.entity(name).filter(|name| self.draft.entity(name).is_some());
        known(np.entity())
            .or_else(|| np.words().last().and_then(|word| known(&word.lemma)))
            .or_else(|| {
                let page = matches!(
                    np.head(),
                    "page" | "listing" | "table" | "profile" | "list" | "calendar" | "record" | "history" | "overview"
                );
                np.words().first().filter(|_| page).and_then(|word| known(&word.lemma))
            })
            .map(str::to_owned)
    }

    /// A right on a value that the phrase means; not where it means none.
    pub(in crate::access) fn value(&mut self, one: &Pending, np: &Np, own: bool) -> bool {
        let Some(op) = values::op(one.class) else { return false };
        let changes = one.class == Class::Update || one.base == "set";
        let (found, sure) = values::of(self.scene, np, self.cast, self.draft);
        // "clerks enter the price" is how a record is made.
        if found.is_empty() || one.mode == Mode::May && op != Op::Read && !changes {
            return false;
        }
        // Nobody could give it to a new record then.
        // What is hidden from those who see this alone must be sure.
        let blind = one.mode == Mode::Limit && !own && !sure;
        if blind || one.mode == Mode::MayNot && one.who.is_empty() && op != Op::Read {
            self.lost.push(one.span);
            return true;
        }
        let (who, mode, span) = (&one.who, one.mode, one.span);
        let right = |(entity, field)| ValueRight { entity, field, who: who.clone(), mode, op, own, span };
        self.values.extend(found.into_iter().map(right));
        true
    }

    /// "the address is private, only the treasurer can see it".
    pub(in crate::access) fn said_of_value(&mut self, pending: &[Pending]) -> bool {
        let scene = self.scene;
        let Some(np) = self.spoken.and_then(|at| scene.np_at(at)) else { return false };
        let mut said = false;
        for one in pending.iter().filter(|one| one.mode != Mode::May) {
            said |= self.value(one, np, false);
        }
        said
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
