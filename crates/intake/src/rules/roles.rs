//! Which people are roles: named as such, told of things, assigned, or speaking in a user story.

use super::{Rule, Sink, is_value, objects, record, role_of, story_role, who_of};
use crate::access::elided;
use crate::clauses::{Clause, Polarity};
use crate::facts::{Fact, Thing, Who};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, words};
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "op.roles", example: "Roles: keeper, ranger and viewer.", run: named_roles },
    Rule { id: "op.recipient", example: "Email the fleet manager every Monday.", run: recipient },
    Rule { id: "op.receiver", example: "The boatman gets an SMS.", run: receiver },
    Rule { id: "op.bare_roles", example: "roles viewer/maintainer/approver", run: bare_roles },
    Rule { id: "op.story", example: "As a keeper, I want to log walks.", run: story },
    Rule { id: "op.nobody_but", example: "No one except keepers can see walks.", run: nobody_but },
    Rule { id: "op.all", example: "Guides see their own walks, keepers all walks.", run: all_of },
    Rule { id: "op.passive", example: "A guide is assigned to each tour.", run: assigned },
];

/// "notify the fleet manager": who is told works with it, and is no customer.
fn recipient(scene: &Scene<'_>, sink: &mut Sink) {
    let told = |clause: &&Clause| {
        clause.polarity == Polarity::Asked && matches!(clause.class, Some(Class::Send | Class::Notify))
    };
    for clause in scene.clauses.iter().filter(told) {
        let from = if clause.passive { clause.from } else { clause.after };
        for np in scene.nps_in(from, clause.to) {
            let name = np.entity();
            let works = archetypes::is_person(name) && !archetypes::is_kept(name) && np.possessive.is_none();
            if works
                && !np.plural
                && let Who::Role(name) = role_of(name)
            {
                sink.add(Fact::Role(name), np.span, 0.9);
            }
        }
    }
}

/// "the boatman gets an email", "the coordinator wants an SMS".
fn receiver(scene: &Scene<'_>, sink: &mut Sink) {
    const TOLD: &str = "email sms text message notification push alert warning reminder call ping mail digest report";
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked && !clause.passive) {
        let gets = matches!(clause.base, "get" | "receive" | "want" | "need");
        let told = scene.nps_in(clause.after, clause.to).next().is_some_and(|np| crate::lexicon::has(TOLD, np.head()));
        for np in clause.subject.iter().filter(|np| gets && told && works(np)) {
            if let Who::Role(name) = role_of(np.entity()) {
                sink.add(Fact::Role(name), np.span, 0.9);
            }
        }
    }
    // "-> SMS to the herdsman", "slack the consultant".
    for at in 0..scene.tokens.len() {
        if !scene.one_of(at, &["email", "sms", "push", "slack", "alert", "notification", "message", "ping", "text"]) {
            continue;
        }
        let to = usize::from(scene.is(at + 1, "to"));
        let aside = || scene.clause_at(at).is_some_and(|clause| clause.polarity != Polarity::Asked);
        let known = |np: &&Np| archetypes::is_person(np.entity()) && works(np) && !aside();
        let Some(np) = scene.np_at(at + 1 + to).filter(known) else { continue };
        let named = to == 1 || np.article.as_deref() == Some("the");
        if named && let Who::Role(name) = role_of(np.entity()) {
            sink.add(Fact::Role(name), np.span, 0.9);
        }
    }
}

/// One of the people who work here, rather than of those who are served.
fn works(np: &crate::nouns::Np) -> bool {
    let name = np.entity();
    let doer = archetypes::is_person(name) || archetypes::may_act(name);
    doer && !archetypes::is_kept(name) && !np.plural && np.possessive.as_deref().is_none_or(|word| word == "our")
}

/// "roles viewer / maintainer / owner", "RBAC: operator (all), resident (own)".
fn bare_roles(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let from = sentence.from;
        let slashed = scene.one_of(from, &["roles", "role"])
            && (from + 2..(from + 4).min(sentence.to)).any(|at| scene.is(at, "/"));
        let rights = scene.one_of(from, &["rbac", "rights", "permissions", "logins"]) && scene.is(from + 1, ":");
        if !(slashed || rights) {
            continue;
        }
        let mut start = from + 1 + usize::from(rights);
        let places = start..=sentence.to;
        for at in places {
            let end =
                at == sentence.to || scene.depth_at(at) == 0 && scene.one_of(at, &["/", ",", "and", "(", "sdk", ";"]);
            if !end {
                continue;
            }
            let words = scene.tokens.get(start..at).unwrap_or(&[]);
            let named =
                (1..=2).contains(&words.len()) && words.iter().all(|word| word.kind == crate::tokens::Kind::Word);
            if named && (start..at).all(|at| matches!(scene.tag(at), Some(Tag::Noun | Tag::Adjective))) {
                let lemmas: Vec<&str> = words.iter().map(|word| word.lemma.as_str()).collect();
                if let Who::Role(name) = role_of(&crate::nouns::snake(&lemmas)) {
                    sink.add(Fact::Role(name), scene.span(start, at), 2.5);
                }
            }
            start = scene.close_of(at).unwrap_or(at) + 1;
        }
    }
}

/// "Actors: buyer, seller, admin": people who use the application, and no record of actors.
pub(super) fn are_users(scene: &Scene<'_>, np: &Np) -> bool {
    matches!(np.head(), "user" | "actor" | "persona")
        && np.words().len() == 1
        && np.plural
        && scene.is(np.to, ":")
        && people_follow(scene, np.to + 1)
}

/// Whether the row names people only: "admin, dispatcher, driver".
fn people_follow(scene: &Scene<'_>, from: usize) -> bool {
    let end = scene.sentence_end(from);
    let row = objects(scene, from, end);
    let person = |np: &&Np| {
        archetypes::is_person(np.entity()) || matches!(np.head(), "admin" | "administrator" | "manager" | "viewer")
    };
    row.len() >= 2 && row.iter().all(person)
}

/// "Roles: keeper and viewer", "Actors: buyer, seller", "there are three roles: …", "user types are …".
fn named_roles(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let roles = np.head() == "role" && np.plural
            || are_users(scene, np)
            || np.words().len() == 2
                && matches!(np.head(), "type" | "group" | "kind")
                && np.plural
                && np.words().first().is_some_and(|word| word.lemma == "user");
        let bracket = scene.close_of(np.to).is_some();
        if !roles || !(scene.one_of(np.to, &[":", "are", "like", "-"]) || bracket) {
            continue;
        }
        let end =
            scene.close_of(np.to).or(scene.sentence_at(np.from).and_then(|at| scene.sentences.get(at)).map(|s| s.to));
        for role in objects(scene, np.to + 1, end.unwrap_or(np.to)) {
            let name = role.entity();
            let words = role.words().len() <= 2 && !is_value(role) && role.count != Count::None;
            if words && let Who::Role(name) = role_of(name) {
                sink.add(Fact::Role(name), role.span, 2.5);
            }
        }
    }
}

/// "nobody but guides can", "no one can, except guides".
fn nobody_but(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in &scene.clauses {
        let Some(verb) = clause.verb else { continue };
        let words = scene.padded(clause.from, verb);
        let nobody = [" nobody ", " no one ", " no-one "].iter().any(|word| words.contains(word));
        if !nobody && !elided::anybody(scene, clause.from, clause.to) {
            continue;
        }
        let before = [" outside ", " but ", " except "].iter().any(|word| words.contains(word));
        let people: Vec<Who> = match elided::left_out(scene, clause.from, clause.to) {
            Some((who, _)) => who,
            None if before && nobody => scene.nps_in(clause.from, verb).map(|np| who_of(scene, np)).collect(),
            None => Vec::new(),
        };
        for who in people {
            if let Who::Role(name) = who {
                sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 2.0);
            }
        }
    }
}

/// "workers see their own tasks, foremen all tasks".
fn all_of(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        // "names, but addresses only the board".
        for np in elided::kept(scene, clause).iter().flat_map(|kept| &kept.who).filter(|np| !is_value(np)) {
            if let Who::Role(name) = who_of(scene, np) {
                sink.add(Fact::Role(name), np.span, 2.5);
            }
        }
        let Some(gap) = elided::gap(scene, clause).filter(|gap| gap.all) else { continue };
        if let Who::Role(name) = who_of(scene, gap.who)
            && super::is_people(&name)
        {
            sink.add(Fact::Role(name), gap.who.span, 1.5);
        }
    }
}

/// "agents are assigned to tickets", "someone assigns a ticket to an agent".
fn assigned(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        scene.clauses.iter().filter(|clause| clause.class == Some(Class::Assign) && clause.polarity == Polarity::Asked)
    {
        let target = (clause.after..clause.to).find(|at| scene.is(*at, "to")).and_then(|at| scene.np_at(at + 1));
        let things: Vec<Thing> = if clause.passive {
            clause.subject.iter().filter_map(record).collect()
        } else {
            objects(scene, clause.after, clause.to).into_iter().filter_map(record).collect()
        };
        for thing in things.iter().chain(target.and_then(record).iter()).filter(|thing| thing.is_person()) {
            sink.add(Fact::Role(thing.name.clone()), thing.span, 1.0);
        }
    }
    // Nouns that lead a clause of work: "Front desk staff review forms".
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked && clause.modal.is_some()) {
        for np in &clause.subject {
            if np.head() == "staff"
                && np.words().len() == 1
                && !words::is_app_head(np.head())
                && scene.tag(np.from) != Some(Tag::Preposition)
            {
                sink.add(Fact::Role("staff".into()), np.span, 1.0);
            }
        }
    }
}

/// "As a X, I want".
fn story(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        if let Some(role) = story_role(scene, index).filter(|_| scene.is(sentence.from, "as"))
            && let Who::Role(name) = role_of(&role.name)
        {
            sink.add(Fact::Role(name), role.span, 2.0);
        }
    }
}
