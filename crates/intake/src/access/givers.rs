//! Who hands in, books, orders or asks for something: each row is his own, and shown to no other of his kind.
//!
//! "Applicants submit applications" shows no applicant those of the others; "the reception enters bookings" is work that a
//! whole reception shares.

use super::statements::{Mode, Op, Statement, of_verb};
use crate::draft::Draft;
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::{archetypes, has};
use crate::resolve::Cast;

/// What one does for oneself, whoever one is.
const HANDED_IN: &str = "submit request apply claim";
/// What is done for oneself by those who are served; others do it for them.
const TAKEN: &str = "book reserve order place buy purchase rent borrow file enroll register";
/// What is asked for by whom it is about.
const ASKED_FOR: &str = "application claim request complaint petition";
/// What is theirs where those who are served make it.
const OF_SERVED: &str = "order booking reservation appointment";
/// Who is served here, beside those who are kept as records.
const SERVED: &str =
    "visitor user reader citizen requester claimant petitioner diner traveler traveller neighbor neighbour";
/// Who writes down what others want.
const WRITES_DOWN: &str = "clerk receptionist secretary manager coordinator dispatcher assistant agent operator staff admin \
    administrator officer office director owner keeper handler";

/// Who works for those that are served, and writes down what is theirs.
const WORKS_FOR: &str = "teacher doctor nurse vet veterinarian physician dentist therapist counselor trainer coach instructor tutor \
    mechanic technician accountant bookkeeper treasurer librarian ranger pastor priest caretaker chef cook waiter driver guide lawyer \
    attorney paralegal notary engineer inspector auditor planner warden curator registrar host supervisor foreman nanny carer \
    caregiver midwife physiotherapist psychologist pharmacist hygienist groomer barber hairdresser stylist seller landlord organizer \
    moderator editor scheduler consultant advisor recruiter scientist judge referee umpire captain leader head principal cashier \
    practitioner specialist surgeon provider rep representative salesperson photographer pilot skipper";

/// Whether such people enter rows for others, and keep them together.
pub(super) fn writes_down(role: &str) -> bool {
    let head = role.rsplit('_').next().unwrap_or_default();
    has(WRITES_DOWN, head) || has(WORKS_FOR, head) || archetypes::is_group(role) || archetypes::is_seat(role)
}

/// Who makes records of this kind for himself: roles and people that are records.
pub(super) fn givers(
    entity: &str,
    statements: &[Statement],
    evidence: &[Evidence],
    cast: &Cast,
    draft: &Draft,
) -> Vec<String> {
    let here =
        |one: &&Statement| one.op == Op::Create && one.mode != Mode::MayNot && one.entity.as_deref() == Some(entity);
    let open = |one: &Statement| {
        let all = one.who.iter().any(|who| matches!(who, Who::Public | Who::Everyone | Who::User));
        one.op == Op::Read && one.mode == Mode::May && all && !one.own && one.entity.as_deref() == Some(entity)
    };
    let shown = statements.iter().any(open);
    let mut found: Vec<String> = Vec::new();
    for one in statements.iter().filter(here) {
        for who in &one.who {
            if let Who::Role(role) = who
                && (is_giver(role, one.base, entity) || shown && writes(role, one.base))
            {
                found.push(role.clone());
            }
        }
    }
    // People that are records have no rights of their own, and are heard in no sentence about rights.
    for one in evidence {
        let Fact::Op { actor_thing: Some(actor), class, base, object, .. } = &one.fact else { continue };
        let Some(object) = cast.entity(&object.name) else { continue };
        let made = of_verb(base, *class, object, cast, draft);
        let here = made.is_some_and(|(op, made)| op == Op::Create && made.as_deref() == Some(entity));
        if here && archetypes::is_person(&actor.name) && is_giver(&actor.name, base, entity) {
            found.push(actor.name.clone());
        }
    }
    found.sort();
    found.dedup();
    found
}

/// "readers write comments", which all may see: whoever wrote one changes it, and no other reader.
fn writes(who: &str, base: &str) -> bool {
    let served = has(SERVED, who) || has("customer client guest buyer shopper", who);
    served && has("write post leave add comment review rate", base)
}

fn is_giver(who: &str, base: &str, entity: &str) -> bool {
    let last = |name: &str| name.rsplit('_').next().unwrap_or_default().to_owned();
    let (head, kind) = (last(who), last(entity));
    if archetypes::is_group(who) || archetypes::is_seat(who) || kind == head {
        return false;
    }
    let served = archetypes::is_kept(who) || has(SERVED, &head);
    has(HANDED_IN, base)
        || served && (has(TAKEN, base) || has(OF_SERVED, &kind))
        || has(ASKED_FOR, &kind) && !has(WRITES_DOWN, &head)
}
