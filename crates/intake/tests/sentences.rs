//! What single sentences mean, in the words of many people: files in `sentences/` are lists of requests and facts.
//!
//! `> …` is a request (several such lines are one); the lines under it are facts: `uses sms email` names all services,
//! `keeps boat trip`, `only boat trip` (nothing else is kept) and `not boat` are about records, services and roles,
//! `a has many b` and `a meets many b` about relations, `boat has length` and `boat lacks price` about fields,
//! `boat takes status free sold` about values, `boat demands tag`, `boat frees tag` and `boat unique tag` about limits,
//! `boat holds length decimal` about types, `called boat-hire` about the name of the whole, `leaves WORDS` says that a phrase with
//! these words is told as having found no place, `tells WORDS` that an assumption has them, and `writes WORDS` the blueprint.
//! `built` says that a blueprint comes of it, `cook may update dish` and `cook may not …` are about rights, `role cook` and `norole cook`
//! about roles, `when KIND [record] -> action` and `automates nothing` about what happens by itself. A fact after `open` is
//! not read yet; once it is, the test says so.
#![expect(clippy::unwrap_used, reason = "tests")]

mod rows;

use intake::{FieldSummary, Reading, RelationKind, Summary};
use rows::rows;

fn tied(read: &Summary, a: &str, b: &str, kind: RelationKind) -> bool {
    read.relations.iter().any(|one| {
        one.kind == kind
            && (one.from == a && one.to == b || kind == RelationKind::ManyToMany && one.from == b && one.to == a)
    })
}

fn fields<'s>(read: &'s Summary, name: &str) -> impl Iterator<Item = &'s str> {
    let of = read.entities.iter().filter(move |entity| entity.name == name);
    of.flat_map(|entity| entity.fields.iter().map(|field| field.name.as_str())).collect::<Vec<_>>().into_iter()
}

fn field_of<'s>(read: &'s Summary, name: &str, field: &str) -> Option<&'s FieldSummary> {
    let of = read.entities.iter().filter(|entity| entity.name == name);
    of.flat_map(|entity| entity.fields.iter()).find(|one| one.name == field)
}

fn may(read: &Summary, role: &str, action: &str, name: &str) -> bool {
    read.access.iter().any(|one| one.role == role && one.entity == name && one.action == action)
}

fn holds(reading: &Reading, fact: &str) -> bool {
    let read = &reading.summary;
    let words: Vec<&str> = fact.split_whitespace().collect();
    let made = |name: &str| {
        read.entities.iter().any(|entity| entity.name == name)
            || read.integrations.iter().any(|used| used == name)
            || read.roles.iter().any(|role| role == name)
    };
    match words.as_slice() {
        ["built"] => !reading.blueprint.is_empty(),
        ["uses", "nothing"] => read.integrations.is_empty(),
        ["uses", services @ ..] => {
            services.len() == read.integrations.len()
                && services.iter().all(|one| read.integrations.iter().any(|used| used == one))
        }
        ["keeps", names @ ..] => names.iter().all(|name| read.entities.iter().any(|entity| entity.name == *name)),
        ["role", role] => read.roles.iter().any(|one| one == role),
        ["only", names @ ..] => {
            !read.entities.is_empty() && read.entities.iter().all(|entity| names.contains(&entity.name.as_str()))
        }
        ["not", name] => !made(name),
        [a, "has", "many", b] => tied(read, a, b, RelationKind::OneToMany),
        [a, "meets", "many", b] => tied(read, a, b, RelationKind::ManyToMany),
        [name, "takes", field, values @ ..] => field_of(read, name, field)
            .is_some_and(|one| one.values.iter().map(String::as_str).eq(values.iter().copied())),
        [name, "demands", field] => field_of(read, name, field).is_some_and(|one| one.required),
        [name, "frees", field] => field_of(read, name, field).is_some_and(|one| !one.required),
        [name, "unique", field] => field_of(read, name, field).is_some_and(|one| one.unique),
        [name, "holds", field, kind] => field_of(read, name, field).is_some_and(|one| one.kind == *kind),
        ["called", name] => reading.app == *name,
        ["leaves", ..] => {
            let words = fact.strip_prefix("leaves ").unwrap_or_default();
            reading.unplaced.iter().any(|left| left.text.contains(words))
        }
        ["tells", ..] => {
            let words = fact.strip_prefix("tells ").unwrap_or_default();
            reading.assumptions.iter().any(|told| told.text.contains(words))
        }
        ["writes", ..] => {
            let words = fact.strip_prefix("writes ").unwrap_or_default();
            let plain: Vec<&str> = reading.blueprint.lines().map(str::trim).collect();
            plain.iter().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").contains(words))
        }
        [name, "has", field] => fields(read, name).any(|one| one == *field),
        [name, "lacks", field] => fields(read, name).all(|one| one != *field),
        [role, "may", "not", action, name] => !may(read, role, action, name),
        [role, "may", action, name] => may(read, role, action, name),
        ["norole", role] => read.roles.iter().all(|one| one != role),
        ["automates", "nothing"] => read.automations.is_empty(),
        ["when", kind, record @ .., "->", action] => read.automations.iter().any(|one| {
            let about = record.first().is_none_or(|record| one.trigger.entity.as_deref() == Some(*record));
            one.trigger.kind == *kind && about && one.action == *action
        }),
        _ => unreachable!("no fact: {fact}"),
    }
}

fn found(read: &Summary) -> String {
    let ties = read.relations.iter().map(|one| format!("{} {:?} {}", one.from, one.kind, one.to));
    let happens = read.automations.iter().map(|one| {
        format!("when {} {} -> {}", one.trigger.kind, one.trigger.entity.as_deref().unwrap_or("?"), one.action)
    });
    let kept: Vec<&str> = read.entities.iter().map(|entity| entity.name.as_str()).collect();
    let others: Vec<String> = ties.chain(happens).collect();
    format!("keeps {}; uses {}; {}", kept.join(" "), read.integrations.join(" "), others.join("; "))
}

#[test]
fn every_sentence_means_what_it_says() {
    let mut wrong = Vec::new();
    let rows = rows("sentences");
    for row in &rows {
        let read = intake::read(&row.request);
        for fact in &row.facts {
            let (open, plain) = fact.strip_prefix("open ").map_or((false, fact.as_str()), |plain| (true, plain));
            if holds(&read, plain) == open {
                let told = if open { "is read now; take `open` away" } else { "is not read" };
                wrong.push(format!(
                    "{}: {}\n    `{plain}` {told}\n    {}",
                    row.place,
                    row.request,
                    found(&read.summary)
                ));
            }
        }
    }
    assert!(rows.len() > 200, "only {} rows", rows.len());
    assert!(wrong.is_empty(), "{} facts are wrong\n{}", wrong.len(), wrong.join("\n"));
}
