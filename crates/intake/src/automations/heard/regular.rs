//! Again and again: "every Friday 16:00", "on the 1st of each month", "at month's end", "on 30 June each year".

use super::Line;
use super::times::length;
use crate::draft::Trigger;
use crate::lexicon::words;
use crate::tags::Tag;

/// One way of saying how often: whether its words open at a token.
pub(super) type Rule = super::Rule<fn(&Line<'_, '_>, usize) -> bool>;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "regular.every",
        example: "Tours (name, guests). EVERY FRIDAY 16:00 I WANT A REPORT HOW MANY GUESTS CAME",
        reads: "schedule -> notify",
        read: every,
    },
    Rule {
        id: "regular.often",
        example: "Tours (name, guests). weekly summary by email to the guide",
        reads: "schedule -> email",
        read: often,
    },
    Rule {
        id: "regular.day",
        example: "Tours (name, guests). On the first of the month email the owner a statement.",
        reads: "schedule -> email",
        read: day,
    },
    Rule {
        id: "regular.end",
        example: "Tours (name, guests). at month's end send the list as CSV by mail to the office",
        reads: "schedule -> email",
        read: end,
    },
    Rule {
        id: "regular.date",
        example: "Tours (name, guests). On 30 June each year I'd want a list of those who still owe us.",
        reads: "schedule -> notify",
        read: date,
    },
    Rule {
        id: "regular.part",
        example: "Tours (name, guests). In the evening the guide wants an email with what is planned.",
        reads: "schedule -> email",
        read: part,
    },
];

/// Whether words of a schedule open here.
pub(super) fn opens(line: &Line<'_, '_>, at: usize) -> bool {
    RULES.iter().any(|rule| (rule.read)(line, at))
}

/// The schedule that the words say.
pub(super) fn read(line: &Line<'_, '_>, from: usize, to: usize) -> Option<Trigger> {
    // "at 6 pm every day".
    let from = (from.saturating_sub(5).max(line.part_start(from))..from)
        .find(|at| line.one_of(*at, &["at"]) && clock(line, at + 1))
        .unwrap_or(from);
    let read = line.reader(from).and_then(|reader| reader.schedule(from, to));
    let cron = read.and_then(|trigger| trigger.cron).or_else(|| cron(line, from, to));
    Some(Trigger { cron, ..line.trigger("schedule") })
}

const TIMES: &str = "day week month year hour morning evening night afternoon weekday quarter season term cycle minute semester weekend";

/// "every Monday", "each month", "every two weeks", "every 5 min".
fn every(line: &Line<'_, '_>, at: usize) -> bool {
    if !line.one_of(at, &["every", "each", "once", "twice", "per"]) {
        return false;
    }
    let next = at
        + 1
        + usize::from(line.one_of(at, &["once", "twice"]) && line.one_of(at + 1, &["a", "per", "every", "each"]));
    if next == at + 1 && line.one_of(at, &["once", "twice", "per"]) {
        return false;
    }
    let named = |at: usize| {
        line.scene.token(at).filter(|_| at < line.to).is_some_and(|token| {
            words::weekday(&token.text).is_some()
                || words::month(&token.text).is_some()
                || crate::lexicon::has(TIMES, &token.lemma)
        })
    };
    named(next)
        || length(line, next).is_some()
        || line.one_of(next, &["other", "second", "single", "working"]) && named(next + 1)
        || line.one_of(next, &["1st", "first"])
}

const RATES: &str = "rate price fee budget cost wage pay salary subscriber subscription pass membership plan rent payment amount limit \
    allowance rates fees subscribers memberships plans passes newsletter total hours charge";

/// "daily", "nightly", "weekly" where it describes no price.
fn often(line: &Line<'_, '_>, at: usize) -> bool {
    let value =
        line.scene.tag(at + 1) == Some(Tag::Noun) && line.scene.np_at(at + 1).is_some_and(crate::nouns::Np::is_value);
    let told = at > line.from && line.one_of(at - 1, &["due", "pays", "paid", "is", "the"]);
    let describes = value || told || line.has(at + 1, RATES);
    line.has(at, "daily nightly weekly monthly yearly annually hourly biweekly fortnightly quarterly overnight")
        && !describes
}

/// "on the 1st", "on Mondays", "on the first of each month".
fn day(line: &Line<'_, '_>, at: usize) -> bool {
    if !line.one_of(at, &["on", "in", "by"]) {
        return false;
    }
    let next = at + 1 + usize::from(line.one_of(at + 1, &["the", "every"]));
    let ordinal =
        line.one_of(next, &["1st", "first", "last", "2nd", "3rd", "5th", "10th", "15th", "second", "third", "1"]);
    let of = (next + 1..(next + 5).min(line.to)).any(|t| {
        line.has(t, "month quarter year")
            || line.scene.token(t).is_some_and(|token| words::month(&token.text).is_some())
    });
    let weekday = line.scene.token(next).is_some_and(|token| words::weekday(&token.text).is_some());
    let month = line.one_of(at, &["in"])
        && line.scene.token(next).is_some_and(|token| words::month(&token.text).is_some() && token.capital);
    // "as a report on the 1st".
    let alone = line.one_of(at + 1, &["the"])
        && line.one_of(next, &["1st", "5th", "10th", "15th", "20th"])
        && (next + 1 >= line.to || line.is_break(next + 1));
    alone
        || ordinal && of
        || weekday && line.one_of(at, &["on"])
        || line.one_of(next, &["weekdays", "weekends"])
        || month
}

/// "at the end of the month", "at month's end".
fn end(line: &Line<'_, '_>, at: usize) -> bool {
    if line.one_of(at, &["month", "year", "quarter", "week"]) {
        return line.one_of(at + 1, &["'s", "end"]) && (line.one_of(at + 1, &["end"]) || line.one_of(at + 2, &["end"]));
    }
    line.one_of(at, &["end", "start", "beginning"])
        && line.one_of(at + 1, &["of"])
        && (at + 2..(at + 5).min(line.to)).any(|t| line.has(t, "month year quarter week day term season semester"))
}

/// "on 30 June", "on June 30th".
fn date(line: &Line<'_, '_>, at: usize) -> bool {
    let month = |at: usize| {
        line.scene.token(at).filter(|_| at < line.to).is_some_and(|token| words::month(&token.text).is_some())
    };
    let day = |at: usize| {
        line.scene
            .token(at)
            .filter(|_| at < line.to)
            .is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()))
    };
    let next = at + 1 + usize::from(line.one_of(at + 1, &["the"]));
    line.one_of(at, &["on"]) && (day(next) && (month(next + 1) || month(next + 2)) || month(next) && day(next + 1))
}

/// "in the evening", "at night", "at 17:30".
fn part(line: &Line<'_, '_>, at: usize) -> bool {
    let part = line.one_of(at, &["in"])
        && line.one_of(at + 1, &["the"])
        && line.one_of(at + 2, &["evening", "evenings", "morning", "mornings", "afternoon"]);
    // "on someone's birthday": looked for every day.
    let birthday = line.one_of(at, &["on"])
        && (at + 1..(at + 5).min(line.to)).any(|t| line.has(t, "birthday birthdays anniversary"));
    part || birthday
        || line.one_of(at, &["at"])
            && (line.one_of(at + 1, &["night", "midnight"]) || clock(line, at + 1) && deed(line, at))
        || line.one_of(at, &["mornings", "evenings"])
}

/// "9pm", "17:30".
fn clock(line: &Line<'_, '_>, at: usize) -> bool {
    line.scene.tag(at) == Some(Tag::Number)
        && (line.one_of(at + 1, &[":", "am", "pm", "o'clock"])
            || line.text(at).ends_with("am")
            || line.text(at).ends_with("pm"))
}

/// Somebody is told something in the words before: "remind me at 9pm".
fn deed(line: &Line<'_, '_>, at: usize) -> bool {
    let start = line.part_start(at);
    (start..at).any(|t| line.has(t, "remind notify text email ping send alert message tell"))
}

/// The five fields of cron for what the older reading does not know.
fn cron(line: &Line<'_, '_>, from: usize, to: usize) -> Option<String> {
    let word = |list: &str| (from..to).any(|at| line.has(at, list));
    let month = (from..to).find_map(|at| line.scene.token(at).and_then(|token| words::month(&token.text)));
    let day = (from..to).find_map(|at| {
        let digits: String = line.text(at).chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok().filter(|day| (1..=31).contains(day) && line.text(at).len() <= 4)
    });
    if let Some(month) = month {
        return Some(format!("0 9 {} {month} *", day.unwrap_or(1)));
    }
    let last = word("end last");
    let hour = if word("evening evenings") {
        18
    } else if word("night overnight") {
        22
    } else {
        9
    };
    Some(if word("month") {
        format!("0 9 {} * *", if last { 28 } else { day.unwrap_or(1) })
    } else if word("quarter") {
        "0 9 1 1,4,7,10 *".to_owned()
    } else if word("year") {
        if last { "0 9 31 12 *".to_owned() } else { "0 9 1 1 *".to_owned() }
    } else if let Some(day) = day.filter(|_| word("1st 5th 10th 15th 20th")) {
        // "on the 1st".
        format!("0 9 {day} * *")
    } else if word("week") {
        if last { "0 9 * * 5".to_owned() } else { "0 9 * * 1".to_owned() }
    } else if word("season term semester cycle") {
        "0 9 1 * *".to_owned()
    } else {
        format!("0 {hour} * * *")
    })
}
