//! Rights that are said beside a sentence: in brackets after a role ("managers (see all orders), clerks (only their own)"), in a
//! relative clause ("a number, which only dentists may see"), by an adjective ("visible to managers").

use super::elided;
use super::sentences::{Pending, Reader};
use super::statements::Mode;
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Evidence, Fact};
use crate::lexicon::verbs::{self, Class};
use crate::rules::{self, rights};
use crate::tags::Tag;

impl Reader<'_> {
    /// "Users: managers (see all orders), clerks (only their own)".
    pub(super) fn brackets(&mut self, index: usize) {
        let scene = self.scene;
        let Some(sentence) = scene.sentences.get(index) else { return };
        let mut pending: Vec<Pending> = Vec::new();
        for np in scene.nps_in(sentence.from, sentence.to) {
            let Some((from, to)) = rights::beside(scene, np) else { continue };
            let who = self.known(vec![rules::who_of(scene, np)]);
            if scene.clause_at(np.from).is_some_and(|clause| clause.polarity.is_aside()) {
                continue;
            }
            let span = scene.span(np.from, to + 1);
            if who.is_empty() {
                self.lost.push(span);
                continue;
            }
            let form = |at: &usize| scene.token(*at).and_then(|token| verbs::lookup(&token.text));
            let words = ["can", "may", "only", "just", "to", "could", "will", "who", "they"];
            let start = (from..to).find(|at| !scene.one_of(*at, &words)).unwrap_or(to);
            let only = (from..to).any(|at| elided::is_only(scene, at));
            let verb = Some(start).filter(|at| form(at).is_some() && !scene.one_of(*at, &["access", "own"]));
            let (base, class) =
                verb.as_ref().and_then(form).map_or(("see", Class::Read), |(verb, _)| (verb.base, verb.class));
            let mode = if only { Mode::Limit } else { Mode::May };
            let one = Pending { who: who.clone(), mode, base, class, span };
            let rest = verb.map_or(start, |verb| verb + 1);
            let whole = scene.one_of(rest, &["everything", "anything", "all", "full"]) && elided::last(scene, rest, to);
            match verb {
                // "read only", "view only": nothing else.
                Some(_) if class == Class::Read && (rest >= to || elided::is_only(scene, rest) && rest + 1 >= to) => {
                    self.everything(&Pending { mode: Mode::Limit, ..one });
                }
                Some(_) if whole => self.everything(&one),
                Some(verb) => {
                    let clause = Clause {
                        sentence: index,
                        from,
                        to,
                        join: Join::Main,
                        polarity: Polarity::Asked,
                        subject: vec![np.clone()],
                        pronoun: None,
                        carried: false,
                        verb: Some(verb),
                        base,
                        class: Some(class),
                        modal: None,
                        passive: false,
                        only,
                        after: verb + 1,
                    };
                    self.verbs(&clause, verb, &who, mode, &mut pending);
                    self.elided(&mut pending);
                }
                None if scene.is(start, "read-only") || scene.is(start, "view-only") => {
                    self.everything(&Pending { mode: Mode::Limit, ..one });
                }
                None if whole => self.manage(&one),
                None => {
                    let own = (start..to).any(|at| scene.is(at, "own"));
                    let named: Vec<String> = scene.nps_in(start, to).filter_map(|np| self.entity(np)).collect();
                    let spoken_of = if named.is_empty() { self.last.clone() } else { named };
                    if spoken_of.is_empty() {
                        self.lost.push(span);
                    }
                    for entity in &spoken_of {
                        let mode = if own { Mode::Limit } else { mode };
                        self.place(&Pending { mode, ..one.clone() }, entity, own);
                    }
                }
            }
        }
    }

    /// "members add recipes (only editors can delete them)": a sentence in brackets.
    pub(super) fn bracketed(&mut self, index: usize) {
        let scene = self.scene;
        let Some(sentence) = scene.sentences.get(index) else { return };
        for open in sentence.from..sentence.to {
            let Some(close) = scene.close_of(open) else { continue };
            let Some(modal) = (open + 1..close).find(|at| scene.tag(*at) == Some(Tag::Modal)) else { continue };
            let Some(np) = scene.np_before(modal).filter(|np| np.from > open && np.from <= open + 2) else { continue };
            let verb = (modal + 1..close).find(|at| scene.tag(*at) == Some(Tag::Verb));
            let known = verb.and_then(|at| scene.token(at)).and_then(|token| verbs::lookup(&token.text));
            let (Some(verb), Some((known, _))) = (verb, known) else { continue };
            let only = (open + 1..modal).any(|at| elided::is_only(scene, at));
            let not = (modal..verb).any(|at| scene.tag(at) == Some(Tag::Negation));
            let span = scene.span(open + 1, close);
            let who = self.known(vec![rules::who_of(scene, np)]);
            if who.is_empty() {
                self.lost.push(span);
                if !only {
                    continue;
                }
            }
            let mode = match (not, only) {
                (true, _) => Mode::MayNot,
                (_, true) if elided::is_only(scene, np.from.wrapping_sub(1)) => Mode::Exclusive,
                (_, true) => Mode::Limit,
                _ => Mode::May,
            };
            let clause = Clause {
                sentence: index,
                from: open + 1,
                to: close,
                join: Join::Main,
                polarity: Polarity::Asked,
                subject: vec![np.clone()],
                pronoun: None,
                carried: false,
                verb: Some(verb),
                base: known.base,
                class: Some(known.class),
                modal: scene.token(modal).map(|token| token.text.clone()),
                passive: false,
                only,
                after: verb + 1,
            };
            let mut pending = Vec::new();
            self.verbs(&clause, verb, &who, mode, &mut pending);
            self.elided(&mut pending);
        }
    }

    fn manage(&mut self, one: &Pending) {
        for (base, class) in
            [("read", Class::Read), ("create", Class::Create), ("edit", Class::Update), ("delete", Class::Delete)]
        {
            self.everything(&Pending { base, class, ..one.clone() });
        }
    }

    /// "a number, which nobody but the dentists may see": said of what stands before.
    pub(super) fn relative(&mut self, clause: &Clause) -> bool {
        let scene = self.scene;
        let said = clause.join == Join::Relative && scene.one_of(clause.from, &["which", "that"]) && !clause.passive;
        let Some(verb) = clause.verb.filter(|_| said && !clause.carried && !clause.polarity.is_aside()) else {
            return false;
        };
        let end = clause.from - usize::from(clause.from > 0 && scene.is(clause.from - 1, ","));
        let Some(np) = scene.np_before(end) else { return false };
        let Some((who, mode)) = self.actors(clause, false).filter(|(_, mode)| *mode != Mode::May) else {
            return false;
        };
        let span = scene.span(np.from, clause.to);
        if who.is_empty() && mode != Mode::MayNot {
            self.lost.push(span);
            return true;
        }
        for at in verb..clause.to {
            let known = scene.token(at).and_then(|token| verbs::lookup(&token.text));
            let Some((known, _)) = known.filter(|_| at == verb || scene.tag(at) == Some(Tag::Verb)) else { continue };
            let one = Pending { who: who.clone(), mode, base: known.base, class: known.class, span };
            self.object(&one, np, clause);
        }
        true
    }

    /// "a salary - only HR can see this": said of the value before the dash, which a rule reads.
    pub(super) fn behind_dash(&self, clause: &Clause) -> bool {
        let dash = clause.from.checked_sub(1).filter(|at| self.scene.is(*at, "-"));
        let value = dash.and_then(|dash| self.scene.np_before(dash)).filter(|np| self.entity(np).is_none());
        let it = (clause.after..clause.to).any(|at| self.scene.one_of(at, &["it", "this", "that"]));
        value.is_some() && it && clause.only
    }

    /// "the salary is visible to HR only".
    pub(super) fn shown(&mut self, found: &Evidence) {
        let Fact::Shown { who, only, denied, write, things } = &found.fact else { return };
        let known = self.known(who.clone());
        if known.is_empty() {
            self.lost.push(found.span);
            return;
        }
        let (base, class) = if *write { ("edit", Class::Update) } else { ("see", Class::Read) };
        for np in things.iter().filter_map(|at| self.scene.np_at(*at)) {
            let mode = match (denied, only) {
                (true, _) => Mode::MayNot,
                (_, true) => Mode::Exclusive,
                _ => Mode::May,
            };
            let one = Pending { who: known.clone(), mode, base, class, span: found.span };
            let exact = self.cast.entity(np.entity()).is_some_and(|name| self.draft.entity(name).is_some());
            // A value that is shown to some is not shown to the others.
            let shown = Pending { mode: if mode == Mode::May { Mode::Exclusive } else { mode }, ..one.clone() };
            if !exact && self.value(&shown, np, false) {
                continue;
            }
            if !self.place_meant(&one, np) {
                self.lost.push(found.span);
            }
        }
    }
}
