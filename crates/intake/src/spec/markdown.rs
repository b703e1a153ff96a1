//! Markdown: headings that name records, and below them tables or lists of fields; tables or headings of endpoints.

use super::settings::{self, FORM};
use super::text::{self, exact};
use super::who::Who;
use super::{Column, Endpoint, Spec, SpecFile, SpecProblem, TYPES, Table, who};
use crate::kinds;

const NAME: &[&str] = &["field", "column", "name", "attribute", "property", "field name", "column name"];
const KIND: &[&str] = &["type", "data type", "datatype", "kind", "sql type"];
const METHOD: &[&str] = &["method", "verb", "http method"];
const PATH: &[&str] = &["path", "endpoint", "route", "url", "uri"];
const DOES: &str = "what it does";
/// Words around the name in a heading.
const AROUND: &[&str] = &[
    "table",
    "tables",
    "entity",
    "model",
    "schema",
    "fields",
    "columns",
    "record",
    "the",
    "a",
    "resource",
    "collection",
];

/// A specification of people has fewer; the blueprint takes fewer records still.
const MOST_TABLES: usize = 200;
const MOST_ENDPOINTS: usize = 2_000;
const MOST_COLUMNS: usize = 500;
/// Words of headings over parts of a request or an answer.
const PARTS: &str = "request response body payload query path url parameter header argument example error status code \
    environment variable configuration setting option input output form json";
/// Those of them that name such a part alone.
const PART: &str = "body payload parameter header argument";

/// Reads a file.
pub(super) fn read(file: SpecFile<'_>, spec: &mut Spec) {
    let lines: Vec<&str> = file.text.lines().collect();
    let form = settings::form(file.text);
    if form.is_some_and(|form| form > FORM) {
        let what = format!("is a specification of form {}, and this version reads {FORM}", form.unwrap_or_default());
        let hint = "read it with the version of supermaker that wrote it, or a newer one";
        return spec.problems.push(SpecProblem::new(file.name.to_owned(), what, hint));
    }
    let whole = form.is_some();
    let mut heading: Option<&str> = None;
    let (mut at, mut fenced) = (0, false);
    while let Some(line) = lines.get(at).map(|line| line.trim()) {
        let here = |line: usize| format!("{}:{}", file.name, line + 1);
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
        } else if let Some(title) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()) {
            match Endpoint::of_line(title, here(at)) {
                Some(endpoint) => spec.endpoints.push(endpoint),
                None => heading = Some(title),
            }
        } else if line.starts_with('|') && lines.get(at + 1).is_some_and(|next| is_rule(next)) {
            let rows: Vec<&str> =
                lines.iter().skip(at + 2).map(|row| row.trim()).take_while(|row| row.starts_with('|')).collect();
            let under = Under { heading, whole };
            table(&cells(line), &rows, &under, &here, at, spec);
            at += 1 + rows.len();
        } else if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            self::item(item, &Under { heading, whole }, here(at), spec);
        }
        at += 1;
        let too_many =
            |count: usize, most: usize, what: &str| (count > most).then(|| format!("more than {most} {what}"));
        let columns = spec.tables.iter().map(|table| table.columns.len()).max().unwrap_or(0);
        let problem = too_many(spec.tables.len(), MOST_TABLES, "tables of fields")
            .or_else(|| too_many(spec.endpoints.len(), MOST_ENDPOINTS, "endpoints"))
            .or_else(|| too_many(columns, MOST_COLUMNS, "fields in one table"));
        if let Some(what) = problem {
            let hint = "give the specification of one service alone";
            return spec.problems.push(SpecProblem::new(here(at - 1), format!("the specification has {what}"), hint));
        }
    }
}

/// "Request Body", "Query parameters": a table of what is sent once, not of what is kept. "Requests" may be records.
fn is_part(heading: &str) -> bool {
    let plain = heading.replace(['`', '*', ':', '.', '#', '(', ')'], " ").to_lowercase();
    let words: Vec<String> = plain
        .split_whitespace()
        .filter(|word| !word.chars().all(|c| c.is_ascii_digit()))
        .map(crate::lemma::singular)
        .collect();
    let part = |word: &String| crate::lexicon::has(PARTS, word);
    match words.as_slice() {
        [] => false,
        [only] => crate::lexicon::has(PART, only),
        several => several.iter().all(part),
    }
}

/// The line between the head of a table and its rows.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains('-') && line.chars().all(|c| "|-: ".contains(c))
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    // A sign that is meant as such is written `\|`.
    inner.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

/// Where a table or a list stands.
struct Under<'h> {
    heading: Option<&'h str>,
    /// In a file of our own.
    whole: bool,
}

impl Under<'_> {
    /// The name of the record that the heading names, and the same as it is written there.
    fn record(&self) -> Option<(String, Option<String>)> {
        let heading = self.heading?;
        let written = heading.split('`').nth(1).map(str::to_owned);
        let name = entity(heading);
        match (self.whole, written) {
            (true, Some(plural)) => Some((name.unwrap_or_else(|| plural.clone()), Some(plural))),
            (_, written) => Some((name?, written)),
        }
    }
}

fn table(
    head: &[String],
    rows: &[&str],
    under: &Under<'_>,
    here: &dyn Fn(usize) -> String,
    at: usize,
    spec: &mut Spec,
) {
    let lower: Vec<String> = head.iter().map(|cell| cell.to_lowercase().replace(['*', '`'], "")).collect();
    let find = |words: &[&str]| lower.iter().position(|cell| words.contains(&cell.as_str()));
    let place = |number: usize| here(at + 2 + number);
    if let Some(number) = rows.iter().position(|row| row.len() > text::MOST_BYTES) {
        let what = format!("a row has more than {} bytes", text::MOST_BYTES);
        return spec.problems.push(SpecProblem::new(place(number), what, "say what it says in fewer words"));
    }
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    fn cell(row: &[String], at: Option<usize>) -> &str {
        at.and_then(|at| row.get(at)).map(String::as_str).unwrap_or_default()
    }
    if let (Some(method), Some(path)) = (find(METHOD), find(PATH)) {
        let may: Vec<(usize, &String)> =
            lower.iter().enumerate().filter(|(_, cell)| who::HEADS.contains(&cell.as_str())).collect();
        for (number, row) in rows.iter().enumerate() {
            let endpoint = Endpoint::of(cell(row, Some(method)), cell(row, Some(path)));
            // A column of roles says which of those who sign in.
            let said = may.iter().map(|(at, head)| who::read_under(head, cell(row, Some(*at))));
            let who = said.fold(Who::default(), Who::and);
            spec.endpoints.extend(endpoint.map(|endpoint| Endpoint { who, place: place(number), ..endpoint }));
        }
        return;
    }
    if let (true, Some(name), Some(value)) = (under.whole, find(&["setting"]), find(&["value"])) {
        let settings = rows.iter().map(|row| (exact(cell(row, Some(name))), cell(row, Some(value)).to_owned()));
        let (known, other): (Vec<_>, Vec<_>) = settings.partition(|(name, _)| settings::is_setting(name));
        spec.settings.extend(known);
        spec.left.extend(other.into_iter().map(|(name, _)| format!("the setting {name} ({})", here(at))));
        return;
    }
    if let (true, Some(name), Some(does), Some((_, Some(plural)))) =
        (under.whole, find(&["action"]), find(&[DOES]), under.record())
    {
        for (number, row) in rows.iter().enumerate() {
            let (when, summary) = (cell(row, find(&["only where"])), cell(row, find(&["description"])));
            match settings::action(cell(row, Some(name)), cell(row, Some(does)), when, summary) {
                Ok(action) => spec.actions.push((plural.clone(), action)),
                Err(what) => spec.problems.push(SpecProblem::new(place(number), what, "see docs/specs.md")),
            }
        }
        return;
    }
    let (Some(name), Some(kind)) = (find(NAME), find(KIND)) else {
        // A table of fields without their types cannot be guessed; any other table is not for us.
        if find(NAME).is_some() && under.heading.is_some_and(|text| text.to_lowercase().contains("table")) {
            let what = format!("a table with the columns {} has none for the type", head.join(", "));
            spec.problems.push(SpecProblem::new(here(at), what, "add a column Type"));
        } else {
            spec.left.push(format!("the table with {} ({})", head.join(", "), here(at)));
        }
        return;
    };
    if let Some(part) = under.heading.filter(|heading| !under.whole && is_part(heading)) {
        return spec.left.push(format!("the table under {part} ({})", here(at)));
    }
    let Some((entity, plural)) = under.record() else {
        let hint = "write a heading with the name of the record above the table, such as ### tasks";
        return spec.problems.push(SpecProblem::new(here(at), "a table of fields without a name".into(), hint));
    };
    let default = find(&["default", "default value"]);
    let summary = find(&["description"]).filter(|_| under.whole);
    let mut columns = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let others =
            lower.iter().enumerate().filter(|(at, _)| ![Some(name), Some(kind), default, summary].contains(&Some(*at)));
        let said: Vec<String> = others.map(|(at, title)| said_by(title, cell(row, Some(at)))).collect();
        match Column::read(cell(row, Some(name)), cell(row, Some(kind)), &said.join("; "), under.whole) {
            Ok(mut column) => {
                let text = cell(row, default);
                if !text.is_empty() {
                    column.default =
                        Some(if under.whole { exact(text) } else { exact(text).trim_matches('\'').to_owned() });
                }
                column.summary = exact(cell(row, summary));
                column.place = place(number);
                columns.push(column);
            }
            Err(what) => spec.problems.push(SpecProblem::new(place(number), what, &format!("types are {TYPES}"))),
        }
    }
    spec.add(Table { name: entity, plural, columns, whole: under.whole });
}

/// What a cell says, in the words that a list would say it in.
fn said_by(title: &str, cell: &str) -> String {
    let yes = matches!(
        cell.to_lowercase().trim_matches(['*', '`']),
        "yes" | "y" | "true" | "x" | "✓" | "✔" | "✅" | "required" | "always"
    );
    let no = matches!(cell.to_lowercase().trim_matches(['*', '`']), "no" | "n" | "false" | "not null");
    match title {
        "required" | "mandatory" | "not null" if yes => "required".into(),
        "null" | "nullable" | "null?" | "nullable?" | "optional" if no => "required".into(),
        "required" | "mandatory" | "not null" | "null" | "nullable" | "null?" | "nullable?" | "optional" => {
            String::new()
        }
        "unique" => {
            if yes {
                "unique".into()
            } else {
                String::new()
            }
        }
        "references" | "reference" | "foreign key" | "fk" if cell.chars().any(char::is_alphanumeric) => {
            format!("references {cell}")
        }
        "values" | "allowed values" | "options" if !cell.is_empty() => format!("values: {cell}"),
        "constraints" | "constraint" | "attributes" | "modifiers" | "key" | "rules" => cell.to_owned(),
        // Prose says what a value means, and "not required for guests" is no constraint; but values stand there often.
        _ if cell.to_lowercase().starts_with("one of") => cell.to_owned(),
        _ => String::new(),
    }
}

/// "- `title`: string (not null)".
fn item(item: &str, under: &Under<'_>, place: String, spec: &mut Spec) {
    if let Some(endpoint) = Endpoint::of_line(item, place.clone()) {
        return spec.endpoints.push(endpoint);
    }
    if let Some((name, plural)) = under.record()
        && spec.facts.entry(plural.unwrap_or(name)).or_default().take(item)
    {
        return;
    }
    let Some((name, rest)) = item.split_once(':') else { return };
    let bare = name.trim().trim_matches(['`', '*']);
    if bare.split_whitespace().count() != 1 {
        return;
    }
    let kind = rest.trim().split([' ', ',', '(']).next().unwrap_or_default();
    if item.len() > text::MOST_BYTES {
        return;
    }
    let enumerated = kind.eq_ignore_ascii_case("enum");
    // A list of something else is prose, but not where a word has the constraints of a column: "`shade`: rainbow (not
    // null)" is a type that is none. What prose says too needs a name in backticks: "lunch: late (optional)".
    let named = name.trim().starts_with('`') && name.trim().ends_with('`');
    let known = enumerated || kinds::kind(kind.trim_matches(['`', '*'])).is_some();
    if !known && !is_column(rest, named) {
        return;
    }
    let Some((entity, plural)) = under.record().filter(|_| !under.heading.is_some_and(is_part)) else { return };
    if !known {
        let what = format!("\"{}\", the type of `{bare}`, is none", kind.trim_matches(['`', '*']));
        return spec.problems.push(SpecProblem::new(place, what, &format!("types are {TYPES}")));
    }
    match Column::read(bare, rest, "", under.whole) {
        Ok(column) => {
            let column = Column { place, ..column };
            spec.add(Table { name: entity, plural, columns: vec![column], whole: under.whole });
        }
        Err(what) => spec.problems.push(SpecProblem::new(place, what, &format!("types are {TYPES}"))),
    }
}

/// "rainbow (not null, unique)": a word, and behind it in brackets or after a comma what is said of columns alone.
fn is_column(rest: &str, named: bool) -> bool {
    const SAID: &str = "not null|nullable|primary key|pk|unique";
    const PROSE: &str = "null|required|optional|index|indexed";
    let Some((kind, said)) = rest.trim().split_once([' ', ',', '(']) else { return false };
    let one_of = |words: &str, part: &str| words.split('|').any(|word| part.trim().eq_ignore_ascii_case(word));
    let default = |part: &str| part.trim().to_ascii_lowercase().starts_with("default ");
    let of = |part: &str| one_of(SAID, part) || named && (one_of(PROSE, part) || default(part));
    let parts = || said.trim().trim_matches(['(', ')']).split([',', ';']).filter(|part| !part.trim().is_empty());
    !kind.is_empty() && parts().any(of)
}

/// The record that a heading names: "### 2. Table: `tasks`", "## Task (tasks table)".
fn entity(heading: &str) -> Option<String> {
    // What stands in backticks is a name, also where it is one of the words that stand around names.
    if let Some(name) = heading.split('`').nth(1).filter(|name| !name.trim().contains(char::is_whitespace)) {
        return kinds::entity_name(name);
    }
    let plain = heading.split(['(', '–', '—']).next().unwrap_or(heading);
    let plain = plain.replace(['`', '*', ':', '.', '#'], " ");
    let words: Vec<&str> = plain
        .split_whitespace()
        .filter(|word| !AROUND.contains(&word.to_lowercase().as_str()))
        .filter(|word| !word.chars().all(|c| c.is_ascii_digit()))
        .collect();
    if words.is_empty() || words.len() > 4 { None } else { kinds::entity_name(&words.join(" ")) }
}
