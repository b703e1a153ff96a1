//! Wishes in the words that the table reads: "prospects: add an email" is "add an email to prospects", "make name and phone required" is
//! two wishes. What is said stays what it was; nothing is decided here.

use super::places::{Entity, Places};
use super::said::{self, Said};
use super::wishes::spoken;
use super::{drops, everyday, predicate, rights};

/// The wish as others are said, one for each thing that it is about.
pub(super) fn wishes(wish: Said, places: &Places) -> Vec<Said> {
    let mut wish = wish;
    // "customers need phone and email" is "add phone and email to customers", and that "add a phone and an email to customers".
    for _ in 0..2 {
        let Some(plainer) = everyday::reworded(&wish, places).and_then(|text| Said::of(&text)) else { break };
        wish = plainer;
    }
    let one = reworded(&wish, places).and_then(|text| Said::of(&text)).unwrap_or(wish);
    let several = renames(&one)
        .or_else(|| verbs_apart(&one, places))
        .or_else(|| dropped(&one, places))
        .or_else(|| of_fields(&one, places));
    several.unwrap_or_else(|| vec![one])
}

/// "make it required" of a field that the wish before was about.
pub(super) fn of_it(wish: &Said, field: &str) -> Option<Said> {
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
    let (last, _) = wish.words.split_last()?;
    let says = wish.place(&["may", "can", "should", "must", "let", "allow"]).is_some();
    let fits = matches!(last.as_str(), "them" | "it") && says && !wish.words.iter().any(|word| word == "own");
    fits.then(|| Said::of(&format!("{} {record}", raw(wish, 0, wish.words.len() - 1))))?
}

fn reworded(wish: &Said, places: &Places) -> Option<String> {
    headed(wish, places)
        .or_else(|| given(wish, places))
        .or_else(|| added(wish, places))
        .or_else(|| having(wish, places))
        .or_else(|| more_than_one(wish))
        .or_else(|| said_openly(wish, places))
        .or_else(|| called(wish, places))
        .or_else(|| visible(wish))
        .or_else(|| without(wish, places))
}

/// "orders should be private", "give admins the right to delete orders", "only let admins add products".
fn said_openly(wish: &Said, places: &Places) -> Option<String> {
    let end = wish.words.len();
    if wish.opens(&["nobody", "none"])
        && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "but" | "except"))
    {
        return Some(format!("only {}", raw(wish, 2, end)));
    }
    if let Some(last @ ("private" | "public")) = wish.words.last().map(String::as_str) {
        let verb = wish.place(&["is", "are", "should", "must"]).filter(|at| *at > 0)?;
        let fits = wish
            .between(verb, end - 1)
            .iter()
            .all(|word| matches!(word.as_str(), "is" | "are" | "should" | "must" | "be"));
        return (fits && places.several(wish.between(0, verb)).is_some())
            .then(|| format!("make {} {last}", wish.between(0, verb).join(" ")));
    }
    if let Some(at) = wish
        .words
        .windows(3)
        .position(|three| three == ["the", "right", "to"])
        .filter(|_| wish.opens(&["give", "grant"]))
    {
        return Some(format!("{} may {}", raw(wish, 1, at), raw(wish, at + 3, end)));
    }
    (wish.opens(&["only"]) && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "let" | "allow")) && end > 3)
        .then(|| {
            let verb = wish.words.iter().skip(2).position(|word| word == "to").map_or_else(
                || {
                    (3..end).find(|at| {
                        !crate::lemma::is_plural(&wish.words[*at])
                            && wish.words[*at] != "and"
                            && wish.words[*at] != "or"
                    })
                },
                |at| Some(at + 2),
            );
            let at = verb.unwrap_or(3);
            let to = usize::from(wish.words.get(at).is_some_and(|word| word == "to"));
            format!("only {} may {}", raw(wish, 2, at), raw(wish, at + to, end))
        })
}

/// "managers can see leads, edit notes and delete tasks": what they may with each.
fn verbs_apart(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    let modal = wish.place(&["may", "can", "should"]).filter(|at| *at > 0)?;
    let denied = wish
        .words
        .iter()
        .any(|word| matches!(word.as_str(), "not" | "never" | "own" | "no" | "nobody" | "but" | "when" | "if"));
    if denied {
        return None;
    }
    let (mut at, mut found) = (modal + 1, Vec::new());
    while at < wish.words.len() {
        if wish.words.get(at).is_some_and(|word| {
            matches!(word.as_str(), "and" | "may" | "can" | "also" | "should" | "be" | "able" | "to")
        }) {
            at += 1;
            continue;
        }
        let (_, length) = rights::operations(wish.from(at), places);
        let start = at + length;
        let is_end = |end: &usize| {
            *end == wish.words.len()
                || rights::operations(wish.from(*end), places).1 > 0
                || wish.words.get(*end).is_some_and(|word| matches!(word.as_str(), "may" | "can"))
        };
        let end = (start + 1..=wish.words.len()).find(is_end)?;
        let named = wish.between(start, end);
        let named: &[String] = match named.split_last() {
            Some((last, before)) if last == "and" => before,
            _ => named,
        };
        places.several(named).filter(|_| length > 0)?;
        found.push(format!(
            "{} {} {}",
            wish.between(0, modal + 1).join(" "),
            wish.between(at, start).join(" "),
            named.join(" ")
        ));
        at = end;
    }
    (found.len() > 1).then(|| found.iter().filter_map(|text| Said::of(text)).collect())
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

/// "payments are only visible to admins" is "payments can only be seen by admins".
fn visible(wish: &Said) -> Option<String> {
    let at = wish.words.windows(2).position(|two| two[0] == "visible" && two[1] == "to")?;
    const BEFORE: &[&str] = &["are", "is", "should", "must", "be", "only", "may", "can"];
    let start = at - wish.between(0, at).iter().rev().take_while(|word| BEFORE.contains(&word.as_str())).count();
    let last = wish.words.last().is_some_and(|word| word == "only");
    let end = wish.words.len() - usize::from(last);
    let only = last || wish.between(start, end).iter().any(|word| word == "only");
    let denied = wish
        .words
        .iter()
        .any(|word| matches!(word.as_str(), "not" | "no" | "never" | "when" | "if" | "but" | "except"));
    let who: Vec<&str> = wish.between(at + 2, end).iter().map(String::as_str).filter(|word| *word != "only").collect();
    (start > 0 && start < at && !denied && !who.is_empty())
        .then(|| format!("{} can {}be seen by {}", raw(wish, 0, start), if only { "only " } else { "" }, who.join(" ")))
}

/// "a ticket without a subject is not allowed", "tickets must always have a subject", "everyone can see classes without logging in".
fn without(wish: &Said, places: &Places) -> Option<String> {
    if let Some(at) = wish.words.windows(3).position(|three| three == ["must", "always", "have"]) {
        return Some(format!("{} must have {}", raw(wish, 0, at), raw(wish, at + 3, wish.words.len())));
    }
    let at = wish.place(&["without"])?;
    const ACCOUNTS: &[&str] =
        &["logging in", "login", "signing in", "an account", "a login", "signing up", "registering", "registration"];
    let rest = wish.from(at + 1).join(" ");
    if ACCOUNTS.contains(&rest.as_str())
        && wish.opens(&["everyone", "everybody", "anyone", "people", "anybody", "visitors"])
    {
        return Some(format!("anyone {}", raw(wish, 1, at)));
    }
    let (entity, end) = record(&wish.words, places).filter(|(_, end)| *end == at)?;
    let not = wish.words.windows(2).position(|two| matches!(two[0].as_str(), "is" | "are") && two[1] == "not")?;
    let name = said::name(wish.between(at + 1, not));
    let is_last =
        matches!(wish.from(not + 2), [word] if matches!(word.as_str(), "allowed" | "possible" | "valid" | "accepted"));
    (is_last && end == at && entity.fields.iter().any(|field| field.name == name))
        .then(|| format!("the {} of {} is required", name.replace('_', " "), spoken(&entity.name)))
}

/// The words of a wish as they were written.
fn raw(wish: &Said, from: usize, end: usize) -> String {
    predicate::raw(wish, from, end)
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

/// "rename phone to mobile, and status to stage".
fn renames(wish: &Said) -> Option<Vec<Said>> {
    let count = wish.words.iter().filter(|word| *word == "to").count();
    let rest = wish.text.get("rename ".len()..).filter(|_| wish.opens(&["rename"]) && count > 1)?;
    let pieces: Vec<&str> = rest.split([',', ';']).flat_map(|piece| piece.split(" and ")).map(str::trim).collect();
    let pieces: Vec<&str> = pieces
        .iter()
        .map(|piece| piece.strip_prefix("and ").unwrap_or(piece))
        .filter(|piece| !piece.is_empty())
        .collect();
    pieces
        .iter()
        .all(|piece| piece.matches(" to ").count() == 1)
        .then(|| pieces.iter().filter_map(|piece| Said::of(&format!("rename {piece}"))).collect())
}

/// "drop the status, the phone and the SMS".
fn dropped(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    let named = drops::dropped(wish)?;
    // "the limit of name and phone" is no phone that should go.
    const OTHERS: &[&str] = &[
        "or",
        "when",
        "if",
        "from",
        "limit",
        "limits",
        "default",
        "defaults",
        "role",
        "roles",
        "action",
        "actions",
        "automation",
        "automations",
        "value",
        "values",
        "rule",
        "rules",
        "right",
        "rights",
        "access",
        "index",
        "search",
        "required",
        "need",
    ];
    if named.iter().any(|word| OTHERS.contains(&word.as_str())) || drops::is_one(named, places) {
        return None;
    }
    let start = wish.words.len() - named.len();
    let mut pieces = predicate::listed(wish, start, wish.words.len());
    let words = |piece: &str| piece.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // "the status and the phone of prospects".
    let of = pieces.last().and_then(|last| last.find(" of ").and_then(|at| last.get(at..))).map(str::to_owned);
    if let Some(of) = of.filter(|_| pieces.iter().filter(|piece| piece.contains(" of ")).count() == 1) {
        for piece in &mut pieces {
            let whole = format!("{piece}{of}");
            if !piece.contains(" of ") && places.field(&words(&whole)).is_ok() {
                *piece = whole;
            }
        }
    }
    (pieces.len() > 1 && pieces.iter().any(|piece| drops::is_one(&words(piece), places))).then(|| {
        let way = wish.between(0, start).join(" ");
        pieces.iter().filter_map(|piece| Said::of(&format!("{way} {piece}"))).collect()
    })
}

/// "make name and phone required", "name and phone of prospects are optional".
fn of_fields(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    let end = wish.words.len();
    if let Some(several) = only_of(wish, places) {
        return Some(several);
    }
    let (way, start) = match wish.words.first()?.as_str() {
        word @ ("make" | "require" | "hide" | "let") => (format!("{word} "), 1),
        _ => (String::new(), 0),
    };
    let is_bare = matches!(way.trim(), "require" | "hide");
    let stops = if is_bare { end..=end } else { start + 3..=end.saturating_sub(1) };
    stops.rev().find_map(|at| {
        let fields = fields(wish.between(start, at), places)?;
        if !is_bare {
            predicate::predicates(wish, at, !way.is_empty())?;
        }
        let rest = raw(wish, at, end);
        fields.iter().map(|field| Said::of(format!("{way}{field} {rest}").trim())).collect()
    })
}

/// "only managers can change the price and stock of products".
fn only_of(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    const VERBS: &[&str] =
        &["see", "read", "view", "edit", "change", "update", "write", "set", "enter", "and", "or", "be"];
    let modal = wish.place(&["may", "can", "should", "must"]).filter(|at| *at > 1 && wish.opens(&["only"]))?;
    let verbs = wish.from(modal + 1).iter().take_while(|word| VERBS.contains(&word.as_str())).count();
    let at = modal + 1 + verbs;
    let fields = fields(wish.from(at), places).filter(|_| verbs > 0)?;
    let start = wish.between(0, at).join(" ");
    fields.iter().map(|field| Said::of(&format!("{start} {field}"))).collect()
}

/// Several fields, each as one would say it alone.
fn fields(words: &[String], places: &Places) -> Option<Vec<String>> {
    if places.several(words).is_some()
        || !words.iter().any(|word| word == "and")
        || words.iter().any(|word| word == "or")
        || places.field(words).is_ok()
    {
        return None;
    }
    let of = words.iter().position(|word| word == "of");
    let genitive = words.iter().position(|word| word == "'s");
    let (owner, named) = match (of, genitive) {
        (Some(at), _) => (Some(places.entity(words.get(at + 1..)?)?), words.get(..at)?),
        (None, Some(at)) => (Some(places.entity(words.get(..at)?)?), words.get(at + 1..)?),
        _ => (None, words),
    };
    let has = |words: &[String]| match owner {
        Some(owner) if owner.fields.iter().any(|field| field.name == said::name(words)) => true,
        Some(owner) => {
            let of = words.iter().cloned().chain(["of".to_owned(), owner.name.clone()]);
            places.field(&of.collect::<Vec<_>>()).is_ok()
        }
        None => places.field(words).map_or_else(|why| why.contains("say of which"), |_| true),
    };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(word) = named.get(at) {
        if word == "and" || said::name(std::slice::from_ref(word)).is_empty() {
            at += 1;
            continue;
        }
        let end = (at + 1..=named.len()).rev().find(|end| has(named.get(at..*end).unwrap_or_default()))?;
        let name = named.get(at..end)?.join(" ");
        found.push(owner.map_or_else(|| name.clone(), |owner| format!("{name} of {}", spoken(&owner.name))));
        at = end;
    }
    (found.len() > 1).then_some(found)
}
