//! What was understood of a request, for people: entities as a tree, and everything that should be looked at.

use std::fmt::Write;

use blueprint::{Blueprint, Entity, Field, FieldKind, Literal, OnDelete, Target, Unique};
use codegen::access::{Difference, difference, sentences};
use codegen::{field_type, human, link_type};
use intake::{Question, Reading};
use model::{Consultation, Read};

use crate::counts::counted;
use crate::screen::{Ink, Screen};
use crate::{diagram, paper, reading};

/// A reading that became a blueprint.
pub fn understood(screen: &Screen, blueprint: &Blueprint, read: &Read) -> String {
    let mut text = screen.paint(Ink::Bold, &blueprint.app.name);
    if !blueprint.app.summary.is_empty() {
        let _ = write!(text, ": {}", blueprint.app.summary);
    }
    text = laid(screen, "", "", &text) + "\n\n";
    if let Some(marked) = paper::marked(screen, asked(blueprint, read), &read.reading) {
        text += &(marked + "\n");
    }
    let trees = blueprint.entities.iter().map(|entity| tree(screen, blueprint, entity));
    text += &trees.collect::<Vec<_>>().join("\n");
    text += &drawn(screen, blueprint);
    section(&mut text, screen, "How they belong together", relations(blueprint));
    let difference = difference(blueprint, &reading::asked(&read.reading));
    section(&mut text, screen, "Who may do what", sentences(blueprint).into_iter().chain(flags(&difference)).collect());
    text += &endpoints(screen, blueprint);
    section(&mut text, screen, "Cannot run yet in this version", not_yet(blueprint));
    remarks(&mut text, screen, read);
    text
}

/// A reading that did not become one: what there is of it.
pub fn not_understood(screen: &Screen, read: &Read) -> String {
    let reading = &read.reading;
    let share = (reading.coverage * 100.0).round();
    let mut text = laid(
        screen,
        "",
        "",
        &format!("I understood {share} % of that, which is too little to build from. Nothing was written."),
    ) + "\n";
    let entities = reading.summary.entities.iter().map(|entity| {
        let fields: Vec<&str> = entity.fields.iter().map(|field| field.name.as_str()).collect();
        format!("{}: {}", human(&entity.name), fields.join(", "))
    });
    section(&mut text, screen, "Understood", entities.collect());
    remarks(&mut text, screen, read);
    text
}

/// Where the rules differ from the request, each a line that is seen.
pub fn flags(difference: &Difference) -> Vec<String> {
    let wider = difference.wider.iter().map(|line| format!("! wider than the request: {line}"));
    let narrower = difference.narrower.iter().map(|line| format!("? narrower than the request: {line}"));
    wider.chain(narrower).collect()
}

/// Rows as lines, each column as wide as its widest cell.
pub fn table(rows: Vec<Vec<String>>) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Rows under a head, as they fit: a table, and on a terminal that is too narrow for it what each begins with and the rest below it.
pub fn listed(screen: &Screen, head: &[&str], rows: &[Vec<String>]) -> String {
    let named: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let lines = table(std::iter::once(named).chain(rows.iter().cloned()).collect());
    let is_wide = lines.iter().any(|line| line.chars().count() > screen.width());
    if !(is_wide && screen.is_terminal()) {
        let mut lines = lines.into_iter();
        let head = lines.next().unwrap_or_default();
        return std::iter::once(screen.paint(Ink::Bold, &head)).chain(lines).collect::<Vec<_>>().join("\n");
    }
    let one = |row: &Vec<String>| {
        let first = row.first().map_or("", String::as_str);
        let rest = head.iter().zip(row).skip(1).filter(|(_, cell)| !cell.is_empty());
        let mut lines = vec![screen.paint(Ink::Bold, first), String::new()];
        for piece in rest.map(|(name, cell)| format!("{name} {cell}")) {
            match lines.last_mut().filter(|line| line.chars().count() + 2 + piece.chars().count() < screen.width()) {
                Some(line) if line.is_empty() => *line = format!("  {piece}"),
                Some(line) => line.extend([", ", &piece]),
                None => lines.push(format!("  {piece}")),
            }
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    };
    rows.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn tree(screen: &Screen, blueprint: &Blueprint, entity: &Entity) -> String {
    let whose = if entity.owned { "each belongs to the user who made it" } else { "shared, no single user's own" };
    let head = format!("{}  {}", screen.paint(Ink::Bold, &entity.name), screen.paint(Ink::Dim, whose));
    let mut text = laid(screen, "", "  ", &head) + "\n";
    let actions = entity.actions.iter().map(|action| vec![action.name.clone(), "action".to_owned()]);
    let fields = entity.fields.iter().map(|field| vec![field.name.clone(), described(blueprint, field)]);
    let links = entity.links.iter().map(|link| {
        let needed = if link.required { ", required" } else { "" };
        vec![link.name.clone(), link_type(blueprint, link) + needed]
    });
    let lines = table(fields.chain(links).chain(actions).collect());
    // Where a row goes on, it does so under its second column.
    let names = entity.fields.iter().map(|field| &field.name).chain(entity.links.iter().map(|link| &link.name));
    let names = names.chain(entity.actions.iter().map(|action| &action.name));
    let column = names.map(|name| name.chars().count()).max().unwrap_or_default() + 2;
    let column = if column > screen.width() / 2 { 2 } else { column };
    for (place, line) in lines.iter().enumerate() {
        let (branch, below) = if place + 1 == lines.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let _ = writeln!(text, "{}", laid(screen, branch, &format!("{below}{:column$}", ""), line));
    }
    text
}

/// What was asked for, as it was read.
fn asked<'r>(blueprint: &'r Blueprint, read: &Read) -> &'r str {
    let request = blueprint.app.request.as_deref().unwrap_or_default();
    if read.reading.planner == "spec" { "" } else { intake::without_answers(request) }
}

/// Lines for the width of a terminal; whole ones where there is none, for those who search in them.
fn laid(screen: &Screen, first: &str, next: &str, text: &str) -> String {
    if screen.is_terminal() { paper::wrapped(first, next, text, screen.width()) } else { format!("{first}{text}") }
}

/// The records as boxes.
fn drawn(screen: &Screen, blueprint: &Blueprint) -> String {
    let title = screen.paint(Ink::Bold, "What hangs on what");
    match diagram::draw(blueprint, screen.width()) {
        Ok(lines) if lines.is_empty() => String::new(),
        Ok(lines) => {
            let legend = laid(screen, "", "", &screen.paint(Ink::Dim, &legend(blueprint)));
            format!("\n{title}\n{}\n{legend}\n", lines.join("\n"))
        }
        Err(why) => format!("\n{title}\n- not drawn: {why}\n"),
    }
}

/// What the signs at the ends of lines mean, by the first line that has each.
fn legend(blueprint: &Blueprint) -> String {
    let names = |to: Target| match to {
        Target::User => ("user", "users"),
        Target::Entity(index) => (blueprint.entity(index).name.as_str(), blueprint.entity(index).plural.as_str()),
    };
    let references = blueprint.entities.iter().flat_map(|entity| {
        entity.fields.iter().filter_map(move |field| match field.kind {
            FieldKind::Reference { to, .. } => Some((to, entity)),
            _ => None,
        })
    });
    let links = blueprint.entities.iter().flat_map(|entity| entity.links.iter().map(move |link| (link.to, entity)));
    let one = references.take(1).map(|(to, from)| format!("< one {}, many {}", names(to).0, from.plural));
    let many = links.take(1).map(|(to, from)| format!("× many {}, many {}", from.plural, names(to).1));
    one.chain(many).collect::<Vec<_>>().join("; ")
}

/// Every path of the records with its methods, from the document that is served.
fn endpoints(screen: &Screen, blueprint: &Blueprint) -> String {
    let document = server::openapi::document(blueprint);
    let Some(paths) = document.get("paths").and_then(|paths| paths.as_object()) else { return String::new() };
    let methods = |ways: &serde_json::Value| {
        let known = ["get", "post", "patch", "put", "delete"];
        let has = known.iter().filter(|method| ways.get(**method).is_some());
        has.map(|method| method.to_uppercase()).collect::<Vec<_>>().join(" ")
    };
    let of_records =
        |path: &str| path.strip_prefix(blueprint.api.prefix.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let auth = format!("{}/auth/", blueprint.api.prefix);
    let (records, rest): (Vec<_>, Vec<_>) =
        paths.iter().partition(|(path, _)| of_records(path) && !path.starts_with(&auth));
    let rows = table(records.iter().map(|(path, ways)| vec![methods(ways), (*path).clone()]).collect());
    let mut text = format!("\n{}\n", screen.paint(Ink::Bold, "Endpoints"));
    for row in rows {
        let _ = writeln!(text, "{}", laid(screen, "  ", "    ", &row));
    }
    let more = format!("and {} for accounts, health and the like: see /docs once it is served", rest.len());
    let _ = writeln!(text, "{}", laid(screen, "  ", "  ", &more));
    text
}

fn described(blueprint: &Blueprint, field: &Field) -> String {
    let mut words = vec![field_type(blueprint, field)];
    if field.required {
        words.push("required".to_owned());
    }
    match field.unique {
        Unique::No => {}
        Unique::PerOwner => words.push("unique".to_owned()),
        Unique::Global => words.push("unique for all".to_owned()),
    }
    match &field.default {
        Some(Literal::Text(value)) => words.push(format!("default {value}")),
        Some(Literal::Boolean(value)) => words.push(format!("default {value}")),
        Some(Literal::Integer(value)) => words.push(format!("default {value}")),
        Some(Literal::Now) => words.push("default now".to_owned()),
        _ => {}
    }
    words.join(", ")
}

fn relations(blueprint: &Blueprint) -> Vec<String> {
    let of = |entity: &Entity| {
        let name = human(&entity.name);
        let lines = entity.fields.iter().filter_map(|field| relation(blueprint, &name, field));
        lines.collect::<Vec<_>>()
    };
    blueprint.entities.iter().flat_map(of).collect()
}

fn relation(blueprint: &Blueprint, from: &str, field: &Field) -> Option<String> {
    let FieldKind::Reference { to, on_delete, .. } = &field.kind else { return None };
    let target = match to {
        Target::User => "user".to_owned(),
        Target::Entity(index) => human(&blueprint.entity(*index).name),
    };
    let how_many = if field.required { "one" } else { "at most one" };
    let article = if target.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let fate = match on_delete {
        OnDelete::Restrict => format!("{article} {target} that is referred to cannot be deleted"),
        OnDelete::Cascade => format!("deleted with its {target}"),
        OnDelete::SetNull => format!("stays when its {target} is deleted"),
    };
    Some(format!("each {from} has {how_many} {target} ({fate})"))
}

fn not_yet(blueprint: &Blueprint) -> Vec<String> {
    let integrations = blueprint.integrations.iter().map(|one| match &one.provider {
        Some(provider) => format!("{} ({provider}): nothing is sent", one.name),
        None => format!("{}: nothing is sent", one.name),
    });
    let automations =
        blueprint.automations.iter().map(|one| format!("{}: {} → {}", human(&one.name), one.trigger, one.action));
    integrations.chain(automations).collect()
}

/// What of a request found no place, where questions follow.
pub fn passed_over(screen: &Screen, reading: &Reading) -> Option<String> {
    if reading.questions.is_empty() || reading.unplaced.is_empty() {
        return None;
    }
    let mut text = String::new();
    section(&mut text, screen, "Found no place", unplaced(screen, reading));
    Some(text)
}

fn unplaced(screen: &Screen, reading: &Reading) -> Vec<String> {
    let told = reading.unplaced.iter().map(|one| match one.note.as_str() {
        "" => format!("“{}”", one.text),
        note => format!("“{}” {}", one.text, screen.paint(Ink::Dim, &format!("({note})"))),
    });
    told.collect()
}

fn remarks(text: &mut String, screen: &Screen, read: &Read) {
    let reading = &read.reading;
    let assumed = reading.assumptions.iter().map(|one| match one.why.as_str() {
        "" => one.text.clone(),
        why => format!("{} {}", one.text, screen.paint(Ink::Dim, &format!("({why})"))),
    });
    let answers =
        reading.answers.iter().map(|one| format!("{} {}", one.question, screen.paint(Ink::Good, &one.answer)));
    section(text, screen, "Assumed", assumed.collect());
    section(text, screen, "Found no place", unplaced(screen, reading));
    section(text, screen, "Answered", answers.collect());
    *text += &questions(screen, reading);
    section(text, screen, "The model", read.consultation.as_ref().map(consulted).unwrap_or_default());
}

/// What nobody answered, the most far-reaching first: what holds, and how to say otherwise.
fn questions(screen: &Screen, reading: &Reading) -> String {
    if reading.questions.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", screen.paint(Ink::Bold, "Worth asking"));
    for (place, question) in reading.questions.iter().enumerate() {
        let _ = writeln!(text, "{}", laid(screen, &format!("{}. ", place + 1), "   ", &question.text));
        let taken = format!("without an answer, {}", question.default);
        let _ = writeln!(text, "{}", laid(screen, "   ", "     ", &screen.paint(Ink::Dim, &taken)));
        for other in &question.alternatives {
            let how = screen.paint(Ink::Dim, &format!("--answer {}={}", question.id, Question::word(other)));
            let _ = writeln!(text, "{}", laid(screen, "   ", "     ", &format!("or {other}  {how}")));
        }
    }
    text
}

/// What a model was asked and what came of it.
fn consulted(model: &Consultation) -> Vec<String> {
    let mut lines = Vec::new();
    let name =
        if model.server.is_empty() { model.model.clone() } else { format!("{} at {}", model.model, model.server) };
    let why = model.reason.as_deref().unwrap_or_default();
    lines.push(match (&model.hint, model.used) {
        (_, true) => format!("{name} read along"),
        (Some(hint), false) => format!("{name} was not used, the rules read alone: {why} ({hint})"),
        (None, false) => format!("{name} was not used, the rules read alone: {why}"),
    });
    if model.requests > 0 {
        lines.push(spent(model));
    }
    if !model.added.is_empty() {
        lines.push(format!("found by it alone: {}", few(&model.added, ", ")));
    }
    if !model.left_out.is_empty() {
        lines.push(format!("proposed and not taken: {}", few(&model.left_out, "; ")));
    }
    if !model.repaired.is_empty() {
        lines.push(format!("put right: {}", few(&model.repaired, "; ")));
    }
    lines
}

fn spent(model: &Consultation) -> String {
    let requests = counted(model.requests, "request");
    let tokens = match (model.tokens_in, model.tokens_out) {
        (Some(sent), Some(answered)) => format!(", {sent} tokens sent and {answered} answered"),
        _ => String::new(),
    };
    let least = if model.uncounted > 0 { "at least " } else { "" };
    let cost = model.cost.map(|cost| format!(", {least}${cost:.4}")).unwrap_or_default();
    let uncounted = match model.uncounted {
        0 => String::new(),
        count => format!(" (the server did not count {count} of them)"),
    };
    format!("{requests}{uncounted}{tokens}{cost}, {:.1} s", model.time_ms as f64 / 1000.0)
}

fn few(lines: &[String], between: &str) -> String {
    const MOST: usize = 12;
    let shown: Vec<&str> = lines.iter().take(MOST).map(String::as_str).collect();
    let more = if lines.len() > MOST { format!("{between}and {} more", lines.len() - MOST) } else { String::new() };
    shown.join(between) + &more
}

fn section(text: &mut String, screen: &Screen, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", screen.paint(Ink::Bold, title));
    for line in lines {
        let _ = writeln!(text, "{}", laid(screen, "- ", "  ", &line));
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_line_up_and_lines_end_with_their_words() {
        let row = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(table(vec![row("a bb c"), row("aaa b")]), ["a    bb  c", "aaa  b"]);
        assert_eq!(table(Vec::new()), Vec::<String>::new());
    }
}
