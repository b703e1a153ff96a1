//! What the application is called.

use crate::draft::{Draft, Entity};
use crate::facts::{Evidence, Fact};
use crate::lexicon::{archetypes, fields, has, verbs, words};
use crate::nouns::snake;
use crate::scene::Scene;
use crate::tags::Tag;

/// When something is done is no name for the whole: "cakes for a day".
const TIMES: &str = "day week weekend month year hour minute season morning evening night afternoon time date moment";

/// The name from "a lead tracker", "I run a bakery", else from the main record.
pub(crate) fn name_app(scene: &Scene<'_>, evidence: &[Evidence], draft: &mut Draft) {
    // What the whole is compared with is somebody else's name.
    let products: Vec<String> = evidence
        .iter()
        .filter_map(|found| if let Fact::Like(product) = &found.fact { Some(product.to_lowercase()) } else { None })
        .collect();
    let named =
        |fits: fn(&str) -> bool| best(evidence, |name| !products.iter().any(|product| product == name) && fits(name));
    draft.about = named(|_| true).or_else(|| first(scene)).unwrap_or_default();
    let name = named(may_name).unwrap_or_else(|| {
        let title = title(scene).filter(|title| !products.contains(title));
        title.or_else(|| main_record(draft)).or_else(|| first(scene).filter(|name| may_name(name))).map_or_else(
            || "app".to_owned(),
            |name| {
                if words::is_app_head(name.rsplit('_').next().unwrap_or("")) { name } else { format!("{name}_app") }
            },
        )
    });
    let name = snake(&[&name]);
    let short: Vec<&str> = name.split('_').take(4).collect();
    draft.app = short.join("-").chars().take(40).collect::<String>().trim_matches('-').to_owned();
    if draft.app.is_empty() {
        draft.app = "app".to_owned();
    }
}

/// What the request calls the whole, the most telling first.
fn best(evidence: &[Evidence], fits: impl Fn(&str) -> bool) -> Option<String> {
    let mut best: Option<(f64, String)> = None;
    for found in evidence {
        let Fact::App(thing) = &found.fact else { continue };
        if !fits(&thing.name) {
            continue;
        }
        let head = words::is_app_head(thing.head());
        let specific = thing.name.contains('_') || !words::is_not_record(&thing.name);
        let rank = f64::from(u8::from(head)) + f64::from(u8::from(specific)) * 1.5 - thing.span.start as f64 / 10_000.0;
        if best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, thing.name.clone()));
        }
    }
    best.map(|(_, name)| name)
}

/// Not "app" itself, nor a time, nor somebody who works with it.
fn may_name(name: &str) -> bool {
    let bare = has("app thing system tool backend manager organizer planner scheduler builder", name);
    let time = name.rsplit('_').next().is_some_and(|head| has(TIMES, head));
    let person = archetypes::is_person(name) && !words::is_app_head(name.rsplit('_').next().unwrap_or(name));
    let value = fields::guess(name).is_some() && archetypes::sort(name).is_none() && !words::is_app_head(name);
    let talk = name.split('_').all(|word| has(TALK, word));
    !bare && !time && !person && !value && !talk
}

/// The first phrase that might be a name.
fn first(scene: &Scene<'_>) -> Option<String> {
    let names = scene.nps.iter().map(|np| np.entity().to_owned());
    names.into_iter().find(|name| !name.is_empty() && !words::is_not_record(name))
}

/// "Livery yard, twenty stables": what the request opens with, in two words or more that are all nouns.
fn title(scene: &Scene<'_>) -> Option<String> {
    let sentence = scene.sentences.first()?;
    let np = scene.first_np(sentence.from, sentence.to).filter(|np| np.from <= sentence.from + 1)?;
    // "a reading list" has no verb.
    let acts = |(verb, form): (verbs::Verb, verbs::Form)| !verb.noun_too && form != verbs::Form::Ing;
    let talk = |word: &str| has(TALK, word) || verbs::lookup(word).is_some_and(acts);
    let plain = np.words().iter().all(|word| word.noun && !talk(&word.text) && !talk(&word.lemma));
    let name = np.entity().to_owned();
    // "Auction runs from …" goes on: the words are a sentence.
    let ends = np.to >= sentence.to
        || matches!(scene.tag(np.to), Some(Tag::Sign | Tag::Adverb))
        || scene.one_of(np.to, &["for", "at", "in"]);
    // "Our museum shows exhibits" does too.
    let rest = np.words().split_last().map_or(&[][..], |(_, rest)| rest);
    let plain = plain && rest.iter().all(|word| word.text == word.lemma);
    (plain && ends && np.to - np.from <= 4 && name.contains('_') && may_name(&name) && np.is_record()).then_some(name)
}

/// Words of letters, of papers and of those who write them, which are no part of a name.
const TALK: &str = "hello hi hey hiya dear ok okay yes no sorry subject fwd epic user story brief requirement requirements sketch \
    schema model message note notes minutes meeting sir sirs team reader founder request feature section user of for ltd gmbh inc \
    client product system office rent opened the and";

/// The record of which the most is said; of several the first, people last.
fn main_record(draft: &Draft) -> Option<String> {
    let told = |entity: &Entity| {
        let tied = draft.relations.iter().filter(|tie| tie.from == entity.name || tie.to == entity.name).count();
        (entity.fields.iter().filter(|field| !field.assumed).count() + tied, !archetypes::is_person(&entity.name))
    };
    let kept = draft.entities.iter().filter(|entity| !entity.join);
    // The last of the greatest is the first of the request.
    kept.rev().max_by_key(|entity| told(entity)).map(|entity| entity.name.clone())
}
