//! Wishes in the passive, as those that do it would be named: "leads can only be deleted by clerks" is "only clerks may delete leads".

use super::places::Places;
use super::said::Said;
use super::{Answer, openness, rights, secrets};

const DONE: &[(&str, &str)] = &[
    ("read", "read"),
    ("seen", "see"),
    ("viewed", "view"),
    ("created", "create"),
    ("added", "add"),
    ("edited", "edit"),
    ("updated", "update"),
    ("changed", "change"),
    ("modified", "modify"),
    ("deleted", "delete"),
    ("removed", "remove"),
];

pub(super) fn passive(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const MODALS: &[&str] = &["can", "may", "should", "must", "shall"];
    const DENIED: &[&str] = &["can't", "cannot", "cant", "mustn't", "shouldn't", "not", "never"];
    let starts = |word: &String| MODALS.contains(&word.as_str()) || DENIED.contains(&word.as_str());
    let modal = wish.words.iter().position(starts).filter(|at| *at > 0)?;
    let subject = wish.between(0, modal);
    let (mut at, mut only, mut denied, mut verbs) = (modal, false, false, Vec::new());
    while let Some(word) = wish.words.get(at).map(String::as_str) {
        let done = DONE.iter().find(|(done, _)| *done == word).map(|(_, verb)| *verb);
        match (word, done) {
            ("only", _) => only = true,
            (_, Some(verb)) => verbs.push(verb),
            ("be" | "and" | "or" | "also" | "now", _) => {}
            ("no", _) if wish.words.get(at + 1).is_some_and(|word| word == "longer") => {
                denied = true;
                at += 1;
            }
            (word, _) if DENIED.contains(&word) => denied = true,
            (word, _) if MODALS.contains(&word) => {}
            _ => break,
        }
        at += 1;
    }
    // "leads can read": who reads is no lead.
    let is_passive = wish.between(modal, at).iter().any(|word| word == "be");
    if verbs.is_empty() || !is_passive {
        return None;
    }
    let by = wish.words.get(at).map(String::as_str);
    let who: Vec<String> = match by {
        None if denied && !only => vec!["nobody".to_owned()],
        Some("anymore") if denied && !only && at + 1 == wish.words.len() => vec!["nobody".to_owned()],
        Some("by") => wish.from(at + 1).to_vec(),
        _ => return None,
    };
    let only = only || who.first().is_some_and(|word| word == "only");
    let who: Vec<String> = who.into_iter().filter(|word| word != "only").collect();
    let verbs: Vec<String> = verbs.join(" and ").split(' ').map(str::to_owned).collect();
    let say = |before: &[&str], modal: &[&str]| {
        let words = before.iter().map(|word| (*word).to_owned()).chain(who.clone());
        let words =
            words.chain(modal.iter().map(|word| (*word).to_owned())).chain(verbs.clone()).chain(subject.to_vec());
        wish.reworded(words.collect())
    };
    let nobody = who.first().is_some_and(|word| word == "nobody");
    match (only, denied) {
        (false, _) if nobody => rights::only(&say(&[], &["may"]), places, source),
        // "the price can only be changed by admins" is about a field.
        (true, false) if places.several(subject).is_none() => secrets::only(&say(&["only"], &["may"]), places, source)
            .or_else(|| rights::only(&say(&["only"], &["may"]), places, source)),
        (true, false) => rights::only(&say(&["only"], &["may"]), places, source),
        // "the cost can be seen by clerks".
        (false, denied) if places.several(subject).is_none() => {
            let modal: &[&str] = if denied { &["may", "not"] } else { &["may"] };
            let said = say(&[], modal);
            secrets::one_more(&said, places, source).or_else(|| {
                if denied { openness::may_not(&said, places, source) } else { rights::may(&said, places, source) }
            })
        }
        (false, false) => rights::may(&say(&[], &["may"]), places, source),
        (false, true) => openness::may_not(&say(&[], &["may", "not"]), places, source),
        (true, true) => None,
    }
}
