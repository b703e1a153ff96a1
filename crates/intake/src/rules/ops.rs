//! Who does what with which records, and which people are roles.

use super::{Rule, Sink, actors, antecedent, is_value, objects, record, story_role};
use crate::access::elided;
use crate::clauses::{Clause, Join, Polarity, absent};
use crate::facts::{Fact, Thing, Who};
use crate::lexicon::archetypes;
use crate::lexicon::verbs::{self, Class};
use crate::nouns::{Count, Np};
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "op.message", example: "I log hikers and send them SMS follow-ups.", run: message },
    Rule { id: "op.tag", example: "People tag recipes.", run: tag },
    Rule { id: "op.verb", example: "Keepers log walks.", run: verb },
    Rule { id: "op.event", example: "Members sign up for tours.", run: event },
    Rule { id: "op.public", example: "Anyone can browse kayaks.", run: super::public::public },
    Rule { id: "op.readonly", example: "Guides are read-only.", run: super::public::read_only },
];

fn permission(clause: &Clause, scene: &Scene<'_>) -> bool {
    clause.only
        || clause.modal.as_deref().is_some_and(|m| {
            matches!(m, "can" | "could" | "may" | "might" | "must" | "shall" | "should" | "able" | "allowed" | "will")
        })
        || story_role(scene, clause.sentence).is_some()
}

/// "our bakery sells bread", "my village hosts a market": who asks.
fn background(clause: &Clause) -> bool {
    let trades = matches!(clause.class, Some(Class::Other | Class::Event | Class::Pay | Class::Send))
        || matches!(clause.base, "sell" | "produce" | "prepare" | "host");
    trades
        && clause.subject.first().is_some_and(|np| {
            let ours = matches!(np.possessive.as_deref(), Some("our" | "my"));
            ours && !np.plural && !archetypes::is_person(np.entity())
        })
}

/// "X creates Y", "X can see Y", "log Y".
fn verb(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in &scene.clauses {
        let Some(class) = clause.class else { continue };
        if clause.polarity == Polarity::Past
            || clause.polarity.is_aside()
            || class == Class::Hold
                && !(matches!(clause.base, "store" | "keep" | "save" | "hold")
                    && matches!(clause.pronoun.as_deref(), None | Some("i" | "we")))
            || matches!(class, Class::Relate | Class::Notify)
            || clause.base == "have"
            || background(clause)
        {
            continue;
        }
        let condition = clause.join == Join::Condition;
        // "students hand in essays".
        let hands_in = matches!(clause.base, "hand" | "turn") && scene.is(clause.after, "in");
        let class = if hands_in { Class::Create } else { class };
        // "coaches train swimmers": a plain statement about two records.
        if class == Class::Other && (condition || clause.modal.is_some() || clause.passive || clause.pronoun.is_some())
        {
            works(scene, clause, sink);
            continue;
        }
        let denied = clause.polarity == Polarity::Denied;
        let mut found = objects(scene, clause.after, clause.to);
        if class == Class::Send {
            // "send clients an invoice": the last one is sent.
            found.retain(|np| !archetypes::is_person(np.entity()));
        }
        if clause.passive {
            found = clause.subject.iter().collect();
        }
        if found.is_empty() && (clause.only || class == Class::Approve) && scene.one_of(clause.after, &["them", "it"]) {
            // "workers add inspections but only I can delete them".
            let spoken_of =
                scene.nps_before(clause.from).take_while(|np| scene.sentence_at(np.from) == Some(clause.sentence));
            found.extend(
                spoken_of
                    .filter(|np| np.plural == scene.is(clause.after, "them"))
                    .find(|np| !is_value(np) && record(np).is_some_and(|thing| !thing.is_person())),
            );
        }
        // "neither the clerk nor the managers can delete notes" gives nobody anything.
        let verb = clause.verb.unwrap_or(clause.from);
        if (clause.from.saturating_sub(1)..verb).any(|at| scene.one_of(at, &["nor", "neither"])) && !denied {
            continue;
        }
        let who = actors(scene, clause);
        let permission = permission(clause, scene);
        let found_own = found.clone();
        for np in found {
            let Some(object) = record(np).filter(|_| !is_value(np)) else { continue };
            let span = scene.span(clause.from, clause.to);
            let told = matches!(clause.base, "receive" | "get")
                && crate::lexicon::has("receipt confirmation reminder notification update report digest", &object.name);
            // "mail the client an invitation": the message itself.
            let sent = class == Class::Send || matches!(clause.base, "mail" | "email" | "text" | "message");
            let sent = sent
                && matches!(np.article.as_deref(), Some("a" | "an"))
                && crate::lexicon::has(
                    "invitation invite reminder receipt confirmation notification thank-you",
                    &object.name,
                );
            // "fill in a form": how something is entered.
            let filled =
                clause.base == "fill" && matches!(object.name.as_str(), "form" | "sheet" | "page" | "template");
            if told || sent || filled || class == Class::Pay && object.head() == "card" {
                continue;
            }
            if matches!(object.name.as_str(), "account" | "profile")
                && matches!(clause.base, "create" | "open" | "make")
            {
                // To sign up leaves no record but the user.
                continue;
            }
            if denied {
                if np.count == Count::None
                    || matches!(
                        class,
                        Class::Create
                            | Class::Track
                            | Class::Hold
                            | Class::Event
                            | Class::Send
                            | Class::Pay
                            | Class::Upload
                    ) && !(clause.passive && clause.modal.is_some())
                        && who.iter().all(|(who, _)| *who == Who::User)
                {
                    sink.add(Fact::Denied(object), span, 2.0);
                }
                continue;
            }
            let own = np.possessive.as_deref().is_some_and(|p| matches!(p, "their" | "his" | "her" | "its" | "my"))
                && np.words().iter().any(|w| w.text == "own")
                || np.possessive.as_deref() == Some("their") && clause.only;
            let own = own
                || scene.words(np.to, clause.to).contains("assigned to them")
                || clause.only && np.possessive.is_some();
            let weight = match class {
                Class::Create | Class::Track => 1.0,
                Class::Event => 0.9,
                Class::Send => 0.4,
                _ => 0.7,
            };
            let weight = if condition { weight * 0.6 } else { weight };
            // "to follow the van": said of that one, not of a kind of records.
            let that = clause.base == "follow" && np.article.as_deref() == Some("the") && !np.plural;
            // "the coordinator sends the invitation": one that is only sent.
            let that = that || class == Class::Send && np.article.as_deref() == Some("the") && !np.plural;
            let weight = if that { weight * 0.3 } else { weight };
            if who.is_empty() {
                sink.add(Fact::Mention(object), span, weight);
                continue;
            }
            if class == Class::Read && without_login(scene, clause) {
                sink.add(Fact::open(class, clause.base, object.clone()), span, 0.3);
            }
            // "we keep every visit".
            if np.count == Count::Each && matches!(clause.base, "keep" | "save" | "store" | "log" | "record") {
                sink.add(Fact::Mention(object.clone()), span, 0.8);
            }
            for (actor, actor_thing) in &who {
                sink.add(
                    Fact::Op {
                        actor: actor.clone(),
                        actor_thing: actor_thing.clone(),
                        class,
                        base: clause.base,
                        object: object.clone(),
                        only: clause.only,
                        own,
                        permission: permission && !condition,
                    },
                    span,
                    weight,
                );
            }
        }
        // "students see their grades", "pupils see open courses": they come to see them, and not all of them.
        let some = |np: &&Np| elided::theirs(scene, class, np, clause) || np.words().iter().any(|word| !word.noun);
        let own = class == Class::Read && matches!(clause.base, "see" | "view") && found_own.iter().any(some);
        for (actor, _) in &who {
            if let Who::Role(name) = actor
                && (archetypes::is_person(name)
                    || archetypes::may_act(name)
                    || archetypes::is_group(name)
                    || archetypes::is_seat(name)
                        && matches!(clause.modal.as_deref(), Some("can" | "may"))
                        && matches!(
                            class,
                            Class::Create | Class::Read | Class::Update | Class::Delete | Class::Approve
                        )
                    || archetypes::is_party(name)
                        && class == Class::Create
                        && !clause.carried
                        && clause.subject.iter().all(|np| np.plural)
                    || matches!(name.as_str(), "admin" | "administrator"))
                && !condition
                && !matches!(clause.base, "say" | "think" | "tell" | "want" | "ask" | "know" | "like" | "love")
                && (class != Class::Other || !archetypes::is_kept(name))
                && !(matches!(clause.base, "get" | "receive") && absent_before(scene, clause))
            {
                sink.add(
                    Fact::Role(name.clone()),
                    scene.span(clause.from, clause.to),
                    if permission || own { 1.5 } else { 1.0 },
                );
            }
        }
    }
}

/// "customers do not log in but get an email": who is told something there has no role by that.
fn absent_before(scene: &Scene<'_>, clause: &Clause) -> bool {
    let said = scene.clauses_of(clause.sentence).take_while(|before| before.from < clause.from);
    said.into_iter().any(|before| absent::says(scene, before))
}

/// "nurses can triage patients": who may do something here is a role, whatever it is.
fn works(scene: &Scene<'_>, clause: &Clause, sink: &mut Sink) {
    if clause.join != Join::Main || clause.polarity != Polarity::Asked || clause.modal.is_none() || clause.passive {
        return;
    }
    for (actor, _) in actors(scene, clause) {
        if let Who::Role(name) = actor
            && archetypes::is_person(&name)
            && !archetypes::is_kept(&name)
            && scene.nps_in(clause.after, clause.to).next().is_some()
        {
            sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 1.0);
        }
    }
}

/// "without an account", "without logging in" in the same sentence.
fn without_login(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(sentence) = scene.sentences.get(clause.sentence) else { return false };
    (clause.after..sentence.to).any(|at| {
        scene.one_of(at, &["without", "no"])
            && (at + 1..at + 4).any(|next| {
                scene.one_of(next, &["account", "login", "logging", "signing", "registering", "sign-up", "signup"])
            })
    })
}

/// "X books a Y", "sign up for Y", "comment on Y": the verb leaves a record.
fn event(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        let Some(event) = verbs::event_of(clause.base).filter(|_| !clause.passive) else { continue };
        let followed = |texts: &[&str]| scene.one_of(clause.after, texts);
        let event = match clause.base {
            // "parents sign up their dogs" leaves the dogs, no sign-up.
            "sign" if !followed(&["up"]) || scene.np_at(clause.after + 1).is_some() => continue,
            // "applicants sign up" makes an account; "volunteers sign up for shifts" leaves more.
            "sign" if !for_something(scene, clause) => continue,
            "check" if !(followed(&["in"]) || (clause.after..clause.to).any(|at| scene.one_of(at, &["in", "off"]))) => {
                continue;
            }
            "clock" if !followed(&["in", "out"]) => continue,
            // "follow the van on the map" leaves nothing.
            "follow"
                if scene.np_at(clause.after).is_some_and(|np| !np.plural && np.article.as_deref() == Some("the")) =>
            {
                continue;
            }
            // To sign up leaves no record but the user.
            "register" if for_oneself(scene, clause) => continue,
            "register" if scene.np_at(clause.after).is_some_and(|np| np.to <= clause.to && !is_value(np)) => continue,
            "sign" => "signup",
            other
                if matches!(other, "order" | "review" | "follow" | "like")
                    && !archetypes::is_person(clause.subject.first().map(|np| np.entity()).unwrap_or_default())
                    && clause.pronoun.is_none() =>
            {
                continue;
            }
            _ => event,
        };
        let pronoun = (clause.after..clause.to.min(clause.after + 3)).any(|at| scene.one_of(at, &["it", "them"]));
        let spoken_of = if pronoun { antecedent(scene, clause.from).filter(|thing| !thing.is_person()) } else { None };
        let target = (clause.after..clause.to.min(clause.after + 3))
            .take_while(|at| !scene.one_of(*at, &[",", ";", "-"]))
            .find_map(|at| scene.np_at(at))
            .filter(|np| !is_value(np))
            .and_then(record)
            .or(spoken_of);
        let name = Thing::named(event, scene.span(clause.verb.unwrap_or(clause.from), clause.after));
        for (actor, actor_thing) in actors(scene, clause) {
            if let Some(object) = &target {
                sink.add(
                    Fact::Op {
                        actor,
                        actor_thing,
                        class: Class::Event,
                        base: clause.base,
                        object: object.clone(),
                        only: false,
                        own: false,
                        permission: permission(clause, scene),
                    },
                    scene.span(clause.from, clause.to),
                    0.6,
                );
            }
        }
        let weight = match clause.base {
            // "customers book tours": a tour has many bookings; a session that is booked is one itself.
            "book" | "order" if target.as_ref().is_some_and(bookable) => 0.8,
            "order" | "book" | "review" | "like" | "check" | "visit" => 0.6,
            "clock" => 1.3,
            "apply" | "register" | "sign" | "enroll" | "subscribe" | "borrow" | "rate" | "vote" | "bid" | "rsvp"
            | "comment" | "donate" | "reserve" => 1.1,
            _ => 0.5,
        };
        sink.add(Fact::Mention(name.clone()), name.span, weight);
        if let Some(parent) = target.filter(|target| target.name != event && !target.is_person()) {
            sink.add(
                Fact::Belongs { child: name, parent },
                scene.span(clause.from, clause.to),
                if weight > 1.0 { 0.8 } else { 0.5 },
            );
        }
    }
}

fn bookable(target: &Thing) -> bool {
    let event = |name: &str| archetypes::sort(name) == Some(archetypes::Sort::Event);
    target.plural
        && !target.is_person()
        && !event(&target.name)
        && !event(target.head())
        && !matches!(target.head(), "shoot" | "stay")
}

/// "users can register, log in": no "for", no thing that they register.
fn for_oneself(scene: &Scene<'_>, clause: &Clause) -> bool {
    let user = clause.subject.iter().all(|np| matches!(np.head(), "user" | "person" | "visitor"));
    let sign = scene.token(clause.after).is_some_and(|token| token.is_sign());
    user && (clause.after >= clause.to || sign || scene.one_of(clause.after, &["and", "with", "via", "or"]))
}

/// Whether it is said what somebody signs up for, and that is no account.
fn for_something(scene: &Scene<'_>, clause: &Clause) -> bool {
    let account =
        |np: &crate::nouns::Np| crate::lexicon::has("account login profile access app application email", np.head());
    let meant = |at: usize| scene.one_of(at, &["it", "them", "one", "these", "those"]);
    let target = (clause.after..clause.to).find(|at| scene.one_of(*at, &["for", "to", "on", "onto"]));
    target.is_some_and(|at| meant(at + 1) || scene.np_at(at + 1).is_some_and(|np| !account(np)))
}

/// "send them follow-ups": what a person sends by hand is kept, with whom it went to.
fn message(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene
        .clauses
        .iter()
        .filter(|clause| clause.class == Some(Class::Send) && clause.polarity == Polarity::Asked && !clause.passive)
    {
        // "when …", "six months after the last visit": nobody writes that one.
        let sentence = scene.sentences.get(clause.sentence).map_or("", |one| scene.padded(one.from, one.to));
        let by_itself = scene.clauses_of(clause.sentence).any(|other| other.join == Join::Condition)
            || [" after ", " before "].iter().any(|word| sentence.contains(word));
        let Some(np) = objects(scene, clause.after, clause.to).into_iter().last().filter(|_| !by_itself) else {
            continue;
        };
        let kept = matches!(
            np.entity(),
            "follow_up" | "followup" | "message" | "announcement" | "campaign" | "invitation" | "quote" | "offer"
        );
        let Some(child) = record(np).filter(|_| kept) else { continue };
        let span = scene.span(clause.from, clause.to);
        let to = scene.one_of(clause.after, &["them", "him", "her", "it"])
            || scene.is(np.to, "to") && scene.one_of(np.to + 1, &["them", "him", "her"]);
        let named = scene
            .nps_in(clause.after, clause.to)
            .find(|other| other.span != np.span)
            .and_then(record)
            .filter(Thing::is_person);
        let parent = if to { antecedent(scene, clause.from) } else { named };
        sink.add(Fact::Mention(child.clone()), span, 0.8);
        if let Some(parent) = parent.filter(|parent| parent.name != child.name) {
            sink.add(Fact::Belongs { child, parent }, span, 1.5);
        }
    }
}

/// "tag recipes": tags are shared by many.
fn tag(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene
        .clauses
        .iter()
        .filter(|clause| clause.polarity == Polarity::Asked && matches!(clause.base, "tag" | "label" | "categorize"))
    {
        let word = if clause.base == "categorize" { "category" } else { clause.base };
        for object in objects(scene, clause.after, clause.to).into_iter().filter(|np| !is_value(np)).filter_map(record)
        {
            let span = scene.span(clause.from, clause.to);
            sink.add(Fact::ManyToMany { a: object, b: Thing::named(word, span) }, span, 1.6);
        }
    }
}
