//! What the application is called.

use crate::draft::Draft;
use crate::facts::{Evidence, Fact};
use crate::lexicon::words;
use crate::nouns::snake;
use crate::scene::Scene;

/// The name from "a lead tracker", else from the first record.
pub(crate) fn name_app(scene: &Scene<'_>, evidence: &[Evidence], draft: &mut Draft) {
    // What the whole is compared with is somebody else's name.
    let products: Vec<String> = evidence
        .iter()
        .filter_map(|found| if let Fact::Like(product) = &found.fact { Some(product.to_lowercase()) } else { None })
        .collect();
    let mut best: Option<(f64, String)> = None;
    for found in evidence {
        let Fact::App(thing) = &found.fact else { continue };
        if products.contains(&thing.name) {
            continue;
        }
        let head = words::is_app_head(thing.head());
        let specific = thing.name.contains('_') || !words::is_not_record(&thing.name);
        let rank = f64::from(u8::from(head)) + f64::from(u8::from(specific)) * 1.5 - thing.span.start as f64 / 10_000.0;
        if best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, thing.name.clone()));
        }
    }
    let name = best
        .map(|(_, name)| name)
        .filter(|name| !matches!(name.as_str(), "app" | "thing" | "system" | "tool" | "backend"));
    let name = name.unwrap_or_else(|| {
        let first = scene
            .nps
            .iter()
            .map(|np| np.entity().to_owned())
            .find(|name| !name.is_empty() && !words::is_not_record(name) && !products.contains(name));
        first.map_or_else(
            || "app".to_owned(),
            |first| {
                if words::is_app_head(first.rsplit('_').next().unwrap_or("")) { first } else { format!("{first}_app") }
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
