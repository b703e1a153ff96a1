//! Whom words mean: roles, the one whose record it is, strangers, and who does what a clause says.

use super::{antecedent, objects, story_role};
use crate::clauses::Polarity;
use crate::facts::{Thing, Who};
use crate::lexicon::archetypes;
use crate::nouns::Np;
use crate::scene::Scene;

/// Who does what a clause says.
pub(crate) fn actors(scene: &Scene<'_>, clause: &crate::clauses::Clause) -> Vec<(Who, Option<Thing>)> {
    if clause.passive {
        // "not even by me".
        let by = (clause.after..clause.to).filter(|at| scene.is(*at, "by") && !scene.one_of(*at - 1, &["even", "not"]));
        let row = |at: usize| people_at(scene, at + 1, clause.to).map(|(who, _)| who).unwrap_or_default();
        let named: Vec<Who> = by.clone().filter(|_| clause.modal.is_some()).flat_map(row).collect();
        let people = by.flat_map(|at| objects(scene, at + 1, clause.to));
        let mut found: Vec<(Who, Option<Thing>)> =
            people.filter(|np| archetypes::is_person(np.entity())).map(|np| who(scene, np)).collect();
        for who in named {
            if !found.iter().any(|(known, _)| *known == who) {
                found.push((who, None));
            }
        }
        return found;
    }
    match clause.pronoun.as_deref() {
        Some("anyone" | "everyone" | "everybody" | "anybody") => return vec![(Who::Public, None)],
        // "only I can delete them": who asks is the admin.
        Some("i" | "we") if clause.only && only_leads(scene, clause) => {
            return vec![(Who::Role("admin".to_owned()), None)];
        }
        Some("i" | "we" | "you") => {
            let role = story_role(scene, clause.sentence);
            return vec![match role {
                Some(role) if role.name != "user" => (role_of(&role.name), Some(role)),
                _ => (Who::User, None),
            }];
        }
        Some("they" | "he" | "she") => {
            let person = antecedent(scene, clause.from).filter(Thing::is_person);
            return person
                .or_else(|| doer_before(scene, clause))
                .map(|thing| (role_of(&thing.name), Some(thing)))
                .into_iter()
                .collect();
        }
        _ => {}
    }
    clause.subject.iter().filter(|np| np.count != crate::nouns::Count::None).map(|np| who(scene, np)).collect()
}

/// "couriers see parcels; they can sign them": who did what was said just before.
fn doer_before(scene: &Scene<'_>, clause: &crate::clauses::Clause) -> Option<Thing> {
    let before = scene.clauses.iter().rev().find(|one| one.to <= clause.from && one.verb.is_some())?;
    let right = crate::lexicon::has("see view read edit change update modify delete remove set", clause.base);
    let may = matches!(clause.modal.as_deref(), Some("can" | "may" | "must" | "should" | "could"));
    let near = before.sentence + 1 >= clause.sentence && right && (may || clause.polarity == Polarity::Denied);
    let np = before.subject.iter().find(|np| np.plural && archetypes::is_person(np.entity())).filter(|_| near)?;
    Some(Thing::of(np))
}

/// "only I", not "I only".
fn only_leads(scene: &Scene<'_>, clause: &crate::clauses::Clause) -> bool {
    (clause.from..clause.to).any(|at| scene.is(at, "only") && scene.one_of(at + 1, &["i", "we"]))
}

fn who(scene: &Scene<'_>, np: &Np) -> (Who, Option<Thing>) {
    (who_of(scene, np), Some(Thing::of(np)))
}

/// Whom a phrase means: a role, or the one whose record it is.
pub(crate) fn who_of(scene: &Scene<'_>, np: &Np) -> Who {
    match () {
        () if is_operator(np) => Who::Role("admin".to_owned()),
        () if is_maker(scene, np) => Who::Owner,
        () => role_of(np.entity()),
    }
}

/// "the owner of the club", "the shop owner": who runs the whole, and has made none of the records.
fn is_operator(np: &Np) -> bool {
    const RUN: &str = "shop business company club firm restaurant store studio salon gym practice clinic school agency bar cafe hotel \
        bakery";
    let run = |words: &[crate::nouns::Word]| words.iter().any(|word| crate::lexicon::has(RUN, &word.lemma));
    np.head() == "owner"
        && (np.owner.as_ref().is_some_and(|words| run(words)) || np.words().len() > 1 && run(np.words()))
}

/// "its author", "the author" where nobody speaks of authors: who made the record.
pub(crate) fn is_maker(scene: &Scene<'_>, np: &Np) -> bool {
    // "the guest who made them".
    if maker_at(scene, np.from).is_some() {
        return true;
    }
    const MAKERS: &str = "author creator owner writer poster submitter uploader";
    if is_operator(np) || np.plural || np.words().len() != 1 || !crate::lexicon::has(MAKERS, np.head()) {
        return false;
    }
    let its = matches!(np.possessive.as_deref(), Some("its" | "their"));
    let general = |other: &Np| other.head() == np.head() && (other.plural || other.article.as_deref() != Some("the"));
    its || np.article.as_deref() == Some("the") && !scene.nps.iter().any(|other| general(other) && !is_its(other))
}

fn is_its(np: &Np) -> bool {
    matches!(np.possessive.as_deref(), Some("its" | "their"))
}

/// "whoever made it", "the person who wrote them": the place after it.
pub(crate) fn maker_at(scene: &Scene<'_>, at: usize) -> Option<usize> {
    const MADE: &[&str] = &[
        "made",
        "created",
        "wrote",
        "posted",
        "entered",
        "added",
        "submitted",
        "uploaded",
        "logged",
        "reported",
        "filed",
        "owns",
    ];
    let start = at + usize::from(scene.is(at, "the"));
    let person = scene.np_at(at).filter(|np| np.words().len() == 1);
    let end = person.map_or(start + 1, |np| np.to);
    let one = scene.one_of(start, &["person", "one", "people", "user"])
        || person.is_some_and(|np| archetypes::is_person(np.entity()));
    let verb = match () {
        () if scene.one_of(at, &["whoever"]) => at + 1,
        () if one && scene.one_of(end, &["who", "that"]) => end + 1,
        () => return None,
    };
    (scene.one_of(verb, MADE) && scene.one_of(verb + 1, &["it", "them", "the", "this", "that"])).then_some(verb + 2)
}

/// The people of a row from here on, and the place after them: "the reception and the dentists".
pub(crate) fn people_at(scene: &Scene<'_>, mut at: usize, mut to: usize) -> Option<(Vec<Who>, usize)> {
    let (mut found, mut end) = (Vec::new(), at);
    while at < to {
        if let Some(after) = maker_at(scene, at) {
            found.push(Who::Owner);
            // The row goes on behind: "the guest who made it or the reception".
            (end, to) = (after, if after > to { scene.sentence_end(at) } else { to });
        } else if scene.one_of(at, &["me", "myself"]) {
            found.push(Who::Role("admin".to_owned()));
            end = at + 1;
        } else {
            let Some(np) = scene.np_at(at).filter(|np| np.to <= to) else { break };
            // "for managers' eyes only".
            let eyes = np.owner.as_ref().filter(|_| matches!(np.head(), "eye" | "use"));
            let who = eyes.map_or_else(
                || who_of(scene, np),
                |words| {
                    let lemmas: Vec<&str> = words.iter().map(|word| word.lemma.as_str()).collect();
                    role_of(&crate::nouns::snake(&lemmas))
                },
            );
            // "by the person it is assigned to" is not by everybody.
            let some = who == Who::User && !np.plural && scene.tag(np.to) == Some(crate::tags::Tag::Pronoun);
            match who {
                _ if some => break,
                Who::Role(name) if !is_people(&name) => break,
                who => found.push(who),
            }
            end = np.to;
        }
        at = end;
        while scene.one_of(at, &[",", "and", "or", "&", "/", "both", "by", "to"]) {
            at += 1;
        }
    }
    (!found.is_empty()).then_some((found, end))
}

/// Whether rights can be given to what bears the name.
pub(crate) fn is_people(name: &str) -> bool {
    let admin = matches!(name, "admin" | "administrator");
    admin
        || archetypes::is_person(name)
        || archetypes::may_act(name)
        || archetypes::is_group(name)
        || archetypes::is_seat(name)
}

pub(crate) fn role_of(name: &str) -> Who {
    // "Hello team" greets.
    if ["hello_", "hi_", "hey_", "dear_"].iter().any(|greeting| name.starts_with(greeting)) {
        return Who::User;
    }
    match name.rsplit('_').next().unwrap_or(name) {
        "public" | "visitor" | "everyone" | "stranger" => Who::Public,
        "user" | "person" | "friend" | "people" => Who::User,
        "creator" | "owner" if !name.contains('_') => Who::Owner,
        // "sales" are people here, and no sale.
        "sale" => Who::Role(format!("{name}s")),
        _ => Who::Role(name.to_owned()),
    }
}
