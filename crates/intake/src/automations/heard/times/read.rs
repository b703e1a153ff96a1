//! The rules of times: each knows the words of one kind. Those of states and amounts are in `states`.

use super::super::whose;
use super::marks::{AFTER, BEFORE};
use super::states::{changed, gone, limit, made};
use super::{Phrase, Rule};
use crate::draft::Trigger;
use crate::lexicon::verbs;
use crate::tags::Tag;

pub(in crate::automations::heard) const RULES: &[Rule] = &[
    Rule {
        id: "time.clock",
        example: "Children (name, group). Child absent at 9:30 -> push to the parents",
        reads: "schedule -> push",
        read: clock,
    },
    Rule {
        id: "time.on",
        example: "Plans have a name and a renewal date. Charge the card on the renewal date.",
        reads: "before -> billing",
        read: on,
    },
    Rule {
        id: "time.soon",
        example: "Tours (name, deadline). deadline in 24 h and not delivered -> text the guide",
        reads: "before -> sms",
        read: soon,
    },
    Rule {
        id: "time.before",
        example: "Tours (name, date). 45 days ahead of the date we'd like an email to the guide",
        reads: "before -> email",
        read: before,
    },
    Rule {
        id: "time.since",
        example: "Tours (name, date). Email the guide a list of guests the day after a tour.",
        reads: "after -> email",
        read: since,
    },
    Rule {
        id: "time.waited",
        example: "Opinions (text, received on). Should an opinion not be received within 10 working days, the department shall be reminded by e-mail.",
        reads: "after -> email",
        read: waited,
    },
    Rule {
        id: "time.late",
        example: "Trucks (plate, slot). IF A TRUCK IS 30 MIN LATE TEXT ME",
        reads: "overdue -> sms",
        read: late,
    },
    Rule {
        id: "time.limit",
        example: "Packages (name, classes). When the package has only 1 class remaining, send a message in WhatsApp to the student.",
        reads: "threshold -> whatsapp",
        read: limit,
    },
    Rule {
        id: "time.gone",
        example: "Tours (name). when a tour is deleted email the guide",
        reads: "deleted -> email",
        read: gone,
    },
    Rule {
        id: "time.made",
        example: "Offers (text, price). push notification when you get an offer",
        reads: "created -> push",
        read: made,
    },
    Rule {
        id: "time.changed",
        example: "Claims (description, state: open, settled). When a claim gets settled -> mail the customer.",
        reads: "changed -> email",
        read: changed,
    },
];

pub(super) fn trigger(phrase: &Phrase<'_, '_, '_>, kind: &'static str, offset: Option<String>) -> Option<Trigger> {
    Some(Trigger { offset, ..phrase.line.trigger(kind) })
}

impl Phrase<'_, '_, '_> {
    pub(super) fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.words.contains(phrase))
    }
    pub(super) fn denies(&self) -> bool {
        (self.from..self.to).any(|at| {
            self.line.scene.tag(at) == Some(Tag::Negation)
                || self.line.one_of(at, &["no", "without", "nobody", "never", "not", "still", "unless", "nothing"])
                || self.line.scene.token(at).is_some_and(|token| {
                    token.text.len() > 5 && token.text.starts_with("un") && token.text.ends_with("ed")
                        || token.one_of(&["unpaid", "inactive", "idle", "open", "pending"])
                })
        })
    }
    pub(super) fn offset(&self) -> Option<String> {
        self.span.as_ref().map(|span| span.offset.clone())
    }
}

/// "not picked up by 17:30", "absent at 9:30": every day at that time.
pub(super) fn clock(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let line = phrase.line;
    let at = (phrase.from..phrase.to).find(|at| {
        line.one_of(*at, &["at", "by"])
            && line.scene.tag(at + 1) == Some(Tag::Number)
            && (line.one_of(at + 2, &[":", "am", "pm", "o'clock"])
                || line.text(at + 1).ends_with("am")
                || line.text(at + 1).ends_with("pm"))
    })?;
    let days = phrase.span.is_some() || !phrase.whole || phrase.says(&[" return day ", " due "]);
    let cron = line.reader(at).and_then(|reader| reader.schedule(at, phrase.to)).and_then(|trigger| trigger.cron);
    (!days).then(|| Trigger { cron: cron.or(Some("0 9 * * *".to_owned())), ..line.trigger("schedule") })
}

/// "on the renewal date": no time before it.
pub(super) fn on(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let on = phrase.line.one_of(phrase.from, &["on"]) && whose::is_date(phrase.line, phrase.from + 1);
    on.then(|| trigger(phrase, "before", Some("0 day".to_owned()))).flatten()
}

/// "expires in 30 days", "deadline in 24 h", "interview tomorrow".
pub(super) fn soon(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    const ENDS: &[&str] = &[
        " expire",
        " due ",
        " deadline ",
        " run out ",
        " runs out ",
        " renew",
        " ends ",
        " end ",
        " lapse",
        " start",
        " begin",
        " valid ",
        " expiring ",
        " ending ",
        " best before ",
    ];
    if phrase.says(&[
        " tomorrow ",
        " tmrw ",
        " tmr ",
        " coming up ",
        " about to ",
        " due soon ",
        " expires soon ",
        " expire soon ",
    ]) {
        return trigger(phrase, "before", phrase.offset().or(Some("1 day".to_owned())));
    }
    let span = phrase.span.as_ref()?;
    let within = span.from > phrase.from
        && (phrase.line.one_of(span.from - 1, &["in", "within", "than", "next", "<"])
            || phrase.line.one_of(span.from, &["the"]));
    let denied = (phrase.from..span.from).any(|at| phrase.line.scene.tag(at) == Some(Tag::Negation));
    let ends = phrase.says(ENDS)
        || phrase
            .line
            .scene
            .nps_in(phrase.from, phrase.to)
            .any(|np| np.field().contains("expir") || np.field().contains("deadline"));
    // "the inspection of a crane within 30 days": what is to come has a date of its own.
    let ends = ends
        || within
            && whose::dated_by(phrase.line, phrase.from, phrase.to)
                .is_some_and(|(_, field)| field.split('_').any(|part| part.len() > 4 && phrase.words.contains(part)));
    let left = phrase.says(&[" away ", " left until "]);
    // "airs in 24 h": what is to come.
    let airs = within
        && phrase.line.one_of(span.from - 1, &["in"])
        && span.from >= phrase.from + 2
        && phrase.line.scene.tag(span.from - 2) == Some(Tag::Verb)
        && verbs::lookup(phrase.line.text(span.from - 2)).is_some_and(|(_, form)| form == verbs::Form::Third);
    (within && (ends || airs) && !denied || left)
        .then(|| trigger(phrase, "before", Some(span.offset.clone())))
        .flatten()
}

/// "two weeks ahead of the date", "the evening before".
pub(super) fn before(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let at =
        (phrase.from..phrase.to).find(|at| phrase.line.one_of(*at, BEFORE) || phrase.line.one_of(*at, &["advance"]))?;
    let offset = phrase.span.as_ref().filter(|span| span.from <= at)?;
    let fits = !phrase.whole || phrase.words.contains(" before ");
    fits.then(|| trigger(phrase, "before", Some(offset.offset.clone()))).flatten()
}

/// "the day after a tour", "two hours later", "older than five years".
pub(super) fn since(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let span = phrase.span.as_ref()?;
    let behind = phrase.line.one_of(span.to, AFTER);
    let older = span.from >= 2
        && phrase.line.one_of(span.from - 1, &["than"])
        && phrase.line.one_of(span.from - 2, &["older", "longer"]);
    let passed = span.from > phrase.line.from && phrase.line.one_of(span.from - 1, &["after"])
        || phrase.line.one_of(span.to, &["then"])
        || phrase.line.one_of(span.to + 1, &["then"]) && phrase.to <= span.to;
    // "is 90 days old".
    let old = phrase.line.one_of(span.to, &["old"]);
    (behind || older || passed || old).then(|| trigger(phrase, "after", Some(span.offset.clone()))).flatten()
}

/// "if the offer is not answered in 7 days", "faulted for > 15 min", "unassigned after 10 min", "inactive for a month".
pub(super) fn waited(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let span = phrase.span.as_ref()?;
    let word = span.from.checked_sub(1).filter(|at| *at >= phrase.from);
    let without = phrase.line.one_of(span.to, &["without"]);
    let lasts = without
        || word.is_some_and(|at| {
            phrase.line.one_of(
                at,
                &["for", "within", "in", "after", "than", ">", "since", "over", "by", "least", "past", "next", "last"],
            )
        });
    let longer = phrase.says(&[
        " > ",
        " longer than ",
        " for more than ",
        " more than ",
        " for over ",
        " for at least ",
        " older than ",
    ]);
    let late = phrase.says(&[" late ", " overdue "]);
    let idle = !late && (phrase.denies() || word.is_some_and(|at| phrase.line.one_of(at, &["for"])));
    (lasts && (idle || longer)).then(|| trigger(phrase, "after", Some(span.offset.clone()))).flatten()
}

/// "is late", "passed its date", "isn't back by the evening".
pub(super) fn late(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let late = phrase.words.starts_with(" past its ")
        || phrase.words.starts_with(" past their ")
        || phrase.says(&[
            " overdue ",
            " late ",
            " past due ",
            " past its ",
            " past their ",
            " past the due ",
            " is passed ",
            " has passed ",
            " passed its ",
            " date passed ",
            " date passes ",
            " deadline passed ",
            " deadline passes ",
            " date is past ",
            " deadline is past ",
            " past the deadline ",
            " past the promised ",
            " past the agreed ",
            " past the return ",
            " past the end ",
            " missed the deadline ",
            " running late ",
        ]);
    let back = phrase.denies()
        && phrase.says(&[" back ", " returned ", " picked up ", " brought "])
        && phrase.says(&[" by ", " in time ", " on time "]);
    // "isn't submitted by its deadline".
    let due = phrase.denies()
        && phrase.says(&[" by its ", " by the ", " by their "])
        && phrase.says(&[" deadline ", " due date ", " closing ", " end date "]);
    let back = back || due;
    (late || back || phrase.denies() && phrase.says(&[" on time ", " in time "]))
        .then(|| trigger(phrase, "overdue", None))
        .flatten()
}
