//! Wishes for records that belong together: "a task can have several tags", "each order belongs to a campaign".
//!
//! Between two records that are there it is asked whether one of them may have several of the other, unless both sides are said: a wrong
//! guess would have to be migrated back.

use super::joins::{both, join, joining, told};
use super::places::{Entity, Places};
use super::said::{self, SEVERAL, Said};
use super::wishes::{UNUSUAL, add_field, after_entity, spoken};
use super::{Answer, closeness, names, wishes};
use crate::lemma::{plural, with_article};
use crate::lexicon::words;

/// How somebody has several of something.
pub(super) const HAVE: &[&str] = &[
    "has", "have", "get", "gets", "take", "takes", "attend", "attends", "join", "joins", "contain", "contains",
    "include", "includes", "hold", "holds", "own", "owns", "belong", "belongs", "visit", "visits", "enroll", "enrolls",
    "enrol", "enrols", "need", "needs", "be",
];
/// What may stand between.
pub(super) const BETWEEN: &[&str] = &[
    "can",
    "may",
    "should",
    "could",
    "must",
    "to",
    "be",
    "book",
    "books",
    "buy",
    "buys",
    "able",
    "in",
    "for",
    "of",
    "part",
    "up",
    "assigned",
    "linked",
    "a",
    "an",
    "the",
    "each",
    "every",
    "one",
    "and",
    "also",
    "other",
    "too",
    "at",
    "once",
    "same",
    "time",
    "different",
    "any",
    "number",
    "than",
    "more",
    "are",
    "is",
    "both",
    "its",
    "their",
    "with",
    "between",
    "relation",
    "relationship",
    "there",
];

/// "a task can have several tags".
pub(super) fn several(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if let Some(both) = both(wish, places) {
        return Some(join(both, places, source));
    }
    let several = wish.words.iter().position(|word| SEVERAL.contains(&word.as_str()));
    // "leads have tags" is as good as several.
    let last = wish.words.len().checked_sub(1)?;
    let is_shared = matches!(wish.words.last()?.as_str(), "tags" | "labels" | "categories");
    let at = several.or_else(|| last.checked_sub(1).filter(|_| is_shared))?;
    let has = wish.words.iter().take(at + 1).rposition(|word| HAVE.contains(&word.as_str()))?;
    let is_plain = |words: &[String]| words.iter().all(|word| BETWEEN.contains(&word.as_str()));
    let owner: Vec<String> = wish
        .between(0, has)
        .iter()
        .filter(|word| {
            !matches!(word.as_str(), "can" | "may" | "should" | "could" | "must" | "to" | "be" | "able" | "are" | "is")
        })
        .cloned()
        .collect();
    if several.is_some() && !is_plain(wish.between(has + 1, at)) {
        return None;
    }
    let entity = places.entity(&owner)?;
    let one = said::one(wish.from(at + 1));
    let many = said::name(wish.from(at + 1));
    let there = entity.fields.iter().find(|field| field.name == many);
    if let Some(field) =
        there.filter(|field| matches!(field.kind.as_str(), "text" | "long_text" | "integer" | "decimal" | "enum"))
    {
        let (of, many) = (plural(&spoken(&entity.name)), spoken(&field.name));
        return Some(Answer::Refused(format!(
            "`{many}` of {of} is one {}: say \"remove the {many} of {of}\" first, and then \"also keep {many} with a text. Each {1} belongs to {2}\"",
            spoken(&field.kind),
            crate::lemma::singular(&many),
            with_article(&spoken(&entity.name))
        )));
    }
    if there.is_some() {
        return Some(Answer::Already(format!("{} has {}", with_article(&spoken(&entity.name)), spoken(&many))));
    }
    if matches!(one.as_str(), "tag" | "label" | "category") {
        return Some(wishes::shared(entity, &one, places, source));
    }
    // Who has a role is a user.
    if places.roles.contains(&one) && !places.entities.iter().any(|other| other.name == one) {
        let words = "type = \"reference\", to = \"user\", many = true";
        return Some(match add_field(places, source, entity, &many, words) {
            Some(patch) => Answer::Done {
                patches: vec![patch],
                told: format!("{} has {}, any users", with_article(&spoken(&entity.name)), spoken(&many)),
            },
            None => Answer::Refused(UNUSUAL.to_owned()),
        });
    }
    // "several products with a quantity": the quantity is of the pair.
    let with = wish.from(at + 1).iter().position(|word| matches!(word.as_str(), "with" | "and" | "each"));
    let one = with.map_or(one, |with| said::one(wish.between(at + 1, at + 1 + with)));
    let Some(other) = places.entities.iter().find(|other| other.name == one) else {
        return super::parts::parts(entity, wish.from(at + 1), places, source);
    };
    if with.is_some() {
        let (a, b) = (spoken(&entity.name), spoken(&other.name));
        return Some(Answer::Refused(format!(
            "what is said of the {0} of one {1} belongs to the pair: say \"{2} has several {0} and {3} has several {4}\" first, and then \
             what to add to {1} {0}",
            plural(&b),
            a,
            with_article(&a),
            with_article(&b),
            plural(&a)
        )));
    }
    let refers = other.fields.iter().any(|field| field.to.as_ref().is_some_and(|(to, _)| *to == entity.name));
    if refers {
        return Some(Answer::Already(format!(
            "each {} belongs to {}",
            spoken(&other.name),
            with_article(&spoken(&entity.name))
        )));
    }
    if let Some(join) = joining([entity, other], places) {
        return Some(Answer::Already(told([entity, other], &join.name)));
    }
    let (a, b) = (spoken(&entity.name), spoken(&other.name));
    Some(Answer::Refused(format!(
        "may {0} of several {1} be the same one? If not, say \"each {b} belongs to {2}\"; if so, say \"{2} has several {3} and {0} has several \
         {1}\"",
        with_article(&b),
        plural(&a),
        with_article(&a),
        plural(&b),
    )))
}

/// "each lead belongs to a campaign", "link calls to leads": one record of the other, or a new one with a name.
pub(super) fn belongs(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const DENIED: &[&str] = &[
        "not", "never", "no", "only", "when", "if", "own", "several", "many", "multiple", "or", "by", "don't", "longer",
    ];
    if let Some(why) = one_or_other(wish, places) {
        return Some(Answer::Refused(why));
    }
    if wish.place(DENIED).is_some() {
        return None;
    }
    let is_verb = matches!(wish.words.first()?.as_str(), "link" | "connect" | "assign" | "attach" | "tie");
    let to = wish.words.iter().position(|word| matches!(word.as_str(), "to" | "with")).filter(|at| *at > 1)?;
    let (owner, is_firm) = if is_verb {
        (wish.between(1, to), false)
    } else {
        const BELONG: &[&str] = &["belongs", "belong", "linked", "assigned", "attached", "tied", "connected"];
        const AROUND: &[&str] = &[
            "is", "are", "should", "must", "can", "may", "be", "has", "have", "to", "always", "also", "need", "needs",
            "each",
        ];
        let verb = wish.words.iter().position(|word| BELONG.contains(&word.as_str())).filter(|at| at + 1 == to)?;
        let end = (1..verb)
            .find(|at| wish.words.get(*at).is_some_and(|word| AROUND.contains(&word.as_str())))
            .unwrap_or(verb);
        if !wish.between(end, verb).iter().all(|word| AROUND.contains(&word.as_str())) {
            return None;
        }
        let may = wish.between(end, verb).iter().any(|word| matches!(word.as_str(), "can" | "may"));
        let belongs = wish.words.get(verb).is_some_and(|word| word.starts_with("belong"));
        (wish.between(0, end), !may && belongs)
    };
    let child = places.entity(owner)?;
    let of_one = is(&["exactly", "just", "one", "a", "an", "its", "their", "each", "some"]);
    let articles = wish.from(to + 1).iter().take_while(|word| of_one(word)).count();
    let named: Vec<String> = wish.from(to + 1 + articles).iter().filter(|word| *word != "the").cloned().collect();
    let name = said::one(&named);
    if let Some(parent) = places.entities.iter().find(|one| one.name == name) {
        return Some(refer(child, &parent.name, &parent.name, is_firm, None, places, source));
    }
    let is_name = named.len() <= 2
        && named
            .iter()
            .all(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-') && !words::is_function_word(word));
    let is_one = articles > 0 && named.last().is_some_and(|word| !crate::lemma::is_plural(word));
    if matches!(name.as_str(), "user" | "person") && is_verb | !is_firm {
        let field = if name == "user" { "assignee" } else { "person" };
        return Some(refer(child, field, "user", false, None, places, source));
    }
    if !is_name || !(is_one || is_verb) || names::near(&name, places).is_some() || name.is_empty() {
        return None;
    }
    if places.roles.contains(&name) {
        // Who has the role is a user.
        return Some(refer(child, &name, "user", false, None, places, source));
    }
    let closed = closeness::of(child);
    let section = format!(
        "[entity.{name}]\n{}[entity.{name}.field]\nname = {{ type = \"text\", required = true, index = true }}\n{}",
        closed.owner,
        closed.access(&name)
    );
    Some(refer(child, &name, &name, is_firm, Some(section), places, source))
}

/// "invoices belong to an order or a customer": of two references, one.
fn one_or_other(wish: &Said, places: &Places) -> Option<String> {
    let to = wish.words.windows(2).position(|two| two[0].starts_with("belong") && two[1] == "to")? + 2;
    let or = wish.place(&["or"]).filter(|or| *or > to)?;
    let (child, one, other) =
        (places.entity(wish.between(0, to - 2))?, said::one(wish.between(to, or)), said::one(wish.from(or + 1)));
    let many = plural(&spoken(&child.name));
    let (one, other) = (spoken(&one), spoken(&other));
    Some(format!(
        "that one of two holds cannot be said in a blueprint: say \"{many} may belong to {}\" and \"{many} may belong to {}\", and neither is required",
        with_article(&one),
        with_article(&other)
    ))
}

fn is(words: &'static [&'static str]) -> impl Fn(&&String) -> bool {
    move |word| words.contains(&word.as_str())
}

/// A field by which one refers to the other, with the section of what is new.
fn refer(
    child: &Entity,
    name: &str,
    to: &str,
    required: bool,
    section: Option<String>,
    places: &Places,
    source: &str,
) -> Answer {
    let told = format!(
        "{} has {}{}",
        with_article(&spoken(&child.name)),
        with_article(&spoken(name)),
        match (to, &section) {
            ("user", _) if to != name => ", a user".to_owned(),
            (_, Some(_)) => format!("; {} is kept", with_article(&spoken(to))),
            _ => String::new(),
        }
    );
    let refers = |field: &&super::places::Field| field.to.as_ref().is_some_and(|(one, _)| one == to);
    if let Some(there) = child.fields.iter().find(|field| field.name == name) {
        return match refers(&there) {
            true => Answer::Already(told),
            false => Answer::Refused(format!(
                "`{name}` of {} is {}, which no record is: rename it out of the way first",
                with_article(&spoken(&child.name)),
                with_article(&there.kind)
            )),
        };
    }
    if let Some(there) = child.fields.iter().find(|field| refers(field)).filter(|_| to != "user") {
        let many = plural(&spoken(&child.name));
        return match there.word("many").is_some() {
            true => Answer::Refused(format!(
                "{} has several {1} now: say \"remove the {1} of {many}\" first, if it is to have one",
                with_article(&spoken(&child.name)),
                spoken(&there.name)
            )),
            false => Answer::Already(told),
        };
    }
    let required = if required { ", required = true" } else { "" };
    let Some(line) = add_field(places, source, child, name, &format!("type = \"reference\", to = \"{to}\"{required}"))
    else {
        return Answer::Refused(UNUSUAL.to_owned());
    };
    let mut patches = vec![line];
    if let Some(section) = section {
        match after_entity(places, source, &child.name, &section) {
            Some(patch) => patches.push(patch),
            None => return Answer::Refused(UNUSUAL.to_owned()),
        }
    }
    Answer::Done { patches, told }
}

/// "each note belongs to a user": what has an owner does.
pub(super) fn of_user(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    // "each note has one owner".
    if let Some(has) = wish.place(&["has", "have"]).filter(|at| at + 1 < wish.words.len())
        && said::one(wish.from(has + 1)).trim_start_matches("one_") == "owner"
        && let Some(entity) = places.entity(wish.between(0, has)).filter(|one| one.owned)
    {
        return Some(Answer::Already(format!("{} belongs to who made it", with_article(&spoken(&entity.name)))));
    }
    let at = wish.words.iter().position(|word| matches!(word.as_str(), "belongs" | "belong"))?;
    let to = wish.from(at + 1).split_first().filter(|(to, _)| *to == "to").map(|(_, rest)| said::one(rest))?;
    if !matches!(to.as_str(), "user" | "creator" | "whoever_made_it" | "person_who_made_it") {
        return None;
    }
    let entity = places.entity(wish.between(0, at))?;
    let one = spoken(&entity.name);
    Some(if entity.owned {
        Answer::Already(format!("{} belongs to who made it", with_article(&one)))
    } else {
        Answer::Refused(format!(
            "{} belongs to nobody (`owner = false`), and whose those are that are there nobody knows: write `owner = true` yourself, if there are none",
            with_article(&one)
        ))
    })
}
