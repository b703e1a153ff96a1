//! Asking a model and taking in its answer: at most one try more, with what was wrong with the first, and all of it within
//! one time.

use std::time::{Duration, Instant};

use intake::{Merged, Proposal, Reading};

use crate::failure::Failure;
use crate::provider::{Question, Usage};
use crate::settings::Settings;
use crate::{Consultation, answer, prompt, send};

/// What a server without a word of its own is given before the next try.
const PAUSE: Duration = Duration::from_secs(1);
/// Of all the time that there is, at most this part.
const SHARE_OF_PAUSE: u32 = 20;
/// Nobody waits longer for a second try.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The reading of both.
///
/// # Errors
/// Why there is only that of the rules.
pub(crate) fn consult(
    request: &str,
    rules: &Reading,
    settings: &Settings,
    start: Instant,
    consultation: &mut Consultation,
) -> Result<(Reading, Proposal), Failure> {
    let until = start + settings.timeout;
    let (mut with_schema, mut newer) = (true, false);
    // The providers' own servers refuse words of a schema that they do not know.
    let mut bounds = settings.has_own_server().then(|| prompt::Bounds::of(rules));
    let mut complaints = Vec::new();
    let mut second = false;
    loop {
        let user = prompt::user(intake::without_answers(request), rules, &complaints);
        let system = prompt::system(with_schema);
        let schema = with_schema.then(|| prompt::schema(bounds));
        let question = Question { system: &system, user: &user, schema: schema.as_ref(), newer };
        consultation.requests += 1;
        let (usage, words) = send::ask(settings, &question, until);
        count(consultation, usage, words.as_ref().err());
        match words.and_then(|words| take_in(request, &words, consultation)) {
            Ok(read) => return Ok(read),
            // A gateway to models that want other words for the same; that is no second try either.
            Err(Failure::Refused { status: 400 | 422, why }) if !newer && wants_newer(&why) => newer = true,
            // Not every server takes a schema with ends, or takes one at all; then it is told in words, which is no second try.
            Err(Failure::Refused { status: 400 | 422, .. }) if with_schema && bounds.is_some() => bounds = None,
            Err(Failure::Refused { status: 400 | 422, .. }) if with_schema => with_schema = false,
            Err(Failure::Busy { wait, status }) if !second => {
                let pause = wait.unwrap_or(PAUSE.min(settings.timeout / SHARE_OF_PAUSE));
                if pause > LONGEST_PAUSE || Instant::now() + pause >= until {
                    return Err(Failure::Busy { wait, status });
                }
                second = true;
                std::thread::sleep(pause);
            }
            Err(Failure::Unusable(new)) if !second => {
                second = true;
                complaints = new;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// OpenAI's own words for a parameter that a model has no more.
fn wants_newer(why: &str) -> bool {
    let old = ["max_tokens", "temperature"].iter().any(|word| why.contains(word));
    why.contains("max_completion_tokens") || old && why.to_lowercase().contains("unsupported")
}

fn count(consultation: &mut Consultation, usage: Usage, failure: Option<&Failure>) {
    // Who refuses has done nothing that could cost anything.
    let refused = matches!(
        failure,
        Some(Failure::Busy { .. } | Failure::Refused { .. } | Failure::Unauthorized(_) | Failure::Redirected(_))
    );
    if !refused && (usage.tokens_in.is_none() || usage.tokens_out.is_none()) {
        consultation.uncounted += 1;
    }
    let add = |sum: &mut Option<u64>, more: Option<u64>| {
        if let Some(more) = more {
            *sum = Some(sum.unwrap_or(0).saturating_add(more));
        }
    };
    add(&mut consultation.tokens_in, usage.tokens_in);
    add(&mut consultation.tokens_out, usage.tokens_out);
}

/// What the words make of the reading.
fn take_in(request: &str, words: &str, consultation: &mut Consultation) -> Result<(Reading, Proposal), Failure> {
    let (proposal, repair) = answer::proposal(words).map_err(|problem| Failure::Unusable(vec![problem]))?;
    let Merged { reading, added, left_out, repaired } = merged(request, &proposal)?;
    consultation.added = added;
    consultation.left_out = left_out;
    consultation.repaired = repair.map(str::to_owned).into_iter().chain(repaired).collect();
    Ok((reading, proposal))
}

/// The reading of a request and a proposal; the blueprint is checked as any other is.
///
/// # Errors
/// Why the proposal cannot be used.
pub(crate) fn merged(request: &str, proposal: &Proposal) -> Result<Merged, Failure> {
    let merged = intake::read_with(request, proposal).map_err(Failure::Unusable)?;
    if !merged.reading.understood() {
        return Err(Failure::TooLittle);
    }
    match blueprint::load(&merged.reading.blueprint) {
        Ok(_) => Ok(merged),
        Err(problems) => {
            let errors = problems.0.iter().filter(|problem| problem.severity == blueprint::Severity::Error);
            Err(Failure::Unusable(errors.map(|problem| problem.message.clone()).collect()))
        }
    }
}
