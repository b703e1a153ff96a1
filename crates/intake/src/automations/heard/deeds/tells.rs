//! The ways of saying that somebody is told something.

use super::super::{Done, Line, regular};
use crate::lexicon::verbs::Form;
use crate::lexicon::{archetypes, integrations};
use crate::tags::Tag;

/// Verbs by which somebody is told something, whatever the way.
const TELLS: &str = "notify alert remind warn inform tell ping nudge message nag chase contact invite escalate buzz prompt page thank congratulate";

/// Verbs that name the way.
const WAYS: &[(&str, &str)] = &[
    ("text", "sms"),
    ("sms", "sms"),
    ("email", "email"),
    ("mail", "email"),
    ("whatsapp", "whatsapp"),
    ("slack", "chat"),
    ("push", "push"),
];

/// Verbs of which a message is the object or the subject.
const DELIVERS: &str = "get gets receive receives receiving send sends sending sent shoot fire fires trigger triggers drop give gives want \
    wants need needs like prefer go goes raise put post have has see issue write generate";

/// What is delivered.
const MESSAGES: &str = "notification reminder alert message email mail text sms digest report summary confirmation invitation \
    warning heads-up nudge whatsapp push note letter receipt ping notice greeting statement link reply list statistic overview";

/// Of these, such as are sent for nothing else.
const PLAIN: &str =
    "notification reminder alert message email mail text sms digest warning heads-up nudge whatsapp push ping";

/// "remind the office", "text them", "ping me in Slack".
pub(super) fn tell(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let named =
        WAYS.iter().find(|(verb, _)| line.verb(at).is_some_and(|(base, ..)| base == *verb) || line.text(at) == *verb);
    let (base, form) = match line.verb(at) {
        Some((base, form, _)) => (base, form),
        None => (line.text(at), Form::Base),
    };
    if !crate::lexicon::has(TELLS, base) && named.is_none() || !line.orders(at) {
        return None;
    }
    // "thank you for the call on Thursday".
    if base == "thank" && line.one_of(at + 1, &["you"]) {
        return None;
    }
    // "push the invoice into QuickBooks": to a service and to nobody.
    let served = |way: &str| matches!(way, "accounting" | "calendar" | "ehr" | "webhook" | "chat");
    if base == "push" && line.way(at + 1, line.deed_end(at)).is_some_and(served) {
        return None;
    }
    // "parents text us": people write to people.
    let us = line.one_of(at + 1, &["us", "me"]);
    let human = at > line.from
        && (line.scene.np_before(at).is_some_and(|np| archetypes::is_person(np.entity()))
            || line.one_of(at.wrapping_sub(1), &["he", "she", "they", "who", "i", "we"]));
    // "-> email site manager", "tell (e-mail) all members": a verb after all.
    let opens = at == line.from || line.scene.token(at - 1).is_some_and(crate::tokens::Token::is_sign);
    let chunk = line.scene.np_at(at).filter(|np| np.to > at + 1 && opens);
    let named_whom = chunk.is_some_and(|np| archetypes::is_person(np.head()) || archetypes::may_act(np.head()));
    let bracketed = line.scene.close_of(at + 1).is_some_and(|close| line.whom(close + 1));
    let acts = match form {
        Form::Base => {
            line.whom(at + 1)
                || named_whom
                || bracketed
                || line.one_of(at + 1, &["to", "in", "on", "via", "by", "#", "again"])
                    && named.is_none_or(|(_, way)| *way != "push")
        }
        Form::Third => line.whom(at + 1) && line.scene.tag(at) == Some(Tag::Verb),
        _ => false,
    };
    let plural = form == Form::Base && human;
    if !acts || us && (form == Form::Third && human || plural) && !line.one_of(at.wrapping_sub(1), &["i", "we"]) {
        return None;
    }
    let mut done = line.send(at, at);
    if let Some((_, way)) = named {
        done.action = way;
    }
    Some(done)
}

/// "the department shall be reminded by e-mail", "everyone should get notified", "the guest is texted".
pub(super) fn told(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let (base, form, _) = line.verb(at).filter(|(_, form, _)| *form == Form::Past)?;
    let named = WAYS.iter().find(|(verb, _)| base == *verb);
    let tells = crate::lexicon::has(TELLS, base) || named.is_some();
    // "everyone gets the list emailed".
    let gets = (at.saturating_sub(8).max(line.part_start(at))..at)
        .any(|t| line.one_of(t, &["get", "gets", "have", "want", "wants"]));
    if !tells || form != Form::Past || !(line.passive(at) || gets) {
        return None;
    }
    let mut done = line.send(at, at);
    if let Some((_, way)) = named {
        done.action = way;
    }
    Some(done)
}

/// "let me know", "keep the owner posted", "give me a shout", "the owner hears about it".
pub(super) fn know(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    // "confirm by SMS when the party is booked".
    if line.has(at, "confirm") && line.orders(at) && line.one_of(at + 1, &["by", "via", "per", "with", "it"]) {
        return line.way(at + 1, line.deed_end(at)).map(|_| line.send(at, at));
    }
    // "the author should hear about it by mail".
    if line.has(at, "hear hears") && line.one_of(at + 1, &["about", "of", "from", "back", "by", "via"]) {
        return Some(line.send(at, at));
    }
    // "follow up with the client by email".
    if line.has(at, "follow")
        && line.one_of(at + 1, &["up"])
        && line.orders(at)
        && line.one_of(at + 2, &["with", "by", "via"])
    {
        return Some(line.send(at, at + 1));
    }
    let known: &[&str] = match line.text(at) {
        "let" | "lets" => &["know"],
        "keep" | "keeps" => &["posted", "informed", "updated", "loop"],
        "give" | "gives" => &["shout", "heads-up", "buzz", "heads"],
        _ => return None,
    };
    let end = line.part_end(at).min(at + 7);
    let word = (at + 1..end).find(|t| line.one_of(*t, known))?;
    let done = line.send(at, word);
    Some(Done { to: word + 1, ..done })
}

/// "gets a whatsapp nudge", "I want a text to go out", "a mail should go to the lodger", "SMS should go".
pub(super) fn delivered(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    if !line.has(at, DELIVERS) || matches!(line.scene.tag(at), Some(Tag::Determiner)) {
        return None;
    }
    // "if mortality goes above 15 % send an SMS": how much there is.
    let amount = line.one_of(at + 1, &["above", "below", "under", "over", "past", "beyond", "up", "down"]);
    if line.has(at, "go goes") && amount {
        return None;
    }
    let end = line.deed_end(at);
    let message = |t: usize| {
        let token = line.scene.token(t)?;
        let head = line.scene.nps_in(t.saturating_sub(4), line.to).find(|np| np.from <= t && t < np.to);
        let goes_on = line.one_of(t + 1, &["how", "of", "with", "on", "about", "which", "what", "who"]);
        let heads = goes_on || head.is_none_or(|np| np.to == t + 1 || crate::lexicon::has(PLAIN, &token.lemma));
        (heads && crate::lexicon::has(MESSAGES, &token.lemma)).then_some(t)
    };
    let want = line.has(at, "want wants need needs like prefer see have has give gives do put");
    let stop = (at + 1..end).find(|t| line.one_of(*t, &["+", "&"])).unwrap_or(end);
    let found = (at + 1..stop.min(at + 9)).find_map(message);
    // "invoice goes off by email", "a text should go out".
    let goes = line
        .has(at, "go goes sent")
        .then(|| (line.part_start(at).max(at.saturating_sub(6))..at).rev().find_map(message))
        .flatten();
    let sent = line.has(at, "send sends sending sent go goes get gets receive receives put post");
    let going = !line.has(at, "go goes get gets put")
        || line.one_of(at + 1, &["to", "off", "out", "by", "via", "in", "into", "over"])
        || line.has(at, "get gets") && line.way(at + 1, end).is_some_and(|way| way != "chat");
    let by = (sent && going && line.way(at + 1, stop).is_some()).then_some(at);
    let loose = found.or(goes).or(by)?;
    // "a list", "a report", "a letter": only where it is sent or wanted on a day.
    let plain = line.scene.token(loose).is_some_and(|token| crate::lexicon::has(PLAIN, &token.lemma));
    if want
        && !plain
        && line.way(at + 1, end).is_none()
        && !line.has(loose, "report summary list overview statement digest")
    {
        return None;
    }
    // "customers send us an email", "guests have a phone and an email".
    let us = line.one_of(at + 1, &["us", "me"])
        && line.scene.np_before(at).is_some_and(|np| archetypes::is_person(np.entity()));
    let fields = line.has(at, "have has") && found.is_some();
    if us || fields || line.has(at, "write generate issue") && line.way(at, end).is_none() {
        return None;
    }
    let mut done = line.send(at.min(loose), loose.max(at));
    if line.way(at, end).is_none() && line.has(loose, "report summary list overview statement") {
        done.action = "notify";
    }
    Some(done)
}

/// "SMS reminder the day before", "-> mail to the account manager", ": push to all porters".
pub(super) fn bare(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let scene = line.scene;
    let lemma = scene.token(at).map(|token| token.lemma.as_str()).filter(|_| at < line.to)?;
    let way = line.way(at, at + 1);
    // Asked first: all else looks through the whole part, which may be long.
    if way.is_none() && !crate::lexicon::has(PLAIN, lemma) {
        return None;
    }
    let start = line.part_start(at);
    let arrow = start > line.from && line.one_of(start - 1, &["->", ":", "=", "-"]);
    // "automatic email", "another text", "+ a text w their call time".
    let timed = regular::opens(line, start) && at - start <= 8;
    let lead = timed || (start..at).all(|t| {
        matches!(scene.tag(t), Some(Tag::Determiner | Tag::Adverb | Tag::Conjunction))
            || line.has(t, "and + also then please plus automatic plain outgoing quick short so friendly another again welcome confirmation i we just maybe weekly daily three two")
            || line.one_of(t, &["("])
            || arrow && scene.token(t).is_some_and(|token| token.capital || token.text.contains('-') || token.text.ends_with(')'))
            || way.is_none() && integrations::named(line.text(t)).is_some()
    });
    let joined = at > line.from
        && (line.one_of(at - 1, &["and", "+", "&", "plus", "or", "/"])
            || line.one_of(at - 1, &["a", "an"])
                && at > line.from + 1
                && line.one_of(at - 2, &["and", "+", "&", "plus"]));
    let next = at + 1;
    // "email reminder": the message follows its way.
    let next =
        if scene.token(next).is_some_and(|token| crate::lexicon::has(PLAIN, &token.lemma)) { next + 1 } else { next };
    let next = next + usize::from(line.one_of(next, &["confirmation", "invitation"]));
    let listing = timed && line.has(next, "list report summary overview statement");
    let follows = next >= line.to
        || line.is_break(next)
        || line.whom(next)
        || listing
        || line.one_of(
            next,
            &[
                "to", "when", "if", "on", "for", "before", "once", "whenever", "after", "w", "with", "and", "+", "#",
                "as", "in", "every", "2", "upon", "too",
            ],
        )
        || scene.tag(next) == Some(Tag::Number);
    let with = joined
        && (start..at.saturating_sub(1)).any(|t| {
            line.scene.token(t).is_some_and(|token| crate::lexicon::has(PLAIN, &token.lemma))
                || line.one_of(t, &["emailed", "texted"])
        });
    let after_arrow = with
        || joined && (line.from..at).any(|t| line.one_of(t, &["->"])) && !line.one_of(at.wrapping_sub(1), &["or", "/"]);
    let listed = line.one_of(next, &[","]) || next >= line.to && !arrow && start == line.from && at == line.from;
    if !follows || !(lead && !listed || after_arrow || arrow && lead) {
        return None;
    }
    // "name, email, phone": a value in a list.
    let values = !arrow
        && start > line.from
        && line.one_of(start - 1, &[",", ":", "(", "|"])
        && !line.one_of(next, &["to", "when", "if", "before", "once", "whenever", "the", "after"])
        && !line.whom(next)
        && !timed
        // ", and an email too": the second of what is sent.
        && !(joined && (line.one_of(at - 1, &["a", "an"]) || line.one_of(next, &["too", "as"])));
    if values || scene.depth_at(at) > scene.depth_at(line.from) && !after_arrow && !arrow {
        return None;
    }
    Some(line.send(at, at))
}

/// "Every Monday a list of open tours by mail to both of us": what is sent, and no verb.
pub(super) fn listed(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let list = line.scene.token(at).filter(|_| at < line.to).is_some_and(|token| {
        crate::lexicon::has("list report summary overview statement digest statistic", &token.lemma)
    });
    // Asked first: all else looks through the whole part, which may be long.
    if !list {
        return None;
    }
    let (start, end) = (line.part_start(at), line.part_end(at));
    let verb = (start..at).any(|t| matches!(line.scene.tag(t), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal)));
    let way = (at + 1..end).find(|t| line.way(*t, t + 1).is_some()).filter(|_| !verb)?;
    let leans = line.one_of(way.wrapping_sub(1), &["by", "via", "per", "in", "on", "as", "to", "an"]);
    let timed = (start..end).any(|t| regular::opens(line, t));
    let action = line.way(way, way + 1)?;
    (leans && timed).then_some(Done { from: at, to: way + 1, action })
}
