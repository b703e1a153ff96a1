//! `specs/database/schema.md` and `specs/api/rest-endpoints.md`: the app as a specification that `new --from specs/` reads.

use blueprint::{Blueprint, Entity, Field, FieldKind, IdKind, Link, OnDelete, Target, Unique};

use super::endpoints::Endpoint;
use super::field::{default, limits};
use super::table::{code, table};
use crate::words;

/// The tables of fields.
pub(crate) fn database(blueprint: &Blueprint) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!(
        "# {name}: database specification\n\nWritten from `blueprint.toml`. `supermaker new --from specs/` reads it back; what the tables are in each engine \
         stands in `docs/schema.md`. Records have `id`, `created_at` and `updated_at` of the engine.\n"
    );
    for entity in &blueprint.entities {
        let summary =
            if entity.summary.is_empty() { String::new() } else { format!("{}\n\n", words::prose(&entity.summary)) };
        let rows = of_entity(blueprint, entity);
        let head = ["Field", "Type", "Required", "Default", "Constraints"];
        text += &format!("\n### {}\n\n{summary}{}", code(&entity.plural), table(&head, &rows));
    }
    text
}

fn of_entity(blueprint: &Blueprint, entity: &Entity) -> Vec<Vec<String>> {
    let id = match entity.id {
        IdKind::Integer => "integer",
        IdKind::Uuid => "uuid",
    };
    let row = |name: &str, kind: &str, required: bool, default: &str, said: &str| {
        let required = if required { "yes" } else { "no" };
        vec![name.to_owned(), kind.to_owned(), required.to_owned(), default.to_owned(), said.to_owned()]
    };
    let mut rows = vec![row("id", id, true, "", "primary key")];
    if entity.owned {
        rows.push(row("user_id", "uuid", true, "", "foreign key -> users.id"));
    }
    for field in &entity.fields {
        let default = words::inline(&default(field).unwrap_or_default());
        rows.push(row(&field.column, &kind(field), field.required, &default, &said(blueprint, field)));
    }
    for link in &entity.links {
        rows.push(row(&link.name, "reference", link.required, "", &linked(blueprint, link)));
    }
    rows.extend(["created_at", "updated_at"].map(|name| row(name, "datetime", true, "", "")));
    rows
}

fn kind(field: &Field) -> String {
    let word = words::kind(&field.kind);
    match &field.kind {
        FieldKind::Decimal { currency: Some(currency), .. } => format!("{word}({currency})"),
        FieldKind::Decimal { currency: None, scale, .. } => format!("{word}(19, {scale})"),
        FieldKind::Text(limits) => format!("{word}({})", limits.max_length),
        FieldKind::Enum { values } => format!("{word}({})", words::inline(&values.join(", "))),
        _ => word.to_owned(),
    }
}

fn table_of(blueprint: &Blueprint, to: Target) -> &str {
    match to {
        Target::User => "users",
        Target::Entity(index) => &blueprint.entity(index).plural,
    }
}

fn said(blueprint: &Blueprint, field: &Field) -> String {
    let reference = match field.kind {
        FieldKind::Reference { to, on_delete, .. } => {
            let then = match on_delete {
                OnDelete::Restrict => "on delete restrict",
                OnDelete::Cascade => "on delete cascade",
                OnDelete::SetNull => "on delete set null",
            };
            Some(format!("foreign key -> {}.id, {then}", table_of(blueprint, to)))
        }
        _ => None,
    };
    let unique = (field.unique != Unique::No).then(|| "unique".to_owned());
    // The length of a text stands in its type.
    let limits = limits(field).filter(|_| !matches!(field.kind, FieldKind::Text(_)));
    [reference, unique, limits].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn linked(blueprint: &Blueprint, link: &Link) -> String {
    format!("many-to-many -> {}.id, by {}", table_of(blueprint, link.to), link.table)
}

/// The tables of endpoints.
pub(crate) fn rest(blueprint: &Blueprint, endpoints: &[Endpoint]) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!(
        "# {name}: REST endpoints\n\nWritten from `blueprint.toml`, as `/openapi.json` has them: that document says what each takes and \
         answers. Bodies and answers are JSON; who is signed in sends `Authorization: Bearer <access_token>`. A row that the caller may \
         not see is a 404.\n"
    );
    let mut tags: Vec<&str> = Vec::new();
    for endpoint in endpoints {
        if !tags.contains(&endpoint.tag.as_str()) {
            tags.push(&endpoint.tag);
        }
    }
    for tag in tags {
        let entity = blueprint.entities.iter().find(|entity| entity.path == tag);
        let title = entity.map_or_else(|| tag.to_owned(), |entity| words::sentence(&words::many(entity)));
        let rows = endpoints.iter().filter(|endpoint| endpoint.tag == tag);
        let rows: Vec<Vec<String>> = rows
            .map(|it| vec![it.method.clone(), code(&it.path), words::inline(&it.summary), it.who.clone()])
            .collect();
        text += &format!("\n## {title}\n\n{}", table(&["Method", "Path", "What it does", "Who may"], &rows));
    }
    text
}
