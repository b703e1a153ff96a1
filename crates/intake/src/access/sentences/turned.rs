//! What takes back a part of a right: "but only the status", "everything except delete parcels", "items but not cost".

use super::{Pending, Reader, is_access};
use crate::access::elided;
use crate::access::statements::{Mode, Op};
use crate::access::values::{self, ValueRight};
use crate::clauses::Clause;
use crate::facts::Who;
use crate::lexicon::verbs;
use crate::nouns::Np;
use crate::rules;

impl Reader<'_> {
    /// "can update parcels, but only the status": the status, and not the parcels.
    pub(in crate::access) fn only_the(&mut self, at: usize, clause: &Clause, pending: &[Pending]) -> bool {
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
    pub(in crate::access) fn all_but_doing(&mut self, clause: &Clause, who: &[Who]) {
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
    pub(in crate::access) fn named_by(&self, at: usize) -> Vec<(String, String)> {
        let Some(token) = self.scene.token(at) else { return Vec::new() };
        let of = self.last.iter().filter_map(|name| self.draft.entity(name));
        of.flat_map(|entity| entity.field(&token.text).map(|field| (entity.name.clone(), field.name.clone()))).collect()
    }

    /// Denies the value behind "not" to those of whom the verbs before speak.
    pub(in crate::access) fn value_after(&mut self, at: usize, pending: &[Pending]) -> bool {
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
}
