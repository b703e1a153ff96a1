//! Whether a service that is named is asked for: not in "no SMS", "we use Slack", "contact method (email or SMS)".
//!
//! A way of naming one without asking for it is an entry of `TOLD`.

use super::practice;
use crate::clauses::{Clause, Join, Polarity};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields};
use crate::scene::Scene;
use crate::tags::Tag;

/// Words that leave out what follows them.
const NO: &[&str] = &[
    "no",
    "without",
    "not",
    "never",
    "instead",
    "except",
    "minus",
    "excluding",
    "skip",
    "drop",
    "zero",
    "neither",
    "nor",
    "nothing",
];

/// Whether what stands here is asked for: not "no SMS", not "maybe one day Slack".
pub(super) fn asked(scene: &Scene<'_>, at: usize) -> Option<bool> {
    let clause = scene.clause_at(at)?;
    let near = at.saturating_sub(4).max(clause.from);
    // "we do that with Bizum, no Stripe please": however it is told, it is turned down.
    let refused = at > clause.from && scene.one_of(at - 1, &["no", "without"]);
    if !refused && TOLD.iter().any(|told| (told.says)(scene, clause, at)) {
        return None;
    }
    // "no reading for 6 hours -> alert in Slack": what stands before an arrow is when.
    let sentence = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
    let arrow = (sentence..at).rev().find(|t| scene.is(*t, "->"));
    let near = arrow.map_or(near, |arrow| near.max(arrow + 1));
    let near_no = (near..at).rev().take_while(|t| !scene.is(*t, ":"));
    // "hmm no, make that Stripe" turns down what was said before.
    let turns =
        |t: usize| scene.is(t, "no") && scene.one_of(t + 1, &[",", "sorry", "wait", "rather", "better", "actually"]);
    // "if it is not back, a text to the customer", "who has not answered gets an email": what is denied is when, or who.
    let told = |verb: usize| (verb + 1..at).any(|t| scene.tag(t) == Some(Tag::Verb));
    let beside = clause.join == Join::Condition || clause.join == Join::Relative && clause.verb.is_some_and(told);
    // "everyone who has not answered gets an email": another verb is denied.
    let verbs = |from: usize| (from..at).filter(|t| matches!(scene.tag(*t), Some(Tag::Verb | Tag::Participle))).count();
    let another = |t: usize| scene.one_of(t, &["not", "never"]) && verbs(t + 1) >= 2;
    let no = near_no.into_iter().any(|t| scene.one_of(t, NO) && !turns(t) && !another(t))
        || clause.polarity == Polarity::Denied && arrow.is_none() && !beside
        || scene.is(at + 1, "no") && scene.one_of(at + 2, &[":", ",", ".", ";", "-", ")", "!"]);
    // "no SMS, only email", "no SMS, email only".
    let only = (near..at).any(|t| scene.one_of(t, &["only", "just", "but"])) || scene.is(at + 1, "only");
    // "no email marketing" is no word about mails.
    let other =
        scene.one_of(at + 1, &["marketing", "campaign", "campaigns", "newsletter", "newsletters", "blast", "blasts"]);
    match clause.polarity {
        Polarity::Asked | Polarity::Denied if only => Some(true),
        _ if no && other => None,
        _ if no || clause.polarity == Polarity::Aside => Some(false),
        Polarity::Someday | Polarity::Past | Polarity::Elsewhere => None,
        _ => Some(true),
    }
}

/// A service that is named and not asked for.
struct Told {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
    says: fn(&Scene<'_>, &Clause, usize) -> bool,
}

const TOLD: &[Told] = &[
    Told { id: "told.use", example: "We use Slack.", says: used },
    Told { id: "told.ours", example: "Orders from our use of Stripe are typed in.", says: ours },
    Told { id: "told.habit", example: "Guards talk in Slack all day.", says: habit },
    Told { id: "told.like", example: "Think Slack for choirs.", says: likened },
    Told { id: "told.choice", example: "Each call has a contact method (email, sms or phone).", says: choice },
    Told { id: "told.to_us", example: "Parents text us when a kid is sick.", says: to_us },
    Told { id: "told.found", example: "Guests found us through Google Maps.", says: found_us },
    Told { id: "told.noun", example: "A stripe has a colour.", says: noun },
    Told { id: "told.hand", example: "We write SMS by hand.", says: by_hand },
    Told { id: "told.judged", example: "Google Calendar was too messy.", says: judged },
    Told { id: "told.theirs", example: "Sellers usually have PayPal.", says: theirs },
    Told { id: "told.link_to", example: "Each boat has a link to Google Drive.", says: link_to },
    Told { id: "told.similar", example: "Similar to Discord, Slack or WhatsApp groups.", says: similar },
    Told { id: "told.now", example: "Currently we text guests from our own phones.", says: now },
    Told { id: "told.stays", example: "The accounting stays in QuickBooks.", says: stays },
    Told { id: "told.link", example: "Each job has a video link.", says: link },
    Told {
        id: "told.untouched",
        example: "The news go out with Mailchimp, dont connect it.",
        says: practice::untouched,
    },
    Told { id: "told.mess", example: "Visits come in through WhatsApp and I lose track.", says: practice::mess },
    Told { id: "told.everything", example: "Everything goes over WhatsApp.", says: practice::everything },
    Told { id: "told.been", example: "I have been running this from Google Calendar.", says: practice::been },
    Told { id: "told.already", example: "The news go out by Mailchimp already.", says: practice::already },
    Told {
        id: "told.banked",
        example: "The rent is collected by direct debit through our bank.",
        says: practice::banked,
    },
    Told {
        id: "told.replaced",
        example: "I would love something that replaces the hundred WhatsApp threads.",
        says: practice::replaced,
    },
    Told { id: "told.group", example: "The WhatsApp group has 900 unread messages.", says: practice::group },
    Told { id: "told.what", example: "Slack is what we chat in.", says: practice::what },
    Told { id: "told.itself", example: "Our lock has keys (it mails them out by itself).", says: by_itself },
    Told { id: "told.enlarged", example: "Lenses have a mount, zoom y/n.", says: yes_or_no },
    Told { id: "told.as_per", example: "As per Slack thread.", says: as_per },
    Told { id: "told.got", example: "We have got Stripe.", says: got },
    Told { id: "told.is", example: "The chat is Discord.", says: is_it },
    Told { id: "told.for_that", example: "No messages, people have Discord for that.", says: for_that },
    Told { id: "told.at_first", example: "I wanted online payment at first but the till does that.", says: at_first },
    Told { id: "told.handle", example: "People swap Telegram handles after a match.", says: handle },
    Told { id: "told.enclosed", example: "The logo is attached.", says: enclosed },
    Told { id: "told.kept_in", example: "The bookkeeping is in Xero.", says: practice::kept_in },
];

pub(super) fn is_people(clause: &Clause) -> bool {
    matches!(clause.pronoun.as_deref(), Some("we" | "they" | "i"))
        || clause
            .subject
            .iter()
            .any(|np| archetypes::is_person(np.entity()) || np.head() == "team" || np.possessive.is_some())
}

/// "the team uses Slack" tells how they work.
fn used(_: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    clause.base == "use" && clause.modal.is_none() && is_people(clause) && clause.join == Join::Main
}

fn ours(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let ours = (clause.from..at).any(|t| scene.tag(t) == Some(Tag::Possessive));
    at > 0 && scene.one_of(at - 1, &["use", "uses", "used", "of"]) && ours && clause.modal.is_none()
}

/// "they talk in Slack".
fn habit(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    matches!(clause.base, "talk" | "chat" | "communicate" | "work" | "live" | "stay" | "meet")
        && clause.modal.is_none()
        && is_people(clause)
        && !scene.one_of(at.wrapping_sub(1), &["by", "via", "over"])
        || clause.base == "be"
            && is_people(clause)
            && clause.modal.is_none()
            && !clause.passive
            && !scene.one_of(at, &["texted", "emailed", "mailed"])
}

/// "think Slack for choirs", "unlike Stripe", "cheaper than Twilio".
fn likened(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let near = at.saturating_sub(2).max(clause.from);
    (near..at).any(|t| scene.one_of(t, &["unlike", "than", "think", "resembles"]))
}

/// What is sent.
const SENT: &str = "reminder notification alert confirmation message";

/// "contact method (email, sms or phone)", "source: website, email": one of the values of a field.
fn choice(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    // "reminder channels: e-mail" is asked for.
    let sent = |np: &crate::nouns::Np| np.words().iter().any(|word| crate::lexicon::has(SENT, &word.lemma));
    let takes = |np: &crate::nouns::Np| fields::takes_values(np.head()) && !sent(np);
    if scene.depth_at(at) > 0 {
        let open = (clause.from..at).rev().find(|t| scene.close_of(*t).is_some_and(|close| close > at));
        // "payments (Stripe)" names no choice.
        let several = open.is_some_and(|open| scene.close_of(open) != Some(open + 2));
        return several && open.and_then(|open| scene.np_before(open)).is_some_and(takes);
    }
    let listed = |t: usize| {
        scene.one_of(t, &[",", "or", "/", "and", ":", "be", "is", "are", "either", "like"])
            || scene.tag(t) == Some(Tag::Noun)
            || scene.tag(t) == Some(Tag::Modal)
    };
    let lead = (clause.from..at).rev().find(|t| scene.one_of(*t, &[":", "be", "is", "are", "like"]));
    lead.filter(|lead| (*lead..at).all(listed)).is_some_and(|lead| {
        let name = if scene.tag(lead.wrapping_sub(1)) == Some(Tag::Modal) { lead - 1 } else { lead };
        scene.np_before(name).is_some_and(takes)
    })
}

/// "customers call or email us": people write to people.
fn to_us(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let written = clause.verb.is_some_and(|verb| verb <= at && at <= verb + 2)
        && matches!(clause.class, Some(Class::Send))
        && (at..at + 3).any(|t| scene.one_of(t, &["us", "me"]));
    // "people message me on WhatsApp", "people write to us on WhatsApp".
    let us = |at: usize| scene.one_of(at, &["us", "me"]);
    let reached =
        clause.verb.is_some_and(|verb| verb < at && (us(verb + 1) || scene.is(verb + 1, "to") && us(verb + 2)))
            && clause.modal.is_none()
            && (matches!(clause.class, Some(Class::Send))
                || matches!(clause.base, "message" | "write" | "ask" | "ring" | "call" | "contact" | "reach" | "talk"));
    let written = written || reached;
    let person = |np: &crate::nouns::Np| {
        archetypes::is_person(np.entity()) || np.words().first().is_some_and(|word| archetypes::is_person(&word.lemma))
    };
    // "Booking.com sends us mails".
    let site =
        |np: &crate::nouns::Np| scene.token(np.from).is_some_and(|token| token.capital && token.text.contains('.'));
    let site = clause.modal.is_none() && clause.subject.iter().any(site);
    written && !clause.passive && (site || clause.subject.iter().any(person))
}

/// "we have got Sevdesk".
fn got(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let got = clause.base == "get"
        && clause.verb.is_some_and(|verb| scene.is(verb, "got") && scene.tag(verb.wrapping_sub(1)) == Some(Tag::Have));
    let ours = matches!(clause.pronoun.as_deref(), Some("we" | "i")) && clause.modal.is_none();
    ours && (got || clause.base == "have") && at == clause.after && scene.token(at).is_some_and(|token| token.capital)
}

/// "chat is Discord only", "the till is SumUp": what people have.
fn is_it(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    const HAD: &str = "chat till terminal phone communication discussion conversation bookkeeping accounting newsletter website \
        shop forum register kiosk messenger group";
    let had = clause.subject.first().is_some_and(|np| crate::lexicon::has(HAD, np.head()));
    clause.base == "be"
        && !clause.passive
        && clause.modal.is_none()
        && at == clause.after
        && had
        && scene.token(at).is_some_and(|t| t.capital)
}

/// "people have Discord for that".
fn for_that(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    matches!(clause.base, "have" | "use")
        && clause.modal.is_none()
        && at >= clause.after
        && (at + 1..clause.to)
            .any(|t| scene.is(t, "for") && scene.one_of(t + 1, &["that", "this", "it", "those", "them"]))
}

/// "I wanted online payment at first but our terminal does that fine".
fn at_first(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let words = scene.padded(clause.from, clause.to);
    clause.verb.is_some_and(|verb| scene.one_of(verb, &["wanted", "thought", "planned", "considered"]))
        && [" at first ", " first ", " originally ", " initially ", " once "].iter().any(|word| words.contains(word))
        || words.contains(" will tell me ")
}

/// "Telegram handles", "an Instagram account": what somebody has there.
fn handle(scene: &Scene<'_>, _: &Clause, at: usize) -> bool {
    scene.token(at).is_some_and(|token| token.capital)
        && scene
            .one_of(at + 1, &["handle", "handles", "username", "usernames", "group", "groups", "profile", "profiles"])
        && !scene.one_of(at.wrapping_sub(1), &["to", "in", "into", "our"])
}

/// "the logo is attached", "I attach a photo of our boat": to the letter.
fn enclosed(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let to = (clause.after..clause.to).any(|at| scene.one_of(at, &["to", "on", "when", "for", "by"]));
    let letter = clause.passive && clause.verb.is_some_and(|verb| scene.one_of(verb.wrapping_sub(1), &["is", "are"]));
    let story = crate::rules::story_role(scene, clause.sentence).is_some();
    let by_me = clause.pronoun.as_deref() == Some("i") && !clause.passive && !story;
    clause.base == "attach" && clause.modal.is_none() && clause.join == Join::Main && (letter || by_me) && !to
}

/// "students found us through Google Maps": how it came about.
fn found_us(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let us = clause.verb.is_some_and(|verb| scene.one_of(verb + 1, &["us", "me"]));
    us && matches!(clause.base, "find" | "know" | "hear" | "see" | "do") && clause.modal.is_none()
}

/// "a stripe", "each square": a common word, no product.
fn noun(scene: &Scene<'_>, _: &Clause, at: usize) -> bool {
    let Some(token) = scene.token(at).filter(|token| !token.capital) else { return false };
    let common =
        crate::lexicon::has("stripe square slack zoom outlook sage epic resend ses discord plaid", &token.text);
    let phrase = scene.nps_before(at + 1).next().filter(|np| np.from <= at && at < np.to);
    common && phrase.is_some_and(|np| np.article.is_some() && np.words().len() == 1)
}

/// "(it mails the thing out by itself)": in brackets, of what stands before them.
fn by_itself(scene: &Scene<'_>, _: &Clause, at: usize) -> bool {
    scene.depth_at(at) > 0
        && scene.one_of(at.wrapping_sub(1), &["it", "which", "that"])
        && (at + 1..at + 8)
            .take_while(|t| scene.depth_at(*t) > 0)
            .any(|t| scene.one_of(t, &["itself", "themselves", "himself", "herself"]))
}

/// "as per Slack thread", "see Teams", "per our Zoom call": where it was spoken of.
fn as_per(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).filter(|t| *t >= clause.from);
    let per = (1..=3).filter_map(before).any(|t| scene.is(t, "per") && (t == clause.from || scene.is(t - 1, "as")));
    let talk = scene.one_of(at + 1, &["thread", "call", "chat", "conversation", "discussion", "message", "meeting"]);
    per || talk
        && (1..=3).filter_map(before).any(|t| scene.one_of(t, &["from", "our", "see", "following", "after", "the"]))
        && clause.modal.is_none()
        && clause.verb.is_none()
}

/// "zoom y/n": a value that is so or not.
fn yes_or_no(scene: &Scene<'_>, _: &Clause, at: usize) -> bool {
    scene.one_of(at + 1, &["y", "yes"]) && scene.is(at + 2, "/") && scene.one_of(at + 3, &["n", "no"])
}

/// "by hand" asks for nothing.
fn by_hand(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let words = scene.padded(clause.from, clause.to);
    [
        " by hand ",
        " in person ",
        " on paper ",
        " manually ",
        " by post ",
        " by ourselves ",
        " each other ",
        " one another ",
        " card machine ",
        " card terminal ",
        " card reader ",
        " terminal ",
    ]
    .iter()
    .any(|way| words.contains(way))
}

/// "each job has a video link", "teachers have a Slack handle": a value that is kept.
fn link(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    const VALUES: &[&str] = &["link", "links", "handle", "username", "id", "account", "name", "url", "number"];
    // "feedback, video link" in a list of values.
    let ends = scene.one_of(at + 2, &[",", ";", ")"]) || at + 2 >= clause.to;
    let listed = clause.verb.is_none() && at > 0 && scene.one_of(at - 1, &[",", ":", ";"]) && ends;
    let link = scene.one_of(at, &["video", "zoom", "meet"]) && listed;
    (clause.base == "have" || link) && scene.one_of(at + 1, VALUES)
}

/// "Google Calendar was too messy", "Stripe is expensive": what somebody thinks of it.
fn judged(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    const VERDICTS: &[&str] =
        &["too", "expensive", "messy", "terrible", "annoying", "slow", "complicated", "confusing", "awful"];
    let subject = clause.verb.is_some_and(|verb| at < verb) && clause.base == "be" && !clause.passive;
    subject && (clause.after..clause.to.min(clause.after + 3)).any(|t| scene.one_of(t, VERDICTS))
}

/// "sellers have PayPal": theirs already.
fn theirs(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    clause.base == "have"
        && clause.modal.is_none()
        && is_people(clause)
        && clause.join == Join::Main
        && scene.token(at).is_some_and(|token| token.capital)
        && !scene.one_of(at + 1, &["integration", "notifications", "payments", "sync"])
}

/// "right now we text them by hand", "at the moment reminders go out by SMS": how it is done today.
fn now(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let words = scene.padded(clause.from, clause.to);
    let told =
        [" currently ", " right now ", " at the moment ", " at present ", " these days ", " nowadays ", " so far "];
    let today = scene.is(clause.from, "today") || words.ends_with(" today ") || words.starts_with(" for now ");
    clause.modal.is_none()
        && (today || told.iter().any(|word| words.contains(word)))
        && (is_people(clause)
            || clause.passive
            || clause.verb.is_none() && !(words.contains(" only ") || words.contains(" just "))
            || matches!(clause.base, "be" | "go" | "happen" | "come" | "run"))
}

/// "accounting stays in QuickBooks": as it is.
fn stays(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    // "invoices live in HubSpot", where "live" is no verb to the tagger.
    let lives = scene.one_of(at.wrapping_sub(2), &["live", "lives"]) && scene.is(at.wrapping_sub(1), "in");
    let files = scene
        .token(at.wrapping_sub(3))
        .is_some_and(|token| fields::guess(&token.lemma).is_some_and(|guess| guess.file));
    let lives = lives && !files && !scene.one_of(at.wrapping_sub(3), &["files", "documents", "they"]);
    lives
        || matches!(clause.base, "stay" | "remain" | "continue" | "live") && at >= clause.after
        || clause.verb.is_some_and(|verb| at < verb) && clause.base == "stay"
}

/// "a link to Google Drive": a value that is kept.
fn link_to(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    // "a link to follow it on the map" is no link to the map.
    let before = (at.saturating_sub(5).max(clause.from)..at).rev().find(|t| scene.tag(*t) == Some(Tag::Preposition));
    let before = before.filter(|t| scene.is(*t, "to"));
    before.is_some_and(|to| scene.one_of(to.wrapping_sub(1), &["link", "links", "url", "pointer"]))
        && !matches!(clause.class, Some(Class::Send | Class::Notify))
}

/// "similar to Slack, Discord or WhatsApp", "in the style of Uber".
fn similar(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let sentence = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
    let lead = (sentence..at).rev().find(|t| scene.one_of(*t, &["similar", "inspired", "reminiscent", "comparable"]));
    let product = |t: usize| {
        scene.one_of(t, &[",", "or", "and", "to", "by", "of", "/", "similar", "inspired"])
            || scene.token(t).is_some_and(|token| token.capital)
    };
    lead.is_some_and(|lead| (lead + 1..at).all(product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_is_only_told_of_is_not_used() {
        for told in TOLD {
            let scene = Scene::read(told.example);
            let says = |at: usize| scene.clause_at(at).is_some_and(|clause| (told.says)(&scene, clause, at));
            assert!((0..scene.tokens.len()).any(says), "{} does not fire", told.id);
            let used = crate::read(&format!("Boats have a name and a length. {}", told.example)).summary.integrations;
            assert!(used.is_empty(), "{}: {used:?}", told.id);
        }
    }
}
