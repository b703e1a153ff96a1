//! What a denial takes out of the lists: from whom, and what hangs on who may read.

use super::{ADMIN, Said, decide, list, unique};
use crate::access::statements::Op;
use crate::draft::{Entity, Rights};
use crate::facts::Who;

/// Whoever may only read writes nothing, not even as one of all who are signed in.
pub(in crate::access) fn bar(owned: bool, said: &Said, declared: &[String], rights: &mut Rights) {
    // Who may not change what is there does not add to it either, unless the request says so.
    for (op, who) in &said.denied {
        // "owners can't change anything".
        if *op == Op::Update && *who == Some(Who::Owner) {
            deny(rights, Op::Delete, who.as_ref(), owned, declared);
        }
        let Some(Who::Role(role)) = who else { continue };
        let also: &[Op] = match op {
            Op::Update => &[Op::Create, Op::Delete],
            // Who sees none adds none: else the owners of the others would lose theirs with him.
            Op::Read => &[Op::Create, Op::Update, Op::Delete],
            _ => &[],
        };
        for op in also.iter().filter(|op| !said.roles(**op).contains(role) && !said.owns(**op, role)) {
            deny(rights, *op, who.as_ref(), owned, declared);
        }
    }
    for (done, role) in &said.limited_to {
        // Who only adds does not see what others added.
        let others = [Op::Create, Op::Update, Op::Delete].into_iter().chain((*done == Op::Create).then_some(Op::Read));
        for op in others.filter(|op| op != done) {
            if !said.roles(op).contains(role) && !said.owns(op, role) {
                deny(rights, op, Some(&Who::Role(role.clone())), owned, declared);
            }
        }
    }
    for role in said.limited.iter().filter(|role| !said.creators().contains(role)) {
        for op in [Op::Create, Op::Update, Op::Delete] {
            if !said.roles(op).contains(role) && !said.owns(op, role) {
                deny(rights, op, Some(&Who::Role(role.clone())), owned, declared);
            }
        }
    }
}

/// Whether only such people keep what everybody signed in would write from the others.
pub(in crate::access) fn is_barred(entity: &Entity, said: &Said, declared: &[String]) -> bool {
    let mut free = entity.clone();
    let without = Said { denied: Vec::new(), limited: Vec::new(), limited_to: Vec::new(), ..said.clone() };
    decide(&mut free, &without, declared);
    let open = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| covers(list, "signed_in"));
    let pairs = [(&free.rights.create, &entity.rights.create), (&free.rights.update, &entity.rights.update)];
    pairs.into_iter().any(|(free, now)| open(free) && !open(now))
}

/// The operator is not locked out of what is kept for roles.
pub(in crate::access) fn exactly(mut who: Vec<String>, owned: bool) -> Vec<String> {
    if !owned {
        who.retain(|word| word != "owner");
    }
    if who.is_empty() || who.iter().any(|word| word.starts_with("role:")) && !who.iter().any(|word| word == ADMIN) {
        who.insert(0, ADMIN.to_owned());
    }
    unique(who)
}

/// Takes a right from somebody; "signed in" becomes all the others by name.
pub(in crate::access) fn deny(rights: &mut Rights, op: Op, who: Option<&Who>, owned: bool, declared: &[String]) {
    let made_by_all = |role: &str, rights: &Rights| {
        let create = rights.create.clone().unwrap_or_default();
        create.iter().any(|word| word == "signed_in" || *word == format!("role:{role}"))
    };
    let before = rights.clone();
    let place = rights.of(op);
    let Some(words) = place.as_mut() else { return };
    match who {
        None => *words = vec!["nobody".to_owned()],
        Some(Who::Owner) => words.retain(|word| word != "owner"),
        Some(Who::Public) => {
            for word in words.iter_mut().filter(|word| *word == "anyone") {
                *word = "signed_in".to_owned();
            }
        }
        Some(Who::User | Who::Everyone) => {
            words.retain(|word| !matches!(word.as_str(), "anyone" | "signed_in"));
            if owned && op != Op::Read {
                words.retain(|word| word != "owner");
            }
        }
        Some(Who::Role(role)) => {
            // A form for strangers stays one: to that nobody signs in.
            if op == Op::Create && words.iter().any(|word| word == "anyone") {
                return;
            }
            let all = words.iter().any(|word| matches!(word.as_str(), "anyone" | "signed_in"));
            words.retain(|word| !matches!(word.as_str(), "anyone" | "signed_in"));
            if all {
                *words = list(&[ADMIN], declared);
                // "interns can change nothing" and nobody else is named: all others make records of their own.
                if owned && op == Op::Create && declared.iter().all(|one| one == role) {
                    words.push(format!("{{ when = \"caller.role != '{role}'\" }}"));
                }
            }
            let mine = format!("role:{role}");
            words.retain(|word| *word != mine && !(word == "owner" && made_by_all(role, &before)));
        }
    }
    if words.is_empty() {
        words.push(ADMIN.to_owned());
    }
}

/// Writers read what they write: a stated writer is let in, unless reading is kept for others; the rest is cut.
pub(in crate::access) fn within_read(said: &Said, rights: &mut Rights) {
    let closed = said.only(Op::Read).is_some() || said.denied.iter().any(|(op, who)| *op == Op::Read && who.is_none());
    let barred = |word: &str| {
        super::some::alone(said).any(|role| word.strip_prefix("role:") == Some(role))
            || said
                .denied
                .iter()
                .any(|(op, who)| *op == Op::Read && who.as_ref().is_some_and(|who| super::word(who) == word))
    };
    let mut readers = rights.read.clone().unwrap_or_default();
    let written: Vec<String> = [&rights.update, &rights.delete]
        .into_iter()
        .flatten()
        .chain(rights.actions.iter().map(|(_, list)| list))
        .flatten()
        .cloned()
        .collect();
    for word in written.into_iter().filter(|word| word.starts_with("role:")) {
        if !closed && !barred(&word) && !covers(&readers, &word) {
            readers.push(word);
        }
    }
    rights.read = Some(readers.clone());
    let lists = [&mut rights.update, &mut rights.delete].into_iter().flatten();
    for words in lists.chain(rights.actions.iter_mut().map(|(_, list)| list)) {
        cut(words, &readers);
    }
}

pub(in crate::access) fn cut(words: &mut Vec<String>, readers: &[String]) {
    let wide = words.iter().any(|word| matches!(word.as_str(), "anyone" | "signed_in"));
    let whole = words.iter().all(|word| covers(readers, word));
    words.retain(|word| word == "nobody" || covers(readers, word));
    if wide && !whole {
        let whole = |word: &&String| word.as_str() != "anyone" && !word.starts_with('{');
        words.extend(readers.iter().filter(whole).cloned());
        *words = unique(std::mem::take(words));
    }
    if words.is_empty() {
        words.push(if covers(readers, ADMIN) { ADMIN.to_owned() } else { "nobody".to_owned() });
    }
}

/// Whether a list lets in all whom the word means.
pub(in crate::access) fn covers(list: &[String], word: &str) -> bool {
    list.iter().any(|has| has == word || has == "anyone" || has == "signed_in" && word != "anyone")
}
