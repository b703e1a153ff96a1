//! Wishes in the words that the table reads: "prospects: add an email" is "add an email to prospects", "make name and phone required" is
//! two wishes. What is said stays what it was; nothing is decided here.

use super::places::{Entity, Places};
use super::predicate::raw;
use super::said::{self, Said};
use super::wishes::spoken;
use super::{apart, everyday, permitted, predicate, unbound};

/// The wish as others are said, one for each thing that it is about.
pub(super) fn wishes(wish: Said, places: &Places) -> Vec<Said> {
    let mut wish = wish;
    // "customers need phone and email" is "add phone and email to customers", and that "add a phone and an email to customers".
    for _ in 0..2 {
        let Some(plainer) = everyday::reworded(&wish, places).and_then(|text| Said::of(&text)) else { break };
        wish = plainer;
    }
    let one = reworded(&wish, places).and_then(|text| Said::of(&text)).unwrap_or(wish);
    apart::apart(&one, places).unwrap_or_else(|| vec![one])
}

/// "make it required" of a field that the wish before was about.
pub(super) fn of_it(wish: &Said, field: &str) -> Option<Said> {
    if let Some(value) =
        wish.text.to_lowercase().find("default is ").filter(|at| *at == 0 || wish.opens(&["the"]) && *at == 4)
    {
        // "… is between 1 and 30, and the default is 20".
        let value = wish.text.get(value + "default is ".len()..)?;
        return Said::of(&format!("the default {field} is {value}"));
    }
    let at = wish.place(&["it"])?;
    let fits = at == 0 || at == 1 && wish.opens(&["make", "index", "hide", "require"]);
    let says = (at + 1..=wish.words.len()).any(|at| predicate::predicates(wish, at, true).is_some())
        || wish.words.len() == at + 1;
    (fits && says).then(|| {
        Said::of(&format!("{} the {field} {}", wish.between(0, at).join(" "), raw(wish, at + 1, wish.words.len())))
    })?
}

/// "only admins may delete them" of records that the wish before named.
pub(super) fn of_them(wish: &Said, record: &str) -> Option<Said> {
    // "give them a birthday".
    if wish.opens(&["give"]) && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "them" | "it")) {
        return Said::of(&format!("give {record} {}", raw(wish, 2, wish.words.len())));
    }
    let (last, before) = wish.words.split_last()?;
    // "add an email to it".
    let adds = wish.opens(&["add"]) && before.last().is_some_and(|word| word == "to");
    let says = adds || wish.place(&["may", "can", "should", "must", "let", "allow"]).is_some();
    let fits = matches!(last.as_str(), "them" | "it") && says && !wish.words.iter().any(|word| word == "own");
    let all = usize::from(before.ends_with(&["all".to_owned(), "of".to_owned()]));
    fits.then(|| Said::of(&format!("{} {record}", raw(wish, 0, before.len() - all))))?
}

/// "make it the default" of a value that the wish before added.
pub(super) fn of_value(wish: &Said, value: &str, field: &str) -> Option<Said> {
    let said = wish.words.join(" ");
    let fits = [
        "make it the default",
        "make that the default",
        "it is the default",
        "it should be the default",
        "make it default",
    ];
    fits.contains(&said.as_str()).then(|| Said::of(&format!("the default {field} is {}", value.replace('_', " "))))?
}

/// "remove lost from the statuses and add archived": to the same list.
pub(super) fn of_list(wish: &Said, before: &Said, field: &str, places: &Places) -> Option<Said> {
    let is_less = before.opens(&["remove", "drop", "delete", "take"]) && before.place(&["from"]).is_some();
    let named = wish.words.get(1).is_some_and(|word| !matches!(word.as_str(), "a" | "an" | "the" | "another" | "new"));
    let words: Vec<String> = field.split(' ').map(str::to_owned).collect();
    let is_list = places.field(&words).is_ok_and(|(_, field)| field.kind == "enum");
    let fits = is_less
        && named
        && is_list
        && wish.opens(&["add"])
        && wish.place(&["to", "as"]).is_none()
        && wish.words.len() < 6;
    fits.then(|| Said::of(&format!("{} to the {field}", raw(wish, 0, wish.words.len()))))?
}

fn reworded(wish: &Said, places: &Places) -> Option<String> {
    headed(wish, places)
        .or_else(|| given(wish, places))
        .or_else(|| added(wish, places))
        .or_else(|| having(wish, places))
        .or_else(|| having_as(wish, places))
        .or_else(|| more_than_one(wish))
        .or_else(|| permitted::reworded(wish, places))
        .or_else(|| called(wish, places))
        .or_else(|| without(wish, places))
        .or_else(|| unbound::reworded(wish, places))
        .or_else(|| instead_of(wish))
        .or_else(|| can_also_be(wish, places))
        .or_else(|| for_record(wish, places))
        .or_else(|| no_longer_one(wish, places))
        .or_else(|| length(wish))
        .or_else(|| bare_default(wish, places))
}

/// "the default status should be contacted instead of new": what it was is of no account.
fn instead_of(wish: &Said) -> Option<String> {
    let at = wish.words.windows(2).position(|two| two == ["instead", "of"])?;
    let is_start =
        wish.place(&["default", "defaults", "start", "starts", "begin", "begins"]).is_some_and(|word| word < at);
    (is_start && wish.words.len() < at + 5).then(|| raw(wish, 0, at))
}

/// "orders can also be returned" of the one list of values that orders have.
fn can_also_be(wish: &Said, places: &Places) -> Option<String> {
    let (entity, end) = record(&wish.words, places)?;
    let says = matches!(wish.between(end, end + 3), [can, also, be] if matches!(can.as_str(), "can" | "may") && also == "also" && be == "be");
    let mut lists = entity.fields.iter().filter(|field| field.kind == "enum");
    let field = lists.next().filter(|_| says && lists.next().is_none())?;
    let done = wish.words.get(end + 3).filter(|word| {
        !matches!(
            word.as_str(),
            "seen" | "read" | "edited" | "changed" | "deleted" | "updated" | "created" | "added" | "restored"
        )
    })?;
    let rest = raw(wish, end + 3, wish.words.len());
    (!done.is_empty() && wish.place(&["by", "if", "when"]).is_none()).then(|| {
        format!("the {} of {} can also be {rest}", spoken(&field.name), crate::lemma::plural(&spoken(&entity.name)))
    })
}

/// "email is required and unique for customers" is of the email of customers, and of those of others who are named with them.
fn for_record(wish: &Said, places: &Places) -> Option<String> {
    let verb = wish.place(&["is", "are", "should", "must"]).filter(|at| *at > 0)?;
    let at = wish.words.iter().rposition(|word| word == "for").filter(|at| *at > verb + 1)?;
    let owners = places.several(wish.from(at + 1))?;
    let name = said::name(wish.between(0, verb));
    owners.iter().all(|owner| owner.fields.iter().any(|field| field.name == name)).then(|| {
        let many: Vec<String> = owners.iter().map(|owner| crate::lemma::plural(&spoken(&owner.name))).collect();
        format!("the {} of {} {}", spoken(&name), many.join(" and "), raw(wish, verb, at))
    })
}

/// "general is no longer a specialty" of a value.
fn no_longer_one(wish: &Said, places: &Places) -> Option<String> {
    let at = wish
        .words
        .windows(3)
        .position(|three| matches!(three[0].as_str(), "is" | "are") && three[1] == "no" && three[2] == "longer")?;
    let article = usize::from(wish.words.get(at + 3).is_some_and(|word| matches!(word.as_str(), "a" | "an" | "the")));
    let (_, field) = places.field(wish.from(at + 3 + article)).ok()?;
    let value = raw(wish, 0, at);
    let is_value = field.values.items.contains(&super::values::written(field, &value));
    (is_value && article > 0).then(|| format!("remove {value} from the {}", wish.from(at + 3 + article).join(" ")))
}

/// "the max length of the name is 50" is "the name is at most 50 characters".
fn length(wish: &Said) -> Option<String> {
    let start = usize::from(wish.opens(&["the", "set"]))
        + usize::from(wish.words.get(1).is_some_and(|word| word == "the") && wish.opens(&["set"]));
    let most = match wish.words.get(start)?.as_str() {
        "max" | "maximum" => "most",
        "min" | "minimum" => "least",
        _ => return None,
    };
    let of = wish
        .words
        .get(start + 1..start + 3)
        .is_some_and(|two| two[0] == "length" && matches!(two[1].as_str(), "of" | "for"));
    let number = wish.words.iter().position(|word| word.bytes().all(|byte| byte.is_ascii_digit())).filter(|_| of)?;
    let around = |word: &&String| matches!(word.as_str(), "is" | "should" | "be" | "must" | "to" | "now");
    let end = number - wish.between(0, number).iter().rev().take_while(around).count();
    let rest = wish.from(number + 1).iter().all(|word| super::phrases::CHARACTERS.contains(&word.as_str()));
    (rest && end > start + 3)
        .then(|| format!("{} at {most} {} characters", raw(wish, start + 3, end), raw(wish, number, number + 1)))
}

/// "priority default medium" is "the default priority is medium".
fn bare_default(wish: &Said, places: &Places) -> Option<String> {
    let at = wish.place(&["default"]).filter(|at| *at > 0 && at + 1 < wish.words.len())?;
    let field = wish.between(0, at);
    let is_plain =
        !wish.words.iter().any(|word| matches!(word.as_str(), "to" | "is" | "should" | "the" | "no" | "not" | "by"));
    (is_plain && places.field(field).is_ok())
        .then(|| format!("the default {} is {}", field.join(" "), raw(wish, at + 1, wish.words.len())))
}

/// "the phone number should be called phone".
fn called(wish: &Said, places: &Places) -> Option<String> {
    let at = wish.words.windows(3).position(|three| {
        three[0] == "should" && three[1] == "be" && matches!(three[2].as_str(), "called" | "named")
    })?;
    let named = wish.between(0, at);
    let is_there =
        places.field(named).is_ok() || places.entity(named).is_some() || super::names::former(named, places).is_some();
    is_there.then(|| format!("rename {} to {}", raw(wish, 0, at), raw(wish, at + 3, wish.words.len())))
}

/// "a ticket without a subject is not allowed", "tickets must always have a subject".
fn without(wish: &Said, places: &Places) -> Option<String> {
    if let Some(at) = wish.words.windows(3).position(|three| three == ["must", "always", "have"]) {
        return Some(format!("{} must have {}", raw(wish, 0, at), raw(wish, at + 3, wish.words.len())));
    }
    let at = wish.place(&["without"])?;
    let (entity, end) = record(&wish.words, places).filter(|(_, end)| *end == at)?;
    let not = wish.words.windows(2).position(|two| matches!(two[0].as_str(), "is" | "are") && two[1] == "not")?;
    let name = said::name(wish.between(at + 1, not));
    let is_last =
        matches!(wish.from(not + 2), [word] if matches!(word.as_str(), "allowed" | "possible" | "valid" | "accepted"));
    (is_last && end == at && entity.fields.iter().any(|field| field.name == name))
        .then(|| format!("the {} of {} is required", name.replace('_', " "), spoken(&entity.name)))
}

/// The longest record that words begin with, after articles, and where it ends.
pub(super) fn record<'p>(words: &[String], places: &'p Places) -> Option<(&'p Entity, usize)> {
    (1..=words.len().min(5)).rev().find_map(|end| {
        let said = words.get(..end)?;
        // An article at the end is of what comes next.
        said.last().filter(|last| !said::name(std::slice::from_ref(*last)).is_empty())?;
        let one = said::one(said);
        Some((places.entities.iter().find(|entity| entity.name == one)?, end))
    })
}

/// "prospects: add an email".
fn headed(wish: &Said, places: &Places) -> Option<String> {
    let (head, rest) = wish.text.split_once(':')?;
    let head: Vec<String> = head.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let (entity, end) = record(&head, places)?;
    let rest = rest.trim();
    (end == head.len() && rest.to_lowercase().starts_with("add ") && !rest.contains(" to "))
        .then(|| format!("{} to {}", rest.trim_end_matches('.'), spoken(&entity.name)))
}

/// "give prospects an email".
fn given(wish: &Said, places: &Places) -> Option<String> {
    let (entity, end) = record(wish.from(1), places).filter(|_| wish.opens(&["give"]))?;
    let rest = wish.from(1 + end);
    let is_list = rest.first().is_some_and(|word| matches!(word.as_str(), "a" | "an" | "two" | "some" | "several"));
    let other =
        rest.iter().any(|word| matches!(word.as_str(), "access" | "right" | "rights" | "default" | "limit" | "to"));
    (is_list && !other).then(|| format!("add {} to {}", raw(wish, 1 + end, wish.words.len()), spoken(&entity.name)))
}

/// "an email should be added to prospects".
fn added(wish: &Said, places: &Places) -> Option<String> {
    let at = wish.words.windows(3).position(|three| three == ["be", "added", "to"])?;
    let modal = at.checked_sub(1).filter(|modal| *modal > 0)?;
    wish.words.get(modal).filter(|word| matches!(word.as_str(), "should" | "must" | "to" | "can" | "shall"))?;
    let start = modal
        - usize::from(
            wish.words.get(modal - 1).is_some_and(|word| matches!(word.as_str(), "needs" | "need" | "has" | "have")),
        );
    let (_, end) = record(wish.from(at + 3), places)?;
    (at + 3 + end == wish.words.len() && start > 0)
        .then(|| format!("add {} to {}", raw(wish, 0, start), raw(wish, at + 3, wish.words.len())))
}

/// "I'd like prospects to have an email", "follow ups must have a date", which they have not yet.
fn having(wish: &Said, places: &Places) -> Option<String> {
    let (entity, end) = record(&wish.words, places)?;
    let have = usize::from(wish.words.get(end + 1).is_some_and(|word| word == "have"));
    let name = wish.from(end + 2);
    match wish.words.get(end)?.as_str() {
        "to" if have == 1 => Some(format!("{} have {}", raw(wish, 0, end), raw(wish, end + 2, wish.words.len()))),
        "must" if have == 1 => {
            let article = name.first().filter(|word| matches!(word.as_str(), "a" | "an"))?;
            let name = name.get(1..)?;
            let is_plain = (1..=3).contains(&name.len())
                && !name.iter().any(|word| matches!(word.as_str(), "and" | "or" | "than" | "of"));
            let is_new = !entity.fields.iter().any(|field| field.name == said::name(name)) && article != "the";
            (is_plain && is_new && places.entity(name).is_none())
                .then(|| format!("add a required {} to {}", name.join(" "), spoken(&entity.name)))
        }
        _ => None,
    }
}

/// "students and teachers have a unique email", which they have: it is said what theirs is.
fn having_as(wish: &Said, places: &Places) -> Option<String> {
    let have = wish.place(&["have", "has"]).filter(|at| *at > 0)?;
    let must = usize::from(wish.words.get(have - 1).is_some_and(|word| matches!(word.as_str(), "must" | "should")));
    let owners = places.several(wish.between(0, have - must))?;
    let article = usize::from(wish.words.get(have + 1).is_some_and(|word| matches!(word.as_str(), "a" | "an")));
    let what = wish.words.get(have + 1 + article).filter(|word| matches!(word.as_str(), "unique" | "required"))?;
    let name = said::one(wish.from(have + 2 + article));
    owners.iter().all(|owner| owner.fields.iter().any(|field| field.name == name)).then(|| {
        let many: Vec<String> = owners.iter().map(|owner| crate::lemma::plural(&spoken(&owner.name))).collect();
        format!("the {} of {} is {what}", spoken(&name), many.join(" and "))
    })
}

/// "more than one dentist" is "several dentists".
fn more_than_one(wish: &Said) -> Option<String> {
    const SAYS: &[&str] =
        &[" more than one ", " any number of ", " lots of ", " a number of ", " two or more ", " one or more "];
    wish.place(&["have", "has", "take", "takes", "belong", "belongs", "in"])?;
    let lower = wish.text.to_lowercase();
    let (at, said) = SAYS.iter().find_map(|said| Some((lower.find(said)?, said)))?;
    let after = wish.text.get(at + said.len()..).filter(|_| lower.len() == wish.text.len())?;
    let (first, rest) = after.split_once(' ').map_or((after, ""), |(first, rest)| (first, rest));
    // "more than one character" is a limit.
    let counted = super::phrases::CHARACTERS.contains(&first.to_lowercase().as_str());
    let first = if crate::lemma::is_plural(first) { first.to_owned() } else { crate::lemma::plural(first) };
    (!counted).then(|| format!("{} several {first} {rest}", wish.text.get(..at).unwrap_or("")).trim_end().to_owned())
}
