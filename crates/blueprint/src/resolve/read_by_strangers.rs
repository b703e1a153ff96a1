//! Warns of records whose reads are audited and which strangers read: of each such read a row is written, with nobody's name in it.

use crate::model::{Entity, Rule};
use crate::places::Pointer;
use crate::report::Report;

pub(super) fn check(entities: &[Entity], report: &mut Report) {
    let is_open = |entity: &&Entity| entity.access.read.atoms().iter().any(|atom| *atom.who() == Rule::Anyone);
    for entity in entities.iter().filter(|entity| entity.audit_reads).filter(is_open) {
        let name = &entity.name;
        let message = format!(
            "whoever reads a `{name}` without signing in writes to the audit, as often as he likes, and of who he is it says his \
             address alone"
        );
        let hint = "leave out `audit_reads`, or let `read` be for whoever is signed in (`read = [\"signed_in\"]`) and put what everybody \
                    may read into an entity of its own";
        let at = Pointer::root("entity").child(name).child("audit_reads");
        report.warn(&at, "audited_strangers", message, Some(hint.to_owned()));
    }
}
