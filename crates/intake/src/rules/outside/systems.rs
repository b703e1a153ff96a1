//! Services asked for by what they do: "push to our CRM", "join by video", "directions to it", "notifications: email".

use super::add;
use crate::clauses::{Clause, Polarity};
use crate::lexicon::verbs::Class;
use crate::lexicon::{fields, has};
use crate::rules::Sink;
use crate::scene::Scene;

fn asked<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Clause> {
    scene.clauses.iter().filter(|clause| clause.verb.is_some() && clause.base != "have")
}

/// "our CRM", "the ERP system".
fn is_system(np: &crate::nouns::Np) -> bool {
    let named = np.words().iter().any(|word| has("crm erp wms pms", &word.lemma));
    named && has("crm erp wms pms system software tool", np.head())
}

/// "push to our CRM", "keep the ERP up to date": systems that have no category of their own are called over HTTP.
pub(super) fn systems(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let moves = matches!(clause.class, Some(Class::Send | Class::Relate | Class::Upload | Class::Notify))
            || matches!(
                clause.base,
                "push"
                    | "sync"
                    | "connect"
                    | "integrate"
                    | "forward"
                    | "feed"
                    | "export"
                    | "update"
                    | "copy"
                    | "transfer"
                    | "talk"
                    | "import"
                    | "pull"
                    | "hand"
            );
        for np in scene.nps_in(clause.from, clause.to).filter(|np| is_system(np)) {
            let led = scene.one_of(np.from.wrapping_sub(1), &["to", "into", "with", "from"]);
            let told = clause.passive && clause.modal.is_some() && np.to <= clause.after;
            if moves && (led || told) {
                add(scene, sink, "webhook", None, np.from, np.to);
            }
        }
    }
}

/// "the ERP gets told through their REST API", "call our partner's API".
pub(super) fn api(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let tells = matches!(clause.class, Some(Class::Send | Class::Notify | Class::Relate))
            || matches!(
                clause.base,
                "get" | "call" | "hit" | "ping" | "post" | "push" | "tell" | "update" | "inform" | "export"
            );
        for np in scene.nps_in(clause.from, clause.to).filter(|np| np.head() == "api" && tells) {
            // "a script of ours calls your API": this one is called.
            if np.possessive.as_deref() == Some("your") {
                continue;
            }
            let whose = np.owner.is_some() || np.possessive.is_some() || np.article.as_deref() == Some("the");
            let way = scene.one_of(np.from.wrapping_sub(1), &["through", "via", "over", "using", "to", "call", "hit"]);
            let called = matches!(clause.base, "call" | "hit" | "ping") && np.from <= clause.after;
            if whose && (way || called) && clause.join != crate::clauses::Join::Relative {
                add(scene, sink, "webhook", None, np.from, np.to);
            }
        }
    }
}

/// "join by video", "seen over video".
pub(super) fn video(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let way = scene.one_of(at - 1, &["by", "via", "over", "per"]);
        if way && scene.is(at, "video") && scene.np_at(at).is_none_or(|np| np.to == at + 1) {
            add(scene, sink, "video", None, at, at + 1);
        }
    }
}

/// "directions to the nearest store".
pub(super) fn directions(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let shown = clause.class == Some(Class::Read) || matches!(clause.base, "get" | "plot" | "show" | "give");
        for np in scene.nps_in(clause.from, clause.to) {
            let way = np.head() == "direction" && np.plural && scene.is(np.to, "to") && shown;
            if way {
                add(scene, sink, "maps", None, np.from, np.to);
            }
        }
    }
}

/// "Notifications: email, SMS", "notify guests (email)".
pub(super) fn ways(scene: &Scene<'_>, sink: &mut Sink) {
    const WAYS: &[(&str, &str)] = &[
        ("email", "email"),
        ("mail", "email"),
        ("text", "sms"),
        ("texts", "sms"),
        ("push", "push"),
        ("e-mail", "email"),
    ];
    let category = |at: usize| WAYS.iter().find(|(word, _)| scene.is(at, word)).map(|(_, category)| *category);
    for sentence in &scene.sentences {
        let Some(np) = scene.nps_in(sentence.from, sentence.to).next().filter(|np| np.from <= sentence.from + 1) else {
            continue;
        };
        let told = has("notification reminder alert confirmation message integration service", np.head())
            || has("channel method", np.head())
                && np.words().iter().any(|word| has("notification reminder alert confirmation", &word.lemma));
        if !(told && np.plural && scene.is(np.to, ":")) {
            continue;
        }
        for at in np.to + 1..sentence.to {
            if let Some(category) = category(at) {
                add(scene, sink, category, None, at, at + 1);
            }
        }
    }
    for clause in scene.clauses.iter().filter(|clause| matches!(clause.class, Some(Class::Notify | Class::Send))) {
        for at in clause.after + 1..clause.to {
            let alone = scene.close_of(at - 1) == Some(at + 1);
            if let Some(category) = category(at).filter(|_| alone) {
                add(scene, sink, category, None, at, at + 1);
            }
        }
    }
}

/// "e-mail is enough", "use e-mail rather than SMS".
pub(super) fn enough(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let category = match scene.token(at).map(|token| token.text.as_str()) {
            Some("email" | "mail") => "email",
            Some("sms" | "texts") => "sms",
            _ => continue,
        };
        let does = scene.one_of(at + 1, &["is", "will", "would"])
            && scene.one_of(at + 2, &["enough", "fine", "sufficient", "do", "ok", "okay"]);
        let chosen = at > 0
            && scene.one_of(at - 1, &["use", "using", "prefer"])
            && !scene.one_of(at + 1, &["address", "addresses", "field", "as"]);
        if does || chosen {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}

/// "her phone should buzz".
pub(super) fn buzz(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let phone = (at.saturating_sub(3)..at).any(|t| scene.one_of(t, &["phone", "phones", "smartphone"]));
        let mine = scene.one_of(at, &["ping", "buzz"])
            && (at + 1..at + 3).any(|t| scene.one_of(t, &["phone", "phones", "smartphone"]));
        // "my phone should tell me".
        let tells = phone
            && scene.one_of(at, &["tell", "tells", "warn", "warns", "beep", "beeps", "remind", "reminds"])
            && !scene.one_of(at.wrapping_sub(1), &[",", "to", "and"]);
        if mine || tells || phone && scene.one_of(at, &["buzz", "buzzes", "vibrate", "vibrates", "ping", "pings"]) {
            add(scene, sink, "push", None, at, at + 1);
        }
    }
}

/// "documents can be attached to a claim", "add photos to a claim from your phone".
pub(super) fn attached(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        let Some(verb) = clause.verb else { continue };
        let file = |np: &crate::nouns::Np| {
            fields::guess(np.entity()).is_some_and(|guess| guess.file)
                || has("document file pdf picture scan", np.head())
        };
        let attached = clause.base == "attach" && clause.passive && clause.subject.iter().any(file);
        let added = clause.base == "add" && !clause.passive && scene.np_at(clause.after).is_some_and(file) && {
            let end = scene.np_at(clause.after).map_or(clause.after, |np| np.to);
            scene.is(end, "to")
        };
        if attached || added {
            add(scene, sink, "storage", None, verb, clause.after);
        }
    }
}
