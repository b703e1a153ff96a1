//! Which services outside are used: asked for and not denied.

use crate::draft::{Automation, Draft, Grounds, IntegrationUse};
use crate::facts::{Evidence, Fact};
use crate::lexicon::integrations as known;
use crate::tokens::Span;

/// Why a service is told to be left out.
pub(crate) const SPOKEN: &str = "integration.spoken";

/// The integrations that the facts ask for, in the order of the table.
pub(crate) fn integrations(evidence: &[Evidence]) -> Vec<IntegrationUse> {
    known::ALL.iter().filter_map(|integration| used(integration, evidence)).collect()
}

/// What is sent by itself goes out by its service: "confirmed -> email with the list" names no service otherwise.
pub(crate) fn follow(evidence: &[Evidence], draft: &mut Draft) {
    const SENT: &[&str] = &["email", "sms", "push", "chat", "calendar"];
    let denied = |name: &str| {
        let no = |found: &Evidence| matches!(&found.fact, Fact::Integration { category, asked: false, .. } if *category == name);
        evidence.iter().any(no)
    };
    for integration in known::ALL.iter().filter(|known| SENT.contains(&known.name) && !denied(known.name)) {
        let used = draft.integrations.iter().any(|used| used.category == integration.name);
        let only_spoken_of = |span: Span| {
            let within = |found: &Evidence| span.start <= found.span.start && found.span.end <= span.end;
            let spoken =
                |found: &&Evidence| matches!(found.fact, Fact::Spoken { category, .. } if category == integration.name);
            evidence.iter().filter(spoken).any(within)
        };
        let sends =
            |automation: &&Automation| automation.action == integration.name && !only_spoken_of(automation.span);
        let sends = draft.automations.iter().find(sends);
        if let Some(automation) = sends.filter(|_| !used) {
            let mut grounds = Grounds::default();
            grounds.add(automation.span, "outside.automated");
            let (category, provider) = (integration.name, integration.provider);
            draft.integrations.push(IntegrationUse { category, provider, grounds });
        }
    }
    let place = |used: &IntegrationUse| known::ALL.iter().position(|known| known.name == used.category);
    draft.integrations.sort_by_key(place);
}

/// Tells of services that are spoken of and not used, and keeps those that are as likely wanted as not, to be asked about.
pub(crate) fn leave_out(evidence: &[Evidence], draft: &mut Draft) {
    for integration in known::ALL {
        let used = draft.integrations.iter().any(|used| used.category == integration.name);
        let (mut first, mut doubt, mut said) = (None, false, used);
        for found in evidence {
            match &found.fact {
                Fact::Integration { category, .. } if *category == integration.name => said = true,
                Fact::Spoken { category, doubted } if *category == integration.name => {
                    first = first.or(Some(found.span));
                    doubt |= *doubted;
                }
                _ => {}
            }
        }
        if let (Some(span), false) = (first, said) {
            let text =
                format!("it does not {}: what is said of that sounds like how it is done without it", integration.does);
            draft.note(format!("/integration/{}", integration.name), text, SPOKEN, Some(span), &["it does"]);
            draft.doubted_services.extend(doubt.then_some(integration.name));
        }
    }
}

fn used(integration: &known::Integration, evidence: &[Evidence]) -> Option<IntegrationUse> {
    let (mut grounds, mut named, mut wanted, mut denied) = (Grounds::default(), None, false, false);
    for found in evidence {
        let Fact::Integration { category, provider, asked } = &found.fact else { continue };
        if *category != integration.name {
            continue;
        }
        if *asked {
            wanted = true;
            named = named.or(*provider);
            grounds.add(found.span, found.rule);
        } else {
            denied = true;
        }
    }
    (wanted && !denied).then(|| IntegrationUse {
        category: integration.name,
        provider: named.unwrap_or(integration.provider),
        grounds,
    })
}
