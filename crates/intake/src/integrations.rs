//! Which services outside are used: asked for and not denied.

use crate::draft::{Grounds, IntegrationUse};
use crate::facts::{Evidence, Fact};
use crate::lexicon::integrations as known;

/// The integrations that the facts ask for, in the order of the table.
pub(crate) fn integrations(evidence: &[Evidence]) -> Vec<IntegrationUse> {
    known::ALL.iter().filter_map(|integration| used(integration, evidence)).collect()
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
