//! Wishes about what is one's own: "users can only see their own notes", "clerks may only edit their own leads", "users can no longer
//! delete their own orders".
//!
//! Who is named by a role loses what the role gave him; of everybody, those with a role keep theirs. What everybody may is never
//! taken away from some of them: there is no rule for "all but these".

use super::openness::all_or_one;
use super::places::{Entity, Places};
use super::rights;
use super::said::Said;
use super::wishes::{UNUSUAL, spoken};
use super::{Answer, theirs};
use crate::lemma::{plural, singular, with_article};
use crate::lexicon::verbs::participle;

/// Of whom it is said.
enum Who {
    Everybody,
    Role(String),
    /// People that no rule knows: "customers".
    Others,
}

pub(super) fn own(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const MORE: &[&str] = &["nobody", "but", "except", "when", "if", "unless", "until"];
    const DENIED: &[&str] = &["not", "never", "can't", "cannot", "cant", "mustn't", "shouldn't", "no", "longer"];
    let own = wish.place(&["own"]).filter(|_| !wish.opens(&["only"]) && wish.place(MORE).is_none())?;
    wish.words.get(own - 1).filter(|word| matches!(word.as_str(), "their" | "his" | "her" | "its"))?;
    const MODALS: &[&str] =
        &["may", "can", "should", "must", "only", "can't", "cannot", "cant", "mustn't", "shouldn't"];
    let modal = wish.place(MODALS).filter(|at| *at > 0 && *at < own)?;
    let denied = wish.between(0, own).iter().any(|word| DENIED.contains(&word.as_str()));
    let only = wish.between(0, own).iter().any(|word| word == "only");
    let skipped = wish.between(modal, own - 1).iter().take_while(|word| {
        let between = matches!(word.as_str(), "be" | "able" | "allowed" | "to" | "also");
        between || MODALS.contains(&word.as_str()) || DENIED.contains(&word.as_str())
    });
    let verbs = modal + skipped.count();
    let (operations, length) = rights::operations(wish.between(verbs, own - 1), places);
    // "can see only their own".
    let after = verbs + length + usize::from(wish.words.get(verbs + length).is_some_and(|word| word == "only"));
    if operations.is_empty() || after != own - 1 {
        return None;
    }
    let end = wish.words.len() - usize::from(wish.words.last().is_some_and(|word| word == "anymore"));
    if denied && only {
        return None;
    }
    let entities = match all_or_one(wish.between(own + 1, end), places) {
        Ok(entities) => entities,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let Some(who) = who(wish.between(0, modal), places) else {
        return Some(Answer::Refused(
            "say it of one at a time, as in \"users can see their own notes\": a rule for what is one's own is for whoever made it".to_owned(),
        ));
    };
    let (mut patches, mut told, mut met) = (Vec::new(), Vec::new(), Vec::new());
    for entity in entities {
        let mut wanted = Vec::new();
        for operation in &operations {
            let rule = match denied {
                true => barred(entity, operation, &who),
                false => becomes(entity, operation, &who, only),
            };
            match rule {
                Ok(None) if denied => met.push(format!(
                    "{} is not {} by whoever made it",
                    with_article(&spoken(&entity.name)),
                    done(operation)
                )),
                Ok(Some(rule)) => wanted.push((operation.clone(), rule)),
                Ok(None) if has_all(entity, operation, &who) => {
                    met.push(format!("they may {operation} all {}", plural(&spoken(&entity.name))));
                }
                Ok(None) => met.push(format!(
                    "{} is {} by {}",
                    with_article(&spoken(&entity.name)),
                    done(operation),
                    if entity.owned { "whoever made it" } else { "who is named in it" }
                )),
                Err(why) => return Some(Answer::Refused(why)),
            }
        }
        // Who may change what he made may see it, or the blueprint does not load.
        let adds = |rule: &[String]| rule.iter().any(|word| word == "owner");
        let Some(read) = rights::written(entity, "read") else { return Some(Answer::Refused(UNUSUAL.to_owned())) };
        let unseen = !read.iter().any(|word| matches!(word.as_str(), "owner" | "signed_in" | "anyone"));
        if unseen
            && !wanted.iter().any(|(operation, _)| operation == "read")
            && wanted.iter().any(|(_, rule)| adds(rule))
        {
            wanted.insert(0, ("read".to_owned(), read.into_iter().chain(["owner".to_owned()]).collect()));
        }
        told.extend(wanted.iter().map(|(operation, rule)| {
            let rule: Vec<String> = rule.iter().map(|rule| super::people::told(rule)).collect();
            format!("{} may {operation} {}", rule.join(" and "), entity.name)
        }));
        told.extend(rights::follow_read(entity, &mut wanted));
        match rights::rules_patches(entity, &wanted, places, source) {
            Some(more) => patches.extend(more),
            None => return Some(Answer::Refused(UNUSUAL.to_owned())),
        }
    }
    Some(match patches.is_empty() {
        true => Answer::Already(met.join("; ")),
        false => Answer::Done { patches, told: told.join("; ") },
    })
}

fn who(words: &[String], places: &Places) -> Option<Who> {
    let words: Vec<&String> = words
        .iter()
        .filter(|word| {
            !matches!(
                word.as_str(),
                "the" | "a" | "an" | "all" | "each" | "every" | "allow" | "make" | "normal" | "ordinary"
            )
        })
        .collect();
    let [one] = words.as_slice() else { return None };
    let one = singular(one);
    Some(match one.as_str() {
        role if places.roles.iter().any(|known| known == role) || role == "admin" => Who::Role(one),
        "user" | "people" | "person" | "everyone" | "everybody" | "anyone" | "anybody" | "member" => Who::Everybody,
        _ => Who::Others,
    })
}

/// The rule after the wish; none where it is so already.
fn becomes(entity: &Entity, operation: &str, who: &Who, only: bool) -> Result<Option<Vec<String>>, String> {
    let one = with_article(&spoken(&entity.name));
    // Who is served means what he made, or what names him.
    let served = match who {
        Who::Role(role) => theirs::served(&format!("role:{role}")).map(|role| theirs::rules_of(entity, role)),
        Who::Everybody | Who::Others => None,
    };
    let served = served.unwrap_or_default();
    if !entity.owned && served.is_empty() {
        return Err(format!("{one} belongs to nobody (`owner = false`), so nobody has one of his own"));
    }
    if operation == "create" {
        return Err(format!("whose {one} is, is known when it is made: say who may add one, without \"own\""));
    }
    let before = rights::written(entity, operation).ok_or_else(|| UNUSUAL.to_owned())?;
    let open = before.iter().find(|rule| matches!(rule.as_str(), "signed_in" | "anyone"));
    let mut rule: Vec<String> = match who {
        _ if !only => before.clone(),
        Who::Everybody => {
            before.iter().filter(|rule| !matches!(rule.as_str(), "signed_in" | "anyone")).cloned().collect()
        }
        Who::Role(_) | Who::Others if open.is_some() => {
            let (many, open) = (plural(&spoken(&entity.name)), open.map_or("", String::as_str));
            return Err(format!(
                "`{operation}` of {} is for `{open}`, which they are too: say \"users can only {operation} their own {many}\", and then who may {operation} all of them",
                entity.name
            ));
        }
        Who::Role(role) => before.iter().filter(|rule| **rule != format!("role:{role}")).cloned().collect(),
        Who::Others => before.clone(),
    };
    let reached = |word: &String| matches!(word.as_str(), "owner" | "signed_in" | "anyone");
    rule.retain(|word| word != "nobody");
    if !rule.iter().any(reached) {
        // Own rows are everybody's who made them: with a role or without.
        if let Who::Role(role) = who
            && served.is_empty()
        {
            let many = plural(&spoken(&entity.name));
            return Err(format!(
                "a rule for what is one's own is for whoever made it, not for the role `{role}` alone: say \"users can {operation} their own {many}\", \
                 if that is meant"
            ));
        }
        let theirs = if served.is_empty() { vec!["owner".to_owned()] } else { served };
        rule.extend(theirs.into_iter().filter(|one| !before.contains(one)));
    }
    Ok((rule != before).then_some(rule))
}

/// Whether who is named by a role may do it with all of them.
fn has_all(entity: &Entity, operation: &str, who: &Who) -> bool {
    let Who::Role(role) = who else { return false };
    rights::written(entity, operation).is_some_and(|rule| rule.contains(&format!("role:{role}")))
}

/// The rule without what is for whoever made a record; none where it is so already.
fn barred(entity: &Entity, operation: &str, who: &Who) -> Result<Option<Vec<String>>, String> {
    let before = rights::written(entity, operation).ok_or_else(|| UNUSUAL.to_owned())?;
    let many = plural(&spoken(&entity.name));
    if let Some(open) = before.iter().find(|rule| matches!(rule.as_str(), "signed_in" | "anyone")) {
        return Err(format!(
            "`{operation}` of {} is for `{open}`, who made one among them: say who may, as in \"only … may {operation} {many}\"",
            entity.name
        ));
    }
    if let Who::Role(role) = who {
        return Err(format!(
            "a rule for what is one's own is for whoever made it, with the role `{role}` or without: say \"users can no longer {operation} their \
             own {many}\", if that is meant"
        ));
    }
    let mut rule: Vec<String> = before.iter().filter(|rule| *rule != "owner").cloned().collect();
    if rule.is_empty() {
        rule.push("nobody".to_owned());
    }
    Ok((rule != before).then_some(rule))
}

fn done(operation: &str) -> String {
    match operation {
        "read" => "seen".to_owned(),
        "update" => "changed".to_owned(),
        "delete" => "deleted".to_owned(),
        action => participle(action),
    }
}
