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
    const SENT: &[&str] = &["email", "sms", "push"];
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

/// Services that are as likely wanted as not, of which nothing surer is said.
pub(crate) fn doubted(evidence: &[Evidence], draft: &Draft) -> Vec<&'static str> {
    let said =
        |found: &Evidence, name: &str| matches!(&found.fact, Fact::Integration { category, .. } if *category == name);
    let doubt = |found: &Evidence, name: &str| matches!(&found.fact, Fact::Spoken { category, doubted: true } if *category == name);
    let used = |name: &str| draft.integrations.iter().any(|used| used.category == name);
    let open = |name: &&str| {
        evidence.iter().any(|found| doubt(found, name)) && !evidence.iter().any(|found| said(found, name))
    };
    known::ALL.iter().map(|known| known.name).filter(open).filter(|name| !used(name)).collect()
}

/// Tells of services that are spoken of and not used: who meant one can say so.
pub(crate) fn tell_spoken_of(evidence: &[Evidence], draft: &mut Draft) {
    for integration in known::ALL {
        let spoken =
            |found: &&Evidence| matches!(found.fact, Fact::Spoken { category, .. } if category == integration.name);
        let said = |found: &Evidence| matches!(&found.fact, Fact::Integration { category, .. } if *category == integration.name);
        let used = draft.integrations.iter().any(|used| used.category == integration.name);
        let Some(found) = evidence.iter().find(spoken).filter(|_| !used && !evidence.iter().any(said)) else {
            continue;
        };
        let text =
            format!("it does not {}: what is said of that sounds like how it is done without it", integration.does);
        let place = format!("/integration/{}", integration.name);
        draft.note(place, text, SPOKEN, Some(found.span), &["it does"]);
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
