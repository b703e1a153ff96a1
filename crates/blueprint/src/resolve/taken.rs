//! Warns of unique fields by which somebody learns of what he cannot see. A value that is taken can only be refused, so nobody
//! may set such a field without being told which values are.

use super::access::covers;
use crate::model::{Api, Auth, Entity, Field, Rule, SignUp, TokenSource, Unique};
use crate::places::Pointer;
use crate::report::Report;

pub(super) fn check(entities: &[Entity], user_fields: &[Field], auth: &Auth, api: &Api, report: &mut Report) {
    of_addresses(user_fields, auth, report);
    for entity in entities.iter().filter(|entity| !(api.user_path && entity.owned)) {
        for field in entity.fields.iter().filter(|field| !field.hidden && !field.read_only) {
            let Some(blind) = blind(entity, field) else { continue };
            let (field, entity) = (&field.name, &entity.name);
            let message = format!(
                "`{field}` is unique, and {blind} may set it: a conflict tells that a `{entity}` has the value, also of those that \
                 {blind} cannot see"
            );
            let hint = format!(
                "if that is not meant: take out `unique`, let {blind} `read` each `{entity}`, or give the field a `write` for \
                 those alone who do"
            );
            let at = Pointer::root("entity").child(entity).child("field").child(field);
            report.warn(&at, "unseen_conflict", message, Some(hint));
        }
    }
}

/// Whoever registers for another's address is told nothing of it, but a value that he sends along is taken only if an account
/// was made.
fn of_addresses(user_fields: &[Field], auth: &Auth, report: &mut Report) {
    let keeps_addresses = auth.verify_email && auth.sign_up == SignUp::Open && auth.accept.contains(&TokenSource::Own);
    let told = user_fields.iter().filter(|field| field.unique != Unique::No && !field.read_only);
    for field in told.filter(|_| keeps_addresses) {
        let message = format!(
            "`{}` is unique: who registers an address with a value, and then another address with the same value, learns by the \
             conflict whether the first had no account",
            field.name
        );
        let hint =
            "if `verify_email` is to keep that: take out `unique`, or set the field yourself (`read_only = true`)";
        let at = Pointer::root("user").child("field").child(&field.name);
        report.warn(&at, "unseen_conflict", message, Some(hint.to_owned()));
    }
}

/// Somebody who may set a field but does not see all rows among which it is unique.
fn blind<'e>(entity: &'e Entity, field: &'e Field) -> Option<&'e Rule> {
    let (read, create, update) = (&entity.access.read, &entity.access.create, &entity.access.update);
    let writers = match (field.unique, entity.owned) {
        // That everybody learns of everybody's values is what the word says there.
        (Unique::No, _) | (Unique::Global, true) => return None,
        // Of one's own rows one may know.
        (Unique::PerOwner, _) => vec![update],
        (Unique::Global, false) => vec![create, update],
    };
    let sees = |atom: &&Rule| *atom.who() == Rule::Owner || covers(read, atom.who());
    let unseeing = |rule: &'e Rule| rule.atoms().iter().find(|atom| !sees(atom)).map(Rule::who);
    // To see all rows by one of the two is enough: by what lets him at the row, or by what lets him set the field.
    let by_field = unseeing(&field.write)?;
    let by_row = writers.into_iter().find_map(unseeing)?;
    Some(if *by_field == Rule::Anyone { by_row } else { by_field })
}
