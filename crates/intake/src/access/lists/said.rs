//! What a request says of the rights on one entity, gathered from all its statements.

use super::{unique, updaters, word};
use crate::access::statements::{Mode, Op, Statement};
use crate::access::states::State;
use crate::access::values::ValueRight;
use crate::draft::Entity;
use crate::facts::Who;

/// What the request says of one entity.
#[derive(Clone, Default)]
pub(in crate::access) struct Said {
    pub(super) may: Vec<(Op, &'static str, String)>,
    pub(super) own: Vec<(Op, String)>,
    /// All who use it see it.
    pub(super) everyone: bool,
    /// Who sees those in a state alone.
    pub(super) states: Vec<(Who, State)>,
    /// Who changes or deletes those in a state alone.
    pub(super) written: Vec<(Op, String, State)>,
    /// From whom those in a state are kept.
    pub(super) withheld: Vec<(Who, State)>,
    /// Those in a state that some alone see.
    pub(super) reserved: Vec<(Vec<Who>, State)>,
    pub(super) public: Vec<Op>,
    pub(super) users: Vec<Op>,
    pub(super) exclusive: Vec<(Op, &'static str, Vec<String>)>,
    pub(super) denied: Vec<(Op, Option<Who>)>,
    /// May only read, or only their own.
    pub(super) limited: Vec<String>,
    /// May do nothing but this.
    pub(super) limited_to: Vec<(Op, String)>,
    /// May set nothing but single values.
    pub(super) setting: Vec<String>,
    /// Roles of which it is said that they see, or set, a value of it.
    pub(super) values: Vec<(Op, String)>,
    /// They alone see one, and nothing is said of who sets it.
    pub(super) alone: bool,
    pub(super) owner: bool,
    /// Who hands in, books or asks for such records, each his own.
    pub(super) givers: Vec<String>,
    /// What is approved is a value of it, with a rule of its own.
    pub(in crate::access) by_value: bool,
}

impl Said {
    /// What the statements say of this entity.
    pub(in crate::access) fn of(
        entity: &str,
        statements: &[Statement],
        values: &[ValueRight],
        givers: Vec<String>,
    ) -> Self {
        let mut said = Self { givers, ..Self::default() };
        for one in statements.iter().filter(|one| one.entity.as_deref().is_none_or(|name| name == entity)) {
            said.add(one);
        }
        let here = |one: &&ValueRight| one.entity == entity && one.mode != Mode::MayNot && !one.own;
        for one in values.iter().filter(here) {
            let set = |other: &ValueRight| other.op == Op::Update && other.field == one.field;
            said.alone |= one.op == Op::Read && one.mode == Mode::Exclusive && !values.iter().filter(here).any(set);
            for role in one.who.iter().filter_map(|who| if let Who::Role(role) = who { Some(role) } else { None }) {
                said.values.push((one.op, role.clone()));
                match (one.mode, one.op) {
                    (Mode::Limit, Op::Read) => said.limited.push(role.clone()),
                    (Mode::Limit, _) => said.setting.push(role.clone()),
                    _ => {}
                }
            }
        }
        said
    }

    /// Whether strangers see it, there are roles, and of nobody it is said that he writes it.
    pub(super) fn writers_unsaid(&self, writers: &[String], declared: &[String]) -> bool {
        let seen = self.public.contains(&Op::Read) || self.states.iter().any(|(who, _)| *who == Who::Public);
        let said = [Op::Create, Op::Update].into_iter().any(|op| self.users.contains(&op) || self.only(op).is_some());
        writers.is_empty() && seen && !said && !declared.is_empty() && !self.public.contains(&Op::Create)
    }

    /// The same of a record as it is decided.
    pub(in crate::access) fn left_to_staff(&self, entity: &Entity, declared: &[String]) -> bool {
        let writers = [self.creators(), updaters(entity, self)].concat();
        !entity.owned && self.writers_unsaid(&writers, declared)
    }

    pub(in crate::access) fn is_silent(&self) -> bool {
        let lists = [self.may.len(), self.own.len(), self.public.len(), self.exclusive.len(), self.denied.len()];
        lists.iter().all(|len| *len == 0)
            && self.limited.is_empty()
            && self.values.is_empty()
            && self.states.is_empty()
            && self.withheld.is_empty()
            && self.reserved.is_empty()
            && !self.everyone
            && !self.owner
    }

    /// Who hands in such records of his own, where they are shown to nobody else by that.
    pub(in crate::access) fn givers(&self) -> &[String] {
        &self.givers
    }

    /// Roles without those of whom each has his own.
    pub(super) fn but_givers(&self, roles: Vec<String>) -> Vec<String> {
        roles.into_iter().filter(|role| !self.givers.contains(role)).collect()
    }

    /// Roles whose own rows are spoken of, though nobody says that they make them.
    pub(in crate::access) fn own_but_not_made(&self) -> Vec<&str> {
        let makes = |role: &String| self.roles(Op::Create).contains(role) || self.owns(Op::Create, role);
        let mut roles: Vec<&str> = Vec::new();
        for (_, role) in self.own.iter().filter(|(_, role)| !makes(role)) {
            if !roles.contains(&role.as_str()) {
                roles.push(role);
            }
        }
        roles
    }

    /// Roles that see their own rows alone, and are given a value.
    pub(in crate::access) fn own_values(&self) -> Vec<String> {
        let own = |role: &&String| self.own.iter().any(|(_, one)| one == *role);
        unique(self.values.iter().map(|(_, role)| role).filter(own).cloned())
    }

    fn add(&mut self, one: &Statement) {
        match (&one.when, one.mode) {
            (Some(state), Mode::MayNot) => {
                return self.withheld.extend(one.who.iter().map(|who| (who.clone(), state.clone())));
            }
            (Some(state), Mode::Exclusive) => return self.reserved.push((one.who.clone(), state.clone())),
            _ => {}
        }
        match one.mode {
            Mode::MayNot => {
                if one.who.is_empty() {
                    self.denied.push((one.op, None));
                }
                self.denied.extend(one.who.iter().map(|who| (one.op, Some(who.clone()))));
                return;
            }
            // "donors see their donations, nobody else does": no donor sees those of the others.
            Mode::Exclusive if one.own => self.exclusive.push((one.op, one.base, vec!["owner".to_owned()])),
            Mode::Exclusive => self.exclusive.push((one.op, one.base, one.who.iter().map(word).collect())),
            // "guards can only add reports".
            Mode::Limit if one.op != Op::Read && !one.own => {
                self.limited_to.extend(one.who.iter().filter_map(|who| match who {
                    Who::Role(role) => Some((one.op, role.clone())),
                    _ => None,
                }));
            }
            Mode::May | Mode::Limit => {}
        }
        if let Some(when) = one.when.as_ref().filter(|_| one.op != Op::Read) {
            let who = if one.own { vec!["owner".to_owned()] } else { one.who.iter().map(word).collect() };
            self.written.extend(who.into_iter().map(|who| (one.op, who, when.clone())));
        } else if let Some(when) = &one.when {
            self.states.extend(one.who.iter().map(|who| (who.clone(), when.clone())));
            return;
        }
        for who in &one.who {
            match who {
                // "everyone sees their own notes" opens nobody's to the others.
                Who::Public | Who::User | Who::Everyone if one.own && one.op != Op::Create => {}
                Who::Public => self.public.push(one.op),
                Who::User => self.users.push(one.op),
                Who::Everyone if one.op == Op::Read => self.everyone = true,
                Who::Everyone => self.users.push(one.op),
                Who::Owner => self.owner = true,
                Who::Role(role) => {
                    if one.own {
                        self.own.push((one.op, role.clone()));
                    } else {
                        self.may.push((one.op, one.base, role.clone()));
                    }
                    if one.mode == Mode::Limit && one.op == Op::Read {
                        self.limited.push(role.clone());
                    }
                }
            }
        }
        self.owner |= one.own;
    }

    pub(super) fn roles(&self, op: Op) -> Vec<String> {
        unique(self.may.iter().filter(|(found, ..)| *found == op).map(|(.., role)| role.clone()))
    }

    pub(super) fn owns(&self, op: Op, role: &String) -> bool {
        self.own.iter().any(|(found, owner)| *found == op && owner == role)
    }

    /// Roles of whom it is said that they see none.
    pub(super) fn barred_readers(&self) -> Vec<String> {
        let role = |who: &Option<Who>| if let Some(Who::Role(role)) = who { Some(role.clone()) } else { None };
        unique(self.denied.iter().filter(|(op, _)| *op == Op::Read).filter_map(|(_, who)| role(who)))
    }

    pub(super) fn creators(&self) -> Vec<String> {
        let own = self.own.iter().filter(|(op, _)| *op == Op::Create).map(|(_, role)| role.clone());
        unique(self.roles(Op::Create).into_iter().chain(own))
    }

    pub(super) fn only(&self, op: Op) -> Option<Vec<String>> {
        let lists: Vec<&Vec<String>> =
            self.exclusive.iter().filter(|(found, ..)| *found == op).map(|(.., list)| list).collect();
        (!lists.is_empty()).then(|| unique(lists.into_iter().flatten().cloned()))
    }
}
