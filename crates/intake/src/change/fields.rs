//! Wishes about a field that is there: its type, whether it is required or unique, its limits and its default.

use super::places::Places;
use super::predicate::{self, Predicate};
use super::said::Said;
use super::{Answer, becoming};

/// "make the phone required", "the title must be unique", "price should be a whole number", "title at most 80 characters".
pub(super) fn said_of(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if let Some((named, predicate)) = of_record(wish, places) {
        return Some(match places.field(&named) {
            Ok((entity, field)) => becoming::apply(entity, field, &[predicate], places, source),
            Err(why) => Answer::Refused(why),
        });
    }
    const SOMETIMES: &[&str] = &["if", "unless", "until", "while"];
    let mut refused = None;
    for (subject, predicates) in ways(wish) {
        // "each lead has a score between 1 and 5" is about a field that is new.
        let says = |word: &String| {
            matches!(word.as_str(), "has" | "have" | "with" | "needs" | "need" | "keep" | "add" | "only")
                // What is denied is said otherwise.
                || matches!(word.as_str(), "don't" | "doesn't" | "not" | "no" | "never" | "longer" | "to" | "must" | "when" | "whenever")
        };
        // "leads need a budget" is about a field that is new too, though something may refer to a lead.
        let is_record = places.entity(&subject).is_some_and(|one| one.name == super::said::one(&subject));
        let has = wish.words.iter().any(|word| matches!(word.as_str(), "have" | "has" | "need" | "needs"));
        if is_record && has || subject.is_empty() || subject.len() > 7 || subject.iter().any(says) {
            continue;
        }
        if wish.place(SOMETIMES).is_some() {
            return Some(Answer::Refused(
                "what a field is, it is always: that it holds only in some cases cannot be said in a blueprint"
                    .to_owned(),
            ));
        }
        if subject.iter().any(|word| word == "or") {
            return Some(Answer::Refused(
                "that one of two holds cannot be said in a blueprint: say it of each".to_owned(),
            ));
        }
        // "all customer fields" are none that is called so.
        let all = wish.words.iter().any(|word| matches!(word.as_str(), "all" | "every" | "each" | "any"));
        if wish.place(&["fields"]).is_some() || all && wish.place(&["field", "everything"]).is_some() {
            return Some(Answer::Refused(
                "say of which fields, each by its name: \"name and phone of … are …\"".to_owned(),
            ));
        }
        match places.field(&subject) {
            Ok((entity, field)) => return Some(becoming::apply(entity, field, &predicates, places, source)),
            Err(why) => refused = refused.or(Some(Answer::Refused(why))),
        }
    }
    refused.or_else(|| unread(wish, places)).or_else(|| otherwise(wish, places))
}

/// "change phone to mobile", "prospects don't have a phone": two things may be meant.
fn otherwise(wish: &Said, places: &Places) -> Option<Answer> {
    let end = wish.words.len();
    let field = |words: &[String]| places.field(words).ok();
    let arrow = wish.text.split_once("->").or_else(|| wish.text.split_once('→'));
    let words = |text: &str| text.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let pair = match (arrow, wish.words.first()?.as_str()) {
        (Some((from, to)), _) => Some((words(from), words(to))),
        (None, "change" | "turn" | "switch" | "replace" | "convert") => {
            let at = wish.place(&["to", "with", "by", "into"]).filter(|at| *at > 1)?;
            Some((wish.between(1, at).to_vec(), wish.from(at + 1).to_vec()))
        }
        (None, "call") => (2..end)
            .find(|at| field(wish.between(1, *at)).is_some())
            .map(|at| (wish.between(1, at).to_vec(), wish.from(at).to_vec())),
        _ => None,
    };
    if let Some((from, to)) = pair.filter(|(from, to)| field(from).is_some() && !to.is_empty() && to.len() < 4) {
        let (from, to) = (from.join(" "), to.join(" "));
        return Some(Answer::Refused(format!(
            "another name, or something else? say \"rename {from} to {to}\", or what {from} should be, as in \"{from} is text\""
        )));
    }
    const DENIED: &[&str] = &["don't", "not", "no", "isn't", "aren't", "never", "doesn't"];
    let denied = wish.place(DENIED).filter(|_| super::drops::dropped(wish).is_none())?;
    let has = wish.place(&["have", "need", "needed", "necessary", "has", "needs"]).filter(|at| *at > denied)?;
    let said = if has + 1 < end {
        let for_it = wish
            .from(has + 1)
            .iter()
            .take_while(|word| matches!(word.as_str(), "a" | "an" | "any" | "for" | "the"))
            .count();
        wish.from(has + 1 + for_it).to_vec()
    } else {
        wish.between(0, denied).to_vec()
    };
    let (entity, found) = field(&said)?;
    let (name, of) = (found.name.replace('_', " "), crate::lemma::plural(&entity.name.replace('_', " ")));
    Some(Answer::Refused(format!(
        "should it go, or may it be left out? say \"remove the {name} of {of}\" or \"the {name} of {of} is optional\""
    )))
}

/// "the name of leads is nice": of what is there something is said that has no meaning here. What is said to happen is another matter.
fn unread(wish: &Said, places: &Places) -> Option<Answer> {
    const HAPPENS: &[&str] = &[
        "when", "whenever", "if", "every", "daily", "weekly", "once", "after", "before", "sent", "by", "who", "only",
        "have", "has",
    ];
    let verb = wish.words.iter().position(|word| matches!(word.as_str(), "is" | "are" | "should" | "must"))?;
    let (_, field) = places.field(wish.between(0, verb)).ok()?;
    let is_record = places.entity(wish.between(0, verb)).is_some();
    if is_record || wish.words.iter().any(|word| HAPPENS.contains(&word.as_str())) {
        return None;
    }
    let name = field.name.replace('_', " ");
    Some(Answer::Refused(format!(
        "what {name} should be is not understood: say for example \"{name} is required\", {}, \"{name} defaults to …\"",
        super::hints::said_of(field)
    )))
}

/// "each lead must have a phone", "no two leads may have the same phone": of a record and a field that it has.
fn of_record(wish: &Said, places: &Places) -> Option<(Vec<String>, Predicate)> {
    let words = &wish.words;
    let is_article = |word: &String| matches!(word.as_str(), "a" | "an" | "the");
    let of = |field: &[String], entity: &[String]| {
        let entity_of = places.entity(entity)?;
        let name = super::said::name(field);
        let has = entity_of.fields.iter().any(|one| one.name == name);
        has.then(|| field.iter().chain(&["of".to_owned()]).chain(entity).cloned().collect::<Vec<_>>())
    };
    let denied =
        words.iter().any(|word| matches!(word.as_str(), "not" | "never" | "can't" | "cannot" | "mustn't" | "no"));
    if let (Some(two), Some(same)) = (wish.place(&["two"]), wish.place(&["same"])) {
        let verb = words.iter().position(|word| {
            matches!(word.as_str(), "may" | "can" | "must" | "should" | "have" | "can't" | "cannot")
        })?;
        return of(wish.from(same + 1), wish.between(two + 1, verb))
            .filter(|_| denied)
            .map(|named| (named, Predicate::Flag("unique", true)));
    }
    let start =
        words.iter().take_while(|word| is_article(word) || matches!(word.as_str(), "each" | "every" | "all")).count();
    let verb = words
        .iter()
        .position(|word| matches!(word.as_str(), "need" | "needs" | "must" | "require" | "requires"))
        .filter(|at| *at > start)?;
    let have = usize::from(words.get(verb + 1).is_some_and(|word| word == "have"));
    if words.get(verb).is_some_and(|word| word == "must") && have == 0 || denied {
        return None;
    }
    let article = usize::from(words.get(verb + have + 1).is_some_and(is_article));
    of(wish.from(verb + have + 1 + article), wish.between(start, verb))
        .map(|named| (named, Predicate::Flag("required", true)))
}

/// Of what something is said, and what: each way in which all words of the wish have a meaning.
fn ways(wish: &Said) -> Vec<(Vec<String>, Vec<Predicate>)> {
    let end = wish.words.len();
    let Some(first) = wish.words.first().map(String::as_str) else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |subject: &[String], predicates: Option<Vec<Predicate>>| {
        found.extend(predicates.map(|predicates| (subject.to_vec(), predicates)));
    };
    let denied =
        wish.words.iter().take(2).any(|word| matches!(word.as_str(), "don't" | "not" | "stop" | "dont" | "never"));
    let skip = |words: &[&str]| wish.words.iter().take_while(|word| words.contains(&word.as_str())).count();
    match first {
        "make" | "turn" | "change" | "convert" | "set" | "let" | "limit" | "cap" | "restrict" | "mark" | "give" => {
            let typed = wish.between(1, 5).iter().position(|word| word == "type").filter(|_| first != "make");
            let start = typed.map_or(1, |at| at + 2);
            let start = if typed.is_some() {
                start + usize::from(wish.words.get(start).is_some_and(|word| word == "of"))
            } else {
                start
            };
            for at in start + 1..end {
                let word = wish.words.get(at).map(String::as_str).unwrap_or("");
                let subject = wish.between(start, at);
                let joint = matches!(word, "to" | "into" | "as" | "at");
                match first {
                    "make" | "let" => add(subject, predicate::predicates(wish, at, true)),
                    "limit" | "cap" | "restrict" if joint => add(subject, most(wish, at + 1)),
                    "give" if matches!(word, "a" | "no") => add(subject, predicate::predicates(wish, at, true)),
                    "change" | "convert" | "turn" | "set" | "mark" if joint => {
                        add(subject, predicate::predicates(wish, at + 1, true));
                    }
                    _ => {}
                }
            }
        }
        "hide" => add(wish.from(1), Some(vec![Predicate::Flag("hidden", true)])),
        "require" | "requires" => add(wish.from(1), Some(vec![Predicate::Flag("required", true)])),
        "don't" | "do" | "dont" | "stop" | "no" if denied => {
            let at = skip(&["don't", "dont", "do", "not", "stop", "never"]);
            if wish.words.get(at).is_some_and(|word| matches!(word.as_str(), "require" | "requiring")) {
                add(wish.from(at + 1), Some(vec![Predicate::Flag("required", false)]));
            }
        }
        "remove" | "drop" | "delete" | "lift" => {
            // "remove the limit of the title", "drop the default for status", "remove the default status".
            let at = 1 + wish.from(1).iter().take_while(|word| matches!(word.as_str(), "the" | "any")).count();
            let rest = wish.from(at);
            let what = match rest.first().map(String::as_str) {
                Some("default") => Some(Predicate::NoDefault),
                Some("limit" | "limits") => Some(Predicate::Unlimited),
                _ => None,
            };
            let value = usize::from(rest.get(1).is_some_and(|word| word == "value"));
            let joint = rest.get(1 + value).is_some_and(|word| matches!(word.as_str(), "of" | "for" | "on" | "from"));
            if let Some(what) = what {
                add(rest.get(1 + value + usize::from(joint)..).unwrap_or(&[]), Some(vec![what]));
            }
        }
        _ => {
            for at in 1..end {
                // "due date: date and time".
                let colon = wish
                    .places
                    .get(at - 1)
                    .and_then(|place| wish.text.get(place.clone()))
                    .is_some_and(|word| word.ends_with(':'));
                add(wish.between(0, at), predicate::predicates(wish, at, colon));
            }
        }
    }
    found
}

/// "limit the title to 80 characters".
fn most(wish: &Said, at: usize) -> Option<Vec<Predicate>> {
    let words: Vec<String> =
        ["at", "most"].map(str::to_owned).into_iter().chain(wish.from(at).iter().cloned()).collect();
    predicate::predicates(wish, at, true).or_else(|| predicate::predicates(&wish.reworded(words), 0, true))
}
