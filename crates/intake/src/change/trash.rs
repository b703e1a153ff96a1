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
    Some(match patch(entity, places, source) {
        Some(patch) => Answer::Done { patches: vec![patch], told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
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
