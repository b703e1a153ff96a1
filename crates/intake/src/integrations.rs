//! Which services outside are used: asked for and not denied.

use crate::draft::{Draft, Grounds, IntegrationUse};
use crate::facts::{Evidence, Fact};
use crate::lexicon::integrations as known;

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
        let sends = draft.automations.iter().find(|automation| automation.action == integration.name);
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
