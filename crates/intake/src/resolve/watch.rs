//! Records whose reading is to be told: what the request names, and where it names HIPAA the records of somebody's health.
//!
//! The law is more than that, so the wish for it stays among what was not placed, beside what is done of it.

use crate::draft::Draft;
use crate::facts::{Evidence, Fact};
use crate::lexicon;
use crate::lexicon::fields::FieldType;
use crate::tokens::Span;

/// Records that tell of a person's health by what they are.
const HEALTH: &str = "patient visit encounter prescription medication vaccination immunization lab_result test_result \
    referral care_plan treatment treatment_plan diagnosis allergy symptom medical_record health_record medical_history \
    insurance_policy vital vital_sign";
/// Words of the names of their fields that tell it in so many words.
const TELLING: &str = "diagnosis diagnoses symptom symptoms allergy allergies condition conditions treatment medication \
    medications dose drug history notes note result results value ssn insurance";

/// Marks them.
pub(crate) fn watch(evidence: &[Evidence], draft: &mut Draft) {
    for found in evidence {
        match &found.fact {
            Fact::Watched(Some(thing)) => {
                let is_named = |name: &str| {
                    thing.name == name || thing.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
                };
                let names: Vec<String> =
                    draft.entities.iter().map(|entity| entity.name.clone()).filter(|name| is_named(name)).collect();
                names.iter().for_each(|name| mark(draft, name, found.rule, found.span));
            }
            Fact::Watched(None) => health(draft, found.rule, found.span),
            _ => {}
        }
    }
}

fn health(draft: &mut Draft, rule: &str, span: Span) {
    let by_itself = |name: &str| lexicon::has(HEALTH, name);
    let of_a_patient = |draft: &Draft, name: &str| {
        draft.entity(name).is_some_and(|entity| {
            entity.fields.iter().any(|field| field.to.as_deref().is_some_and(|to| matches!(to, "patient")))
        })
    };
    let names = draft.entities.iter().map(|entity| entity.name.clone());
    let names: Vec<String> = names.filter(|name| by_itself(name) || of_a_patient(draft, name)).collect();
    for name in names {
        mark(draft, &name, rule, span);
        let Some(entity) = draft.entity_mut(&name) else { continue };
        let tells = |name: &str| name.split('_').any(|word| lexicon::has(TELLING, word));
        let fields = entity.fields.iter_mut().filter(|field| field.kind != FieldType::Reference && tells(&field.name));
        let marked: Vec<String> = fields
            .map(|field| {
                field.sensitive = true;
                field.name.clone()
            })
            .collect();
        for field in marked {
            let text = format!(
                "`{field}` of {} is sensitive, because it tells of somebody's health: the audit keeps only that it changed, \
                 and no answer with it is cached",
                crate::lemma::with_article(&name.replace('_', " "))
            );
            draft.note(
                format!("/entity/{name}/field/{field}/sensitive"),
                text,
                rule,
                Some(span),
                &["like other fields"],
            );
        }
    }
}

fn mark(draft: &mut Draft, name: &str, rule: &str, span: Span) {
    let Some(entity) = draft.entity_mut(name).filter(|entity| !entity.audit_reads) else { return };
    entity.audit_reads = true;
    let text = format!(
        "whoever is shown {} is in the audit before he sees it",
        crate::lemma::with_article(&name.replace('_', " "))
    );
    draft.note(format!("/entity/{name}/audit_reads"), text, rule, Some(span), &["only changes are audited"]);
}
