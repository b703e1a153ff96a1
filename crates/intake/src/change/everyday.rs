//! Wishes in the words of everyday, put into those that the table reads: "add phone and email to customers", "breed is Mixed if nobody
//! says", "everybody in the team sees all appointments". What is said stays what it was; nothing is decided here.

use super::places::{Entity, Field, Places};
use super::said::{self, SEVERAL, Said};
use super::wishes::spoken;
use super::{Answer, plainly, predicate};
use crate::lemma::{is_plural, plural, singular, with_article};

const NUMBERS: &[&str] = &["integer", "decimal", "float", "money"];

pub(super) fn reworded(wish: &Said, places: &Places) -> Option<String> {
    own_only(wish)
        .or_else(|| unless_said(wish))
        .or_else(|| measured(wish, places))
        .or_else(|| in_currency(wish, places))
        .or_else(|| table(wish))
        .or_else(|| team(wish, places))
        .or_else(|| in_need(wish, places))
        .or_else(|| bare_list(wish, places))
}

/// "customers can see their own dogs only" is "customers can only see their own dogs".
fn own_only(wish: &Said) -> Option<String> {
    let (last, words) = wish.words.split_last()?;
    let Some(modal) = wish.place(&["may", "can", "should"]).filter(|at| *at > 0) else {
        // "users see their own dogs only".
        let verb = wish.place(&["see", "read", "view", "edit", "change", "update", "delete"]).filter(|at| *at > 0)?;
        let fits =
            last == "only" && matches!(wish.from(verb + 1), [their, own, ..] if their == "their" && own == "own");
        let rest = predicate::raw(wish, verb, words.len());
        return fits.then(|| format!("{} can only {rest}", words[..verb].join(" ")));
    };
    let fits = last == "only" && wish.place(&["own"]).is_some() && !words.iter().any(|word| word == "only");
    let end = words.len();
    fits.then(|| format!("{} only {}", words[..=modal].join(" "), predicate::raw(wish, modal + 1, end)))
}

/// "make breed required, but Mixed if nobody says", "the breed is Mixed unless somebody says otherwise": a default.
fn unless_said(wish: &Said) -> Option<String> {
    const TAILS: &[&str] = &[
        "if nobody says",
        "if nobody says otherwise",
        "if nobody says anything",
        "if nothing is said",
        "if nothing is given",
        "if not given",
        "if none is given",
        "if it is not given",
        "if it's not given",
        "if not said",
        "if left empty",
        "if it is left empty",
        "if it's left empty",
        "if it is empty",
        "if empty",
        "if nobody fills it in",
        "when nobody says",
        "when nothing is given",
        "when not given",
        "when left empty",
        "unless somebody says otherwise",
        "unless someone says otherwise",
        "unless said otherwise",
        "unless otherwise said",
    ];
    let words = TAILS.iter().map(|tail| tail.split(' ').collect::<Vec<_>>());
    let ends = |tail: &Vec<&str>| {
        wish.words.len() > tail.len() && wish.words.iter().rev().zip(tail.iter().rev()).all(|(word, part)| word == part)
    };
    let end = wish.words.len() - words.filter(ends).map(|tail| tail.len()).max()?;
    let joint = (1..end).rev().find(|at| matches!(wish.words.get(*at).map(String::as_str), Some("but" | "and")));
    if let Some(at) = joint {
        let after = wish.between(at + 1, end);
        let verbs =
            after.iter().take_while(|word| matches!(word.as_str(), "it" | "is" | "should" | "be" | "use" | "make"));
        let value = predicate::raw(wish, at + 1 + verbs.count(), end);
        let head = predicate::raw(wish, 0, at);
        return (!value.is_empty()).then(|| format!("{head} and defaults to {value}"));
    }
    let verb = wish.place(&["is", "should", "are"]).filter(|at| *at > 0 && at + 1 < end)?;
    let be = usize::from(wish.words.get(verb + 1).is_some_and(|word| word == "be"));
    Some(format!("{} defaults to {}", predicate::raw(wish, 0, verb), predicate::raw(wish, verb + 1 + be, end)))
}

/// "duration must be at least 5 minutes": what a number is counted in is none of the limit, unless its name says another unit.
fn measured(wish: &Said, places: &Places) -> Option<String> {
    const UNITS: &[&str] = &[
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "percent",
        "point",
        "kg",
        "kilo",
        "gram",
        "km",
        "kilometre",
        "kilometer",
        "metre",
        "meter",
        "cm",
        "mile",
        "litre",
        "liter",
        "person",
        "people",
        "seat",
        "piece",
        "guest",
        "degree",
    ];
    let unit = |word: &str| UNITS.iter().find(|unit| **unit == word || **unit == singular(word)).copied();
    let (last, before) = wish.words.split_last()?;
    let unit_said = unit(last)?;
    before.last().filter(|number| number.starts_with(|c: char| c.is_ascii_digit() || c == '-'))?;
    let verb = wish.words.iter().position(|word| {
        matches!(word.as_str(), "must" | "should" | "is" | "are" | "may" | "can" | "at" | "between")
    })?;
    let (_, field) = places.field(wish.between(0, verb)).ok()?;
    let other = field.name.split('_').find_map(unit).is_some_and(|unit| unit != unit_said);
    (NUMBERS.contains(&field.kind.as_str()) && !other).then(|| predicate::raw(wish, 0, before.len()))
}

/// "prices in pounds", "the price should be in pounds": of what is paid these are no weight.
fn in_currency(wish: &Said, places: &Places) -> Option<String> {
    const PAID: &[&str] =
        &["price", "cost", "fee", "amount", "total", "rate", "salary", "budget", "deposit", "rent", "value"];
    const SAYS: &[&str] = &["is", "are", "be", "should", "must"];
    let at = wish.words.len().checked_sub(2).filter(|at| *at > 0)?;
    wish.words.get(at).filter(|word| *word == "in")?;
    let start = usize::from(wish.opens(&["keep", "show", "put", "have", "store", "all"]));
    let verb = wish.place(SAYS).filter(|verb| *verb < at);
    let (_, field) = places.field(wish.between(start, verb.unwrap_or(at))).ok()?;
    let last = wish.words.last()?.as_str();
    let is_paid = field.kind == "money"
        || NUMBERS.contains(&field.kind.as_str()) && field.name.split('_').any(|part| PAID.contains(&part));
    let is_pounds = matches!(last, "pound" | "pounds") && is_paid;
    let currency = if is_pounds { "sterling" } else { last };
    crate::values::currency(currency)?;
    let head = predicate::raw(wish, start, at);
    match verb {
        None => Some(format!("{head} should be in {currency}")),
        Some(_) => is_pounds.then(|| format!("{head} in {currency}")),
    }
}

/// "add a groomer table": groomers are kept.
fn table(wish: &Said) -> Option<String> {
    let (last, _) = wish.words.split_last()?;
    let is_table = matches!(last.as_str(), "table" | "record" | "collection" | "entity");
    let named: Vec<String> = wish
        .between(1, wish.words.len() - 1)
        .iter()
        .filter(|word| !matches!(word.as_str(), "a" | "an" | "the" | "new" | "another"))
        .cloned()
        .collect();
    let is_name = (1..=3).contains(&named.len())
        && named.iter().all(|word| word.chars().all(|c| c.is_alphanumeric() || c == '-'));
    (is_table && is_name && wish.opens(&["add", "create", "make"]))
        .then(|| format!("also keep {} with a name", plural(&singular(&named.join(" ")))))
}

/// "everybody in the team sees all appointments": the roles of those who work there, or whoever signs in where there are none.
fn team(wish: &Said, places: &Places) -> Option<String> {
    const OUTSIDE: &[&str] = &[
        "customer",
        "client",
        "patient",
        "student",
        "pupil",
        "guest",
        "member",
        "parent",
        "visitor",
        "user",
        "buyer",
        "applicant",
        "candidate",
        "tenant",
        "supplier",
        "subscriber",
        "reader",
        "player",
    ];
    const TEAM: &[&str] = &["team", "office", "staff", "company", "crew", "shop", "clinic", "salon", "practice"];
    let in_team = wish.opens(&["everybody", "everyone", "anyone", "anybody", "people", "all"])
        && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "in" | "on" | "from"))
        && wish.words.get(2).is_some_and(|word| matches!(word.as_str(), "the" | "our" | "my"))
        && wish.words.get(3).is_some_and(|word| TEAM.contains(&word.as_str()));
    let whole = wish.opens(&["the"])
        && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "whole" | "entire"))
        && wish.words.get(2).is_some_and(|word| TEAM.contains(&word.as_str()));
    let verb = match (in_team, whole) {
        (true, _) => 4,
        (_, true) => 3,
        _ => return None,
    };
    let roles: Vec<String> = places
        .roles
        .iter()
        .filter(|role| !OUTSIDE.contains(&role.as_str()))
        .map(|role| plural(&spoken(role)))
        .collect();
    let who = if roles.is_empty() { "users".to_owned() } else { roles.join(" and ") };
    let rest = predicate::raw(wish, verb + 1, wish.words.len());
    let said = wish.words.get(verb)?;
    match said.as_str() {
        "can" | "may" | "should" => Some(format!("{who} {said} {rest}")),
        "sees" | "see" | "reads" | "views" | "edits" | "edit" | "changes" | "change" | "updates" | "deletes"
        | "adds" => Some(format!(
            "{who} can {} {rest}",
            said.strip_suffix('s').filter(|_| said != "sees").unwrap_or(if said == "sees" { "see" } else { said })
        )),
        _ => None,
    }
}

/// "customers need a phone and an email", which they have not yet.
fn in_need(wish: &Said, places: &Places) -> Option<String> {
    let (entity, end) = plainly::record(&wish.words, places)?;
    let is_need = wish.words.get(end).is_some_and(|word| matches!(word.as_str(), "need" | "needs" | "get" | "gets"));
    let start = end + 1;
    let list = wish.from(start);
    let several = list.iter().any(|word| word == "and");
    (is_need && several && is_new_list(list, entity, places))
        .then(|| format!("add {} to {}", predicate::raw(wish, start, wish.words.len()), plural(&spoken(&entity.name))))
}

/// "customers need a phone and an email", which they have: that they must be filled in is said otherwise.
pub(super) fn needs(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let (entity, end) = plainly::record(&wish.words, places)?;
    wish.words.get(end).filter(|word| matches!(word.as_str(), "need" | "needs" | "get" | "gets"))?;
    // "customers need a phone", which they have not.
    let list = wish.from(end + 1);
    let is_one = list.first().is_some_and(|word| matches!(word.as_str(), "a" | "an"))
        && list.len() < 4
        && !list.iter().any(|word| word == "and");
    if is_one && is_new_list(list, entity, places) {
        let (name, many) = (predicate::raw(wish, end + 2, wish.words.len()), plural(&spoken(&entity.name)));
        return Some(Answer::Refused(format!(
            "may it be left out? say \"add {} to {many}\", or \"add a required {name} to {many}\" if each must have one",
            with_article(&name)
        )));
    }
    let several = wish.from(end + 1).iter().any(|word| word == "and");
    let named: Vec<String> = predicate::listed(wish, end + 1, wish.words.len())
        .iter()
        .map(|piece| said::name(&piece.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>()))
        .collect();
    let field = |name: &String| entity.fields.iter().find(|field| field.name == *name);
    let fields: Vec<&Field> = named.iter().map(field).collect::<Option<_>>().filter(|_| several)?;
    let names = listed(&fields.iter().map(|field| spoken(&field.name)).collect::<Vec<_>>());
    let many = plural(&spoken(&entity.name));
    Some(match fields.iter().all(|field| field.word("required").is_some()) {
        true => Answer::Already(format!("{names} of {many} are required")),
        false => Answer::Refused(format!(
            "{many} have {names} already: say \"{names} of {many} are required\", if that is what they need"
        )),
    })
}

/// Names of what is new, and nothing more said of it.
fn is_new_list(list: &[String], entity: &Entity, places: &Places) -> bool {
    const SAYS: &[&str] = &[
        "to", "be", "been", "account", "login", "access", "more", "if", "when", "only", "or", "not", "no", "least",
        "most", "between", "which", "that", "who", "role", "unique", "required", "optional", "by", "one", "each",
        "every", "can", "may", "must", "should", "is", "are", "has", "have", "called", "named", "for", "with", "from",
        "their", "own",
    ];
    let names = list.split(|word| word == "and");
    let known = |name: &[String]| entity.fields.iter().any(|field| field.name == said::name(name));
    let is_record = |name: &[String]| places.entities.iter().any(|one| one.name == said::one(name));
    !list.is_empty()
        && !list.iter().any(|word| SAYS.contains(&word.as_str()) || SEVERAL.contains(&word.as_str()))
        && names.clone().all(|name| !name.is_empty() && !known(name) && !is_record(name))
}

/// "add phone, grade average and two references to customers": each with its article, and "a first reference, a second reference".
fn bare_list(wish: &Said, places: &Places) -> Option<String> {
    let to = wish.words.iter().rposition(|word| word == "to").filter(|to| *to > 1 && wish.opens(&["add"]))?;
    let (entity, end) = plainly::record(wish.from(to + 1), places)?;
    let list = wish.between(1, to);
    let text = predicate::raw(wish, 1, to);
    if to + 1 + end != wish.words.len() || text.contains(['(', ':', '"', '/']) || !is_new_list(list, entity, places) {
        return None;
    }
    let pieces = predicate::pieces(&text);
    const ARTICLES: &[&str] = &["a", "an", "the", "some", "another", "new", "any", "tags", "labels", "categories"];
    let first = |piece: &str| piece.split(' ').next().unwrap_or("").to_lowercase();
    // One alone may be a value of a list: "add lost to leads".
    let is_bare = |piece: &String| !ARTICLES.contains(&first(piece).as_str());
    if pieces.len() < 2 || !pieces.iter().any(is_bare) || pieces.iter().any(|piece| piece.split(' ').count() > 4) {
        return None;
    }
    let named = pieces.iter().flat_map(|piece| match (is_bare(piece), first(piece).as_str()) {
        (false, _) => vec![piece.clone()],
        (true, "two") => counted(piece, &["first", "second"]),
        (true, "three") => counted(piece, &["first", "second", "third"]),
        _ if is_plural(piece) => vec![piece.clone()],
        _ => vec![with_article(piece)],
    });
    let named: Vec<String> = named.collect();
    let is_value = entity
        .fields
        .iter()
        .any(|field| field.kind == "enum" && pieces.iter().any(|one| field.values.items.contains(one)));
    (!is_value).then(|| format!("add {} to {}", listed(&named), plural(&spoken(&entity.name))))
}

fn counted(piece: &str, numbers: &[&str]) -> Vec<String> {
    let what = singular(piece.split_once(' ').map_or(piece, |(_, what)| what));
    numbers.iter().map(|number| format!("a {number} {what}")).collect()
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.join(""),
    }
}
