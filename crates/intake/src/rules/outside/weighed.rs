//! Whether a service that a rule saw is wanted: by the ways of telling of one that are known, and by all that is said around it.

use super::signs::Seen;
use super::{RULES, told};
use crate::facts::Fact;
use crate::rules::{Sink, analogy};
use crate::scene::Scene;

/// How likely it has to be that a service is wanted, in log-odds: one too many takes data to where nobody sent it.
const WANTED: f64 = 1.9;
/// In a request of a few words, which has no room for what is only told.
const WANTED_BRIEFLY: f64 = -1.0;
/// So many words are few, and so many tell how things are spoken of.
const BRIEF: f64 = 40.0;
const LONG: f64 = 80.0;
/// Less likely by no more than this: asked about.
const DOUBT: f64 = 1.3;

/// How likely it has to be in this request.
fn enough(scene: &Scene<'_>) -> f64 {
    let share = ((scene.told as f64 - BRIEF) / (LONG - BRIEF)).clamp(0.0, 1.0);
    WANTED * share + WANTED_BRIEFLY * (1.0 - share)
}

/// A service that a rule saw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub category: &'static str,
    /// By its product: "Stripe", not "online payments".
    pub product: bool,
    /// The rule that saw it.
    pub rule: &'static str,
    /// Its tokens.
    pub from: usize,
    pub to: usize,
}

/// A service that a request names, and what speaks for and against its being wanted: what the weights of the signs are learnt from.
#[derive(Clone, Debug)]
pub struct Service {
    /// "sms", "billing".
    pub category: &'static str,
    /// The signs that it shows.
    pub signs: Vec<&'static str>,
    /// It is told of in a way that is known to ask for nothing.
    pub told: bool,
    /// The log-odds from which on it is used.
    pub enough: f64,
}

/// All services that are named.
pub(crate) fn services(scene: &Scene<'_>) -> Vec<Service> {
    let mut sink = Sink::default();
    for rule in RULES {
        sink.rule = rule.id;
        (rule.run)(scene, &mut sink);
    }
    let service = |named: Named| {
        let seen = Seen::of(scene, named)?;
        let told = told::asked(scene, named.from) != Some(true);
        Some(Service {
            category: named.category,
            signs: seen.shown().map(|sign| sign.0).collect(),
            told,
            enough: enough(scene),
        })
    };
    sink.named.into_iter().filter_map(service).collect()
}

/// Takes a service into the evidence as what it is said to be: wanted, left out, or in doubt.
pub(super) fn add(
    scene: &Scene<'_>,
    sink: &mut Sink,
    category: &'static str,
    provider: Option<&'static str>,
    from: usize,
    to: usize,
) {
    if analogy::compares(scene, from) {
        return;
    }
    let named = Named { category, product: provider.is_some(), rule: sink.rule, from, to };
    sink.named.push(named);
    let Some(asked) = told::asked(scene, from) else { return };
    let seen = Seen::of(scene, named).filter(|seen| asked && !seen.is_plain());
    let lacks = seen.map_or(0.0, |seen| enough(scene) - seen.score());
    let fact = match lacks > 0.0 {
        true => Fact::Spoken { category, doubted: lacks <= DOUBT },
        false => Fact::Integration { category, provider, asked },
    };
    sink.add(fact, scene.span(from, to), 1.5);
}
