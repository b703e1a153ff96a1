//! Rights on some of the records: "the published ones", "posts except drafts", "only editors see drafts".

use super::{Pending, Reader, elided, is_access};
use crate::access::statements::{Mode, Op, Statement};
use crate::access::states::{self, State};
use crate::lexicon::verbs::Class;
use crate::nouns::Np;

impl Reader<'_> {
    /// Those in a state that words mean without the name of the record, "the published ones", "drafts", and the place after them.
    pub(in crate::access) fn in_state(&self, at: usize, to: usize) -> Option<(Vec<(String, State)>, usize)> {
        let scene = self.scene;
        let of = self.last.iter().filter_map(|name| self.draft.entity(name));
        let mut end = at;
        let found: Vec<(String, State)> = of
            .filter_map(|entity| {
                let np = scene.np_at(at).filter(|np| np.to <= to && self.entity(np).is_none());
                let named = || np.and_then(|np| states::named(np, entity).map(|state| (state, np.to)));
                let (state, after) = states::ones(scene, at, to, entity).or_else(named)?;
                end = after;
                Some((entity.name.clone(), state))
            })
            .collect();
        (!found.is_empty()).then_some((found, end))
    }

    /// The same after "except" and "but not".
    pub(in crate::access) fn left_out(&self, at: usize, to: usize) -> Option<(Vec<(String, State)>, usize)> {
        let scene = self.scene;
        let not = |at: usize| scene.one_of(at, elided::NOT).then_some(at + 1);
        let from = elided::but(scene, at).map(|from| not(from).unwrap_or(from)).or_else(|| not(at))?;
        self.in_state(from, to)
    }

    /// "see the published ones" where nothing says which these are: they are kept from them, and it is told.
    pub(in crate::access) fn unknown_ones(&mut self, pending: &[Pending]) {
        let last = self.last.clone();
        for one in pending.iter().filter(|one| is_access(one.class)) {
            self.lost.push(one.span);
            if matches!(one.mode, Mode::May | Mode::Limit) {
                let denied = Pending { mode: Mode::MayNot, ..one.clone() };
                last.iter().for_each(|entity| self.place(&denied, entity, false));
            }
        }
    }

    /// "all but invoices": the other records. Of some that no value knows nothing is given, and it is told.
    pub(in crate::access) fn all_but(&mut self, one: &Pending, np: &Np, entity: &str) {
        if np.words().len() == 1 && one.mode == Mode::May {
            return self.everything_but(one, &[entity.to_owned()]);
        }
        if is_access(one.class) {
            self.lost.push(one.span);
            self.place(&Pending { mode: Mode::MayNot, ..one.clone() }, entity, false);
        }
    }

    /// Keeps those in a state from some of those who were named: "cooks and waiters see orders, waiters not those that are paid".
    /// Tells whether it is said of some.
    pub(in crate::access) fn withheld_from(
        &mut self,
        at: usize,
        pending: &[Pending],
        found: &[(String, State)],
    ) -> bool {
        let scene = self.scene;
        let Some(np) = scene.np_before(at) else { return false };
        let who = crate::rules::who_of(scene, np);
        let some = |one: &&Pending| one.who.len() > 1 && one.who.contains(&who) && one.class == Class::Read;
        let some: Vec<&Pending> = pending.iter().filter(some).collect();
        for one in &some {
            for (entity, state) in found {
                let same = |said: &&mut Statement| {
                    said.span == one.span
                        && said.entity.as_deref() == Some(entity)
                        && (said.op, said.mode, said.own) == (Op::Read, Mode::May, false)
                        && said.who.contains(&who)
                };
                let Some(said) = self.found.iter_mut().find(same) else { continue };
                said.who.retain(|one| *one != who);
                let less = Statement { who: vec![who.clone()], when: Some(state.opposite()), ..said.clone() };
                self.found.push(less);
            }
        }
        !some.is_empty()
    }

    /// The records that a phrase means: one by its name, or those in a state by its value alone.
    pub(in crate::access) fn meant(&self, np: &Np) -> Vec<(String, Option<State>)> {
        if let Some(entity) = self.entity(np) {
            let state = states::of(self.scene, np, self.draft, &entity);
            return vec![(entity, state)];
        }
        let all = self.draft.entities.iter();
        all.filter_map(|entity| Some((entity.name.clone(), Some(states::named(np, entity)?)))).collect()
    }

    /// Places what is said of what a phrase means. Tells whether it means anything.
    pub(in crate::access) fn place_meant(&mut self, one: &Pending, np: &Np) -> bool {
        let meant = self.meant(np);
        for (entity, state) in &meant {
            match state {
                Some(state) => self.place_some(one, entity, state.clone()),
                None => self.place(one, entity, false),
            }
        }
        !meant.is_empty()
    }

    /// "everything except drafts": those of every record that may be drafts. Tells whether there are any.
    pub(in crate::access) fn some_of_all(&mut self, one: &Pending, np: &Np) -> bool {
        let all = self.draft.entities.iter();
        let found: Vec<(String, State)> =
            all.filter_map(|entity| Some((entity.name.clone(), states::named(np, entity)?))).collect();
        found.iter().for_each(|(entity, state)| self.place_some(one, entity, state.clone()));
        !found.is_empty()
    }

    /// Gives, keeps or denies those in a state.
    pub(in crate::access) fn place_some(&mut self, one: &Pending, entity: &str, state: State) {
        let reads = one.class == Class::Read;
        let denied = one.mode == Mode::MayNot;
        if denied && reads {
            let mine = |said: &&mut Statement| {
                said.span == one.span
                    && said.entity.as_deref() == Some(entity)
                    && said.op == Op::Read
                    && said.who == one.who
            };
            let same = |said: &&mut Statement| said.mode == Mode::May && !said.own && said.when.is_none();
            if let Some(said) = self.found.iter_mut().filter(mine).find(same) {
                said.when = Some(state.opposite());
                return;
            }
        }
        // Nobody could be told from the others by it, or the blueprint's words do not reach so far: it is kept from all.
        if denied && one.who.is_empty() || one.mode != Mode::May && !reads {
            if is_access(one.class) {
                self.lost.push(one.span);
            }
            return self.place(one, entity, false);
        }
        self.when = Some(state).filter(|_| reads);
        self.place(one, entity, false);
        self.when = None;
    }
}
