//! What a sentence about rights leaves out: "vets see all pets, owners only their own", "clerks see their own only",
//! "staff see orders but not invoices", "everything except invoices".

use crate::clauses::{Clause, Join};
use crate::facts::Who;
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;

/// The part of a clause that goes without its verb, and mostly without its object: ", owners only their own".
pub(crate) struct Gap<'s> {
    pub at: usize,
    pub who: &'s Np,
    pub only: bool,
    /// "drivers none".
    pub none: bool,
    /// "foremen all tasks".
    pub all: bool,
    /// "only their own pets".
    pub what: Option<&'s Np>,
}

/// The gap after the verb and the object of a clause.
pub(crate) fn gap<'s>(scene: &'s Scene<'_>, clause: &Clause) -> Option<Gap<'s>> {
    let after = clause.verb? + 1;
    (after..clause.to).find_map(|at| {
        let mut next = at;
        while scene.one_of(next, &[",", ";", "and", "but", "while", "whereas"]) {
            next += 1;
        }
        opens(scene, next).filter(|_| next > at).map(|gap| Gap { at, ..gap })
    })
}

/// What is kept for somebody without a verb: ", and only managers the price", "addresses only the board".
pub(crate) struct Kept<'s> {
    /// Where the part before it ends.
    pub at: usize,
    pub from: usize,
    pub to: usize,
    /// "shippers only the address": they see no more.
    pub limit: bool,
    pub who: Vec<&'s Np>,
    pub what: Vec<&'s Np>,
}

/// All that is so kept after the verb of a clause, or in one that has none: "; phones only the reception".
pub(crate) fn kept<'s>(scene: &'s Scene<'_>, clause: &Clause) -> Vec<Kept<'s>> {
    let Some(verb) = clause.verb.or_else(|| clause.from.checked_sub(1)) else { return Vec::new() };
    let mut found: Vec<Kept<'_>> = Vec::new();
    for only in (verb + 1..clause.to).filter(|at| is_only(scene, *at)) {
        let people = |np: &&&Np| rules::is_people(np.entity()) || np.plural || np.article.as_deref() == Some("the");
        let who: Vec<&Np> = rules::objects(scene, only + 1, clause.to);
        let Some(first) = who.first().filter(people) else { continue };
        if found.last().is_some_and(|last| only < last.to) {
            continue;
        }
        let leads = |at: usize| scene.one_of(at, &[",", ";", "and", "but", "while", "whereas"]);
        // "only managers the price".
        let next = scene.np_at(first.to).filter(|np| np.article.is_some() || np.possessive.is_some());
        if let Some(what) = next.filter(|_| leads(only - 1)) {
            let at = (verb..only).rev().find(|at| !leads(*at)).map_or(only, |at| at + 1);
            let what: Vec<&Np> = rules::objects(scene, what.from, clause.to);
            let to = what.last().map_or(first.to, |np| np.to);
            found.push(Kept { at, from: only, to, limit: false, who: vec![first], what });
            continue;
        }
        // "addresses only the board", "the diagnosis and the fee only doctors".
        let Some(last) = scene.np_before(only).filter(|np| np.from > verb) else { continue };
        let mut what = vec![last];
        while let Some(before) = what.last().and_then(|np| before_and(scene, np, verb)) {
            what.push(before);
        }
        let start = what.last().map_or(last.from, |np| np.from);
        if !leads(start - 1) {
            continue;
        }
        let at = (verb..start).rev().find(|at| !leads(*at)).map_or(start, |at| at + 1);
        let to = who.last().map_or(only + 1, |np| np.to);
        let limit = rules::is_people(last.entity()) && !rules::is_people(first.entity());
        if limit && first.possessive.is_some() {
            continue;
        }
        let (who, what) = if limit { (what, who) } else { (who, what) };
        if to >= clause.to || leads(to) || scene.tag(to) == Some(Tag::Sign) {
            found.push(Kept { at, from: start, to, limit, who, what });
        }
    }
    found
}

/// The phrase that "and" ties to this one, behind the verb: not the first object, from which a comma parts it.
fn before_and<'s>(scene: &'s Scene<'_>, np: &Np, verb: usize) -> Option<&'s Np> {
    let and = np.from.checked_sub(1).filter(|at| scene.one_of(*at, &["and", "or"]))?;
    let before = scene.np_before(and).filter(|before| before.from > verb + 1)?;
    scene.one_of(before.from - 1, &[",", ";", "but"]).then_some(before)
}

/// "parents who paid can see albums": where, in a clause that opens with "who", the right of those before it starts.
pub(crate) fn late_modal(scene: &Scene<'_>, clause: &Clause) -> Option<usize> {
    let opens = clause.join == Join::Relative && scene.one_of(clause.from, &["who", "that", "whose"]);
    let verb = clause.verb.filter(|_| opens && clause.modal.is_none())?;
    let people = scene.np_before(clause.from).is_some_and(|np| rules::is_people(np.entity()) || np.plural);
    let modal = (verb + 1..clause.to).find(|at| scene.tag(*at) == Some(Tag::Modal)).filter(|_| people)?;
    (modal + 1..clause.to).any(|at| scene.tag(at) == Some(Tag::Verb)).then_some(modal)
}

/// A clause that has nothing else: "Owners only their own."
pub(super) fn bare<'s>(scene: &'s Scene<'_>, clause: &Clause) -> Option<Gap<'s>> {
    if clause.verb.is_some() {
        return None;
    }
    let start =
        (clause.from..clause.to).find(|at| !scene.one_of(*at, &[",", ";", "and", "but", "while", "whereas"]))?;
    opens(scene, start)
}

fn opens<'s>(scene: &'s Scene<'_>, at: usize) -> Option<Gap<'s>> {
    let who = scene.np_at(at).filter(|np| verbs::lookup(np.head()).is_none() || rules::is_people(np.entity()))?;
    // "drivers none" may be one phrase.
    let inside = who.to.saturating_sub(1);
    if scene.is(inside, "none") && who.to == at + 2 || scene.is(who.to, "none") {
        return Some(Gap { at, who, only: false, none: true, all: false, what: None });
    }
    // "foremen all tasks", "the boss everything".
    if scene.one_of(who.to, &["all", "every", "any", "everything"]) {
        let what = scene.np_at(who.to).filter(|np| np.to > who.to + 1);
        let alone = || ends(scene, who.to + 1) || scene.one_of(who.to + 1, &["of"]);
        let whole = what.map_or_else(alone, |np| ends(scene, np.to));
        return whole.then_some(Gap { at, who, only: false, none: false, all: true, what });
    }
    // "managers too".
    if scene.one_of(who.to, &["too", "also", "likewise"]) && ends(scene, who.to + 1) {
        return Some(Gap { at, who, only: false, none: false, all: true, what: None });
    }
    let mut end = who.to;
    let only = is_only(scene, end);
    end += usize::from(only);
    let what = scene.np_at(end);
    let only = only || is_only(scene, what.map_or(end + 2, |np| np.to));
    (scene.one_of(end, OWNERS) && scene.is(end + 1, "own")).then_some(Gap {
        at,
        who,
        only,
        none: false,
        all: false,
        what,
    })
}

/// Whether no verb follows: "foremen all tasks" and not "foremen all see tasks".
fn ends(scene: &Scene<'_>, at: usize) -> bool {
    let verb = matches!(scene.tag(at), Some(Tag::Verb | Tag::Modal | Tag::Be | Tag::Have | Tag::Noun));
    !verb || scene.sentence_at(at).is_none()
}

pub(super) const OWNERS: &[&str] = &["their", "his", "her"];

pub(super) fn is_only(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["only", "just", "solely"])
}

/// "their own", with no noun after it.
pub(super) fn own_at(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, OWNERS) && scene.is(at + 1, "own") && scene.np_at(at).is_none()
}

/// Whether the clause allows its own to somebody, and denies nothing.
pub(super) fn own(scene: &Scene<'_>, clause: &Clause) -> bool {
    let own =
        |at: usize| scene.one_of(at, OWNERS) && scene.is(at + 1, "own") || at == clause.after && scene.one_of(at, SELF);
    let theirs = || {
        scene.np_at(clause.after).is_some_and(|np| clause.class.is_some_and(|class| theirs(scene, class, np, clause)))
    };
    let asked = clause.polarity == crate::clauses::Polarity::Asked && clause.pronoun.is_none();
    asked && ((clause.after..clause.to).any(own) || clause.class == Some(Class::Read) && theirs())
}

/// "customers can see their orders", "parents see the grades of their children": nobody else's.
pub(crate) fn theirs(scene: &Scene<'_>, class: Class, np: &Np, clause: &Clause) -> bool {
    let people = clause.subject.iter().any(|np| rules::is_people(np.entity()) || np.head() == "user")
        || matches!(clause.pronoun.as_deref(), Some("they"));
    let of = (np.from..=np.to).any(|at| scene.is(at, "of") && scene.one_of(at + 1, OWNERS));
    let has = np.possessive.as_deref().is_some_and(|word| OWNERS.contains(&word)) || of;
    has && people && matches!(class, Class::Read | Class::Update | Class::Delete)
}

/// "As a tenant I want to see my lease": the tenant's own.
pub(super) fn in_story(scene: &Scene<'_>, np: &Np, clause: &Clause) -> bool {
    let mine = np.possessive.as_deref().is_some_and(|word| matches!(word, "my" | "our"));
    mine && matches!(clause.pronoun.as_deref(), Some("i" | "we")) && rules::story_role(scene, clause.sentence).is_some()
}

/// "but not invoices", "never invoices", "neither invoices nor orders": what comes after is denied.
pub(super) fn turns(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, NOT) && scene.np_at(at + 1).is_some()
}

pub(super) const NOT: &[&str] = &["not", "never", "neither", "nor"];

/// Where it is said who is left out: "except admins", "but the reception"; the end where nobody is.
pub(crate) fn excepted(scene: &Scene<'_>, from: usize, to: usize) -> usize {
    let except = |at: usize| match () {
        () if scene.one_of(at, &["except", "excepting", "besides", "save", "outside"]) => true,
        () if changes_nothing(scene, at + 1) => false,
        () if scene.is(at, "but") => scene.np_at(at + 1).is_some() || scene.one_of(at + 1, &["for", "by", "me"]),
        () => scene.is(at, "apart") && scene.is(at + 1, "from") || scene.is(at, "other") && scene.is(at + 1, "than"),
    };
    (from..to).find(|at| except(*at)).unwrap_or(to)
}

/// "read everything but change nothing": a verb and what forbids it.
pub(super) fn changes_nothing(scene: &Scene<'_>, at: usize) -> bool {
    let verb = scene.token(at).is_some_and(|token| verbs::lookup(&token.text).is_some());
    verb && nothing_at(scene, at + 1)
}

/// "nothing", and not "nothing but their own".
pub(super) fn nothing_at(scene: &Scene<'_>, at: usize) -> bool {
    scene.is(at, "nothing") && !scene.one_of(at + 1, &["but", "except", "else", "other", "apart", "besides", "of"])
}

/// The records after "everything but".
pub(super) fn except<'s>(scene: &'s Scene<'_>, at: usize, to: usize) -> Vec<&'s Np> {
    but(scene, at).map(|from| rules::objects(scene, from, to)).unwrap_or_default()
}

/// Where those start that "except", "but", "apart from" leaves out.
pub(super) fn but(scene: &Scene<'_>, at: usize) -> Option<usize> {
    match () {
        () if changes_nothing(scene, at + 1) => None,
        () if scene.one_of(at, &["except", "but", "besides", "excluding"]) => {
            Some(at + 1 + usize::from(scene.is(at + 1, "for")))
        }
        () if scene.is(at, "apart") && scene.is(at + 1, "from") => Some(at + 2),
        () if scene.is(at, "other") && scene.is(at + 1, "than") => Some(at + 2),
        () => None,
    }
}

/// Whether the word is the last one, but for what says no more.
pub(super) fn last(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    (at + 1..to).all(|at| scene.one_of(at, &["access", "rights", "permissions", "of", "it", "them"]))
}

/// "themselves" and its like.
pub(super) const SELF: &[&str] = &["themselves", "themself", "himself", "herself", "itself"];

/// Who is left out of "nobody", "anybody": "except admins", "apart from the group leader"; and the place after them.
pub(crate) fn left_out(scene: &Scene<'_>, from: usize, to: usize) -> Option<(Vec<Who>, usize)> {
    let at = excepted(scene, from, to);
    let start = (at + 1..at + 3).find(|at| !scene.one_of(*at, &["for", "from", "than", "by", "of"]))?;
    rules::people_at(scene, start, to).filter(|_| at < to)
}

/// Those whom "everyone except interns", "all staff but trainees" leaves out.
pub(crate) fn but_for(scene: &Scene<'_>, clause: &Clause) -> Vec<Who> {
    let Some(verb) = clause.verb else { return Vec::new() };
    let all = (clause.from..verb)
        .find(|at| scene.one_of(*at, &["everyone", "everybody", "anyone", "anybody", "all", "every", "any", "each"]));
    let Some(all) = all else { return Vec::new() };
    let at = excepted(scene, all + 1, verb);
    if at >= verb || verb <= at + 1 {
        return Vec::new();
    }
    let start = (at + 1..verb).find(|at| !scene.one_of(*at, &["for", "from", "than", "by", "of"])).unwrap_or(verb);
    rules::objects(scene, start, verb).into_iter().map(|np| rules::who_of(scene, np)).collect()
}

/// "must not be changed by anybody".
pub(crate) fn anybody(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let not = (from..to).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.is(at, "never"));
    let all = |at: usize| scene.one_of(at, &["nobody", "no-one"]) || scene.is(at, "no") && scene.is(at + 1, "one");
    (from..to).any(|at| all(at) || not && scene.one_of(at, &["anybody", "anyone"]))
}

/// "what they submitted", "those they created": their own; the place after it.
pub(super) fn made_by_them(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let what = scene.one_of(at, &["what", "whatever", "those", "ones"]);
    let they = at + 1 + usize::from(scene.one_of(at + 1, &["that", "which"]));
    let made = they + 1 + usize::from(matches!(scene.tag(they + 1), Some(Tag::Have | Tag::Adverb)));
    let (verb, form) = scene.token(made).and_then(|token| verbs::lookup(&token.text))?;
    let makes =
        matches!(verb.class, Class::Create | Class::Upload | Class::Send | Class::Event) && form == verbs::Form::Past;
    (what && makes && scene.one_of(they, &["they", "he", "she"])).then_some(made + 1)
}

/// "may add, change or remove visits", "sees, adds and deletes everything": a verb in a row of verbs, though it looks like a noun.
pub(super) fn listed(scene: &Scene<'_>, verb: usize, at: usize, to: usize) -> bool {
    let form = |at: usize| scene.token(at).and_then(|token| verbs::lookup(&token.text)).map(|(_, form)| form);
    let third = form(verb) == Some(verbs::Form::Third);
    let same = |at: usize| form(at) == Some(if third { verbs::Form::Third } else { verbs::Form::Base });
    let row = at > verb && scene.one_of(at - 1, &[",", "and", "or", "/"]) && same(at - 2) && same(at);
    let row = row && (third || at > verb + 1);
    let bare = scene.np_at(at).is_none_or(|np| np.words().len() == 1 && (third || !np.plural) && np.article.is_none());
    row && bare && (at + 1 >= to || scene.one_of(at + 1, &[",", "and", "or", "/", "them", "it"]))
}
