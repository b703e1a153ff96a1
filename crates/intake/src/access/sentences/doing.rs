//! The verbs of a clause in turn, and those whose object is said later or was said before.

use super::{Pending, Reader, elided, is_access};
use crate::access::statements::Mode;
use crate::access::states;
use crate::clauses::Clause;
use crate::facts::Who;
use crate::lexicon::verbs::{self, Class};
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;

impl Reader<'_> {
    pub(super) fn passive(&mut self, clause: &Clause, verb: usize, who: &[Who], mode: Mode) {
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
    pub(in crate::access) fn verbs(
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
            if let Some((found, after)) = self.left_out(at, clause.to).filter(|_| placed) {
                let some = self.withheld_from(at, pending, &found);
                let all =
                    pending.clone().into_iter().filter(|one| !some && matches!(one.mode, Mode::May | Mode::Limit));
                for one in all {
                    let one = Pending { mode: Mode::MayNot, ..one };
                    found.iter().for_each(|(entity, state)| self.place_some(&one, entity, state.clone()));
                }
                at = after;
                continue;
            }
            // "may tick off tasks but nothing else".
            if placed && scene.is(at, "nothing") && scene.one_of(at + 1, &["else", "more"]) {
                for said in self.found.iter_mut().filter(|said| said.span == span && said.mode == Mode::May) {
                    said.mode = Mode::Limit;
                }
            }
            // "but not who reported them": no value.
            let asks = ["who", "whom", "whose", "what", "when", "where", "why", "how"];
            if placed && scene.one_of(at, elided::NOT) && scene.one_of(at + 1, &asks) {
                self.lost.push(scene.span(at, scene.sentence_end(at)));
                break;
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
            // "sees and changes everything".
            let third = |at: usize| {
                scene.token(at).and_then(|token| verbs::lookup(&token.text)).map(|(_, form)| form)
                    == Some(verbs::Form::Third)
            };
            let also = (whole || elided::listed(scene, verb, at, clause.to)) && third(verb) && third(at);
            let base_form = |form: &verbs::Form| at == verb || *form == verbs::Form::Base || also;
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
            } else if let Some((found, after)) =
                self.in_state(at, clause.to).filter(|_| at > verb && !placed && !pending.is_empty())
            {
                for one in pending.clone() {
                    found.iter().for_each(|(entity, state)| self.place_some(&one, entity, state.clone()));
                }
                placed = true;
                at = after;
                continue;
            } else if let Some(after) = states::unknown_ones(scene, at, clause.to).filter(|_| at > verb && !placed) {
                self.unknown_ones(pending);
                placed = true;
                at = after;
                continue;
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
                        if one.mode == Mode::May && !self.some_of_all(&kept, np) && !self.value(&kept, np, false) {
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
    pub(in crate::access) fn elided(&mut self, pending: &mut Vec<Pending>) {
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
}

/// Whether a phrase starts here, so that the word is a noun.
fn placed_np(scene: &Scene<'_>, at: usize) -> bool {
    scene.np_at(at).is_some() || scene.tag(at) != Some(Tag::Verb)
}
