//! Changes a blueprint that exists as a sentence says: "rename phone to mobile", "only managers may delete".
//!
//! request → wishes → patches of the text. Only bytes that a wish is about are touched, and spaces before equals signs where these stand
//! below each other, so comments and order survive. One wish that is not understood, or two that say the opposite, and nothing is
//! changed. Whether the result loads is for the caller to check.

mod accounts;
mod actions;
mod additions;
mod apart;
mod becoming;
mod bounds;
mod closeness;
mod columns;
mod context;
mod defaults;
mod deletion;
mod difference;
mod drops;
mod edit;
mod everyday;
mod fields;
mod finding;
mod fitting;
mod hints;
mod joins;
mod limited;
mod lists;
mod made;
mod names;
mod needs;
mod new_values;
mod openness;
mod own;
mod parsed;
mod parts;
mod passive;
mod patch;
mod people;
mod permitted;
mod phrases;
mod places;
mod plainly;
mod predicate;
mod providers;
mod questions;
mod quiet;
mod reach;
mod reasons;
mod relations;
mod removals;
mod renames;
mod rights;
mod said;
mod secrets;
mod theirs;
mod times;
mod trash;
mod unbound;
mod values;
mod wishes;

use serde::Serialize;

use crate::lemma;

pub use difference::difference;

use patch::Patch;
use places::Places;
use said::Said;

/// More wishes at once are hardly meant.
const MOST_WISHES: usize = 20;
/// Nor is a longer request, or a sentence of more words: what is read in every way that it can be cut takes its time.
const LONGEST: usize = 8_000;
const MOST_WORDS: usize = 150;

/// A blueprint after all wishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The whole blueprint.
    pub text: String,
    /// What was done, a line each; empty where it was so already.
    pub done: Vec<String>,
    /// Wishes that the blueprint met before.
    pub already: Vec<String>,
}

impl Changed {
    /// Whether there is anything to write.
    pub fn is_change(&self) -> bool {
        !self.done.is_empty()
    }
}

/// A wish that nothing can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotDone {
    /// The wish, in the words of the request.
    pub wish: String,
    /// Why, and what to say instead.
    pub why: String,
}

/// What one wish comes to.
enum Answer {
    Done { patches: Vec<Patch>, told: String },
    Already(String),
    Refused(String),
}

/// Applies every wish, or none.
///
/// # Errors
/// The wishes that were not understood.
pub fn change(blueprint: &str, request: &str) -> Result<Changed, Vec<NotDone>> {
    // A byte order mark is none of the words.
    if let Some(text) = blueprint.strip_prefix('\u{feff}') {
        let changed = change(text, request)?;
        return Ok(Changed { text: format!("\u{feff}{}", changed.text), ..changed });
    }
    let mut changed = Changed { text: blueprint.to_owned(), done: Vec::new(), already: Vec::new() };
    let mut not_done = Vec::new();
    let whole = |why: &str| vec![NotDone { wish: shortened(request.trim()), why: why.to_owned() }];
    if request.chars().count() > LONGEST {
        return Err(whole("this is too long for a change: say a few things at a time"));
    }
    let wishes = said::wishes(request, MOST_WISHES + 1);
    if wishes.is_empty() || wishes.len() > MOST_WISHES {
        return Err(whole(if wishes.is_empty() {
            "nothing is asked for"
        } else {
            "these are too many wishes at once"
        }));
    }
    let mut was = vec![blueprint.to_owned()];
    let mut done: Vec<Said> = Vec::new();
    // What "it" is in "rename phone to mobile and make it required".
    let mut last: Option<String> = None;
    // And "them" in "users can read invoices, but only admins can delete them".
    let mut them: Option<String> = None;
    let mut previous: Option<Said> = None;
    // And "it" in "add waiting to the status and make it the default".
    let mut value: Option<(String, String)> = None;
    let (mut waiting, mut left): (Vec<Said>, Vec<Said>) = (Vec::new(), wishes.into_iter().rev().collect());
    while let Some(wish) = waiting.pop().or_else(|| left.pop()) {
        let refused = |why: String| NotDone { wish: shortened(&wish.text), why };
        if wish.words.len() > MOST_WORDS {
            not_done.push(refused("this sentence is too long: say one thing at a time".to_owned()));
            continue;
        }
        let Some(places) = Places::of(&changed.text) else {
            not_done.push(refused("the blueprint cannot be read as TOML; `supermaker check` says where".to_owned()));
            break;
        };
        let only = || {
            places
                .entities
                .first()
                .filter(|_| places.entities.len() == 1)
                .map(|one| lemma::plural(&one.name.replace('_', " ")))
        };
        let record = them.clone().or_else(only);
        let list = last
            .as_ref()
            .zip(previous.as_ref())
            .and_then(|(field, before)| plainly::of_list(&wish, before, field, &places));
        let list = list.or_else(|| value.as_ref().and_then(|(value, field)| plainly::of_value(&wish, value, field)));
        let wish = match list {
            Some(wish) => wish,
            None if wish.is_asked => wish.clone(),
            None => referring(&wish, last.as_ref(), record.as_ref()),
        };
        them = places.the_named_record(&wish.words);
        let mut said = if wish.is_asked { Vec::new() } else { plainly::wishes(wish.clone(), &places) };
        if said.len() > 1 {
            said.reverse();
            waiting.extend(said);
            continue;
        }
        let wish = said.pop().unwrap_or_else(|| wish.clone());
        match answer(&wish, &places, &changed.text) {
            Answer::Done { patches, told } => match patch::apply(&changed.text, patches) {
                Some(text) => {
                    changed.text = columns::kept(&changed.text, ended(&changed.text, text));
                    changed.done.push(told);
                    if was.contains(&changed.text) {
                        not_done.push(refused(BOTH_WAYS.to_owned()));
                    }
                    let after = Places::of(&changed.text);
                    last = after.as_ref().and_then(|after| places.the_changed_field(after));
                    value = after.as_ref().and_then(|after| new_values::new_value(&places, after));
                    // What was renamed is called otherwise from here on.
                    let is_new = |one: &&places::Entity| !places.entities.iter().any(|old| old.name == one.name);
                    let renamed = |one: &&places::Entity| is_new(one) && !one.former.0.is_empty();
                    if let Some(one) = after.as_ref().and_then(|after| after.entities.iter().find(renamed)) {
                        them = Some(lemma::plural(&one.name.replace('_', " ")));
                    }
                    was.push(changed.text.clone());
                    previous = Some(wish.clone());
                    done.push(wish);
                }
                None => not_done.push(refused("it asks for two changes of one place".to_owned())),
            },
            Answer::Already(told) => {
                changed.already.push(told);
                last = places.the_named_field(&wish.words);
                value = new_values::named_value(&wish.words, &places);
                previous = Some(wish);
            }
            Answer::Refused(why) => not_done.push(refused(why)),
        }
    }
    if not_done.is_empty()
        && let Some(wish) = taken_back(&done, &changed.text)
    {
        not_done.push(NotDone { wish: shortened(&wish.text), why: BOTH_WAYS.to_owned() });
    }
    if not_done.is_empty() { Ok(changed) } else { Err(not_done) }
}

/// A wish with what "it" and "them" are in it.
fn referring(wish: &Said, it: Option<&String>, them: Option<&String>) -> Said {
    let wish = it.and_then(|field| plainly::of_it(wish, field)).unwrap_or_else(|| wish.clone());
    them.and_then(|record| plainly::of_them(&wish, record)).unwrap_or(wish)
}

/// Of two wishes that cannot both hold.
const BOTH_WAYS: &str = "this and another wish of the same request say the opposite: say one of them";

/// A wish that does not hold after those that came later. Who may do what is said from the general to the particular, so that there
/// the later word counts.
fn taken_back<'w>(done: &'w [Said], text: &str) -> Option<&'w Said> {
    let (_, earlier) = done.split_last()?;
    let places = Places::of(text)?;
    let without_rights = |text: &str| {
        let mut table: toml::Table = toml::from_str(text).ok()?;
        table.remove("auth");
        for (_, entity) in table.get_mut("entity").and_then(toml::Value::as_table_mut).into_iter().flatten() {
            entity.as_table_mut().and_then(|entity| entity.remove("access"));
        }
        Some(table)
    };
    // A name of before may mean something else now.
    let mut earlier = earlier.iter().filter(|wish| !wish.opens(&["rename"]));
    earlier.find(|wish| match answer(wish, &places, text) {
        Answer::Done { patches, .. } => {
            let after = patch::apply(text, patches);
            after.is_some_and(|after| without_rights(&after) != without_rights(text))
        }
        _ => false,
    })
}

/// A wish as it is told: a long one is known by its beginning.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// Without empty lines at the end that were not there before: what stood last may be gone.
fn ended(before: &str, after: String) -> String {
    let empty = |text: &str| text.len() - text.trim_end_matches(['\r', '\n']).len();
    let end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    if empty(&after) <= empty(before).max(end.len()) {
        return after;
    }
    format!("{}{end}", after.trim_end_matches(['\r', '\n']))
}

/// The first way of wishing that fits; else the sentence is read as a request is, with the blueprint before it.
fn answer(wish: &Said, places: &Places, text: &str) -> Answer {
    match hinted(read(wish, places, text), wish, places, text) {
        Answer::Refused(why) => Answer::Refused(hints::with_examples(why, places)),
        answer => answer,
    }
}

fn read(wish: &Said, places: &Places, text: &str) -> Answer {
    let read = wishes::ALL.iter().find_map(|one| (one.read)(wish, places, text));
    read.unwrap_or_else(|| context::read(wish, places))
}

/// With what the words may have meant, where nothing came of them: a name of before, or one that is a slip away.
fn hinted(answer: Answer, wish: &Said, places: &Places, text: &str) -> Answer {
    let called = |(old, new): (String, String)| format!("what was called `{old}` is called `{new}` now");
    match answer {
        Answer::Done { patches, told } => {
            let after = patch::apply(text, patches.clone()).and_then(|text| Places::of(&text));
            if let Some(name) = after.as_ref().and_then(|after| names::reserved(places, after)) {
                return Answer::Refused(format!(
                    "`{name}` is a name that every backend has for itself: say another one"
                ));
            }
            let as_name = after.as_ref().and_then(|after| names::wish_as_name(places, after));
            if let Some(name) = as_name.filter(|_| !wish.opens(&["rename"])) {
                return Answer::Refused(format!("a field `{name}` would come of this: say one thing at a time"));
            }
            match after.and_then(|after| names::taken(&after)) {
                Some((name, of)) if !wish.opens(&["rename"]) => Answer::Refused(format!(
                    "`{name}` is what `{of}` was called before, and a database may still have it under that name: say another name, or \
                     take `renamed_from` away once all of them are brought along"
                )),
                _ => Answer::Done { patches, told },
            }
        }
        // Said twice, a name is there and the other is not.
        Answer::Already(told) if wish.opens(&["rename"]) => Answer::Already(told),
        Answer::Already(told) => match names::former(&wish.words, places) {
            Some(former) => Answer::Refused(format!("{told}; {}", called(former))),
            None => Answer::Already(told),
        },
        Answer::Refused(why) => match (names::former(&wish.words, places), names::misspelt(&wish.words, places)) {
            (Some(former), _) if why.contains("there is no") || why.ends_with(context::NOT_READ) => {
                Answer::Refused(format!("{}: say that name", called(former)))
            }
            (Some(former), _) => Answer::Refused(format!("{}; {why}", called(former))),
            (None, Some((word, name))) if !why.contains("perhaps you mean") => {
                Answer::Refused(format!("perhaps you mean `{name}` by \"{word}\"; {why}"))
            }
            _ if (why.ends_with(context::NOT_READ) || why.starts_with("nothing can be made of"))
                && names::misspelt_command(&wish.words, places).is_some_and(|(word, command)| {
                    let said: Vec<&str> =
                        wish.words.iter().map(|one| if *one == word { command } else { one.as_str() }).collect();
                    let said = Said::of(&said.join(" "));
                    said.is_some_and(|said| !matches!(read(&said, places, text), Answer::Refused(_)))
                }) =>
            {
                let (word, command) = names::misspelt_command(&wish.words, places).unwrap_or_default();
                Answer::Refused(format!("perhaps you mean \"{command}\" by \"{word}\": say it again with that"))
            }
            _ if why.ends_with(context::NOT_READ)
                && wish.opens(&["add", "store", "record", "track"])
                && !names::any(&wish.words, places) =>
            {
                Answer::Refused(format!(
                    "to which record? say for example \"add … to {}\"; {why}",
                    hints::some_records(places)
                ))
            }
            _ => Answer::Refused(why),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLUEPRINT: &str = "[app]\nname = \"x\"\n\n[auth]\nroles = [\"clerk\"]\n\n[entity.lead]\nowner = true\n\
        [entity.lead.field]\nname   = { type = \"text\" }\nphone  = { type = \"phone\" }\nsecret = { type = \"text\", read = [\"role:clerk\"] }\n\
        status = { type = \"enum\", values = [\"new\", \"won\"] }\n[entity.lead.access]\nread = [\"role:clerk\", \"role:admin\"]\n\n\
        [entity.call.field]\n\
        lead = { type = \"reference\", to = \"lead\" }\n\n[entity.note.field]\nbody = { type = \"long_text\" }\n\n[integration.sms]\nprovider = \"twilio\"\n\n\
        [automation.sms_lead_created]\non = \"lead.created\"\ndo = \"sms.send\"\n\n\
        [automation.sms_schedule]\nevery = \"0 9 * * 1\"\ndo = \"sms.send\"\n";

    #[test]
    fn every_wish_reads_its_example() {
        let places = Places::of(BLUEPRINT).unwrap();
        for wish in wishes::ALL {
            let said = said::wishes(wish.example, MOST_WISHES);
            let [said] = said.as_slice() else { panic!("{} is not one wish", wish.example) };
            let read = (wish.read)(said, &places, BLUEPRINT);
            // What these are for is to say what to do instead.
            let is_answered =
                matches!(wish.id, "replace" | "undo" | "of_user" | "asks" | "needs" | "unbound" | "only_that")
                    && read.is_some();
            assert!(is_answered || matches!(read, Some(Answer::Done { .. })), "{}: {}", wish.id, wish.example);
        }
    }

    #[test]
    fn one_wish_that_is_not_understood_stops_all() {
        let not_done = change(BLUEPRINT, "rename phone to mobile. frobnicate the gizmo").unwrap_err();
        assert_eq!(not_done.len(), 1);
        assert!(not_done.iter().all(|one| one.wish.contains("frobnicate")), "{not_done:?}");
    }
}
