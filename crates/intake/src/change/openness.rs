//! Wishes about how open records are: "make notes public", "give managers access to invoices", "clerks may no longer see leads".

use super::Answer;
use super::names;
use super::people;
use super::places::{Entity, Places};
use super::reach::denies;
use super::rights::{self, Heard};
use super::said::{self, Said};
use super::wishes::UNUSUAL;

/// "make notes public", "make it private".
pub(super) fn open(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let again = usize::from(wish.words.last().is_some_and(|word| matches!(word.as_str(), "again" | "now" | "too")));
    let end = wish.words.len() - again;
    let last = wish.words.get(end.checked_sub(1)?)?.as_str();
    if wish.opens(&["make"]) && matches!(last, "public" | "private") {
        let named = wish.between(1, end - 1);
        let entities = match all_or_one(named, places) {
            Ok(entities) => entities,
            Err(why) => return Some(Answer::Refused(why)),
        };
        let heard = |rule: &str, entities| Heard {
            rules: vec![rule.to_owned()],
            new: Vec::new(),
            operations: vec!["read".to_owned()],
            of_owned: vec!["read".to_owned()],
            entities,
        };
        if last == "public" {
            return Some(rights::set(&heard("anyone", entities), places, source, |before| before.to_vec()));
        }
        return Some(rights::set(&heard("owner", entities), places, source, |_| Vec::new()));
    }
    None
}

/// "give managers access to invoices": they see them.
pub(super) fn access_to(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let access = wish.place(&["access"]).filter(|_| wish.opens(&["give", "grant"]))?;
    let to = wish.from(access + 1).iter().position(|word| word == "to")? + access + 1;
    let how = access.checked_sub(1).and_then(|at| wish.words.get(at)).map(String::as_str);
    if let Some(how @ ("write" | "full" | "edit" | "admin" | "complete")) = how {
        return Some(Answer::Refused(format!(
            "what is {how} access? say it, as in \"clerks may see, edit and delete leads\""
        )));
    }
    let end = access - usize::from(matches!(how, Some("read" | "view" | "read-only")));
    let (rules, new) = match people::people(wish.between(1, end), places) {
        Ok(people) => people,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let entities = match all_or_one(wish.from(to + 1), places) {
        Ok(entities) => entities,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let sees = vec!["read".to_owned()];
    let heard = Heard { rules, new, of_owned: sees.clone(), operations: sees, entities };
    Some(rights::set(&heard, places, source, |before| before.to_vec()))
}

/// "clerks may no longer see leads", "clerks can't delete".
pub(super) fn may_not(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    // "no clerk may see leads" is "clerks may not see leads".
    let of_none = wish.opens(&["no"])
        && !wish
            .words
            .get(1)
            .is_some_and(|word| matches!(word.as_str(), "but" | "except" | "more" | "longer" | "other"))
        && !wish.words.iter().skip(1).any(|word| denies(word));
    let at = if of_none {
        wish.place(&["may", "can", "should", "must"])?
    } else {
        wish.words.iter().position(|word| denies(word)).filter(|at| *at > 0)?
    };
    // The same without the denial, as somebody would say that they may.
    let mut words: Vec<String> =
        wish.words.iter().filter(|word| !matches!(word.as_str(), "no" | "longer" | "not" | "never")).cloned().collect();
    for word in &mut words {
        if denies(word) {
            "can".clone_into(word);
        }
    }
    if !words.iter().take(at + 1).any(|word| matches!(word.as_str(), "may" | "can" | "should" | "must")) {
        return None;
    }
    let heard = match rights::heard(&wish.reworded(words), 0, places)? {
        Ok(heard) => heard,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let (mut patches, mut told, mut also, mut is_barred) = (Vec::new(), Vec::new(), Vec::new(), true);
    for entity in &heard.entities {
        let mut wanted = Vec::new();
        for operation in &heard.operations {
            let Some(before) = rights::written(entity, operation) else {
                return Some(Answer::Refused(UNUSUAL.to_owned()));
            };
            let mut kept: Vec<String> = before.iter().filter(|rule| !heard.rules.contains(rule)).cloned().collect();
            let wider = kept.iter().find(|rule| matches!(rule.as_str(), "anyone" | "signed_in"));
            let is_named = kept.len() < before.len();
            is_barred &= !is_named && !before.iter().any(|rule| rule == "owner");
            if let Some(wider) = wider.filter(|_| is_named || heard.rules.iter().any(|rule| rule.starts_with("role:")))
            {
                let why = format!(
                    "`{operation}` of {} is for `{wider}`, which they are too; say who may: \"only … may {operation}\"",
                    entity.name
                );
                return Some(Answer::Refused(why));
            }
            if !is_named || !entity.rules.iter().any(|one| one.operation == *operation) {
                continue;
            }
            if kept.is_empty() {
                kept.push("nobody".to_owned());
            }
            wanted.push((operation.clone(), kept));
            told.push(format!("{} of {}", operation, entity.name));
        }
        also.extend(rights::follow_read(entity, &mut wanted));
        match rights::rules_patches(entity, &wanted, places, source) {
            Some(fewer) => patches.extend(fewer),
            None => return Some(Answer::Refused(UNUSUAL.to_owned())),
        }
    }
    if patches.is_empty() && is_barred {
        return Some(Answer::Already("they may not".to_owned()));
    }
    if patches.is_empty() {
        let why = "no rule names them; whoever makes a record may see, change and delete his own. Say who may: \"only … may …\"";
        return Some(Answer::Refused(why.to_owned()));
    }
    also.insert(0, format!("not for them any more: {}", told.join(", ")));
    Some(Answer::Done { patches, told: also.join("; ") })
}

/// "clerks can only see leads": what else they may must be taken away by name.
pub(super) fn only_that(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let at = wish
        .words
        .windows(2)
        .position(|two| matches!(two[0].as_str(), "can" | "may") && two[1] == "only")
        .filter(|at| *at > 0)?;
    let (operations, length) = rights::operations(wish.from(at + 2), places);
    let entities = places.several(wish.from(at + 2 + length)).filter(|_| !operations.is_empty())?;
    let (rules, new) = people::people(wish.between(0, at), places).ok()?;
    let more = |entity: &&Entity| {
        let own = entity.actions.iter().map(String::as_str);
        let all = ["read", "create", "update", "delete"].into_iter().chain(own);
        let named =
            |one: &&str| rights::written(entity, one).is_some_and(|rule| rule.iter().any(|word| rules.contains(word)));
        all.filter(|one| !operations.iter().any(|said| said == one))
            .filter(named)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let who = wish.between(0, at).join(" ");
    let found = entities.iter().map(|entity| (entity, more(entity))).find(|(_, more)| !more.is_empty());
    Some(match found {
        Some((entity, more)) => Answer::Refused(format!(
            "{who} may {1} {0} too: say \"{who} can no longer {1} {0}\", if that is meant",
            crate::lemma::plural(&super::wishes::spoken(&entity.name)),
            super::needs::listed(&more.iter().map(String::as_str).collect::<Vec<_>>())
        )),
        None if new.is_empty() => Answer::Already("no rule lets them do more".to_owned()),
        None => return None,
    })
}

/// The records that words name, or all of them.
pub(super) fn all_or_one<'p>(named: &[String], places: &'p Places) -> Result<Vec<&'p Entity>, String> {
    let name = said::name(named);
    let all = matches!(name.as_str(), "everything" | "anything" | "thing")
        || name.is_empty() && named.iter().any(|word| matches!(word.as_str(), "all" | "every" | "each" | "any"));
    let one = matches!(name.as_str(), "" | "it" | "them" | "this" | "these" | "that" | "those");
    if one && !all && places.entities.len() > 1 {
        return Err(said::unclear(named, places.entities.len()).unwrap_or_else(|| {
            "it does not say which record: name it, or say \"everything\" for all of them".to_owned()
        }));
    }
    if all || one {
        return Ok(places.entities.iter().collect());
    }
    places.several(named).ok_or_else(|| names::no_record(named, places))
}
