//! Wishes about who may do what: "only managers may delete", "clerks may edit leads".

mod written;

pub(super) use self::written::{before_records, follow_read, roles_patch, rules_patches, written};
use super::names;
use super::people::{NO_ROLE, people};
use super::places::{Entity, Places};
use super::said::{self, Said};
use super::wishes::UNUSUAL;
use super::{Answer, people, theirs};

const MODALS: &[&str] = &["may", "can", "should", "are", "is", "be", "get"];
/// Words between the modal and the verb.
const BETWEEN: &[&str] = &["be", "able", "allowed", "to", "may", "can", "only", "also", "still", "even", "always"];

/// What the words say may be done, in the order of the blueprint.
pub(super) fn operations(words: &[String], places: &Places) -> (Vec<String>, usize) {
    let (mut found, mut end): (Vec<String>, usize) = (Vec::new(), 0);
    for (at, word) in words.iter().enumerate() {
        let named: &[&str] = match word.as_str() {
            "read" | "see" | "view" | "look" | "browse" | "list" | "reads" | "sees" | "views" => &["read"],
            "create" | "add" | "make" | "enter" | "post" | "creates" | "adds" => &["create"],
            // Who writes what is there too: "only groomers can write visits".
            "write" | "writes" => &["create", "update", "delete"],
            "edit" | "update" | "change" | "modify" | "edits" | "updates" | "changes" => &["update"],
            "delete" | "remove" | "deletes" | "removes" => &["delete"],
            "manage" | "manages" => &["create", "update", "delete"],
            "and" | "or" | "at" => &[],
            word if places.entities.iter().any(|one| one.actions.iter().any(|action| action == word)) => &[],
            _ => break,
        };
        if !matches!(word.as_str(), "and" | "or") {
            end = at + 1;
        }
        if named.is_empty() && !matches!(word.as_str(), "and" | "or" | "at") && !found.contains(word) {
            found.push(word.clone());
        }
        // "write and delete" says one of them twice.
        let more = named.iter().filter(|word| !found.iter().any(|one| one == **word)).copied().collect::<Vec<_>>();
        found.extend(more.into_iter().map(str::to_owned));
    }
    (found, end)
}

/// How the refusal of a record begins that there is not.
const NO_RECORD: &str = "there is no record";

fn is_new(word: &str) -> bool {
    matches!(word, "create" | "add" | "make" | "enter" | "write" | "post")
}

/// What is done with records of which each has his own: "write" adds one.
fn of_owned(said: &[String], places: &Places) -> Vec<String> {
    let adds =
        |word: &String| if matches!(word.as_str(), "write" | "writes") { "create".to_owned() } else { word.clone() };
    operations(&said.iter().map(adds).collect::<Vec<_>>(), places).0
}

pub(super) struct Heard<'p> {
    pub rules: Vec<String>,
    pub new: Vec<String>,
    pub operations: Vec<String>,
    /// The same where each has his own: who writes a review adds one, and writes in none of the others.
    pub of_owned: Vec<String>,
    pub entities: Vec<&'p Entity>,
}

/// Who, what and with which records; none where the words say something else.
pub(super) fn heard<'p>(wish: &Said, from: usize, places: &'p Places) -> Option<Result<Heard<'p>, String>> {
    let modal = if wish.words.get(from).is_some_and(|word| word == "nobody") {
        from + 1
    } else {
        let is_modal = |word: &String| MODALS.contains(&word.as_str());
        let is_verb = |word: &String| !operations(std::slice::from_ref(word), places).0.is_empty() || word == "to";
        let words = || wish.words.iter().enumerate().skip(from + 1);
        let bare = || words().find(|(_, word)| is_verb(word)).filter(|_| from == 1 || wish.is_let());
        words().find(|(_, word)| is_modal(word)).or_else(bare)?.0
    };
    let who = wish.between(from, modal);
    let skipped =
        wish.from(modal).iter().take_while(|word| BETWEEN.contains(&word.as_str()) || MODALS.contains(&word.as_str()));
    let verb = modal + skipped.count();
    let (operations, length) = operations(wish.from(verb), places);
    if operations.is_empty() {
        return None;
    }
    let named = wish.from(verb + length);
    let (rules, new) = match people(who, places) {
        Ok(found) => found,
        Err(why) => return Some(Err(why)),
    };
    if let Some(why) = whose(named, places) {
        return Some(Err(why));
    }
    if let Some(why) = said::unclear(named, places.entities.len()) {
        return Some(Err(why));
    }
    let all = said::name(named).is_empty()
        || matches!(said::name(named).as_str(), "anything" | "everything" | "it" | "them" | "thing");
    const MORE: &[&str] =
        &["but", "except", "without", "if", "when", "once", "unless", "until", "after", "before", "while", "other"];
    if let Some(word) =
        named.iter().find(|word| MORE.contains(&word.as_str())).filter(|_| places.several(named).is_none())
    {
        return Some(Err(format!(
            "what \"{word} …\" says cannot be part of it: say who may do what, one thing at a time"
        )));
    }
    let entities: Vec<&Entity> = match places.several(named) {
        _ if all => places.entities.iter().collect(),
        Some(entities) => entities,
        None => return Some(Err(names::no_record(named, places))),
    };
    // An action is of the records that have it.
    let has = |entity: &&Entity| {
        operations.iter().all(|one| STANDARD.contains(&one.as_str()) || entity.actions.contains(one))
    };
    if let Some(without) = entities.iter().find(|entity| !all && entities.len() > 1 && !has(entity)) {
        return Some(Err(format!("{} has no such action", without.name)));
    }
    let entities: Vec<&Entity> = entities.into_iter().filter(has).collect();
    Some(if places.entities.is_empty() {
        Err("there are no records yet".to_owned())
    } else if entities.is_empty() {
        Err("no record has such an action".to_owned())
    } else {
        // "only clerks can see and write notes" leaves nobody his own, nor does what nobody may.
        let shuts = rules.iter().any(|rule| rule == "nobody")
            || wish.opens(&["only"]) && operations.first().is_some_and(|one| one == "read");
        let of_owned = match wish.place(&["all"]).is_some() || shuts {
            true => operations.clone(),
            false => of_owned(wish.from(verb), places),
        };
        Ok(Heard { rules, new, operations, of_owned, entities })
    })
}

/// "their notes" may be those of whom was named before, or the own ones: nobody gets a right to all of them by that.
fn whose(named: &[String], places: &Places) -> Option<String> {
    let is_theirs = |word: &String| matches!(word.as_str(), "their" | "his" | "her");
    let rest: Vec<String> = named.iter().filter(|word| !is_theirs(word) && *word != "own").cloned().collect();
    (rest.len() < named.len() && places.several(&rest).is_some()).then(|| {
        let many = rest.join(" ");
        format!("{WHOSE}{many}? say \"users can … their own {many}\", or who may do it with all {many}")
    })
}

/// How the question begins of whom something is.
pub(super) const WHOSE: &str = "whose ";
const STANDARD: &[&str] = &["read", "create", "update", "delete"];

/// "only managers may delete", "nobody may delete leads", "nobody but admins can edit notes".
pub(super) fn only(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    // "nobody can see leads except clerks".
    if let Some(at) = wish.place(&["except", "but"]).filter(|at| *at > 1 && wish.opens(&["nobody", "none"])) {
        let who = wish.from(at + 1).iter().filter(|word| !matches!(word.as_str(), "for" | "the"));
        let words = ["only".to_owned()].into_iter().chain(who.cloned()).chain(wish.between(1, at).to_vec());
        return only(&wish.reworded(words.collect()), places, source);
    }
    let second = wish.words.get(1).map(String::as_str);
    let from = match wish.words.first()?.as_str() {
        "only" => 1,
        "nobody" | "none" | "no" if matches!(second, Some("but" | "except")) => 2,
        "nobody" => 0,
        _ => return None,
    };
    Some(match heard(wish, from, places)? {
        Err(why) => Answer::Refused(why),
        Ok(heard) => set(&heard, places, source, |_| Vec::new()),
    })
}

/// "clerks may edit leads", "let clerks edit leads", "allow clerks to edit leads": besides those who may already.
pub(super) fn may(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if wish.words.iter().any(|word| matches!(word.as_str(), "not" | "never" | "only" | "when" | "if" | "own" | "no")) {
        return None;
    }
    let from = usize::from(wish.opens(&["allow"]));
    let told = wish.place(&["may", "can", "should"]);
    (from > 0 || wish.is_let() || told.is_some_and(|told| told > 0)).then_some(())?;
    Some(match heard(wish, from, places)? {
        Err(why) if [NO_ROLE, said::WHICH, WHOSE].iter().any(|start| why.starts_with(start)) => Answer::Refused(why),
        // Who adds something that is not kept yet wants it kept; who may see it must say what it is.
        Err(why) if why.starts_with(NO_RECORD) && !wish.words.iter().any(|word| is_new(word)) => Answer::Refused(why),
        Err(_) => return None,
        Ok(mut heard) => {
            // Who writes a review adds one: that everybody writes in those of others is not said by it.
            let is_all = heard.rules.iter().any(|rule| matches!(rule.as_str(), "signed_in" | "anyone"));
            if is_all && wish.place(&["write", "writes"]).is_some() && wish.place(&["all"]).is_none() {
                heard.operations = vec!["create".to_owned()];
                heard.of_owned.clone_from(&heard.operations);
            }
            theirs::theirs(wish, &heard, places, source)
                .unwrap_or_else(|| set(&heard, places, source, |before| before.to_vec()))
        }
    })
}

/// Who may do something where nothing is written.
pub(super) fn by_default(owned: bool, operation: &str) -> Vec<String> {
    let word = match (owned, operation) {
        (true, "create") | (false, "read") => "signed_in",
        (true, _) => "owner",
        (false, _) => "role:admin",
    };
    vec![word.to_owned()]
}

pub(super) fn set(heard: &Heard<'_>, places: &Places, source: &str, kept: fn(&[String]) -> Vec<String>) -> Answer {
    let (mut patches, mut also) = (Vec::new(), Vec::new());
    for entity in &heard.entities {
        let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
        for operation in if entity.owned { &heard.of_owned } else { &heard.operations } {
            let before = written(entity, operation);
            let Some(before) = before else { return Answer::Refused(UNUSUAL.to_owned()) };
            let mut rule = kept(&before);
            let nobody = rule == ["nobody"];
            if nobody {
                rule.clear();
            }
            // Who is signed in has the right that everybody has.
            let all = |word: &str| rule.iter().any(|one| one == word);
            let covered = |one: &str| all("anyone") || all("signed_in") && one != "anyone";
            let new = heard.rules.iter().filter(|one| !rule.contains(one) && (*one == "nobody" || !covered(one)));
            rule.extend(new.cloned().collect::<Vec<_>>());
            // Without an account there is nothing to write as.
            if operation != "read" && rule.iter().any(|one| one == "anyone") {
                return Answer::Refused("only who is signed in can change anything: say \"users\"".to_owned());
            }
            if !entity.owned && rule.iter().any(|one| one == "owner") {
                let many = crate::lemma::plural(&super::wishes::spoken(&entity.name));
                return Answer::Refused(format!(
                    "{} has no owner: say who may {operation} {many}, as in \"only admins can … {many}\"",
                    entity.name
                ));
            }
            if rule != before {
                wanted.push((operation.clone(), rule));
            }
        }
        // Who may change something may see it, or the blueprint does not load; that he now does is among what is told before
        // the yes.
        let reads = wanted.iter().any(|(operation, _)| operation == "read");
        let Some(read) = written(entity, "read") else { return Answer::Refused(UNUSUAL.to_owned()) };
        let open = read.iter().any(|word| word == "anyone" || word == "signed_in");
        let changes = wanted.iter().any(|(operation, _)| operation != "create");
        if !reads && !open && changes {
            let unseen = heard.rules.iter().filter(|rule| *rule != "nobody" && !read.contains(rule));
            let more: Vec<String> = read.iter().chain(unseen).cloned().collect();
            if more != read {
                wanted.insert(0, ("read".to_owned(), more));
            }
        }
        also.extend(follow_read(entity, &mut wanted));
        match rules_patches(entity, &wanted, places, source) {
            Some(more) => patches.extend(more),
            None => return Answer::Refused(UNUSUAL.to_owned()),
        }
    }
    if patches.is_empty() {
        return Answer::Already(
            match heard.entities.iter().find(|entity| entity.owned && heard.of_owned != heard.operations) {
                Some(entity) => {
                    let many = crate::lemma::plural(&super::wishes::spoken(&entity.name));
                    format!(
                        "they may add {many}, and each has his own: say who may change all {many}, if that is meant"
                    )
                }
                None => "they are the ones who may".to_owned(),
            },
        );
    }
    if !heard.new.is_empty() {
        match roles_patch(&heard.new, places) {
            Some(more) => patches.extend(more),
            None => return Answer::Refused(UNUSUAL.to_owned()),
        }
    }
    also.insert(0, told(heard));
    Answer::Done { patches, told: also.join("; ") }
}

fn told(heard: &Heard<'_>) -> String {
    let who: Vec<String> = heard.rules.iter().map(|rule| people::told(rule)).collect();
    let what: Vec<&str> = heard.entities.iter().map(|entity| entity.name.as_str()).collect();
    let new = match heard.new.as_slice() {
        [] => String::new(),
        new => format!("; new roles, which nobody has before he is given one: {}", new.join(", ")),
    };
    let is_own = heard.entities.iter().all(|entity| entity.owned);
    let operations = if is_own { &heard.of_owned } else { &heard.operations };
    format!("{} may {} {}{new}", who.join(" and "), operations.join(" and "), what.join(", "))
}
