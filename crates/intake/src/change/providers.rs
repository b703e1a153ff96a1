//! Wishes for another provider of a service that is used: "use vonage instead of twilio", "switch the email provider to sendgrid". Another
//! service is another matter: what is sent by it is said anew.

use super::Answer;
use super::patch::Patch;
use super::places::Places;
use super::said::{self, Said};
use super::wishes::at_end;
use crate::lemma::plural;
use crate::lexicon::integrations::{self, Integration};
use crate::toml::quote;

/// A service that words name, and its product where they name that, and where they stand.
struct Named {
    at: usize,
    service: &'static Integration,
    product: Option<&'static str>,
}

/// Words that say nothing else.
const AROUND: &str = "use using switch change replace move swap migrate go the our my a provider providers service services integration \
    from to with by instead of for as over via through rather than send sending sent messages everything all now";

pub(super) fn provider(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    wish.opens(&["use", "switch", "change", "replace", "move", "swap", "migrate", "send", "go"]).then_some(())?;
    let old = old_one(wish);
    let named = named(wish);
    let is_around = |at: usize| {
        let said =
            |one: &Named| one.at == at || one.at + 1 == at && wish.words.get(at).is_some_and(|word| !is_plain(word));
        wish.words.get(at).is_some_and(|word| is_plain(word)) || named.iter().any(said)
    };
    if let Some(why) = renamed(wish, places) {
        return Some(Answer::Refused(why));
    }
    let unknown = (0..wish.words.len()).filter(|at| !is_around(*at)).collect::<Vec<_>>();
    let is_new = |one: &&Named| old.as_ref().is_none_or(|old| !old.contains(&one.at));
    let from = named.iter().find(|one| !is_new(one));
    let used = |one: &&Named| places.integrations.iter().any(|used| used == one.service.name);
    if let [at] = unknown.as_slice() {
        // "use foo instead of twilio".
        let from = from.filter(used)?;
        let word = wish.words.get(*at).map(String::as_str).unwrap_or_default();
        let known: Vec<&str> = from.service.products.split_ascii_whitespace().take(6).collect();
        return Some(Answer::Refused(format!(
            "`{word}` is no provider of {} that is known here; there are {}, …",
            from.service.name,
            known.join(", ")
        )));
    }
    if !unknown.is_empty() {
        return None;
    }
    let to = named.iter().filter(is_new).max_by_key(|one| one.product.is_some())?;
    if let Some(other) = from.filter(|from| from.service.name != to.service.name) {
        let (new, gone) = (to.service.name, other.service.name);
        return Some(Answer::Refused(format!(
            "{new} and {gone} are two services: say \"stop using {gone}\", and what should be sent by {new}, as in \"{}\"",
            super::hints::with_event(&Said::of(new)?, places)
        )));
    }
    let product = to.product?;
    let name = to.service.name;
    let section = places.section(&format!("integration.{name}")).filter(|_| used(&to))?;
    let told = format!("{name} is done by {product}");
    let body = source.get(section.header.end..section.end)?;
    let written = body.find("provider").and_then(|at| {
        let start = section.header.end + at + body.get(at..)?.find(['"', '\''])?;
        let mark = source.get(start..)?.chars().next()?;
        let end = start + 1 + source.get(start + 1..)?.find(mark)? + 1;
        Some(start..end)
    });
    let Some(at) = written else {
        return Some(Answer::Done {
            patches: vec![at_end(source, section.end, &format!("provider = {}\n", quote(product)))],
            told,
        });
    };
    let now = source.get(at.start + 1..at.end - 1)?;
    if now == product {
        return Some(Answer::Already(told));
    }
    if let Some(other) = from.and_then(|from| from.product).filter(|other| *other != now) {
        return Some(Answer::Refused(format!(
            "{name} is done by {now}, not by {other}: say \"use {product} instead of {now}\", if that is meant"
        )));
    }
    Some(Answer::Done { patches: vec![Patch::replace(at, quote(product))], told })
}

fn is_plain(word: &str) -> bool {
    crate::lexicon::has(AROUND, word)
}

/// Where what should be no longer stands: after "instead of" and "from", and before "with".
fn old_one(wish: &Said) -> Option<std::ops::Range<usize>> {
    let end = wish.words.len();
    let two = |one: &str, other: &str| wish.words.windows(2).position(|two| two[0] == one && two[1] == other);
    if let Some(at) = two("instead", "of").or_else(|| two("rather", "than")) {
        return Some(at + 2..end);
    }
    let to = wish.place(&["to", "with", "by"])?;
    match wish.place(&["from"]) {
        Some(from) if from < to => Some(from + 1..to),
        _ => Some(1..to),
    }
}

fn named(wish: &Said) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for at in 0..wish.words.len() {
        let one = (1..=2).rev().find_map(|length| {
            let words = wish.words.get(at..at + length)?;
            integrations::named(&words.join("_"))
                .or_else(|| integrations::by_name(&words.join("_")).map(|one| (one, None)))
        });
        found.extend(one.map(|(service, product)| Named { at, service, product }));
    }
    found
}

/// "use mobile instead of phone": another name, or something else?
fn renamed(wish: &Said, places: &Places) -> Option<String> {
    let at = wish.words.windows(2).position(|two| two == ["instead", "of"])?;
    let (new, old) = (wish.between(1, at), wish.from(at + 2));
    let (new, field) = (said::name(new).replace('_', " "), places.field(old).ok());
    if new.is_empty() || integrations::spoken(&new).is_some() {
        return None;
    }
    let old = old.join(" ");
    match (places.entity(wish.from(at + 2)), field) {
        (Some(_), _) => Some(format!("say \"rename {old} to {new}\", or \"remove {old}\" and what to keep instead")),
        (None, Some((entity, _))) => Some(format!(
            "say \"rename {old} to {new}\", or \"remove {old}\" and \"add {} to {}\"",
            crate::lemma::with_article(&new),
            plural(&entity.name.replace('_', " "))
        )),
        _ => None,
    }
}
