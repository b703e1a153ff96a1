//! Wishes for another time of what happens by the clock: "send the report at 8 instead of 9", "move the weekly report to friday".

use super::Answer;
use super::patch::Patch;
use super::places::{Automation, Places};
use super::said::Said;
use super::wishes::spoken;
use crate::lexicon::{has, words};
use crate::toml::quote;

/// What is sent or done, and the words around it and around a time.
const AROUND: &str = "change move reschedule shift set send run do make email e-mail mail text sms notify remind the a an our my report reports \
    reminder reminders summary digest newsletter message messages schedule automation time day it them me us weekly daily monthly \
    every each on at to from of for instead until now out go goes going sent be is are should must will happen happens runs in o'clock \
    morning evening afternoon am pm and per week month";
/// What is described by "daily" right before it.
const DESCRIBED: &str =
    "report reports reminder reminders summary digest newsletter message messages email e-mail mail schedule";

/// A time as far as it is said: minute and hour, and on which days.
#[derive(Default)]
struct When {
    time: Option<(u32, u32)>,
    /// Day of the month and of the week.
    days: Option<(String, String)>,
}

pub(super) fn time(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    if let Some(why) = texts(wish, places) {
        return Some(Answer::Refused(why));
    }
    let clocked: Vec<&Automation> = places.automations.iter().filter(|one| one.every.is_some()).collect();
    let instead = wish.place(&["instead"]);
    let runs = wish.words.windows(2).any(|two| {
        matches!(
            [two[0].as_str(), two[1].as_str()],
            ["goes" | "go", "out"] | ["is" | "be" | "are", "sent"] | ["should" | "must", "run" | "happen" | "go"]
        )
    });
    let is_definite = wish
        .words
        .windows(2)
        .any(|two| matches!(two[0].as_str(), "the" | "weekly" | "daily" | "monthly") && has(DESCRIBED, &two[1]));
    let is_moved = wish.opens(&["change", "move", "reschedule", "shift", "set"]) && is_definite;
    let is_sent = wish.opens(&["send", "run"]) && is_definite;
    (!clocked.is_empty() && (instead.is_some() || runs || is_moved || is_sent)).then_some(())?;
    // "instead of 9", "instead of weekly".
    let mut said = wish.words.clone();
    if let Some(at) = instead {
        let gone = match wish.words.get(at + 1).map(String::as_str) {
            Some("of") => {
                3 + usize::from(
                    wish.words.get(at + 3).is_some_and(|word| matches!(word.as_str(), "am" | "pm" | "o'clock")),
                )
            }
            _ => 1,
        };
        said.drain(at..(at + gone).min(said.len()));
    }
    let known = |word: &String| {
        let is_name = |name: &str| name.split('_').any(|part| crate::lemma::singular(word) == part);
        has(AROUND, word)
            || is_time(word).is_some()
            || weekday(word).is_some()
            || matches!(word.as_str(), "weekday" | "weekdays" | "noon" | "midnight")
            || places.roles.iter().any(|role| is_name(role))
            || places.automations.iter().any(|one| is_name(&one.name))
    };
    if !said.iter().all(known) {
        return None;
    }
    let when = When::of(&said);
    if when.time.is_none() && when.days.is_none() {
        return None;
    }
    let says = |one: &&&Automation| {
        one.name.split('_').all(|part| wish.words.iter().any(|word| crate::lemma::singular(word) == part))
    };
    let one = match (clocked.as_slice(), clocked.iter().find(says)) {
        (_, Some(one)) | ([one], None) => one,
        (several, None) => {
            let names: Vec<String> = several.iter().map(|one| format!("\"{}\"", spoken(&one.name))).collect();
            return Some(Answer::Refused(format!(
                "which one? say \"move {} to …\"; there are {}",
                spoken(&several[0].name),
                names.join(", ")
            )));
        }
    };
    let (Some(at), Some(before)) = (one.every_at.clone(), one.every.clone()) else { return None };
    let parts: Vec<&str> = before.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = parts.as_slice() else {
        return Some(Answer::Refused(format!("`{before}` is a time that only you can change, in the blueprint")));
    };
    let (minute, hour) = when
        .time
        .map_or(((*minute).to_owned(), (*hour).to_owned()), |(minute, hour)| (minute.to_string(), hour.to_string()));
    let (day, weekday) = when.days.unwrap_or_else(|| ((*day).to_owned(), (*weekday).to_owned()));
    let after = format!("{minute} {hour} {day} {month} {weekday}");
    let told = format!("{} happens at `{after}`", spoken(&one.name));
    Some(match after == before {
        true => Answer::Already(told),
        false => Answer::Done { patches: vec![Patch::replace(at, quote(&after))], told },
    })
}

/// "the email should say hello": what is sent is written in the blueprint.
fn texts(wish: &Said, places: &Places) -> Option<String> {
    const TEXTS: &[&str] = &["text", "subject", "body", "wording", "content", "words"];
    let first = places.automations.first()?;
    let sent = |at: usize| {
        wish.words.get(at).is_some_and(|word| has(DESCRIBED, word) || matches!(word.as_str(), "sms" | "text"))
    };
    let says = wish
        .words
        .windows(2)
        .position(|two| two[0] == "should" && two[1] == "say" || two[1] == "says")
        .is_some_and(|at| (0..=at).any(sent));
    let of = wish
        .place(TEXTS)
        .is_some_and(|at| wish.words.get(at + 1).is_some_and(|word| word == "of") && (at + 2..at + 5).any(sent));
    let is_field = places.field(wish.between(0, wish.place(&["should", "says", "to"]).unwrap_or(0))).is_ok();
    ((says || of) && !is_field).then(|| {
        format!(
            "what is sent is for you to write in the blueprint: `with = {{ body = \"…\" }}` in `[automation.{}]`, for example",
            first.name
        )
    })
}

impl When {
    fn of(said: &[String]) -> When {
        let mut when = When::default();
        let at = |at: usize| said.get(at).map_or("", String::as_str);
        let (mut weekdays, mut every) = (Vec::new(), None);
        for (index, word) in said.iter().enumerate() {
            let before = index.checked_sub(1).map_or("", at);
            match word.as_str() {
                "daily" if !has(DESCRIBED, at(index + 1)) => every = Some("*"),
                "day" if matches!(before, "every" | "each") => every = Some("*"),
                "weekday" | "weekdays" => every = Some("1-5"),
                "monthly" if !has(DESCRIBED, at(index + 1)) => when.days = Some(("1".to_owned(), "*".to_owned())),
                "month" if matches!(before, "every" | "each") => when.days = Some(("1".to_owned(), "*".to_owned())),
                "noon" => when.time = Some((0, 12)),
                "midnight" => when.time = Some((0, 0)),
                word => {
                    weekdays.extend(weekday(word));
                    let half = Some(at(index + 1)).filter(|next| matches!(*next, "am" | "pm"));
                    let is_said =
                        matches!(before, "at" | "to") || half.is_some() || word.contains(':') || word.ends_with('m');
                    if let Some((hour, minute)) =
                        is_time(&format!("{word}{}", half.unwrap_or_default())).filter(|_| is_said)
                    {
                        when.time = Some((minute, hour));
                    }
                }
            }
        }
        if !weekdays.is_empty() {
            weekdays.sort_unstable();
            let list: Vec<String> = weekdays.iter().map(u32::to_string).collect();
            when.days = Some(("*".to_owned(), list.join(",")));
        } else if let Some(days) = every {
            when.days = Some(("*".to_owned(), days.to_owned()));
        }
        when
    }
}

fn weekday(word: &str) -> Option<u32> {
    words::weekday(word).filter(|_| word.len() > 4)
}

/// "8", "8am", "8:30", "17:00": hour and minute.
fn is_time(word: &str) -> Option<(u32, u32)> {
    let (digits, add) = match (word.strip_suffix("pm"), word.strip_suffix("am")) {
        (Some(rest), _) => (rest, Some(12)),
        (_, Some(rest)) => (rest, Some(0)),
        _ => (word, None),
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match add {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}
