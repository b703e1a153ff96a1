//! `docs/schema.md`: the tables as the engine makes them on SQLite and Postgres, how they hang together, and a diagram.

use blueprint::{Blueprint, Entity, Field, FieldKind, IdKind, Link, OnDelete, Target, Unique};

use super::field::{default, limits, remarks};
use super::table::{code, table};
use crate::ddl::{Index, Schema, Table};
use crate::words;

const HEAD: &str = "Written from `blueprint.toml`. Columns and indexes are those of the statements that the engine runs when it makes the
database, in the words of each engine; on Postgres everything is in the schema `app` (`DATABASE_SCHEMA`).";

/// The tables that every app has, and what they are for.
pub(crate) const ENGINE_TABLES: &[(&str, &str)] = &[
    ("users", "accounts: `id` (a UUID), `email`, roles, a hash of the password"),
    ("_sessions", "where users are signed in"),
    ("_refresh_tokens", "hashes of the tokens that renew a session"),
    ("_mail_tokens", "hashes of the tokens in mails: addresses, passwords, invitations"),
    ("_keys", "API keys of services, as hashes"),
    ("_audit", "who changed what, a row for each change, in its transaction"),
    ("_audit_seals", "what shows that the audit was not rewritten"),
    ("_audit_index", "by what rows of the audit are found"),
    ("_audit_times", "when rows of the audit were written, to find them by"),
    ("_audit_keys", "what the audit was sealed by before `SECRET_KEY` was exchanged, encrypted"),
    ("_outbox", "mails that wait to be sent"),
    ("_idempotency", "answers that are repeated for the same `Idempotency-Key`"),
    ("_failures", "wrong passwords in a row"),
    ("_rates", "requests of each caller in this minute"),
    ("_state", "what instances of one app tell each other"),
    ("_migrations", "what was made here, for which blueprint"),
];

/// The document.
pub(crate) fn schema(blueprint: &Blueprint) -> String {
    let (sqlite, postgres) = (Schema::sqlite(blueprint), Schema::postgres(blueprint));
    let both = Both { sqlite: &sqlite, postgres: &postgres };
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!("# {name}: the database\n\n{HEAD}\n\n## Diagram\n\n{}\n", diagram(blueprint));
    text += &relations(blueprint, &postgres);
    text += "\n## Tables\n";
    for entity in &blueprint.entities {
        text += &of_entity(blueprint, entity, &both);
    }
    for (entity, link) in links(blueprint) {
        text += &of_link(entity, link, &both);
    }
    text + &engine(blueprint, &both)
}

/// What is made on the one and on the other.
struct Both<'a> {
    sqlite: &'a Schema,
    postgres: &'a Schema,
}

fn links(blueprint: &Blueprint) -> impl Iterator<Item = (&Entity, &Link)> {
    blueprint.entities.iter().flat_map(|entity| entity.links.iter().map(move |link| (entity, link)))
}

fn target(blueprint: &Blueprint, to: Target) -> &str {
    match to {
        Target::User => "users",
        Target::Entity(index) => &blueprint.entity(index).plural,
    }
}

/// Entities and how they refer to each other, as Mermaid draws them.
pub(crate) fn diagram(blueprint: &Blueprint) -> String {
    let mut lines = vec!["```mermaid".to_owned(), "erDiagram".to_owned()];
    for entity in &blueprint.entities {
        if entity.owned {
            lines.push(format!("    users ||--o{{ {} : \"user_id\"", entity.plural));
        }
        for field in &entity.fields {
            if let FieldKind::Reference { to, .. } = field.kind {
                let one = if field.required { "||" } else { "|o" };
                let many = if field.unique == Unique::No { "o{" } else { "o|" };
                let to = target(blueprint, to);
                lines.push(format!("    {to} {one}--{many} {} : \"{}\"", entity.plural, field.column));
            }
        }
        for link in &entity.links {
            let to = target(blueprint, link.to);
            lines.push(format!("    {} }}o--o{{ {to} : \"{}\"", entity.plural, link.key));
        }
    }
    for entity in &blueprint.entities {
        lines.push(format!("    {} {{", entity.plural));
        lines.push(format!("        {} id PK", id(entity.id)));
        if entity.owned {
            lines.push("        uuid user_id FK".to_owned());
        }
        lines.extend(entity.fields.iter().map(|field| format!("        {}", attribute(field))));
        lines.push("    }".to_owned());
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

fn id(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Integer => "integer",
        IdKind::Uuid => "uuid",
    }
}

/// `enum status`, `integer prospect_id FK`.
fn attribute(field: &Field) -> String {
    let kind = match &field.kind {
        FieldKind::Reference { id, .. } => self::id(*id),
        kind => words::kind(kind),
    };
    let key = match (&field.kind, field.unique) {
        (FieldKind::Reference { .. }, Unique::No) => " FK",
        (FieldKind::Reference { .. }, _) => " FK, UK",
        (_, Unique::No) => "",
        (_, _) => " UK",
    };
    format!("{kind} {}{key}", field.column)
}

fn relations(blueprint: &Blueprint, postgres: &Schema) -> String {
    let mut rows = Vec::new();
    let constraint = |table: &str, column: &str| {
        let keys = postgres.table(table).into_iter().flat_map(|table| &table.references);
        let of = format!("FOREIGN KEY (\"{column}\")");
        keys.into_iter().find(|(_, text)| text.starts_with(&of)).map_or(String::new(), |(name, _)| code(name))
    };
    let mut add = |from: &str, column: &str, to: &str, need: &str, fate: String| {
        let (from, to) = (format!("{from}.{column}"), format!("{to}.id"));
        let (table, column) = from.split_once('.').unwrap_or_default();
        rows.push(vec![code(&from), code(&to), need.to_owned(), fate, constraint(table, column)]);
    };
    for entity in &blueprint.entities {
        if entity.owned {
            let fate = "refused with 409 while the user has rows".to_owned();
            add(&entity.plural, "user_id", "users", "always", fate);
        }
        for field in &entity.fields {
            if let FieldKind::Reference { to, on_delete, .. } = field.kind {
                let fate = match on_delete {
                    OnDelete::Restrict => "refused with 409 while this row is there",
                    OnDelete::Cascade => "this row is deleted too",
                    OnDelete::SetNull => "the column becomes null",
                };
                let need = if field.required { "always" } else { "or null" };
                add(&entity.plural, &field.column, target(blueprint, to), need, fate.to_owned());
            }
        }
        for link in &entity.links {
            let fate = if link.restrict { "refused with 409 while it is linked" } else { "the link goes too" };
            let (to, need) = (target(blueprint, link.to), if link.required { "at least one" } else { "any number" });
            add(&link.table, &link.from_column, &entity.plural, need, "the link goes too".to_owned());
            add(&link.table, &link.to_column, to, need, fate.to_owned());
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let head = ["from", "to", "refers", "when that one is deleted", "constraint on Postgres"];
    let note = "\nWhat goes along with a deletion is deleted by the engine, not by the database, so that the audit has each row.\n";
    format!("\n## Relations\n\n{}{note}", table(&head, &rows))
}

fn of_entity(blueprint: &Blueprint, entity: &Entity, both: &Both<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    if !entity.summary.is_empty() {
        said.push(words::prose(entity.summary.trim().trim_end_matches('.')) + ".");
    }
    said.push(
        if entity.owned {
            "Each row belongs to the user who made it."
        } else {
            "Rows are shared: they belong to no single user."
        }
        .to_owned(),
    );
    if entity.soft_delete {
        said.push("A deleted row stays in the trash until it is restored.".to_owned());
    }
    let mut text = format!("\n### {}\n\n{}\n\n", code(&entity.plural), said.join(" "));
    let holds = |column: &str| match entity.fields.iter().find(|field| field.column == column) {
        Some(field) => held(blueprint, entity, field),
        None => engines(entity, column).to_owned(),
    };
    text += &columns(&entity.plural, both, &holds);
    text += &indexes(&entity.plural, both);
    let searched: Vec<String> = entity.fields.iter().filter(|it| it.search).map(|it| code(&it.column)).collect();
    if !searched.is_empty() {
        let search = schema::search_table_name(&entity.plural);
        text += &format!(
            "\n`q=` finds {}: on SQLite by the table {} (FTS5), which triggers keep; on Postgres by the column `_words`.\n",
            words::list(&searched, "and"),
            code(&search)
        );
    }
    text
}

/// What stands in a column of a field.
fn held(blueprint: &Blueprint, entity: &Entity, field: &Field) -> String {
    let kind = words::inline(&words::field_type(blueprint, field));
    let needed = field.required.then(|| "required".to_owned());
    let default = default(field).map(|value| format!("default {}", code(&value)));
    let said = [Some(kind), limits(field), needed, default].into_iter().flatten();
    let said: Vec<String> = said.chain(remarks(entity, field)).collect();
    match field.summary.as_str() {
        "" => said.join(", "),
        summary => format!("{}. {}", said.join(", "), words::inline(summary)),
    }
}

/// What the engine keeps of every row.
fn engines(entity: &Entity, column: &str) -> &'static str {
    match (column, entity.id) {
        ("id", IdKind::Integer) => "counts up; never used twice",
        ("id", IdKind::Uuid) => "a UUIDv7, made by the server",
        ("user_id", _) => "whose it is",
        ("created_at", _) => "when it was made, UTC",
        ("updated_at", _) => "when it was last changed, UTC",
        ("_version", _) => "what `ETag` tells",
        ("_deleted_at", _) => "since when it is in the trash",
        ("_words", _) => "the words that `q=` finds",
        ("_row", _) => "by which the search knows it",
        _ => "",
    }
}

fn of_link(entity: &Entity, link: &Link, both: &Both<'_>) -> String {
    let head = format!(
        "\n### {}\n\nA row for each link of {}: what {} shows.\n\n",
        code(&link.table),
        words::a(entity),
        code(&link.key)
    );
    let keys = both.sqlite.table(&link.table).into_iter().flat_map(|table| &table.keys);
    let keys: String = keys.map(|key| format!("\n{}\n", code(key))).collect();
    head + &columns(&link.table, both, &|_| "a part of the primary key".to_owned())
        + &keys
        + &indexes(&link.table, both)
}

fn columns(name: &str, both: &Both<'_>, holds: &dyn Fn(&str) -> String) -> String {
    let of = |schema: &Schema| schema.table(name).map(|table| table.columns.clone()).unwrap_or_default();
    let (sqlite, postgres) = (of(both.sqlite), of(both.postgres));
    let alone = postgres.iter().filter(|(name, _)| sqlite.iter().all(|(known, _)| known != name));
    let names: Vec<&String> = sqlite.iter().chain(alone).map(|(name, _)| name).collect();
    let definition = |columns: &[(String, String)], name: &String| {
        columns.iter().find(|(known, _)| known == name).map_or("–".to_owned(), |(_, definition)| code(definition))
    };
    let rows = names
        .into_iter()
        .map(|name| vec![code(name), definition(&sqlite, name), definition(&postgres, name), holds(name)]);
    table(&["column", "SQLite", "Postgres", "holds"], &rows.collect::<Vec<_>>())
}

/// A line for each index; one for each engine where they differ.
fn indexes(name: &str, both: &Both<'_>) -> String {
    let of = |schema: &'_ Schema| -> Vec<String> {
        schema.table(name).into_iter().flat_map(|table: &Table| &table.indexes).map(index).collect()
    };
    let (sqlite, postgres) = (of(both.sqlite), of(both.postgres));
    let lines = sqlite.iter().map(|line| match postgres.contains(line) {
        true => format!("- {line}\n"),
        false => format!("- SQLite: {line}\n"),
    });
    let alone = postgres.iter().filter(|line| !sqlite.contains(line)).map(|line| format!("- Postgres: {line}\n"));
    format!("\nIndexes:\n\n{}", lines.chain(alone).collect::<String>())
}

fn index(index: &Index) -> String {
    let unique = if index.unique { "unique, " } else { "" };
    format!("{}: {unique}{}", code(&index.name), code(&index.of))
}

fn engine(blueprint: &Blueprint, both: &Both<'_>) -> String {
    let rows: Vec<Vec<String>> =
        ENGINE_TABLES.iter().map(|(name, what)| vec![code(name), (*what).to_owned()]).collect();
    let mut text = format!(
        "\n## Tables of the engine\n\nThe same in every app. Read them if you like; write to them only through the API and the command.\n\n{}",
        table(&["table", "what it keeps"], &rows)
    );
    if !blueprint.user_fields.is_empty() {
        let of = |schema: &Schema, name: &str| {
            let columns = &schema.users.columns;
            columns.iter().find(|(known, _)| known == name).map_or(String::new(), |(_, definition)| code(definition))
        };
        let rows: Vec<Vec<String>> = both
            .sqlite
            .users
            .columns
            .iter()
            .map(|(name, definition)| vec![code(name), code(definition), of(both.postgres, name)])
            .collect();
        text += &format!("\n`users` has these columns besides:\n\n{}", table(&["column", "SQLite", "Postgres"], &rows));
    }
    text
}
