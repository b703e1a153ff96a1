//! Sentences cut into clauses with one verb each, and what stands around the verb.
//!
//! A clause without a subject of its own ("… and cancel appointments") carries the one before it.

pub(crate) mod absent;
mod aside;
mod cuts;
mod past;
pub(crate) mod sole;

use crate::lexicon::{archetypes, verbs, words};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

use self::past::{past, someday_clause};

/// How a clause hangs on the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Main,
    /// "when", "if", "once", "after": what must have happened.
    Condition,
    /// "to", "so that".
    Purpose,
    /// "which", "who".
    Relative,
}

/// Whether the clause asks for what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polarity {
    Asked,
    Denied,
    /// "maybe one day".
    Someday,
    /// "out of scope".
    Aside,
    /// "our accountant does that elsewhere".
    Elsewhere,
    /// How it is or was done without this: "today we use spreadsheets", "we had a consultant".
    Past,
}

/// One verb and what belongs to it. Positions are tokens of the request.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub sentence: usize,
    pub from: usize,
    pub to: usize,
    pub join: Join,
    pub polarity: Polarity,
    /// Own or carried.
    pub subject: Vec<Np>,
    /// The subject pronoun: "i", "we", "they".
    pub pronoun: Option<String>,
    pub carried: bool,
    /// The place of the main verb.
    pub verb: Option<usize>,
    /// "book", "have", "be".
    pub base: &'static str,
    pub class: Option<verbs::Class>,
    pub modal: Option<String>,
    pub passive: bool,
    pub only: bool,
    /// The token after the verb.
    pub after: usize,
}

/// Cuts every sentence.
pub(crate) fn clauses(scene: &Scene<'_>) -> Vec<Clause> {
    let mut all: Vec<Clause> = Vec::new();
    let heard = aside::Heard::of(scene);
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let first = all.len();
        let cuts = cuts::cuts(scene, sentence.from, sentence.to);
        let set_aside = aside::of_sentence(scene, &heard, index, sentence.from, sentence.to);
        for (number, (from, join)) in cuts.iter().enumerate() {
            let to = cuts.get(number + 1).map_or(sentence.to, |next| next.0);
            let last = all.get(first..).and_then(<[Clause]>::last);
            let mut clause = read(scene, index, *from, to, *join, last);
            if clause.polarity == Polarity::Asked
                && last.is_some_and(|last| last.polarity == Polarity::Past)
                && (scene.tag(*from) == Some(Tag::To) || matches!(join, Join::Condition | Join::Relative))
            {
                clause.polarity = Polarity::Past;
            }
            if let Some(polarity) = set_aside.or_else(|| aside::of_clause(scene, &heard, *from, to)) {
                clause.polarity = polarity;
            } else if clause.polarity == Polarity::Asked && someday_clause(scene, *from, to) {
                clause.polarity = Polarity::Someday;
            } else if absent::says(scene, &clause)
                || clause.polarity == Polarity::Asked
                    && (aside::doers::elsewhere(scene, &clause) || aside::stays::elsewhere(scene, &clause))
            {
                clause.polarity = Polarity::Elsewhere;
            }
            all.push(clause);
        }
        let verdict = aside::tail(scene, &heard, sentence.from, sentence.to);
        let said = all.get_mut(first..).unwrap_or(&mut []);
        sole::give(scene, said);
        let verdict = verdict.or_else(|| turned_down(scene, said).then_some(Polarity::Elsewhere));
        if let Some(verdict) = verdict.or_else(|| complains(said).then_some(Polarity::Past)) {
            // What was listed before stays: "boats have a name and a length, the till is old, leave it".
            for clause in said.iter_mut().rev().take_while(|clause| !lists_values(scene, clause)) {
                clause.polarity = verdict;
            }
        }
    }
    all
}

/// "the keys hang in a cabinet, we do not want those in it": the last clause speaks of what the one before did.
fn turned_down(scene: &Scene<'_>, said: &[Clause]) -> bool {
    let [.., before, last] = said else { return false };
    let turns = matches!(
        last.base,
        "want"
            | "need"
            | "touch"
            | "build"
            | "connect"
            | "include"
            | "change"
            | "copy"
            | "link"
            | "import"
            | "put"
            | "sync"
    );
    // "volunteers see shifts but cannot change them" is a right.
    let who = matches!(last.pronoun.as_deref(), Some("we" | "i" | "you"))
        || last.pronoun.is_none() && last.subject.is_empty();
    turns
        && who
        && last.polarity == Polarity::Denied
        && before.join == Join::Main
        && scene.one_of(last.after, &["that", "those", "them", "these", "it", "this"])
        && scene.np_at(last.after).is_none()
}

/// "The students write labels and after a month nobody can read": how it is today, and what is wrong with it.
fn complains(said: &[Clause]) -> bool {
    let [.., before, last] = said else { return false };
    matches!(last.pronoun.as_deref(), Some("nobody" | "no" | "none"))
        && matches!(last.base, "read" | "know" | "find" | "remember" | "understand" | "care" | "see")
        && last.after >= last.to
        && last.join != Join::Relative
        && before.join == Join::Main
        && before.modal.is_none()
        && !before.subject.is_empty()
}

/// Whether the clause lists two values or more.
fn lists_values(scene: &Scene<'_>, clause: &Clause) -> bool {
    let colon = (clause.from..clause.to).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
    let from = colon.map_or(clause.after, |colon| colon + 1);
    let holds = colon.is_some()
        || matches!(clause.class, Some(verbs::Class::Hold | verbs::Class::Create | verbs::Class::Track));
    let items = if holds { crate::lists::read(scene, from, clause.to) } else { Vec::new() };
    items.iter().filter(|item| item.known()).count() >= 2
}

/// "Comments need a name": a modal that is the verb.
fn needs_object(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["need", "needs", "want", "wants"])
        && scene.tag(at) == Some(Tag::Modal)
        && !matches!(scene.tag(at + 1), Some(Tag::To | Tag::Verb | Tag::Be | Tag::Negation))
}

fn read(scene: &Scene<'_>, sentence: usize, from: usize, to: usize, join: Join, last: Option<&Clause>) -> Clause {
    let mut clause = Clause {
        sentence,
        from,
        to,
        join,
        polarity: Polarity::Asked,
        subject: Vec::new(),
        pronoun: None,
        carried: false,
        verb: None,
        base: "",
        class: None,
        modal: None,
        passive: false,
        only: false,
        after: from,
    };
    find_verb(scene, &mut clause);
    find_subject(scene, &mut clause, last);
    // "can be edited and deleted by coaches only": both are done to the same.
    let done = clause.verb == Some(from)
        && scene
            .token(from)
            .and_then(|token| verbs::lookup(&token.text))
            .is_some_and(|(_, form)| form == verbs::Form::Past);
    let follows = last.is_some_and(|last| last.passive && last.modal.is_some() && last.to == from);
    if done && follows && clause.carried && from > 0 && scene.one_of(from - 1, &["and", "or", ","]) {
        clause.passive = true;
    }
    clause.only =
        (from..clause.verb.unwrap_or(to)).any(|at| scene.one_of(at, &["only", "just"]) && clause.verb.is_some());
    let wanted =
        matches!(last.map(|last| last.base), Some("want" | "need" | "like" | "allow" | "let" | "enable" | "do" | "be"));
    // "no need to store the age", "we do not want to store the age".
    let bare = last.is_some_and(|last| last.verb.is_none()) && scene.is(from, "to");
    let carried =
        join == Join::Purpose && (wanted || bare) && last.is_some_and(|last| last.polarity == Polarity::Denied);
    if denied(scene, &clause) || carried {
        clause.polarity = Polarity::Denied;
    } else if past(scene, &clause) {
        clause.polarity = Polarity::Past;
    }
    clause
}

fn find_verb(scene: &Scene<'_>, clause: &mut Clause) {
    let mut at = clause.from;
    while at < clause.to {
        if let Some(close) = scene.close_of(at) {
            at = close + 1;
            continue;
        }
        match scene.tag(at) {
            Some(Tag::Modal) if needs_object(scene, at) => return set_verb(clause, at, "need", None),
            Some(Tag::Modal) => clause.modal = scene.token(at).map(|t| t.text.clone()),
            // "the code has to be unique": what must be.
            Some(Tag::Have) if scene.tag(at + 1) == Some(Tag::To) && scene.tag(at + 2) == Some(Tag::Be) => {
                clause.modal = Some("must".to_owned());
            }
            Some(Tag::Have) => {
                let next = skip_adverbs(scene, at + 1, clause.to);
                // "has read access" has not read it.
                let access = scene.one_of(next + 1, &["access", "rights", "permission", "permissions"]);
                if access || scene.tag(next) != Some(Tag::Verb) && !(scene.tag(next) == Some(Tag::Be)) {
                    return set_verb(clause, at, "have", Some(verbs::Class::Hold));
                }
            }
            Some(Tag::Be) => {
                let next = skip_adverbs(scene, at + 1, clause.to);
                let closed = clause.modal.is_some()
                    && scene.tag(next) == Some(Tag::Adjective)
                    && scene
                        .token(next)
                        .and_then(|t| verbs::lookup(&t.text))
                        .is_some_and(|(_, form)| form == verbs::Form::Past);
                let participle = closed || matches!(scene.tag(next), Some(Tag::Verb | Tag::Participle));
                let able = scene.one_of(next, &["able", "allowed"]);
                let again = matches!(scene.tag(next), Some(Tag::Be | Tag::Have));
                if participle {
                    clause.passive = scene.token(next).is_some_and(|t| !t.text.ends_with("ing"));
                    return set_known(scene, clause, next);
                }
                if !able && !again {
                    return set_verb(clause, at, "be", None);
                }
            }
            Some(Tag::Verb) if scene.one_of(at, &["get", "gets", "got", "getting"]) => {
                // "the owner gets notified".
                let next = skip_adverbs(scene, at + 1, clause.to);
                let past = scene
                    .token(next)
                    .and_then(|token| verbs::lookup(&token.text))
                    .is_some_and(|(_, form)| form == verbs::Form::Past);
                if past && next < clause.to && matches!(scene.tag(next), Some(Tag::Verb | Tag::Participle)) {
                    clause.passive = true;
                    return set_known(scene, clause, next);
                }
                return set_known(scene, clause, at);
            }
            // "every plant we sell has a name": which plants, and then what they have.
            Some(Tag::Verb) if narrows(scene, clause.from, at) => {}
            Some(Tag::Verb) => {
                // "we want to log and track X", "let me manage": the first verb with a meaning.
                if scene.one_of(
                    at,
                    &[
                        "help", "helps", "let", "lets", "like", "love", "want", "allow", "allows", "enable", "enables",
                        "able",
                    ],
                ) && (at + 1..clause.to.min(at + 5)).any(|next| scene.tag(next) == Some(Tag::Verb))
                    && !scene.is(at + 1, ",")
                {
                    at += 1;
                    continue;
                }
                return set_known(scene, clause, at);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether this verb and the pronoun before it only say which ones are meant: the "we sell" of "every plant we sell has".
fn narrows(scene: &Scene<'_>, from: usize, verb: usize) -> bool {
    let Some(pronoun) = verb.checked_sub(1).filter(|at| *at > from) else { return false };
    scene.one_of(pronoun, &["we", "i", "they", "you"])
        && scene.np_before(pronoun).is_some_and(|np| np.from >= from)
        && (matches!(scene.tag(verb + 1), Some(Tag::Have | Tag::Be | Tag::Modal))
            || scene.one_of(verb + 1, &["belongs", "belong", "gets", "get", "needs", "need", "carries", "contains"]))
}

fn skip_adverbs(scene: &Scene<'_>, mut at: usize, to: usize) -> usize {
    while at < to && matches!(scene.tag(at), Some(Tag::Adverb | Tag::Negation)) {
        at += 1;
    }
    at
}

fn set_verb(clause: &mut Clause, at: usize, base: &'static str, class: Option<verbs::Class>) {
    clause.verb = Some(at);
    clause.base = base;
    clause.class = class;
    clause.after = at + 1;
}

fn set_known(scene: &Scene<'_>, clause: &mut Clause, at: usize) {
    let known = scene.token(at).and_then(|token| verbs::lookup(&token.text));
    // "keep track of X", "keep a record of X".
    let track = (at + 1..at + 4).find(|next| {
        scene.one_of(*next, &["track", "record", "records", "tabs"]) && scene.one_of(next + 1, &["of", "on"])
    });
    if let Some(noun) = track.filter(|_| known.is_some_and(|(verb, _)| verb.base == "keep")) {
        set_verb(clause, at, "track", Some(verbs::Class::Track));
        clause.after = noun + 2;
        return;
    }
    let (base, class) = known.map_or(("do", verbs::Class::Other), |(verb, _)| (verb.base, verb.class));
    set_verb(clause, at, base, Some(class));
}

fn find_subject(scene: &Scene<'_>, clause: &mut Clause, last: Option<&Clause>) {
    let Some(verb) = clause.verb else { return };
    let mut found: Vec<Np> = Vec::new();
    // "Wine cellar: bottles have …": the bottles do.
    let colon = (clause.from..verb).rev().find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
    let mut at = colon.map_or(clause.from, |colon| colon + 1);
    while at < verb {
        if let Some(close) = scene.close_of(at) {
            at = close + 1;
            continue;
        }
        if scene.tag(at) == Some(Tag::Pronoun)
            && !narrows(scene, clause.from, at + 1)
            && scene.token(at).is_some_and(|t| {
                words::is_subject_pronoun(&t.text)
                    || t.one_of(&["one", "everyone", "everybody", "anyone", "anybody", "nobody", "somebody", "someone"])
            })
        {
            clause.pronoun = scene.token(at).map(|t| t.text.clone());
        }
        if let Some(np) = scene.np_at(at) {
            let lead = at > clause.from && scene.tag(at - 1) == Some(Tag::Preposition);
            let time = np.words().iter().all(|w| {
                words::weekday(&w.lemma).is_some()
                    || crate::lexicon::has(
                        "day month week morning time \
                    year",
                        &w.lemma,
                    )
            });
            // "no one else" is nobody's name.
            let rest = np.words().iter().all(|word| word.lemma == "else");
            // "level 1 agents": the agents do it.
            let number = scene.tag(np.to) == Some(Tag::Number);
            let next = scene.np_at(np.to).or_else(|| scene.np_at(np.to + 1));
            let grade = number && next.is_some_and(|next| next.to <= verb && next.plural);
            if !lead && !time && !rest && !grade && np.to <= verb {
                found.push(np.clone());
            }
            at = np.to.max(at + 1);
            continue;
        }
        at += 1;
    }
    if found.is_empty() && clause.pronoun.is_none() {
        found.extend(colon.and_then(|colon| before_colon(scene, clause, colon)));
    }
    if let Some(np) = around_dashes(scene, clause, verb) {
        found = vec![np];
    }
    let names = found.first().is_some_and(|np| exemplified(scene, np.to));
    if names {
        found.truncate(1);
    }
    if found.is_empty() && clause.pronoun.is_none() {
        carry(scene, clause, last);
    } else {
        clause.subject = found;
    }
}

/// "Guardians - mums, dads, whoever collects - have a name": who stands before what is put in between.
fn around_dashes(scene: &Scene<'_>, clause: &Clause, verb: usize) -> Option<Np> {
    let dash = verb.checked_sub(1).filter(|dash| scene.is(*dash, "-") && *dash <= clause.from)?;
    let sentence = scene.sentences.get(clause.sentence)?;
    let open = (sentence.from..dash).rev().find(|at| scene.is(*at, "-"))?;
    scene.np_before(open).filter(|np| np.to == open && np.from <= sentence.from + 1).cloned()
}

/// "activities like archery or pottery": what follows are examples of it.
fn exemplified(scene: &Scene<'_>, at: usize) -> bool {
    scene.is(at, "like") || scene.is(at, "such") && scene.is(at + 1, "as") || scene.one_of(at, &["e.g.", "including"])
}

/// "Manager: sees all orders": who leads the line, alone.
fn before_colon(scene: &Scene<'_>, clause: &Clause, colon: usize) -> Option<Np> {
    let sentence = scene.sentences.get(clause.sentence)?;
    let np = scene.np_before(colon).filter(|np| np.from == sentence.from)?;
    let form = scene.token(clause.verb?).and_then(|token| verbs::lookup(&token.text)).map(|(_, form)| form);
    let does = form == Some(verbs::Form::Third) || clause.modal.is_some();
    let person = archetypes::is_person(np.entity()) || archetypes::may_act(np.entity());
    (does && person).then(|| np.clone())
}

fn carry(scene: &Scene<'_>, clause: &mut Clause, last: Option<&Clause>) {
    clause.carried = true;
    let Some(last) = last else {
        clause.subject.extend(heading(scene, clause));
        return;
    };
    match clause.join {
        Join::Relative => clause.subject = scene.np_before(clause.from).cloned().into_iter().collect(),
        Join::Purpose => {
            // "I want clients to be able to book": the clients book.
            let object = scene.nps_in(last.after, clause.from).last();
            match object.filter(|np| archetypes::is_person(np.entity())) {
                Some(person) => clause.subject = vec![person.clone()],
                None => {
                    clause.subject.clone_from(&last.subject);
                    clause.pronoun.clone_from(&last.pronoun);
                }
            }
        }
        // The condition's subject does not do what follows: "When a bike is ready, text the owner".
        _ if last.join == Join::Condition => {}
        _ => {
            clause.subject.clone_from(&last.subject);
            clause.pronoun.clone_from(&last.pronoun);
            clause.only = last.only;
            if clause.modal.is_none() {
                clause.modal.clone_from(&last.modal);
            }
        }
    }
}

/// "Teachers" above "- can have many students": what the bullet speaks of.
fn heading(scene: &Scene<'_>, clause: &Clause) -> Option<Np> {
    let block = scene.blocks.get(scene.sentences.get(clause.sentence)?.block).filter(|block| block.bullet)?;
    let above = scene.sentences_of(block.parent?).next()?;
    let np = scene
        .first_np(above.from, above.to)
        .filter(|np| np.plural && np.to + 2 >= above.to && np.from <= above.from + 2)?;
    let said = matches!(scene.tag(clause.from), Some(Tag::Modal | Tag::Have | Tag::Be));
    (said && archetypes::sort(np.entity()).is_some()).then(|| np.clone())
}

fn denied(scene: &Scene<'_>, clause: &Clause) -> bool {
    let verb = clause.verb.unwrap_or(clause.from);
    // "SMS no: guests get an email" denies the SMS.
    let verdict = |at: usize| scene.is(at, "no") && scene.one_of(at + 1, &[":", ",", "-"]);
    // "not bookings but walk-ins: a walk-in has a name".
    let colon = (clause.from..verb).rev().find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
    let before = (colon.unwrap_or(clause.from)..=verb).any(|at| {
        let no = scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, &["never", "nobody"]);
        // "do not forget the invoices" asks for them.
        no && !verdict(at) && !scene.one_of(at + 1, &["forget", "miss", "overlook"])
    });
    // "able to read grants, but not to change them".
    let ahead = clause.join == Join::Purpose
        && clause
            .from
            .checked_sub(1)
            .is_some_and(|at| scene.one_of(at, &["not", "never"]) && !scene.one_of(clause.after, &["forget"]));
    let before = before || ahead;
    let no_need = scene.is(clause.from, "no") && scene.is(clause.from + 1, "need");
    let object = scene.is(clause.after, "no") || scene.is(clause.after, "not");
    let verbless = clause.verb.is_none() && scene.one_of(clause.from, &["no", "not", "without", "skip"]);
    before || no_need || (object && clause.verb.is_some()) || verbless
}
