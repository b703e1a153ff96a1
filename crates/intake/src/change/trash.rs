//! Wishes for a trash: "keep deleted leads in the trash", "deleted orders can be restored". Whoever may delete a record may restore it.

use super::patch::Patch;
use super::places::{Entity, Places};
use super::said::Said;
use super::wishes::{UNUSUAL, at_end, spoken};
use super::{Answer, people, rights};
use crate::lemma::plural;

/// Words that ask for it, and those that may stand around.
const ASKS: &[&str] = &[
    "trash",
    "bin",
    "recycle",
    "restore",
    "restored",
    "undelete",
    "undeleted",
    "recover",
    "recovered",
    "soft-delete",
    "soft-deleted",
    "soft",
    "undoable",
];
const AROUND: &[&str] = &[
    "keep",
    "deleted",
    "delete",
    "deletes",
    "deleting",
    "deletion",
    "deletions",
    "in",
    "into",
    "to",
    "the",
    "a",
    "an",
    "go",
    "goes",
    "move",
    "moved",
    "put",
    "can",
    "may",
    "should",
    "must",
    "be",
    "of",
    "for",
    "when",
    "is",
    "are",
    "make",
    "instead",
    "allow",
    "able",
    "and",
    "they",
    "it",
    "them",
    "support",
    "use",
    "them",
    "add",
    "all",
    "removed",
    "restoring",
    "with",
    "undo",
];

pub(super) fn trash(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if let Some(answer) = without(wish, places, source) {
        return Some(answer);
    }
    wish.place(ASKS)?;
    let (at, length, entity) = named(wish, places)?;
    let rest = || {
        wish.words.iter().enumerate().filter(|(place, _)| *place < at || *place >= at + length).map(|(_, word)| word)
    };
    let who: Vec<String> =
        rest().filter(|word| !ASKS.contains(&word.as_str()) && !AROUND.contains(&word.as_str())).cloned().collect();
    let many = plural(&spoken(&entity.name));
    let is_row = wish.words.len() == length + 1;
    let has = entity.trash.is_some_and(|on| on);
    if is_row && wish.opens(&["undelete", "restore", "recover"]) {
        return Some(Answer::Refused(match has {
            true => "rows are restored through the API, by whoever may delete them: `POST /…/{id}/restore`".to_owned(),
            false => format!(
                "{many} that are deleted are gone for good; so that it will be otherwise, say \"deleted {many} go to the trash\""
            ),
        }));
    }
    if !who.is_empty() {
        let before = rights::written(entity, "delete").unwrap_or_default();
        let may = |rule: &String| before.contains(rule) || before.iter().any(|word| word == "signed_in");
        match people::people(&who, places) {
            Ok((rules, new)) if new.is_empty() && rules.iter().all(may) => {}
            Ok(_) => {
                return Some(Answer::Refused(format!(
                    "whoever may delete {many} may restore them: say \"deleted {many} go to the trash\", and then who may delete them"
                )));
            }
            Err(_) => return None,
        }
    }
    let told = format!("{many} that are deleted go to the trash, and whoever may delete them may restore them");
    if has {
        return Some(Answer::Already(told));
    }
    if let Some(other) = lost_with(entity, places, source) {
        let other = plural(&spoken(&other.name));
        return Some(Answer::Refused(format!(
            "{other} go with them, and would be lost: say \"keep deleted {other} in the trash\" first"
        )));
    }
    Some(match patch(entity, places, source) {
        Some(patch) => Answer::Done { patches: vec![patch], told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

/// "no trash for leads", "leads are deleted for good".
fn without(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const DENIED: &[&str] = &["no", "drop", "remove", "not", "without", "don't", "disable", "stop", "longer"];
    const AROUND: &str = "no drop remove not without don't disable stop longer the a of for from trash bin recycle soft delete soft-delete \
        deleted keep kept go goes to in into are is be should must they when permanently good really any more anymore";
    let (_, _, entity) = named(wish, places)?;
    let for_good = wish.words.windows(2).any(|two| two == ["for", "good"]) || wish.place(&["permanently"]).is_some();
    let is_denied =
        wish.place(ASKS).is_some() && wish.place(DENIED).is_some() || for_good && wish.place(&["deleted"]).is_some();
    let is_name = |word: &String| entity.name.split('_').any(|part| part == crate::lemma::singular(word));
    let is_plain = wish.words.iter().all(|word| crate::lexicon::has(AROUND, word) || is_name(word));
    (is_denied && is_plain).then_some(())?;
    let many = plural(&spoken(&entity.name));
    let told = format!("{many} that are deleted are gone for good");
    let goes_with = entity.fields.iter().filter(|field| cascades(field, source)).find_map(|field| {
        let (to, _) = field.to.as_ref()?;
        places
            .entities
            .iter()
            .find(|one| one.name == *to && one.trash == Some(true))
            .filter(|_| entity.trash == Some(true))
    });
    if let Some(other) = goes_with {
        let of = spoken(&other.name);
        return Some(Answer::Refused(format!(
            "{many} go with their {of}, which goes to the trash, and they would be lost: say \"{many} are not deleted with their {of}\" or \"{} are \
             deleted for good\" first",
            plural(&of)
        )));
    }
    if entity.trash != Some(true) {
        return Some(Answer::Already(told));
    }
    let section = places.section(&format!("entity.{}", entity.name));
    let line = section.and_then(|section| {
        let at = section.header.end + source.get(section.header.end..section.end)?.find("soft_delete")?;
        let end = at + source.get(at..)?.find("true")? + "true".len();
        super::edit::line(at, end, source)
    });
    Some(match line {
        Some(at) => Answer::Done {
            patches: vec![Patch::remove(at)],
            told: format!("{told}; those in the trash are in the way of `migrate`"),
        },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

/// Whether a record goes with what it refers to.
fn cascades(field: &super::places::Field, source: &str) -> bool {
    field.word("on_delete").and_then(|at| source.get(at)).is_some_and(|word| word.contains("cascade"))
}

/// What goes with a record and is in no trash: it would be lost.
fn lost_with<'p>(entity: &Entity, places: &'p Places, source: &str) -> Option<&'p Entity> {
    let goes = |one: &&Entity| {
        one.fields
            .iter()
            .any(|field| field.to.as_ref().is_some_and(|(to, _)| *to == entity.name) && cascades(field, source))
    };
    places.entities.iter().filter(|one| one.trash != Some(true) && one.name != entity.name).find(goes)
}

/// The one record that is named, and where.
fn named<'p>(wish: &Said, places: &'p Places) -> Option<(usize, usize, &'p Entity)> {
    let at = |at: usize, length: usize| {
        let words = wish.words.get(at..at + length)?;
        let one = super::said::one(words);
        let is_plain = !words.first().is_some_and(|word| AROUND.contains(&word.as_str()));
        Some((at, length, places.entities.iter().find(|entity| is_plain && entity.name == one)?))
    };
    let mut found = (1..=3).rev().flat_map(|length| (0..wish.words.len()).filter_map(move |place| at(place, length)));
    let first = found.next()?;
    found.all(|(_, _, entity)| entity.name == first.2.name).then_some(first)
}

fn patch(entity: &Entity, places: &Places, source: &str) -> Option<Patch> {
    // That it has none may be written.
    if entity.trash.is_some() {
        return None;
    }
    let own = format!("entity.{}", entity.name);
    if let Some(section) = places.section(&own) {
        return Some(at_end(source, section.end, "soft_delete = true\n"));
    }
    let first = places.sections.iter().find(|section| section.name.starts_with(&format!("{own}.")))?;
    Some(Patch::insert(first.header.start, format!("[{own}]\nsoft_delete = true\n")))
}
