//! What of a whole row one caller is shown, as a short text. The same version of a row looks different to callers with
//! different rights, and an `ETag` must tell what looks different apart.

use blueprint::Blueprint;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::attribute::Attribute;
use crate::scope::Scope;
use crate::{Plan, Shown, View};

/// Bytes of the text: enough for the few rights that one caller ever has.
const BYTES: usize = 6;

impl Plan {
    /// What the caller is shown of each row that he can see; `None` if that is all that anybody is shown. The same version
    /// of a row with the same text is the same to him. `shown` is the row as he is shown it.
    pub fn sight(&self, blueprint: &Blueprint, shown: &[u8]) -> Option<String> {
        let entity = blueprint.entity(self.entity);
        let view = View::of(entity, &self.access);
        let mut kept = Vec::new();
        let fields = entity.fields.iter().enumerate().filter(|(_, field)| !field.hidden);
        let fields = fields.map(|(place, _)| Attribute::Field(place));
        for attribute in fields.chain((0..entity.links.len()).map(Attribute::Link)) {
            // Of the rows that he can see, whichever of them the request may touch.
            match view.shows(attribute, self.access.read()) {
                Shown::Always => {}
                shown => kept.push(format!("{} {shown:?}", attribute.column(entity))),
            }
        }
        for link in &entity.links {
            match self.access.sees_target(blueprint, link.to) {
                Scope::Everything => {}
                // Which ends it has for him may change without the row, and with time alone.
                Scope::Where(_) => kept.push(format!("{} {}", link.key, member(shown, &link.key))),
                ends => kept.push(format!("{} {ends:?}", link.key)),
            }
        }
        (!kept.is_empty()).then(|| short(&kept.join(";")))
    }
}

/// What a JSON object says under a key.
fn member(object: &[u8], key: &str) -> Json {
    serde_json::from_slice::<Json>(object)
        .ok()
        .and_then(|mut object| object.get_mut(key).map(Json::take))
        .unwrap_or_default()
}

fn short(text: &str) -> String {
    Sha256::digest(text).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}
