//! Wishes about several things, cut into one for each: "make name and phone required", "managers can see leads, edit notes and delete
//! tasks", "drop the status, the phone and the SMS".

use super::places::Places;
use super::predicate::raw;
use super::said::{self, Said};
use super::wishes::spoken;
use super::{drops, predicate, rights};

/// The wishes in one, where there are several.
pub(super) fn apart(one: &Said, places: &Places) -> Option<Vec<Said>> {
    renames(one)
        .or_else(|| alike(one, places))
        .or_else(|| each_said(one, places))
        .or_else(|| limits(one))
        .or_else(|| verbs_apart(one, places))
        .or_else(|| dropped(one, places))
        .or_else(|| of_fields(one, places))
}

/// "prices are in euros": `price`, `purchase_price` and whatever else is a price, of all records or of the one that is named.
fn alike(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    let end = wish.words.len();
    let at = end.checked_sub(2).filter(|at| wish.words.get(*at).is_some_and(|word| word == "in"))?;
    let last = wish.words.last()?.as_str();
    (matches!(last, "pound" | "pounds") || crate::values::currency(last).is_some()).then_some(())?;
    let start = usize::from(wish.opens(&["all"]));
    let verb = wish.place(&["is", "are", "be", "should", "must"]).filter(|verb| *verb < at).unwrap_or(at);
    let subject = wish.between(start, verb);
    let of = subject.iter().position(|word| matches!(word.as_str(), "of" | "for"));
    let owner = match of {
        Some(of) => Some(places.entity(subject.get(of + 1..)?)?),
        None => None,
    };
    let named = subject.get(..of.unwrap_or(subject.len()))?;
    named.last().filter(|last| crate::lemma::is_plural(last))?;
    let (plural, one) = (said::name(named), said::one(named));
    let of_it = || places.entities.iter().filter(|entity| owner.is_none_or(|owner| owner.name == entity.name));
    let all = || of_it().flat_map(|entity| entity.fields.iter().map(move |field| (entity, field)));
    if all().any(|(_, field)| field.name == plural) {
        return None;
    }
    let is_one =
        |name: &str| name.strip_suffix(one.as_str()).is_some_and(|kind| kind.is_empty() || kind.ends_with('_'));
    let rest = raw(wish, verb, end);
    let found = all().filter(|(_, field)| field.kind == "money" && is_one(&field.name));
    let said = found.map(|(entity, field)| format!("{} of {} {rest}", spoken(&field.name), spoken(&entity.name)));
    let said: Vec<Said> = said.filter_map(|text| Said::of(&text)).collect();
    (said.len() > 1).then_some(said)
}

/// "make the birthday optional and the phone required", "subject required, description optional".
fn each_said(wish: &Said, places: &Places) -> Option<Vec<Said>> {
    let start = usize::from(wish.opens(&["make"]));
    let text = raw(wish, start, wish.words.len());
    let pieces: Vec<&str> = text.split(", ").flat_map(|piece| piece.split(" and ")).map(str::trim).collect();
    let said = |piece: &&str| {
        let said = Said::of(piece.strip_prefix("and ").unwrap_or(piece))?;
        let says = |at: &usize| {
            places.field(said.between(0, *at)).is_ok() && predicate::predicates(&said, *at, true).is_some()
        };
        let is_field = (1..said.words.len()).find(says).is_some();
        // "products are public, orders are private".
        let (last, before) = said.words.split_last()?;
        let verb =
            before.iter().rev().take_while(|word| matches!(word.as_str(), "is" | "are" | "should" | "be")).count();
        if matches!(last.as_str(), "public" | "private") && verb > 0 {
            let named = said.between(0, before.len() - verb);
            return places.entity(named).and_then(|_| Said::of(&format!("make {} {last}", named.join(" "))));
        }
        is_field.then(|| Said::of(&format!("make {}", said.text)))?
    };
    let found: Vec<Said> = pieces.iter().map(said).collect::<Option<_>>()?;
    (found.len() > 1 && !wish.words.iter().any(|word| matches!(word.as_str(), "if" | "when" | "not" | "or")))
        .then_some(found)
}

/// "limit name to 50 characters and message to 500".
fn limits(wish: &Said) -> Option<Vec<Said>> {
    let count = wish.words.iter().filter(|word| *word == "to").count();
    let text = wish.text.get("limit ".len()..).filter(|_| wish.opens(&["limit"]) && count > 1)?;
    let pieces: Vec<&str> = text.split(", ").flat_map(|piece| piece.split(" and ")).map(str::trim).collect();
    let one = |piece: &&str| piece.strip_prefix("and ").unwrap_or(piece).matches(" to ").count() == 1;
    pieces.iter().all(one).then(|| {
        pieces
            .iter()
            .filter_map(|piece| Said::of(&format!("limit {}", piece.strip_prefix("and ").unwrap_or(piece))))
            .collect()
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
    for piece in &mut pieces {
        if let Some(rest) = piece.strip_prefix("also ") {
            *piece = rest.to_owned();
        }
    }
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
    of_records(words, places).or_else(|| of_one(words, places)).or_else(|| of_each(words, places))
}

/// "the email of students and teachers": of each of the records.
fn of_records(words: &[String], places: &Places) -> Option<Vec<String>> {
    let of = words.iter().position(|word| word == "of")?;
    let owners = places.several(words.get(of + 1..)?).filter(|owners| owners.len() > 1)?;
    let named = words.get(..of)?;
    let said = |owner: &&super::places::Entity| {
        let one = [named, &["of".to_owned(), owner.name.clone()]].concat();
        match fields(&one, places) {
            Some(several) => several,
            None => vec![format!("{} of {}", named.join(" "), spoken(&owner.name))],
        }
    };
    Some(owners.iter().flat_map(said).collect())
}

/// "the sale price and the price of repairs": each by what it is of, where one record has not all of them. That is said of what is
/// called alike alone: of whom the name is in "the name and the price of repairs", nobody knows.
fn of_each(words: &[String], places: &Places) -> Option<Vec<String>> {
    let (mut at, mut found, mut kinds) = (0, Vec::new(), Vec::new());
    while let Some(word) = words.get(at) {
        if word == "and" || said::name(std::slice::from_ref(word)).is_empty() {
            at += 1;
            continue;
        }
        let one = |end: &usize| places.field(words.get(at..*end).unwrap_or_default()).ok().map(|one| (*end, one));
        let (end, (entity, field)) = (at + 1..=words.len()).rev().find_map(|end| one(&end))?;
        kinds.push(field.name.rsplit('_').next().unwrap_or(&field.name));
        found.push(format!("{} of {}", spoken(&field.name), spoken(&entity.name)));
        at = end;
    }
    kinds.dedup();
    (found.len() > 1 && kinds.len() == 1).then_some(found)
}

/// "the name and phone of patients": all of one record, or each of the only one that has it.
fn of_one(words: &[String], places: &Places) -> Option<Vec<String>> {
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
