//! Wishes about lists: "let me search leads by name", "sort follow-ups by date", "filter by status".

use super::names;
use super::places::{Entity, Field, Places};
use super::predicate::{self, Predicate};
use super::said::{self, Said};
use super::wishes::spoken;
use super::{Answer, becoming};
use crate::lemma::plural;

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Search,
    Sort,
    Filter,
}

pub(super) fn find(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let turned;
    let wish = match passive(wish) {
        Some(active) => {
            turned = active;
            &turned
        }
        None => wish,
    };
    // "people can search …".
    const WHO: &[&str] = &[
        "be",
        "able",
        "to",
        "allow",
        "make",
        "people",
        "users",
        "user",
        "everyone",
        "everybody",
        "anyone",
        "staff",
        "us",
        "can",
        "may",
        "should",
        "want",
        "the",
        "all",
    ];
    let start = wish.words.iter().take_while(|word| WHO.contains(&word.as_str())).count();
    if let Some(refused) = by_some(wish, start, places) {
        return Some(refused);
    }
    let (way, start) = match wish.words.get(start)?.as_str() {
        "search" => (Way::Search, start + 1),
        "find" | "look" => {
            (Way::Search, start + 1 + usize::from(wish.words.get(start + 1).is_some_and(|word| word == "up")))
        }
        "sort" | "order" => (Way::Sort, start + 1),
        "filter" => (Way::Filter, start + 1),
        _ => return None,
    };
    if wish.words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "never" | "don't")) {
        return None;
    }
    let by = wish.words.iter().position(|word| matches!(word.as_str(), "by" | "on")).filter(|at| *at >= start);
    let owner: Vec<String> = wish
        .between(start, by.unwrap_or(wish.words.len()))
        .iter()
        .filter(|word| !matches!(word.as_str(), "for" | "in" | "through"))
        .cloned()
        .collect();
    let entity = places.entity(&owner);
    let Some(by) = by else {
        // "search leads": in which of its fields?
        let is_record = entity.filter(|one| one.name == said::one(&owner));
        return Some(match (places.field(&owner), is_record.or(entity)) {
            (Ok((entity, field)), _) if is_record.is_none() => one(way, entity, field, places, source),
            (_, Some(entity)) => Answer::Refused(format!(
                "by which field? say \"search {} by {}\"",
                plural(&spoken(&entity.name)),
                suggested(entity)
            )),
            (Err(why), None) => Answer::Refused(why),
            (Ok((entity, field)), None) => one(way, entity, field, places, source),
        });
    };
    if entity.is_none() && !said::name(&owner).is_empty() {
        return Some(Answer::Refused(names::no_record(&owner, places)));
    }
    const ORDERS: &[&str] =
        &["first", "ascending", "descending", "asc", "desc", "newest", "latest", "oldest", "highest", "lowest"];
    let mut end = wish.words.len();
    let is_order = |at: usize| wish.words.get(at).is_some_and(|word| ORDERS.contains(&word.as_str()));
    while end > by + 2 && (is_order(end - 1) || wish.words.get(end - 1).is_some_and(|word| word == "too")) {
        end -= 1;
    }
    if end > by + 3 && wish.between(end - 2, end) == ["by", "default"] {
        return Some(Answer::Refused("in which order a list comes, who asks for it says: `sort=…`".to_owned()));
    }
    let ordered = (end..wish.words.len()).any(is_order);
    let names = predicate::listed(wish, by + 1, end);
    let mut done: Option<Answer> = None;
    for name in &names {
        let words: Vec<String> = name.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let stamps = ["created_at", "updated_at", "creation", "creation_date", "id", "newest", "oldest", "latest"];
        let next = if stamps.contains(&said::name(&words).as_str()) && way != Way::Search {
            Answer::Already("lists can be sorted and filtered by created_at and updated_at".to_owned())
        } else {
            let found = match entity {
                Some(entity) => own(entity, &words).map(|field| (entity, field)).ok_or_else(|| {
                    let of: Vec<String> = words.iter().cloned().chain(["of".to_owned(), entity.name.clone()]).collect();
                    places
                        .field(&of)
                        .err()
                        .unwrap_or_else(|| format!("{} has no field `{}`", spoken(&entity.name), said::name(&words)))
                }),
                None => places.field(&words),
            };
            match found {
                Ok((entity, field)) => one(way, entity, field, places, source),
                Err(why) => Answer::Refused(why),
            }
        };
        done = Some(match (done, next) {
            (None, next) => next,
            (_, Answer::Refused(why)) => Answer::Refused(why),
            (Some(Answer::Done { mut patches, told }), Answer::Done { patches: more, told: also }) => {
                patches.extend(more);
                Answer::Done { patches, told: format!("{told}; {also}") }
            }
            (Some(Answer::Already(_)), next) => next,
            (Some(before), Answer::Already(_)) => before,
            (Some(before), _) => before,
        });
    }
    // In which order, a list says that is asked for.
    let said = |told: String| match ordered {
        true => format!("{told}; in which order, who asks for a list says: `sort=-field` begins with the last"),
        false => told,
    };
    done.map(|answer| match answer {
        Answer::Done { patches, told } => Answer::Done { patches, told: said(told) },
        Answer::Already(told) => Answer::Already(said(told)),
        refused => refused,
    })
}

/// "leads can be searched by name", "make leads sortable by name" as "search leads by name".
fn passive(wish: &Said) -> Option<Said> {
    let by = wish.place(&["by"])?;
    let verb = match wish.words.get(by.checked_sub(1)?)?.as_str() {
        "searched" | "found" | "searchable" => "search",
        "sorted" | "ordered" | "sortable" => "sort",
        "filtered" | "filterable" => "filter",
        _ => return None,
    };
    const MODALS: &[&str] = &["can", "may", "should", "must", "are", "is", "be", "able", "to", "need", "needs", "also"];
    let start = usize::from(wish.opens(&["make", "allow", "keep"]));
    let subject = wish.between(start, by - 1);
    let end = subject.iter().position(|word| MODALS.contains(&word.as_str())).unwrap_or(subject.len());
    let plain = subject.get(end..)?.iter().all(|word| MODALS.contains(&word.as_str()));
    if !plain || end == 0 || end == subject.len() && start == 0 {
        return None;
    }
    // The places of the words after "by" are looked at: the text must be theirs.
    let text =
        format!("{verb} {} by {}", subject.get(..end)?.join(" "), predicate::raw(wish, by + 1, wish.words.len()));
    Said::of(&text)
}

/// "let clerks search leads": who sees them may, and who sees them is another matter.
fn by_some(wish: &Said, start: usize, places: &Places) -> Option<Answer> {
    let verb = wish.place(&["search", "find", "sort", "filter"]).filter(|at| *at > start)?;
    let who: Vec<String> = wish
        .between(start, verb)
        .iter()
        .filter(|word| !matches!(word.as_str(), "can" | "may" | "should" | "to" | "be" | "able"))
        .cloned()
        .collect();
    let [one] = who.as_slice() else { return None };
    let role = crate::lemma::singular(one);
    let is_known = places.roles.contains(&role) || places.entity(&who).is_some();
    (is_known && wish.words.get(verb + 1).is_some()).then(|| {
        let rest = wish.from(verb).join(" ");
        Answer::Refused(format!(
            "whoever sees them may do that: say \"{rest}\", and who sees them as in \"{one} may see …\""
        ))
    })
}

fn own<'e>(entity: &'e Entity, words: &[String]) -> Option<&'e Field> {
    let wanted = said::name(words);
    entity.fields.iter().find(|field| field.name == wanted || field.name == crate::lemma::singular(&wanted))
}

fn one(way: Way, entity: &Entity, field: &Field, places: &Places, source: &str) -> Answer {
    let flag = match way {
        Way::Search => "search",
        Way::Sort => "index",
        Way::Filter => {
            return Answer::Already(format!(
                "lists of {} can be filtered by `{}`",
                plural(&spoken(&entity.name)),
                field.name
            ));
        }
    };
    becoming::apply(entity, field, &[Predicate::Flag(flag, true)], places, source)
}

fn suggested(entity: &Entity) -> String {
    let text =
        entity.fields.iter().find(|field| matches!(field.kind.as_str(), "text" | "long_text" | "email" | "phone"));
    text.or(entity.fields.first()).map_or_else(|| "name".to_owned(), |field| spoken(&field.name))
}
