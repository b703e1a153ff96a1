//! `specs/database/schema.md` and `specs/api/rest-endpoints.md`: the app as a specification that `new --from specs/` reads back
//! as the same blueprint. `intake` has the reader (`spec/`); every form that is written here is one that it knows.

use blueprint::{
    Action, ActionKind, Blueprint, Entity, ErrorShape, Field, FieldKind, IdKind, Link, Literal, OnDelete, OnUserDelete,
    PutMeaning, Rule, SignUp, Target, TokenSource, Unique,
};
use serde_json::Value as Json;

use super::endpoints::Endpoint;
use super::exact::{exact, pure};
use super::field::{decimal, written};
use super::table::{code, table};
use crate::words;

/// The reader knows by it that what is not said does not hold. The number is that of the form, so that a later one is not
/// misread.
const MARK: &str = "<!-- supermaker specification 1 -->";
const WIDEST: i64 = (1 << 53) - 1;

/// The settings of the app, and the tables of fields.
pub(crate) fn database(blueprint: &Blueprint) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!(
        "# {name}: database specification\n\n{MARK}\n\nWritten from `blueprint.toml`. With `specs/api/rest-endpoints.md` it says \
         the same: `supermaker new --from specs/` makes that blueprint of the two. What they do not say does not hold. What the \
         tables are in each engine stands in `docs/schema.md`. Records have `id`, `created_at` and `updated_at` of the engine.\n\n\
         ## Settings\n\n{}",
        table(&["Setting", "Value"], &settings(blueprint))
    );
    if !blueprint.user_fields.is_empty() {
        let rows = blueprint.user_fields.iter().map(|field| row(blueprint, field)).collect();
        text += &format!("\n### `users`\n\n{}", fields(rows));
    }
    for entity in &blueprint.entities {
        text +=
            &format!("\n### {}\n\n{}\n{}", code(&entity.plural), facts(entity), fields(of_entity(blueprint, entity)));
        if !entity.actions.is_empty() {
            let head = ["Action", "What it does", "Only where", "Description"];
            text +=
                &format!("\n{}", table(&head, &entity.actions.iter().map(|it| action(entity, it)).collect::<Vec<_>>()));
        }
    }
    text
}

fn settings(blueprint: &Blueprint) -> Vec<Vec<String>> {
    let (app, api, auth) = (&blueprint.app, &blueprint.api, &blueprint.auth);
    let sign_up = match auth.sign_up {
        SignUp::Open => "open",
        SignUp::Invite => "invite",
        SignUp::Closed => "closed",
    };
    let roles: Vec<&str> = auth.roles.iter().skip(1).map(String::as_str).collect();
    let accept: Vec<&str> = auth.accept.iter().map(|source| source_word(*source)).collect();
    let yes = |holds: bool| holds.then(|| "yes".to_owned());
    let always = [
        ("app.name", Some(app.name.clone())),
        ("app.summary", Some(exact(&app.summary)).filter(|_| !app.summary.is_empty())),
        ("api.prefix", Some(code(&api.prefix))),
        ("api.user_path", yes(api.user_path)),
        ("api.put", (api.put == PutMeaning::Update).then(|| "update".to_owned())),
        ("api.require_if_match", yes(api.require_if_match)),
        ("api.errors", (api.errors == ErrorShape::FastApi).then(|| "fastapi".to_owned())),
        ("auth.sign_up", Some(sign_up.to_owned())),
        ("auth.verify_email", yes(auth.verify_email)),
        ("auth.roles", (!roles.is_empty()).then(|| roles.join(", "))),
        ("auth.accept", (auth.accept != [TokenSource::Own]).then(|| accept.join(", "))),
    ];
    let always = always.into_iter().filter_map(|(name, value)| Some(vec![name.to_owned(), value?]));
    let integrations = blueprint.integrations.iter().map(|one| {
        vec![format!("integration.{}", one.name), one.provider.as_deref().map_or_else(|| "-".to_owned(), exact)]
    });
    always.chain(integrations).collect()
}

/// As a blueprint has it.
fn source_word(source: TokenSource) -> &'static str {
    match source {
        TokenSource::Own => "own",
        TokenSource::BetterAuth => "better-auth",
        TokenSource::Supabase => "supabase",
        TokenSource::Neon => "neon",
        TokenSource::Auth0 => "auth0",
        TokenSource::Clerk => "clerk",
        TokenSource::Firebase => "firebase",
        TokenSource::Jwks => "jwks",
    }
}

/// What holds of a record as a whole.
fn facts(entity: &Entity) -> String {
    let goes = match entity.on_user_delete {
        OnUserDelete::Restrict => None,
        OnUserDelete::Delete => Some("delete".to_owned()),
        OnUserDelete::HandOver => Some("hand_over".to_owned()),
    };
    let yes = |holds: bool| holds.then(|| "yes".to_owned());
    let facts = [
        ("One of them", Some(code(&entity.name))),
        ("What it is", Some(exact(&entity.summary)).filter(|_| !entity.summary.is_empty())),
        ("Soft delete", yes(entity.soft_delete)),
        ("Audit of reads", yes(entity.audit_reads)),
        ("When its owner goes", goes),
        (
            "Formerly",
            (!entity.renamed_from.is_empty()).then(|| former(&entity.renamed_from).collect::<Vec<_>>().join(", ")),
        ),
    ];
    facts.into_iter().filter_map(|(label, text)| Some(format!("- **{label}**: {}\n", text?))).collect()
}

/// A table of fields; a column for what they are for, if that is said of one.
fn fields(mut rows: Vec<Vec<String>>) -> String {
    let head = ["Field", "Type", "Required", "Default", "Constraints", "Description"];
    let told = rows.iter().any(|row| row.last().is_some_and(|summary| !summary.is_empty()));
    let width = if told { head.len() } else { head.len() - 1 };
    rows.iter_mut().for_each(|row| row.truncate(width));
    table(&head[..width], &rows)
}

fn of_entity(blueprint: &Blueprint, entity: &Entity) -> Vec<Vec<String>> {
    let id = match entity.id {
        IdKind::Integer => "integer",
        IdKind::Uuid => "uuid",
    };
    let engines = |name: &str, kind: &str, said: &str| [name, kind, "yes", "", said, ""].map(str::to_owned).to_vec();
    let mut rows = vec![engines("id", id, "primary key")];
    if entity.owned {
        rows.push(engines("user_id", "uuid", "foreign key -> users.id"));
    }
    rows.extend(entity.fields.iter().map(|field| row(blueprint, field)));
    rows.extend(entity.links.iter().map(|link| link_row(blueprint, link)));
    rows.extend(["created_at", "updated_at"].map(|name| engines(name, "datetime", "")));
    rows
}

fn row(blueprint: &Blueprint, field: &Field) -> Vec<String> {
    let default = field.default.as_ref().map(|default| written_default(field, default)).unwrap_or_default();
    let required = if field.required { "yes" } else { "no" };
    vec![
        field.column.clone(),
        kind(field),
        required.to_owned(),
        default,
        said(blueprint, field),
        if field.summary.is_empty() { String::new() } else { exact(&field.summary) },
    ]
}

fn kind(field: &Field) -> String {
    let word = words::kind(&field.kind);
    match &field.kind {
        FieldKind::Decimal { currency: Some(currency), .. } => format!("{word}({currency})"),
        FieldKind::Decimal { currency: None, scale, .. } => format!("{word}(19, {scale})"),
        FieldKind::Text(limits) | FieldKind::LongText(limits) => format!("{word}({})", limits.max_length),
        FieldKind::Enum { values } => enumeration(word, values),
        _ => word.to_owned(),
    }
}

/// In quotes, and in code, where a value has letters that mean something in a list or in Markdown.
fn enumeration(word: &str, values: &[String]) -> String {
    let plain = |value: &String| value.chars().all(|letter| letter.is_alphanumeric() || " _-.".contains(letter));
    match values.iter().all(plain) {
        true => format!("{word}({})", values.join(", ")),
        false => code(&format!("{word}({})", values.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", "))),
    }
}

fn quoted(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
}

/// The value of a new row that does not say.
fn written_default(field: &Field, default: &Literal) -> String {
    match default {
        Literal::Null => String::new(),
        Literal::Now => "now".to_owned(),
        Literal::Text(text) | Literal::Json(text) => exact(text),
        literal => exact(&number(field, literal)),
    }
}

/// A number or a boolean, as the blueprint takes it.
fn number(field: &Field, literal: &Literal) -> String {
    match (literal, &field.kind) {
        (Literal::Decimal(units), FieldKind::Decimal { scale, .. }) => decimal(*units, *scale),
        (Literal::Integer(number) | Literal::Decimal(number), _) => number.to_string(),
        (Literal::Float(number), _) => format!("{number:?}"),
        (Literal::Boolean(value), _) => value.to_string(),
        _ => String::new(),
    }
}

fn table_of(blueprint: &Blueprint, to: Target) -> &str {
    match to {
        Target::User => "users",
        Target::Entity(index) => &blueprint.entity(index).plural,
    }
}

fn said(blueprint: &Blueprint, field: &Field) -> String {
    let mut said = Vec::new();
    if let FieldKind::Reference { to, on_delete, .. } = field.kind {
        let then = match on_delete {
            OnDelete::Restrict => "on delete restrict",
            OnDelete::Cascade => "on delete cascade",
            OnDelete::SetNull => "on delete set null",
        };
        said.push(format!("foreign key -> {}.id, {then}", table_of(blueprint, to)));
    }
    match field.unique {
        Unique::No => {}
        Unique::PerOwner => said.push("unique".to_owned()),
        Unique::Global => said.push("unique among all rows".to_owned()),
    }
    said.extend(limits(&field.kind, field.required));
    // A reference has an index anyway, and what is unique too.
    let index = field.index && field.unique == Unique::No && !matches!(field.kind, FieldKind::Reference { .. });
    let flags = [
        (index, "index"),
        (field.search, "search"),
        (field.hidden, "hidden"),
        (field.read_only, "read only"),
        (field.sensitive, "sensitive"),
    ];
    said.extend(flags.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word.to_owned()));
    said.extend(rules(&field.read, &field.write));
    said.extend(former(&field.renamed_from).map(|name| format!("formerly {name}")));
    said.join(", ")
}

/// Names of before, without which a database would lose what stands under them.
fn former(names: &[String]) -> impl Iterator<Item = String> {
    names.iter().map(|name| code(name))
}

/// Who may read a field, and who may write it, where that is not who may do so with the row.
fn rules(read: &Rule, write: &Rule) -> Vec<String> {
    let read_by = (*read != Rule::Anyone).then(|| format!("read by {}", who(read)));
    let written_by = (write != read).then(|| format!("written by {}", who(write)));
    read_by.into_iter().chain(written_by).collect()
}

/// Limits that do not stand in the type.
fn limits(kind: &FieldKind, required: bool) -> Vec<String> {
    let bound = |word: &str, bound: Option<String>| bound.map(|bound| format!("{word} {bound}"));
    let both = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => vec![format!("{min} to {max}")],
        (min, max) => bound("at least", min).into_iter().chain(bound("at most", max)).collect(),
    };
    match kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => {
            let usual = usize::from(required && limits.pattern.is_none());
            let least = (limits.min_length != usual).then(|| format!("at least {} characters", limits.min_length));
            let pattern = limits.pattern.as_ref().map(|pattern| format!("matches {}", pure(written(pattern.as_str()))));
            least.into_iter().chain(pattern).collect()
        }
        FieldKind::Integer { min, max } => {
            both((*min > -WIDEST).then(|| min.to_string()), (*max < WIDEST).then(|| max.to_string()))
        }
        FieldKind::Decimal { scale, min, max, .. } => {
            both((*min != i64::MIN).then(|| decimal(*min, *scale)), (*max != i64::MAX).then(|| decimal(*max, *scale)))
        }
        FieldKind::Float { min, max } => {
            both((*min > f64::MIN).then(|| min.to_string()), (*max < f64::MAX).then(|| max.to_string()))
        }
        _ => Vec::new(),
    }
}

fn link_row(blueprint: &Blueprint, link: &Link) -> Vec<String> {
    let mut said = vec![format!("many-to-many -> {}.id", table_of(blueprint, link.to)), format!("by {}", link.table)];
    said.extend(link.restrict.then(|| "on delete restrict".to_owned()));
    said.extend(rules(&link.read, &link.write));
    said.extend(former(&link.renamed_from).map(|name| format!("formerly {name}")));
    let required = if link.required { "yes" } else { "no" };
    let summary = if link.summary.is_empty() { String::new() } else { exact(&link.summary) };
    vec![link.name.clone(), "reference".to_owned(), required.to_owned(), String::new(), said.join(", "), summary]
}

fn action(entity: &Entity, action: &Action) -> Vec<String> {
    let name = |place: &usize| entity.fields.get(*place).map_or("", |field| field.name.as_str());
    let value = |place: &usize, literal: &Literal| {
        let Some(field) = entity.fields.get(*place) else { return String::new() };
        match literal {
            Literal::Now => quoted("now"),
            Literal::Text(text) => quoted(text),
            Literal::Json(text) => text.clone(),
            // As text, for a float might lose its last digits.
            Literal::Decimal(_) => quoted(&number(field, literal)),
            literal => number(field, literal),
        }
    };
    let does: Vec<String> = match &action.does {
        ActionKind::Toggle(place) => vec![format!("turn {} round", code(name(place)))],
        ActionKind::Call(call) => vec![format!("call {}", code(call))],
        ActionKind::Change(change) => {
            let set = change.set.iter().map(|(place, literal)| match literal {
                Literal::Null => format!("clear {}", code(name(place))),
                literal => format!("set {} to {}", code(name(place)), code(&value(place, literal))),
            });
            let units = |place: &usize, units: i64| match entity.fields.get(*place).map(|field| &field.kind) {
                Some(FieldKind::Decimal { scale, .. }) => quoted(&decimal(units, *scale)),
                _ => units.to_string(),
            };
            let add = change.add.iter();
            let add = add.map(|(place, more)| format!("add {} to {}", code(&units(place, *more)), code(name(place))));
            set.chain(add).collect()
        }
    };
    let when = action.when.as_ref().map(|when| pure(&when.text)).unwrap_or_default();
    let summary = if action.summary.is_empty() { String::new() } else { exact(&action.summary) };
    vec![code(&action.name), does.join("; "), when, summary]
}

/// A rule in words, each of which the reader knows; conditions as they are.
fn who(rule: &Rule) -> String {
    match rule {
        Rule::Nobody => "nobody".to_owned(),
        Rule::Anyone => "anyone, signed in or not".to_owned(),
        Rule::SignedIn => "anyone who is signed in".to_owned(),
        Rule::Owner => "the owner of the row".to_owned(),
        Rule::Role(role) => format!("a user with the role {}", code(role)),
        Rule::When(whom, condition) => format!("{} where {}", who(whom), pure(&condition.text)),
        Rule::AnyOf(rules) => rules.iter().map(who).collect::<Vec<_>>().join(", or "),
    }
}

/// The rule of an operation on a record; none of what is no operation of its own.
fn rule_of<'e>(blueprint: &Blueprint, entity: &'e Entity, endpoint: &Endpoint) -> Option<&'e Rule> {
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    let home = format!("{}{user}/{}", blueprint.api.prefix, entity.path);
    let rest = endpoint.path.strip_prefix(&home)?;
    let access = &entity.access;
    match (rest, endpoint.method.as_str()) {
        ("" | "/{id}", "GET") => Some(&access.read),
        ("", "POST") => Some(&access.create),
        ("/{id}", "PATCH" | "PUT") => Some(&access.update),
        ("/{id}", "DELETE") | ("/{id}/restore", _) => Some(&access.delete),
        (rest, _) => {
            let path = rest.strip_prefix("/{id}/")?;
            entity.actions.iter().find(|action| action.path == path).map(|action| &action.access)
        }
    }
}

/// The tables of endpoints.
pub(crate) fn rest(blueprint: &Blueprint, endpoints: &[Endpoint]) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let mut text = format!(
        "# {name}: REST endpoints\n\n{MARK}\n\nWritten from `blueprint.toml`, as `/openapi.json` has them: that document says what each takes and \
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
        let who = |endpoint: &Endpoint| {
            entity.and_then(|entity| rule_of(blueprint, entity, endpoint)).map_or_else(|| endpoint.who.clone(), who)
        };
        let rows = endpoints.iter().filter(|endpoint| endpoint.tag == tag);
        let rows: Vec<Vec<String>> =
            rows.map(|it| vec![it.method.clone(), code(&it.path), words::inline(&it.summary), who(it)]).collect();
        text += &format!("\n## {title}\n\n{}", table(&["Method", "Path", "What it does", "Who may"], &rows));
    }
    text
}
