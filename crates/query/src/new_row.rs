//! What conditions say of a row as a write will leave it. Of a new row all is known before the database is asked but what its
//! references lead to; of one that changes, what the change does not name is what it was, so that the rest is asked of the
//! row as it stands.

use blueprint::{Entity, Field, FieldKind, Literal, Rule, Term};

use crate::access::Access;
use crate::attribute::Attribute;
use crate::input::with_defaults;
use crate::request::Values;
use crate::scope::Scope;
use crate::{Origin, View};

/// What must hold for a new row to be made: everything, if it does; nothing, if it does not; and else a condition that looks
/// only at what it refers to.
pub(crate) fn made(entity: &Entity, access: &Access, values: &Values, origin: &Origin) -> Scope {
    let view = View::of(entity, access);
    let ruled = values.attributes().filter(|attribute| has_conditions(entity, *attribute));
    let scopes = ruled.map(|attribute| view.writes(attribute));
    let of_rule = if let Scope::OwnedBy(_) = access.reach() { Scope::Everything } else { access.reach().clone() };
    let needed = scopes.fold(of_rule, Scope::and);
    of_made(entity, access, values, origin, &needed)
}

/// What must hold for a new row to be such as the scope has. Whoever makes it owns it.
pub(crate) fn of_made(entity: &Entity, access: &Access, values: &Values, origin: &Origin, scope: &Scope) -> Scope {
    let Scope::Where(expr) = scope else {
        return if *scope == Scope::Nothing { Scope::Nothing } else { Scope::Everything };
    };
    let filled = with_defaults(entity, values);
    let text = |text: &str| Some(Literal::Text(text.to_owned()));
    let known = |term: &Term| match term {
        Term::Field(place) => Some(stored(entity.fields.get(*place)?, filled.get(*place)?, &origin.at)),
        Term::Owner => access.owner().map_or(Some(Literal::Null), text),
        Term::CreatedAt | Term::UpdatedAt => text(&origin.at),
        _ => None,
    };
    Scope::of(expr.given(&known))
}

/// The rows of which these changes make such as the scope has.
pub(crate) fn changed(entity: &Entity, scope: &Scope, changes: &Values, origin: &Origin) -> Scope {
    let Scope::Where(expr) = scope else { return Scope::Everything };
    let known = |term: &Term| match term {
        Term::Field(place) => {
            let (place, literal) = changes.fields.iter().find(|(changed, _)| changed == place)?;
            Some(stored(entity.fields.get(*place)?, literal, &origin.at))
        }
        Term::UpdatedAt => Some(Literal::Text(origin.at.clone())),
        _ => None,
    };
    Scope::of(expr.given(&known))
}

/// A value as the row will hold it.
fn stored(field: &Field, literal: &Literal, at: &str) -> Literal {
    match (literal, &field.kind) {
        (Literal::Now, FieldKind::Date) => Literal::Text(at.chars().take("2026-11-21".len()).collect()),
        (Literal::Now, _) => Literal::Text(at.to_owned()),
        (literal, _) => literal.clone(),
    }
}

fn has_conditions(entity: &Entity, attribute: Attribute) -> bool {
    let has = |rule: &Rule| rule.conditions().next().is_some();
    match attribute {
        Attribute::Field(place) => entity.fields.get(place).is_some_and(|field| has(&field.write)),
        Attribute::Link(place) => entity.links.get(place).is_some_and(|link| has(&link.write)),
        _ => false,
    }
}
