//! A language model as a second reader of a request: asked only where `SUPERMAKER_MODEL` names one.
//!
//! It sends the request and what the rules made of it, and gets back a proposal in JSON. What becomes of a proposal is
//! decided by `intake`, from the words that it quotes; whether the blueprint is sound, by `blueprint`. Whatever goes wrong
//! on the way, there is a reading: that of the rules, and the reason. Nothing here knows how a request is read.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod address;
mod answer;
mod consult;
mod failure;
mod key;
mod prompt;
mod provider;
mod send;
mod settings;

use std::time::Instant;

use intake::{Merged, Proposal, Reading};
use serde::Serialize;

pub use settings::{SETTINGS, Setting};

use failure::Failure;
use settings::Settings;

/// A request, read by the rules and perhaps by a model.
#[derive(Debug, Serialize)]
pub struct Read {
    /// The reading, of whichever.
    #[serde(flatten)]
    pub reading: Reading,
    /// How the model was asked, where one was to be.
    #[serde(rename = "model", skip_serializing_if = "Option::is_none")]
    pub consultation: Option<Consultation>,
    /// What the model proposed, where that was used.
    #[serde(skip)]
    proposal: Option<Proposal>,
}

impl Read {
    /// A reading without any model.
    pub fn by_rules(reading: Reading) -> Read {
        Read { reading, consultation: None, proposal: None }
    }

    /// Reads the request again with answers under it. The model is not asked again: what it proposed still counts.
    #[must_use]
    pub fn answered(self, request: &str) -> Read {
        let Some(proposal) = self.proposal else {
            return Read { reading: intake::read(request), ..self };
        };
        match consult::merged(request, &proposal) {
            Ok(Merged { reading, added, left_out, repaired }) => {
                // What stood around the proposal was told first, and is not found anew.
                let told = |one: &Consultation| Consultation {
                    added: added.clone(),
                    left_out: left_out.clone(),
                    repaired: one.repaired.iter().chain(&repaired).fold(Vec::new(), |mut all, line| {
                        if !all.contains(line) {
                            all.push(line.clone());
                        }
                        all
                    }),
                    ..one.clone()
                };
                Read { reading, consultation: self.consultation.as_ref().map(told), proposal: Some(proposal) }
            }
            Err(failure) => {
                let consultation = self.consultation.map(|one| failed(Consultation { used: false, ..one }, &failure));
                Read { reading: intake::read(request), consultation, proposal: None }
            }
        }
    }
}

/// How a model was asked, and what came of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Consultation {
    /// The setting that names it.
    pub model: String,
    /// The server that was asked.
    pub server: String,
    /// Whether the reading has what the model read.
    pub used: bool,
    /// Why it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to try then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// How often it was asked.
    pub requests: u32,
    /// What was sent, as the server counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_in: Option<u64>,
    /// What was answered, as the server counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_out: Option<u64>,
    /// Tries of which the server does not say what they took: they may cost too.
    #[serde(skip_serializing_if = "is_zero")]
    pub uncounted: u32,
    /// In US dollars, by `SUPERMAKER_MODEL_PRICE`; of what was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// From the first word to the last.
    pub time_ms: u64,
    /// What the rules alone had not found: `kayak`, `kayak.price`.
    pub added: Vec<String>,
    /// What the model proposed and the request does not bear out, each with why.
    pub left_out: Vec<String>,
    /// What was put into the form of the blueprint.
    pub repaired: Vec<String>,
}

/// Reads a request that the rules have read also by the model that the variables name, if they name one. `announce` hears
/// of model and server before anything is sent. Never fails: without a usable answer the reading is that of the rules.
pub fn read(
    request: &str,
    rules: Reading,
    variable: impl Fn(&str) -> Option<String>,
    announce: impl FnOnce(&str, &str),
) -> Read {
    let settings = match Settings::of(variable) {
        Ok(None) => return Read::by_rules(rules),
        Ok(Some(settings)) => settings,
        Err((model, failure)) => {
            let consultation = Consultation { model, ..Consultation::default() };
            return Read { consultation: Some(failed(consultation, &failure)), ..Read::by_rules(rules) };
        }
    };
    announce(&settings.name, &settings.server_told());
    let start = Instant::now();
    let mut consultation =
        Consultation { model: settings.name.clone(), server: settings.server(), ..Consultation::default() };
    let outcome = consult::consult(request, &rules, &settings, start, &mut consultation);
    consultation.time_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    consultation.cost = settings.price.and_then(|price| price.of(consultation.tokens_in, consultation.tokens_out));
    let (reading, proposal, consultation) = match outcome {
        Ok((reading, proposal)) => (reading, Some(proposal), Consultation { used: true, ..consultation }),
        Err(failure) => (rules, None, failed(consultation, &failure)),
    };
    Read { reading, consultation: Some(plain(consultation, &settings)), proposal }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Whatever a server or a model echoes, the key is not shown.
fn plain(mut consultation: Consultation, settings: &Settings) -> Consultation {
    let lists = [&mut consultation.added, &mut consultation.left_out, &mut consultation.repaired];
    let texts = lists.into_iter().flatten().chain([&mut consultation.model, &mut consultation.server]);
    for text in texts.chain(&mut consultation.reason).chain(&mut consultation.hint) {
        *text = settings.redact(text);
    }
    consultation
}

fn failed(consultation: Consultation, failure: &Failure) -> Consultation {
    Consultation { reason: Some(failure.to_string()), hint: failure.hint(), ..consultation }
}
