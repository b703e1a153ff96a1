//! A wish that no entry of the table reads is read as a request is, after a description of what there is: "also keep track
//! of tasks with a title", "text the prospect when the status becomes won".

use super::Answer;
use super::made::{Made, written};
use super::places::{Entity, Places};
use super::said::Said;
use super::wishes::spoken;
use crate::draft::Draft;
use crate::lemma::with_article;
use crate::reading::Unplaced;
use crate::scene::Scene;
use crate::{access, automations, coverage, integrations, resolve, rules, toml};

pub(super) fn read(wish: &Said, places: &Places) -> Answer {
    let (draft, unplaced, from) = drafted(&wish.text, places);
    let own = |start: usize| start > from;
    if let Some(left) = unplaced.iter().find(|left| own(left.span[0])) {
        return Answer::Refused(format!("nothing can be made of \"{}\" ({})", left.text, left.note));
    }
    let (patches, told, met) = (Vec::new(), Vec::new(), Vec::new());
    let mut made = Made {
        wish,
        places,
        patches,
        told,
        met,
        refused: None,
        has_automation: false,
        has_service: false,
        events: Vec::new(),
    };
    made.fields(&draft, own);
    made.records(&draft, own, wish);
    made.services(&draft, own);
    let is_service = made.has_service;
    made.automations(&draft, own);
    if let Some(value) = unheard(wish, &made).filter(|_| made.refused.is_none()) {
        made.refused =
            Some(format!("what happens when it is `{value}` would be left out: say one such thing in a sentence"));
    }
    let not = wish.place(&["not"]).filter(|at| *at > 1 && made.has_automation);
    if let Some(at) = not.filter(|_| made.refused.is_none()) {
        let rest = wish.from(at + 1).join(" ");
        made.refused = Some(format!(
            "what should not happen ({rest}) is said alone, as in \"don't email when …\" or \"remove the automation …\""
        ));
    }
    if made.has_automation && made.refused.is_none() && wish.place(&["instead"]).is_some() {
        made.refused = Some(instead(places));
    }
    if is_service && !made.has_automation && made.refused.is_none() && asks_when(wish, &draft, own, places) {
        let example = super::hints::with_event(wish, places);
        made.refused = Some(format!("what it is sent for, or when, is not understood: say for example \"{example}\""));
    }
    match made.refused {
        Some(why) => Answer::Refused(why),
        None if made.patches.is_empty() && !made.met.is_empty() && left_out(wish, &made).is_none() => {
            Answer::Already(made.met.join("; "))
        }
        None if made.patches.is_empty() => Answer::Refused(NOT_READ.to_owned()),
        None => match left_out(wish, &made) {
            Some(words) => Answer::Refused(format!("nothing is made of \"{words}\"; {NOT_READ}")),
            None => Answer::Done { patches: made.patches, told: made.told.join("; ") },
        },
    }
}

/// "email the agent when a ticket is closed instead": of what, is not said, and would be left.
fn instead(places: &Places) -> String {
    let names: Vec<String> =
        places.automations.iter().map(|one| format!("\"remove the automation {}\"", spoken(&one.name))).collect();
    match names.as_slice() {
        [] => "instead of what? nothing happens by itself yet: say it without \"instead\"".to_owned(),
        names => format!(
            "instead of what? say {} for what should not happen any more, and this without \"instead\"",
            names.join(" or ")
        ),
    }
}

/// A value that a wish for something that happens by itself names, and no event of it: "when an order is paid or shipped".
fn unheard(wish: &Said, made: &Made<'_>) -> Option<String> {
    let when = wish.place(&["when", "whenever", "if", "once", "after"]).filter(|_| made.has_automation)?;
    let about = |on: &str| made.places.entities.iter().find(|one| on.starts_with(&format!("{}.", one.name)));
    let entity = made.events.iter().find_map(|on| about(on))?;
    let mut values = entity.fields.iter().flat_map(|field| field.values.items.iter().map(move |value| (field, value)));
    let said = wish.from(when).join(" ");
    let is_said = |value: &str| format!(" {said} ").contains(&format!(" {} ", spoken(value)));
    let unheard = |(field, value): &(&super::places::Field, &String)| {
        is_said(value) && !made.events.contains(&format!("{}.{}={value}", entity.name, field.name))
    };
    // "open" in "when a ticket is opened" is none.
    values.find(unheard).map(|(_, value)| value.clone()).filter(|_| made.events.iter().any(|on| on.contains('=')))
}

/// What a wish comes to where it is read after a description of what there is, and where the wish begins.
fn drafted(text: &str, places: &Places) -> (Draft, Vec<Unplaced>, usize) {
    let before = description(places);
    let sentence = format!("{before}\n\n{}.", joined(text.trim_end_matches('.'), places));
    let (draft, unplaced) = draft(&sentence);
    (draft, unplaced, before.len())
}

/// When something would happen by itself, as a blueprint says it: an event, or a time.
pub(super) fn triggers(text: &str, places: &Places) -> Vec<(String, String)> {
    let (draft, _, from) = drafted(text, places);
    let written = |one: &crate::draft::Automation| {
        let text = toml::automation_text(&draft, one, &mut Vec::new())?;
        Some((written(&text, "on = "), written(&text, "every = ")))
    };
    draft.automations.iter().filter(|one| one.span.start > from).filter_map(written).collect()
}

/// Whether a wish for a service says more: of whom, or when.
fn asks_when(wish: &Said, draft: &Draft, own: impl Fn(usize) -> bool, places: &Places) -> bool {
    const WHEN: &[&str] =
        &["when", "whenever", "if", "once", "after", "before", "every", "daily", "weekly", "monthly", "until", "upon"];
    let tells = draft.integrations.iter().filter(|used| used.grounds.spans.iter().any(|span| own(span.start)));
    let tells = tells.into_iter().any(|used| matches!(used.category, "email" | "sms" | "chat"));
    let names = |word: &String| {
        let one = crate::lemma::singular(word);
        places.entities.iter().any(|entity| entity.name == one || entity.fields.iter().any(|field| field.name == *word))
    };
    wish.place(WHEN).is_some() || tells && wish.words.iter().skip(1).any(names)
}

/// Words that ask for something to be kept, and name nothing.
const ASKING: &str = "add create make also keep track tracking store record log save note manage need want have has having belong belongs \
    contain contains include includes comprise each every several many multiple more new another called named like such please let \
    own able user users people person field fields records list lists table app data information details use using support allow send \
    sends sent notify remind reminder email mail text message sms alert when whenever via by per there available given possible default \
    required optional unique yes between from most least up characters hour day week month year minutes usd eur euros dollars";

/// Words of a wish of which nothing can be found in what is made of it. What happens by itself is said in other words there.
fn left_out(wish: &Said, made: &Made<'_>) -> Option<String> {
    if made.has_automation {
        return None;
    }
    let mut known: Vec<String> = Vec::new();
    let mut learn = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        known.extend(words.map(|word| crate::lemma::american(&crate::lemma::singular(&word.to_lowercase()))));
    };
    made.patches.iter().for_each(|patch| learn(&patch.text));
    for entity in &made.places.entities {
        learn(&entity.name);
        entity.fields.iter().for_each(|field| learn(&format!("{} {}", field.name, field.values.items.join(" "))));
    }
    let is_known = |word: &str| {
        let one = crate::lemma::american(&crate::lemma::singular(word));
        let stem = |text: &str| text.chars().take(4).collect::<String>();
        known.iter().any(|known| *known == one || one.chars().count() > 3 && stem(known) == stem(&one))
    };
    let says = |word: &&str| {
        word.chars().all(|c| c.is_ascii_digit())
            || crate::lexicon::words::is_function_word(word)
            || crate::lexicon::has(ASKING, word)
            || is_known(word)
    };
    let parts =
        wish.words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let mut left: Vec<&str> = parts.filter(|word| !says(word)).collect();
    // What is said of a field stands there.
    for (word, written) in [("unique", "unique = "), ("required", "required = true"), ("default", "default = ")] {
        if wish.words.iter().any(|one| one == word) && !made.patches.iter().any(|patch| patch.text.contains(written)) {
            left.push(word);
        }
    }
    // "an end date, which is after the start".
    let order = wish
        .words
        .iter()
        .enumerate()
        .filter(|(at, word)| *at > 0 && matches!(word.as_str(), "after" | "before" | "earlier" | "later"));
    left.extend(order.map(|(_, word)| word.as_str()).filter(|_| !made.patches.is_empty()));
    // Who is named and gets nothing of it: "reviews must be approved by staff".
    for role in &made.places.roles {
        let said = wish.words.iter().find(|word| crate::lemma::singular(word) == *role);
        let is_record = made.places.entities.iter().any(|entity| entity.name == *role);
        let is_made = made.patches.iter().any(|patch| patch.text.contains(role.as_str()));
        left.extend(said.filter(|_| !is_record && !is_made && !made.patches.is_empty()).map(String::as_str));
    }
    left.retain(|word| !made.patches.is_empty() || !matches!(*word, "unique" | "required" | "default"));
    (!left.is_empty()).then(|| left.join(" "))
}

/// What is told of a wish that nobody reads; `hints` says with which words of this blueprint.
pub(super) const NOT_READ: &str = "say it in other words";

fn draft(request: &str) -> (Draft, Vec<Unplaced>) {
    let mut scene = Scene::read(request);
    scene.told = 0;
    let evidence = rules::facts(&scene);
    let (mut draft, cast) = resolve::resolve(&scene, &evidence);
    draft.integrations = integrations::integrations(&evidence);
    draft.automations = automations::automations(&scene, &cast, &draft);
    integrations::follow(&evidence, &mut draft);
    let lost = access::access(&scene, &evidence, &cast, &mut draft);
    resolve::complete(&mut draft);
    let unplaced = coverage::coverage(&scene, &evidence, &cast, &draft, &lost).unplaced;
    (draft, unplaced)
}

/// "A lead has a name, a phone and a status (new, won)."
fn description(places: &Places) -> String {
    let one = |entity: &Entity| {
        let fields: Vec<String> = entity.fields.iter().map(field).collect();
        format!("Each {} has {}.", hyphened(&entity.name), fields.join(", "))
    };
    places.entities.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// A name as one word: "follow up" alone may be what somebody does.
fn hyphened(name: &str) -> String {
    name.replace('_', "-")
}

/// A wish with the names that there are as one word each.
fn joined(text: &str, places: &Places) -> String {
    let fields = places.entities.iter().flat_map(|entity| entity.fields.iter().map(|field| field.name.as_str()));
    let names =
        places.entities.iter().map(|entity| entity.name.as_str()).chain(fields).filter(|name| name.contains('_'));
    let mut text = text.to_owned();
    for name in names {
        let one = spoken(name);
        let mut from = 0;
        while let Some(at) = found(&text, &one, from) {
            text.replace_range(at..at + one.len(), &hyphened(name));
            from = at + one.len();
        }
    }
    text
}

/// Words in a text, not as a part of longer ones but for an s at the end.
fn found(text: &str, words: &str, from: usize) -> Option<usize> {
    let lower = text.to_lowercase();
    // Where lower case has other lengths, the places would be wrong.
    let start =
        |at: &usize| *at == 0 || !lower.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    let end = |at: &usize| {
        let rest = lower.get(at + words.len()..).unwrap_or("");
        !rest.strip_prefix('s').unwrap_or(rest).starts_with(char::is_alphanumeric)
    };
    let places = || lower.match_indices(words).map(|(at, _)| at).filter(|at| *at >= from);
    (lower.len() == text.len()).then(|| places().filter(start).find(end)).flatten()
}

fn field(field: &super::places::Field) -> String {
    let name = with_article(&hyphened(&field.name));
    if field.values.items.len() < 2 {
        return name;
    }
    format!("{name} ({})", field.values.items.iter().map(|value| spoken(value)).collect::<Vec<_>>().join(", "))
}
