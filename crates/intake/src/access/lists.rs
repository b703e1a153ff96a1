//! The statements of one entity as the lists of the blueprint: who reads, creates, updates, deletes, and acts.
//!
//! Where the words leave a choice the narrower list is taken, and no list of writers reaches beyond the readers.

mod barred;
mod said;
mod some;

pub(super) use self::barred::{bar, covers, cut, deny, exactly, is_barred, within_read};
pub(super) use self::said::Said;
use super::givers;
use super::statements::Op;
use crate::draft::{Entity, Rights};
use crate::facts::Who;

const ADMIN: &str = "role:admin";

/// Somebody in the words of the blueprint.
pub(super) fn word(who: &Who) -> String {
    match who {
        Who::Role(role) => format!("role:{role}"),
        Who::Public => "anyone".into(),
        Who::Owner => "owner".into(),
        Who::User | Who::Everyone => "signed_in".into(),
    }
}

pub(super) fn unique(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    for word in words {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

fn list(start: &[&str], roles: &[String]) -> Vec<String> {
    let roles = roles.iter().map(|role| format!("role:{role}"));
    unique(start.iter().map(|word| (*word).to_owned()).chain(roles))
}

/// Writes the lists of an entity. `declared` are all roles of the blueprint but admin. Returns who was let in for a value of it.
pub(super) fn decide(entity: &mut Entity, said: &Said, declared: &[String]) -> Vec<String> {
    let with_roles = !declared.is_empty();
    let public_create = said.public.contains(&Op::Create) && said.only(Op::Create).is_none();
    let approvers = said.roles(Op::Approve);
    let judged = !approvers.is_empty()
        && !said.creators().is_empty()
        && said.creators().iter().all(|role| !approvers.contains(role));
    let kept = said.only(Op::Create).is_some_and(|who| who.iter().all(|word| word.starts_with("role:")));
    let given = !said.givers.is_empty() && !said.users.contains(&Op::Update);
    let by_owner = said.owner || judged || !with_roles && !kept;
    entity.owned = !public_create && (by_owner || given);
    let mut rights = if public_create {
        from_outside(said)
    } else if entity.owned {
        let mut rights = owned(entity, said);
        if !by_owner {
            given_to_all(said, &mut rights);
        }
        rights
    } else {
        shared(entity, said, declared)
    };
    actions(entity, said, &mut rights);
    restrict(entity.owned, said, declared, &mut rights);
    if said.public.contains(&Op::Read) && said.only(Op::Read).is_none() {
        rights.read = Some(list(&["anyone"], &[]));
    }
    let read = rights.read.get_or_insert_default();
    if said.everyone && said.only(Op::Read).is_none() && !covers(read, "signed_in") {
        let barred = said.barred_readers();
        if barred.is_empty() {
            *read = vec!["signed_in".to_owned()];
        } else {
            // "everyone except interns".
            let not = barred.iter().map(|role| format!("caller.role != '{role}'")).collect::<Vec<_>>().join(" and ");
            read.push(format!("{{ when = \"{not}\" }}"));
        }
    }
    some::in_states(entity.owned, said, declared, &mut rights);
    some::written(said, &mut rights);
    entity.rights = rights;
    let_in(entity, said)
}

/// Who sees or sets a value of a record reaches the record, unless that is kept for others. Who only sets values is known as
/// such: the rest of the record is not his to change.
pub(super) fn let_in(entity: &mut Entity, said: &Said) -> Vec<String> {
    let (owned, rights) = (entity.owned, &mut entity.rights);
    let barred = |op: Op, role: &str| {
        let other = |who: &Option<Who>| who.as_ref().is_none_or(|who| matches!(who, Who::Role(name) if name == role));
        said.only(op).is_some() || said.denied.iter().any(|(found, who)| *found == op && other(who))
    };
    entity.setters.clear();
    let mut let_in = Vec::new();
    // "anyone sees published ones, subscribers the body": of those that they see anyway.
    let stated = |role: &String| said.states.iter().any(|(who, _)| !matches!(who, Who::Role(name) if name != role));
    // Who sees his own alone sees no others for a value of theirs.
    let own = |role: &String| said.own.iter().any(|(_, one)| one == role) || owned && said.givers.contains(role);
    for (op, role) in said.values.iter().filter(|(_, role)| !own(role)) {
        let word = format!("role:{role}");
        let read = rights.read.get_or_insert_with(|| vec![if owned { "owner" } else { "signed_in" }.to_owned()]);
        let seen = covers(read, &word) || *op == Op::Read && stated(role);
        if !seen && !barred(Op::Read, role) {
            read.push(word.clone());
            let_in.push(word.clone());
        }
        // Where everybody adds such records there are no others to leave the rest to.
        let open = !owned && rights.create.as_ref().is_some_and(|list| covers(list, "signed_in"));
        let update = rights.update.get_or_insert_with(|| vec![if owned { "owner" } else { ADMIN }.to_owned()]);
        // A value that nobody can set is none.
        let none = said.alone
            && !covers(update, ADMIN)
            && !said.values.iter().any(|(_, role)| covers(update, &format!("role:{role}")));
        let sets =
            (*op == Op::Update || none) && covers(read, &word) && !covers(update, &word) && !barred(Op::Update, role);
        if sets && !open {
            update.push(word);
            entity.setters.push(role.clone());
        }
    }
    let_in
}

fn from_outside(said: &Said) -> Rights {
    let readers = [said.roles(Op::Read), said.roles(Op::Update), said.roles(Op::Delete), said.roles(Op::Approve)];
    Rights {
        read: Some(list(&[ADMIN], &readers.concat())),
        create: Some(list(&["anyone"], &[])),
        update: Some(list(&[ADMIN], &said.roles(Op::Update))),
        delete: Some(list(&[ADMIN], &said.roles(Op::Delete))),
        actions: Vec::new(),
    }
}

/// Roles that change rows: those who approve do where there is no action for it.
fn updaters(entity: &Entity, said: &Said) -> Vec<String> {
    let acts = |base: &str| entity.actions.iter().any(|action| action.name == base);
    let changes = |op: &Op| *op == Op::Update || *op == Op::Approve && !said.by_value;
    let found = said.may.iter().filter(|(op, base, _)| changes(op) && !acts(base));
    unique(found.map(|(.., role)| role.clone()))
}

/// What others than the owner hold of rows that many people hand in: the operator keeps all rights.
fn given_to_all(said: &Said, rights: &mut Rights) {
    for words in [&mut rights.read, &mut rights.update, &mut rights.delete].into_iter().flatten() {
        words.insert(1, ADMIN.to_owned());
    }
    if let (true, Some(read)) = (said.users.contains(&Op::Read), &mut rights.read) {
        read.push("signed_in".to_owned());
    }
}

fn owned(entity: &Entity, said: &Said) -> Rights {
    let creators = said.creators();
    // Who enters rows that others call their own keeps them with all who do, but for who hands in his own.
    let absent = said.own_but_not_made();
    let mut keepers = if absent.is_empty() { Vec::new() } else { said.but_givers(creators.clone()) };
    keepers.retain(|role| {
        givers::writes_down(role) && (!said.owns(Op::Read, role) || said.roles(Op::Read).contains(role))
    });
    let readers = [said.roles(Op::Read), said.but_givers(said.roles(Op::Approve)), keepers.clone()];
    Rights {
        read: Some(list(&["owner"], &readers.concat())),
        create: Some(if creators.is_empty() || said.users.contains(&Op::Create) {
            list(&["signed_in"], &[])
        } else {
            list(&[ADMIN], &creators)
        }),
        update: Some(list(&["owner"], &[said.but_givers(updaters(entity, said)), keepers].concat())),
        delete: Some(list(&["owner"], &said.but_givers(said.roles(Op::Delete)))),
        actions: Vec::new(),
    }
}

/// Who adds and changes what strangers see, where the request says it of nobody: those who work here. Whoever makes an account
/// would, else.
fn writers_here(said: &Said, declared: &[String]) -> Vec<String> {
    let barred = |role: &String| {
        let denied = |(op, who): &(Op, Option<Who>)| {
            *op != Op::Delete && who.as_ref().is_some_and(|who| matches!(who, Who::Role(name) if name == role))
        };
        said.denied.iter().any(denied)
            || said.limited.contains(role)
            || said.limited_to.iter().any(|(_, one)| one == role)
    };
    declared.iter().filter(|role| givers::writes_down(role) && !barred(role)).cloned().collect()
}

fn shared(entity: &Entity, said: &Said, declared: &[String]) -> Rights {
    let keepers = said
        .only(Op::Create)
        .map(|words| unique(words.iter().filter_map(|word| word.strip_prefix("role:")).map(str::to_owned)).into_iter());
    let creators = unique(said.creators().into_iter().chain(keepers.into_iter().flatten()));
    let changing = updaters(entity, said);
    let writers = unique(creators.iter().chain(&changing).cloned());
    // "clerks view products, managers can edit prices": who only looks changes nothing, and adds none.
    let sets = said.values.iter().any(|(op, _)| *op == Op::Update);
    let looks = said.roles(Op::Read).iter().any(|role| !said.values.contains(&(Op::Update, role.clone())));
    let unsaid = said.writers_unsaid(&writers, declared);
    let writers = if unsaid { writers_here(said, declared) } else { writers };
    let open = writers.is_empty() && !(sets && looks) && !unsaid;
    let everyone = || list(&["signed_in"], &[]);
    let deleters = said.roles(Op::Delete);
    Rights {
        read: Some(everyone()),
        create: Some(if open || said.users.contains(&Op::Create) {
            everyone()
        } else {
            list(&[ADMIN], if creators.is_empty() { &writers } else { &creators })
        }),
        update: Some(if open || said.users.contains(&Op::Update) { everyone() } else { list(&[ADMIN], &writers) }),
        delete: Some(list(&[ADMIN], if deleters.is_empty() { &creators } else { &deleters })),
        actions: Vec::new(),
    }
}

/// Actions of which the request says who does them; the others follow `update`.
fn actions(entity: &Entity, said: &Said, rights: &mut Rights) {
    for action in &entity.actions {
        let of = |base: &str| base == action.name;
        let roles = unique(said.may.iter().filter(|(_, base, _)| of(base)).map(|(.., role)| role.clone()));
        // "employees submit timesheets": each his own.
        let roles = said.but_givers(roles);
        if !roles.is_empty() {
            rights.actions.push((action.name.clone(), list(&[ADMIN], &roles)));
        }
    }
}

/// "only", "cannot" and what follows from them.
fn restrict(owned: bool, said: &Said, declared: &[String], rights: &mut Rights) {
    // Who adds none has none of his own to lose: the owners of the others keep theirs.
    bar(owned, said, declared, rights);
    if let Some(who) = said.only(Op::Approve).filter(|_| rights.actions.is_empty() && !said.by_value) {
        rights.update = Some(exactly(who, owned));
    }
    for op in [Op::Read, Op::Create, Op::Update, Op::Delete] {
        if let Some(who) = said.only(op) {
            // "finance sees all, nobody else does; employees see their own".
            let own = op == Op::Read && said.own.iter().any(|(found, _)| *found == Op::Read);
            let who = if own && owned { unique(who.into_iter().chain(["owner".to_owned()])) } else { who };
            *rights.of(op) = Some(exactly(who, owned));
        }
        for who in said.denied.iter().filter(|(found, _)| *found == op).map(|(_, who)| who) {
            deny(rights, op, who.as_ref(), owned, declared);
        }
    }
    bar(owned, said, declared, rights);
    for role in said.setting.iter().filter(|role| !said.creators().contains(role)) {
        for op in [Op::Create, Op::Delete].into_iter().filter(|op| !said.roles(*op).contains(role)) {
            deny(rights, op, Some(&Who::Role(role.clone())), owned, declared);
        }
    }
    within_read(said, rights);
    let unsaid = said.creators().is_empty() && said.only(Op::Create).is_none() && said.users.is_empty();
    if said.only(Op::Read).is_some() && unsaid && !owned && !said.public.contains(&Op::Create) {
        rights.create.clone_from(&rights.read);
    }
}

impl Rights {
    fn of(&mut self, op: Op) -> &mut Option<Vec<String>> {
        match op {
            Op::Read => &mut self.read,
            Op::Create => &mut self.create,
            Op::Delete => &mut self.delete,
            Op::Update | Op::Approve => &mut self.update,
        }
    }
}
