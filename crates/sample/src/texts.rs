//! Texts: what a field is about, cut or filled to its limits.

use blueprint::TextLimits;

use crate::meaning::{Meaning, meaning};
use crate::words::{ADJECTIVES, NOUNS, PRODUCTS, SENTENCES, STREETS};
use crate::{Dice, Subject, pattern};

/// Texts for a field; those of a later attempt differ more. `long`: of several sentences.
pub(crate) fn texts(
    field: &str,
    limits: &TextLimits,
    long: bool,
    subject: &Subject,
    dice: &mut Dice,
    attempt: u32,
) -> Vec<String> {
    let about = meaning(&subject.entity, field);
    let about = if long && about == Meaning::Title { Meaning::Note } else { about };
    let spoken = if long && about == Meaning::Note { sentences(dice) } else { spoken(about, subject, dice) };
    let numbered = if attempt == 0 { None } else { Some(dice.between(2, 9 * 10_i64.pow(attempt.min(9)))) };
    let fitted = fitted(&spoken, numbered, limits, dice);
    let matching = limits.pattern.as_ref().and_then(|pattern| pattern::any_match(pattern.as_str(), dice));
    [Some(fitted), matching].into_iter().flatten().collect()
}

/// A phone number of the range that is kept free for fiction.
pub(crate) fn phone(dice: &mut Dice) -> String {
    let hundreds = dice.between(2, 9);
    // N11 are service codes.
    let rest = match dice.between(0, 99) {
        11 => 12,
        rest => rest,
    };
    format!("+1{hundreds}{rest:02}55501{:02}", dice.between(0, 99))
}

/// An address of the person that the row is about.
pub(crate) fn email(subject: &Subject, dice: &mut Dice, attempt: u32) -> String {
    let (first, last) = (subject.first_name.to_lowercase(), subject.last_name.to_lowercase());
    format!("{first}.{last}{}@{}", number(dice, attempt), subject.domain)
}

/// An address of a page.
pub(crate) fn url(subject: &Subject, dice: &mut Dice, attempt: u32) -> String {
    let page = slug(&format!("{} {}", dice.word(ADJECTIVES), dice.word(NOUNS)));
    format!("https://www.{}/{page}{}", subject.domain, number(dice, attempt))
}

pub(crate) fn sentence(dice: &mut Dice) -> &'static str {
    dice.word(SENTENCES)
}

fn spoken(about: Meaning, subject: &Subject, dice: &mut Dice) -> String {
    match about {
        Meaning::Person => format!("{} {}", subject.first_name, subject.last_name),
        Meaning::FirstName => subject.first_name.to_owned(),
        Meaning::LastName => subject.last_name.to_owned(),
        Meaning::Handle => format!("{}-{}", slug(subject.first_name), slug(subject.last_name)),
        Meaning::Company => subject.company.clone(),
        Meaning::OneOf(words) => dice.word(words).to_owned(),
        Meaning::Product => format!("{} {}", dice.word(ADJECTIVES), dice.word(PRODUCTS)),
        Meaning::Title => format!("{} {}", dice.word(ADJECTIVES), dice.word(NOUNS)),
        Meaning::Street => format!("{} {}", dice.between(1, 180), dice.word(STREETS)),
        Meaning::Postcode => format!("{:05}", dice.between(1_000, 99_999)),
        Meaning::Code => code(dice),
        Meaning::Secret => format!("{:016x}", dice.any()),
        Meaning::Note => sentence(dice).to_owned(),
        Meaning::Domain => format!("{}.{}", slug(&subject.company), subject.domain),
    }
}

/// Two different sentences or three.
fn sentences(dice: &mut Dice) -> String {
    let (first, count) = (dice.place(SENTENCES.len()), 2 + dice.place(2));
    let chosen: Vec<&str> = SENTENCES.iter().cycle().skip(first).step_by(5).take(count).copied().collect();
    chosen.join(" ")
}

fn code(dice: &mut Dice) -> String {
    let letter = |dice: &mut Dice| char::from(b'A' + u8::try_from(dice.place(26)).unwrap_or_default());
    format!("{}{}-{:04}", letter(dice), letter(dice), dice.between(0, 9_999))
}

/// Cut or filled until its length is right. The number at its end, if one is wanted, always stays.
fn fitted(text: &str, number: Option<i64>, limits: &TextLimits, dice: &mut Dice) -> String {
    let number = number.map(|number| number.to_string()).unwrap_or_default();
    if number.chars().count() >= limits.max_length {
        return number.chars().rev().take(limits.max_length).collect();
    }
    let tail = if number.is_empty() { number } else { format!(" {number}") };
    let mut text = text.to_owned();
    while text.chars().count() + tail.chars().count() < limits.min_length {
        text = format!("{text} {}", sentence(dice));
    }
    let room = limits.max_length - tail.chars().count().min(limits.max_length);
    let cut: String = text.chars().take(room).collect();
    let whole = format!("{}{tail}", cut.trim_end());
    // A space that was cut off may be the one that was missing.
    let missing = limits.min_length.saturating_sub(whole.chars().count());
    whole + &"x".repeat(missing)
}

fn number(dice: &mut Dice, attempt: u32) -> String {
    if attempt == 0 { String::new() } else { dice.between(2, 9 * 10_i64.pow(attempt.min(9))).to_string() }
}

fn slug(text: &str) -> String {
    let plain =
        text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
}
