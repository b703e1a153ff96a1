//! Sentences that leave out their verb or their subject, and mean those of another: "Interns can't.", "owners only their own", "and
//! only managers the price", "parents who paid can see albums".

use super::{Pending, Reader, is_access};
use crate::access::elided::{self, Gap, Kept};
use crate::access::refused;
use crate::access::statements::{Mode, Statement};
use crate::access::values::ValueRight;
use crate::clauses::{Clause, Join};
use crate::facts::Who;
use crate::lexicon::verbs::{self, Class};
use crate::rules;
use crate::tags::Tag;

impl Reader<'_> {
    /// "parents who paid can see albums": what the parents do.
    pub(in crate::access) fn behind_who(&self, clause: &Clause) -> Option<Clause> {
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
    pub(in crate::access) fn short(&mut self, clause: &Clause, before: (usize, usize)) {
        let scene = self.scene;
        let Some(modal) = (clause.from..clause.to).find(|at| scene.tag(*at) == Some(Tag::Modal)) else {
            // "Not volunteers."
            let left = refused::refused(scene, clause).map(|left| self.known(left.who)).unwrap_or_default();
            return self.refuse(&left, before);
        };
        let helps = ["can", "could", "may", "should", "must", "do", "does"];
        let whole = clause.verb.is_none() && clause.modal.as_deref().is_some_and(|modal| helps.contains(&modal));
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

    /// Denies to some what was said of others since.
    pub(in crate::access) fn refuse(&mut self, who: &[Who], (found, values): (usize, usize)) {
        if who.is_empty() {
            return;
        }
        let given = |mode: Mode| mode != Mode::MayNot;
        let same = self.found.iter().skip(found).filter(|one| given(one.mode)).cloned();
        let denied: Vec<Statement> = same
            .map(|one| Statement { who: who.to_vec(), mode: Mode::MayNot, own: false, when: None, ..one })
            .collect();
        let same = self.values.iter().skip(values).filter(|one| given(one.mode)).cloned();
        let also: Vec<ValueRight> = same.map(|one| one.clone().of(who, Mode::MayNot, one.span)).collect();
        self.found.extend(denied);
        self.values.extend(also);
    }

    /// "vets see all pets, owners only their own": the same is done, with one's own or with none. Whoever is no role sees
    /// his own too, or nobody's: the records belong to who makes them.
    pub(in crate::access) fn gap(&mut self, base: &'static str, class: Class, gap: &Gap<'_>, spoken_of: Vec<String>) {
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
    pub(in crate::access) fn kept(&mut self, spoken: &[(&'static str, Class)], kept: &Kept<'_>) {
        let scene = self.scene;
        let who = self.known(kept.who.iter().map(|np| rules::who_of(scene, np)).collect());
        let span = scene.span(kept.from, kept.to);
        let mode = if kept.limit { Mode::Limit } else { Mode::Exclusive };
        let mut placed = !who.is_empty();
        for (base, class) in spoken.iter().filter(|(_, class)| is_access(*class)) {
            let one = Pending { who: who.clone(), mode, base, class: *class, span };
            for np in &kept.what {
                placed &= self.place_meant(&one, np) || self.value(&one, np, false);
            }
        }
        if !placed {
            self.lost.push(span);
        }
    }
}
