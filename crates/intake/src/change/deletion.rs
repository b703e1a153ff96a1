//! Wishes about what goes with a record that is deleted: "follow ups are deleted with their prospect", "keep the notes when a lead is
//! deleted", "a lead with notes cannot be deleted". It is a word of the field by which one refers to the other: `on_delete`.

use super::edit::Edit;
use super::places::{Entity, Field, Places};
use super::said::Said;
use super::wishes::{UNUSUAL, spoken};
use super::{Answer, names};
use crate::lemma::{plural, with_article};

/// What is to become of what refers to a record that is deleted.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Goes,
    Stays,
    Forbids,
}

/// Of which records, and with which other one.
struct Heard<'w> {
    child: &'w [String],
    parent: &'w [String],
    fate: Fate,
}

pub(super) fn deletion(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let heard = with_parent(wish).or_else(|| when_deleted(wish)).or_else(|| deleting(wish)).or_else(|| barred(wish))?;
    let find = |words: &[String]| places.entity(words).ok_or_else(|| Answer::Refused(names::no_record(words, places)));
    let (child, parent) = match (find(heard.child), find(heard.parent)) {
        (Ok(child), Ok(parent)) => (child, parent),
        (Err(why), _) | (_, Err(why)) => return Some(why),
    };
    let refers = |field: &&Field| field.to.as_ref().is_some_and(|(to, _)| *to == parent.name);
    let fields: Vec<&Field> = child.fields.iter().filter(refers).collect();
    let (one, other) = (spoken(&child.name), spoken(&parent.name));
    Some(match fields.as_slice() {
        [] if parent.fields.iter().any(|field| field.to.as_ref().is_some_and(|(to, _)| *to == child.name)) => {
            Answer::Refused(format!(
                "each {other} has one {one}, not the other way round: do you mean \"{} are deleted with their {one}\"?",
                plural(&other)
            ))
        }
        [] => Answer::Refused(format!(
            "no {one} refers to {0}: say \"each {one} belongs to {0}\" first",
            with_article(&other)
        )),
        [field] if field.word("many").is_some() => Answer::Refused(format!(
            "{0} has several {1}, and a link goes when one of both does: nothing else goes with it",
            with_article(&one),
            spoken(&field.name)
        )),
        [field] => apply(child, parent, field, heard.fate, source),
        several => Answer::Refused(format!(
            "{one} refers to {} by {}: write `on_delete` into the one that is meant",
            with_article(&other),
            several.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(" and by ")
        )),
    })
}

fn apply(child: &Entity, parent: &Entity, field: &Field, fate: Fate, source: &str) -> Answer {
    let (many, one) = (plural(&spoken(&child.name)), spoken(&parent.name));
    let (word, told) = match fate {
        Fate::Goes => ("cascade", format!("{many} are deleted with their {one}")),
        Fate::Stays => ("set_null", format!("{many} stay without {} when theirs is deleted", with_article(&one))),
        Fate::Forbids => ("restrict", format!("{} that has {many} cannot be deleted", with_article(&one))),
    };
    let is_required = field.word("required").and_then(|at| source.get(at)) == Some("true");
    if fate == Fate::Stays && is_required {
        return Answer::Refused(format!(
            "the {0} of {1} is required: say \"the {0} of {many} is optional\" first",
            spoken(&field.name),
            with_article(&spoken(&child.name))
        ));
    }
    let written = field.word("on_delete").and_then(|at| source.get(at)).map(|word| word.trim_matches(['"', '\'']));
    if written.unwrap_or("restrict") == word {
        return Answer::Already(told);
    }
    let mut edit = Edit::default();
    match fate {
        // What nobody says is so.
        Fate::Forbids => edit.drop("on_delete"),
        _ => edit.set("on_delete", crate::toml::quote(word)),
    }
    match edit.patches(field, source) {
        Some(patches) => Answer::Done { patches, told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    }
}

const GONE: &[&str] = &["deleted", "removed", "erased"];
const ARTICLES: &[&str] =
    &["a", "an", "the", "their", "its", "his", "her", "this", "that", "each", "every", "one", "any"];

fn is(words: &'static [&'static str]) -> impl Fn(&String) -> bool {
    move |word| words.contains(&word.as_str())
}

fn is_denied(words: &[String]) -> bool {
    words.iter().any(is(&[
        "not", "never", "cannot", "can't", "no", "nobody", "don't", "cant", "without", "unless", "only", "by",
        "mustn't",
    ]))
}

/// What stands between who goes and that it goes.
const TO_BE: &[&str] = &[
    "are",
    "is",
    "get",
    "gets",
    "be",
    "should",
    "must",
    "will",
    "shall",
    "also",
    "to",
    "have",
    "need",
    "automatically",
];

/// "follow ups are deleted with their prospect", "delete the notes together with the lead", "notes go with their lead".
fn with_parent(wish: &Said) -> Option<Heard<'_>> {
    if is_denied(&wish.words) {
        return None;
    }
    let with = wish.words.iter().rposition(|word| word == "with")?;
    let start = with + 1 + wish.from(with + 1).iter().take_while(|word| is(ARTICLES)(word)).count();
    let parent = wish.from(start);
    let verb = match wish.words.first()?.as_str() {
        "delete" | "remove" | "erase" | "cascade" => 0,
        _ => {
            wish.words.iter().position(|word| is(GONE)(word) || is(&["go", "goes", "disappear", "disappears"])(word))?
        }
    };
    let between = wish.between(verb + 1, with);
    let fillers = |word: &String| is(&["together", "along", "too", "also", "automatically", "away", "delete"])(word);
    let child = match verb {
        // "delete the notes together with the lead"; without "together" something else may be meant by "with".
        0 => {
            let end = between.iter().position(|word| is(&["together", "along"])(word))?;
            between.get(end..)?.iter().all(fillers).then(|| between.get(..end))??
        }
        _ => {
            let end = wish.between(0, verb).iter().position(is(TO_BE)).unwrap_or(verb);
            let rest = wish.between(end, verb);
            let only_told = rest.iter().all(|word| is(TO_BE)(word) || word == "being") && between.iter().all(fillers);
            only_told.then(|| wish.between(0, end))?
        }
    };
    (!child.is_empty() && !parent.is_empty()).then_some(Heard { child, parent, fate: Fate::Goes })
}

/// "when a lead is deleted, its notes are deleted too", "keep the notes when a lead is deleted".
fn when_deleted(wish: &Said) -> Option<Heard<'_>> {
    let when = wish.words.iter().position(is(&["when", "whenever", "if", "once", "after"]))?;
    let verb = (when..wish.words.len()).find(|at| {
        wish.words.get(*at).is_some_and(is(GONE))
            && wish.words.get(at - 1).is_some_and(is(&["is", "are", "gets", "get", "was"]))
    })?;
    let start = when + 1 + wish.from(when + 1).iter().take_while(|word| is(ARTICLES)(word)).count();
    let parent = wish.between(start, verb - 1);
    let said = match when {
        0 => wish.from(verb + 1),
        _ if verb + 1 == wish.words.len() => wish.between(0, when),
        _ => return None,
    };
    let said: &[String] = match said.first().map(String::as_str) {
        Some("then" | "also") => said.get(1..)?,
        _ => said,
    };
    const FILLERS: &[&str] = &["away", "too", "also", "as", "well", "automatically", "all", "then"];
    const TO_BE: &[&str] =
        &["are", "is", "get", "gets", "be", "should", "must", "will", "shall", "also", "automatically", "can", "may"];
    let (child, fate) = match said.first()?.as_str() {
        "delete" | "remove" | "erase" => (said.get(1..)?, Fate::Goes),
        "keep" => (said.get(1..)?, Fate::Stays),
        "don't" | "do" | "never" => {
            let at = said.iter().position(is(&["delete", "remove"]))?;
            (said.get(at + 1..)?, Fate::Stays)
        }
        _ => {
            let end = said
                .iter()
                .position(is(TO_BE))
                .or_else(|| said.iter().position(is(&["stay", "remain", "go", "disappear"])))?;
            let rest = said.get(end..)?;
            let fate = match rest.iter().find(|word| !is(TO_BE)(word) && !is(FILLERS)(word))?.as_str() {
                word if GONE.contains(&word) => Fate::Goes,
                "go" | "goes" | "disappear" => Fate::Goes,
                "stay" | "stays" | "remain" | "kept" => Fate::Stays,
                _ => return None,
            };
            rest.iter()
                .all(|word| {
                    is(TO_BE)(word)
                        || is(FILLERS)(word)
                        || is(GONE)(word)
                        || is(&["stay", "remain", "kept", "go", "disappear"])(word)
                })
                .then(|| (said.get(..end), fate))
                .and_then(|(child, fate)| Some((child?, fate)))?
        }
    };
    let end = child.len() - child.iter().rev().take_while(|word| is(FILLERS)(word)).count();
    let child = child.get(..end)?;
    (!child.is_empty() && !parent.is_empty()).then_some(Heard { child, parent, fate })
}

/// "deleting a lead deletes its notes".
fn deleting(wish: &Said) -> Option<Heard<'_>> {
    wish.opens(&["deleting", "removing"]).then_some(())?;
    if is_denied(&wish.words) {
        return None;
    }
    let verb = wish.place(&["deletes", "removes", "delete", "remove", "erases"])?;
    let also = is(&["also", "should", "must", "will", "automatically"]);
    let end = (1..verb).find(|at| wish.words.get(*at).is_some_and(&also)).unwrap_or(verb);
    let child = wish.from(verb + 1);
    let end_of =
        child.len() - child.iter().rev().take_while(|word| is(&["too", "also", "automatically"])(word)).count();
    let (parent, child) = (wish.between(1, end), child.get(..end_of)?);
    (!child.is_empty() && !parent.is_empty()).then_some(Heard { child, parent, fate: Fate::Goes })
}

/// "a lead with notes cannot be deleted", "don't delete a lead that has notes".
fn barred(wish: &Said) -> Option<Heard<'_>> {
    let has = wish.words.iter().position(is(&["with", "has", "have"]))?;
    let (start, end) = match wish.words.first()?.as_str() {
        "don't" | "do" | "never" => (wish.place(&["delete", "remove"]).filter(|at| *at < has)? + 1, wish.words.len()),
        _ => {
            let modal = wish.place(&["cannot", "can't", "can", "may", "must", "should"]).filter(|at| *at > has)?;
            let rest = wish.from(modal);
            let fits = is(&[
                "cannot", "can't", "can", "may", "must", "should", "not", "never", "be", "deleted", "removed",
                "longer", "no",
            ]);
            let is_barred = is_denied(rest) && rest.iter().any(is(GONE)) && rest.iter().all(fits);
            (0, is_barred.then_some(modal)?)
        }
    };
    let parent = wish.between(start, has);
    let parent = match parent.split_last() {
        Some((last, before)) if matches!(last.as_str(), "that" | "which" | "who" | "still") => before,
        _ => parent,
    };
    let parent = match parent.split_last() {
        Some((last, before)) if matches!(last.as_str(), "that" | "which" | "who") => before,
        _ => parent,
    };
    (!parent.is_empty() && end > has + 1).then(|| Heard {
        child: wish.between(has + 1, end),
        parent,
        fate: Fate::Forbids,
    })
}
