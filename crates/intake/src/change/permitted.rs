//! Who may do what, in words that the table does not have, put into those that it has: "orders should be private", "payments are only
//! visible to admins", "give admins the right to delete orders".

use super::places::Places;
use super::predicate::raw;
use super::rights;
use super::said::Said;

/// The same in the words of the table.
pub(super) fn reworded(wish: &Said, places: &Places) -> Option<String> {
    with_account(wish)
        .or_else(|| access(wish))
        .or_else(|| not_let(wish, places))
        .or_else(|| their_own(wish, places))
        .or_else(|| said_openly(wish, places))
        .or_else(|| visible(wish))
}

/// "everyone can see classes without logging in" is for anyone, "everyone who is logged in can see classes" for users.
fn with_account(wish: &Said) -> Option<String> {
    const WITHOUT: &[&str] = &[
        "logging in",
        "login",
        "a login",
        "signing in",
        "signing up",
        "an account",
        "having an account",
        "registering",
        "registration",
    ];
    const WITH: &[&str] = &["signed in", "logged in", "registered", "signed-in", "logged-in", "with an account"];
    wish.opens(&["everyone", "everybody", "anyone", "people", "anybody", "visitors", "users"]).then_some(())?;
    let end = wish.words.len();
    let length = |at: usize, phrases: &[&str]| {
        let fits = |phrase: &&&str| {
            wish.from(at).join(" ").split(' ').zip(phrase.split(' ')).filter(|(one, other)| one == other).count()
                == phrase.split(' ').count()
        };
        phrases.iter().filter(fits).map(|phrase| phrase.split(' ').count()).max()
    };
    if let Some(at) = wish.place(&["without"]) {
        let after = at + 1 + length(at + 1, WITHOUT)?;
        let start = at - usize::from(wish.words.get(at - 1).is_some_and(|word| word == "even"));
        let parts = [raw(wish, 1, start), raw(wish, after, end)];
        return Some(format!("anyone {}", parts.join(" ").trim()));
    }
    let who = wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "who" | "that"));
    let be = usize::from(who)
        * (1 + usize::from(
            wish.words.get(2).is_some_and(|word| matches!(word.as_str(), "is" | "are" | "has" | "have")),
        ));
    let after = 1 + be + length(1 + be, WITH)?;
    Some(format!("users {}", raw(wish, after, end)))
}

/// "don't let clerks delete leads" is "clerks may not delete leads".
fn not_let(wish: &Said, places: &Places) -> Option<String> {
    let start = match wish.words.first()?.as_str() {
        "don't" | "dont" | "never" if wish.words.get(1).is_some_and(|word| word == "let") => 2,
        "do" if wish.between(1, 3) == ["not", "let"] => 3,
        _ => return None,
    };
    let is_verb = |at: &usize| !rights::operations(wish.between(*at, at + 1), places).0.is_empty();
    let at = (start + 1..wish.words.len()).find(is_verb)?;
    let (_, length) = rights::operations(wish.from(at), places);
    places.several(wish.from(at + length))?;
    Some(format!("{} may not {}", raw(wish, start, at), raw(wish, at, wish.words.len())))
}

/// "clerks have full access to leads" is "give clerks full access to leads", "revoke the clerks' access to leads" takes it away.
fn access(wish: &Said) -> Option<String> {
    let end = wish.words.len();
    let two = |from: usize, one: &str, other: &str| wish.between(from, from + 2) == [one, other];
    if wish.opens(&["revoke", "remove", "take"]) {
        let at = wish.place(&["access"]).filter(|at| *at > 1 && two(*at, "access", "to"))?;
        let who: Vec<&str> = wish
            .between(1, at)
            .iter()
            .map(|word| word.trim_end_matches('\''))
            .filter(|word| !matches!(*word, "the" | "'s" | "away"))
            .collect();
        return Some(format!("{} may no longer see {}", who.join(" "), raw(wish, at + 2, end)));
    }
    let has = wish.place(&["have", "has", "get", "gets"]).filter(|at| *at > 0 && at + 3 < end);
    if let Some(at) = has.filter(|at| wish.words.get(at + 2).is_some_and(|word| word == "access")) {
        return Some(format!("give {} {}", raw(wish, 0, at), raw(wish, at + 1, end)));
    }
    let modal = wish
        .place(&["can", "may"])
        .filter(|at| *at > 0 && wish.between(at + 1, at + 4) == ["do", "everything", "with"])?;
    Some(format!("give {} full access to {}", raw(wish, 0, modal), raw(wish, modal + 4, end)))
}

/// "users can see their bookings" is about their own, as a request for a whole is read.
fn their_own(wish: &Said, places: &Places) -> Option<String> {
    const BETWEEN: &[&str] = &[
        "and", "or", "only", "also", "still", "be", "able", "allowed", "to", "may", "can", "should", "must", "just",
        "not", "no", "longer", "never", "can't", "cannot",
    ];
    let at = wish.place(&["their", "his", "her"]).filter(|at| *at > 0)?;
    let end = wish.words.len()
        - wish
            .words
            .iter()
            .rev()
            .take_while(|word| matches!(word.as_str(), "only" | "anymore" | "again" | "too"))
            .count();
    let named = wish.between(at + 1, end);
    let is_verb = |word: &String| !rights::operations(std::slice::from_ref(word), places).0.is_empty();
    let says = |word: &&String| is_verb(word) || BETWEEN.contains(&word.as_str());
    // What is said of others first may be whose it is: "clerks can edit patients and see their notes".
    let verbs = at - wish.between(0, at).iter().rev().take_while(says).count();
    let start = usize::from(wish.opens(&["allow", "let", "only"]));
    let who = wish.between(start, verbs);
    let has_verb = wish.between(verbs, at).iter().any(is_verb);
    // "deleting a dentist deletes his appointments" says what becomes of them.
    let is_deed = who.first().is_some_and(|word| word.ends_with("ing"));
    (has_verb && !who.is_empty() && !is_deed && !wish.opens(&["only"]) && places.several(named).is_some())
        .then_some(())?;
    let said = wish.between(verbs, at).iter().map(String::as_str);
    let has_modal = said.clone().any(|word| matches!(word, "may" | "can" | "should" | "must" | "can't" | "cannot"));
    let said: Vec<&str> = said.filter(|word| *word != "to").collect();
    // "users see their bookings only".
    let only = wish.from(end).iter().any(|word| word == "only");
    let (modal, said) = match (has_modal, said.split_first()) {
        (true, Some((modal, rest))) => (*modal, rest),
        _ => ("can", said.as_slice()),
    };
    let only = if only { "only " } else { "" };
    Some(format!("{} {modal} {only}{} their own {}", raw(wish, start, verbs), said.join(" "), raw(wish, at + 1, end)))
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

/// "make payments visible to admins only".
fn make_visible(wish: &Said, at: usize) -> Option<String> {
    let is_only = |word: &&String| *word == "only";
    let start = at - wish.between(0, at).iter().rev().take_while(is_only).count();
    let only = if wish.words.iter().any(|word| word == "only") { "only " } else { "" };
    let to = at + 2 + wish.from(at + 2).iter().take_while(|word| is_only(word) || *word == "to").count();
    let who: Vec<&str> = wish.from(to).iter().filter(|word| !is_only(word)).map(String::as_str).collect();
    (start > 1).then(|| format!("{} can {only}be seen by {}", raw(wish, 1, start), who.join(" ")))
}

/// "payments are only visible to admins" is "payments can only be seen by admins".
fn visible(wish: &Said) -> Option<String> {
    // "open prospects to the public".
    if wish.opens(&["open"]) && wish.words.ends_with(&["to".to_owned(), "the".to_owned(), "public".to_owned()]) {
        return Some(format!("make {} public", raw(wish, 1, wish.words.len() - 3)));
    }
    let is_to = |two: &[String]| two[0] == "visible" && (two[1] == "to" || two[1] == "only" && wish.opens(&["make"]));
    let at = wish.words.windows(2).position(is_to)?;
    if wish.opens(&["make"]) {
        return make_visible(wish, at);
    }
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
