//! Specifications as they are found: a row is a set of files and what must and must not come of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod specification;

use intake::{SpecFile, read_spec};
use proptest::prelude::*;
use specification::{read, squeezed};

const TABLES: &str = "\
# Todo app: database schema

## Tables

### tasks

Prose about tasks.

| Field | Type | Required | Default | Constraints | Description |
|-------|------|:--------:|---------|-------------|-------------|
| id | integer | yes | | primary key | |
| user_id | string | yes | | foreign key -> users.id | whose it is |
| `title` | VARCHAR(200) | yes | – | | not required to be unique |
| description | text | no | | | |
| completed | boolean | yes | false | | |
| priority | enum(low, medium, high) | no | medium | | |
| project_id | integer | no | | references projects(id) | |
| created_at | timestamp | yes | now() | | |

### 2. `projects` table

| Column | Data type | Nullable | Unique |
|---|---|---|---|
| name | text | no | yes |
| budget | money | yes | |

## Indexes

| Name | Purpose |
|---|---|
| tasks_user | fast lists |
";

const ENDPOINTS: &str = "\
# REST API endpoints

| Method | Endpoint | Description |
|---|---|---|
| GET | /api/{user_id}/tasks | list |
| POST | /api/{user_id}/tasks | create |
| GET | /api/{user_id}/tasks/{id} | read |
| PUT | /api/{user_id}/tasks/{id} | update |
| DELETE | /api/{user_id}/tasks/{id} | delete |
| PATCH | /api/{user_id}/tasks/{id}/complete | tick off |
| PATCH | /api/{user_id}/tasks/{id}/teleport | |
| POST | /api/auth/login | |
| GET | /api/{user_id}/reports | |
";

const LISTS: &str = "\
## Database

### users
- id: string (primary key)
- email: string (unique)

### tasks
- `id`: integer (primary key)
- `user_id`: string (foreign key -> users.id)
- `title`: string (not null)
- `due`: date (nullable)
- `status`: enum (open, done), default open

Notes: this is prose
- remember: feed the cat

### GET /api/v2/tasks
";

const OPENAPI: &str = r##"{
  "openapi": "3.1.0",
  "info": { "title": "Boat Rental API", "version": "1" },
  "paths": {
    "/api/v1/boats": { "get": {}, "post": {} },
    "/api/v1/boats/{boat_id}": { "get": {}, "patch": {}, "delete": {} },
    "/api/v1/bookings": { "get": {}, "post": {} }
  },
  "components": { "schemas": {
    "BoatCreate": { "type": "object", "required": ["name", "kind"], "properties": {
      "name": { "type": "string", "minLength": 2, "maxLength": 80 }, "kind": { "$ref": "#/components/schemas/Kind" },
      "length": { "anyOf": [{ "type": "number" }, { "type": "null" }] },
      "seats": { "type": "integer", "minimum": 1, "maximum": 40 },
      "insured": { "type": "boolean", "default": false }, "contact": { "type": "string", "format": "email" },
      "tags": { "type": "array", "items": { "type": "string" } } } },
    "Boat": { "allOf": [{ "$ref": "#/components/schemas/BoatCreate" },
      { "type": "object", "properties": { "id": { "type": "integer" }, "created_at": { "type": "string", "format": "date-time" } } }] },
    "BoatUpdate": { "type": "object", "required": ["length"], "properties": { "length": { "type": ["number", "null"] } } },
    "Booking": { "type": "object", "required": ["boat_id", "starts_at"], "properties": {
      "boat_id": { "type": "integer" }, "starts_at": { "type": "string", "format": "date-time" },
      "loop": { "$ref": "#/components/schemas/Booking" } } },
    "Kind": { "type": "string", "enum": ["sail", "motor"] },
    "HTTPValidationError": { "type": "object", "properties": { "detail": { "type": "string" } } }
  } }
}"##;

#[test]
fn specifications_become_blueprints() {
    let both = [("specs/database/schema.md", TABLES), ("specs/api/rest-endpoints.md", ENDPOINTS)];
    for (files, has, has_not, left) in [
        (
            &both[..],
            vec![
                "name = \"my-app\"",
                "prefix = \"/api\"",
                "user_path = true",
                "title = { type = \"text\", required = true",
                "description = { type = \"text\" }",
                "completed = { type = \"boolean\", required = true, default = false }",
                "priority = { type = \"enum\", values = [\"low\", \"medium\", \"high\"], default = \"medium\"",
                "project = { type = \"reference\", to = \"project\" }",
                "name = { type = \"text\", required = true, unique = true",
                "budget = { type = \"money\"",
                "[entity.task.action.complete]\nset = { completed = true }",
            ],
            vec!["user_id =", "created_at", "entity.user", "teleport", "entity.index"],
            vec![
                "the table with Name, Purpose",
                "PATCH /api/{user_id}/tasks/{id}/teleport",
                "GET /api/{user_id}/reports",
            ],
        ),
        (
            &[("specs/schema.md", LISTS)][..],
            vec![
                "prefix = \"/api/v2\"",
                "title = { type = \"text\", required = true",
                "due = { type = \"date\"",
                "status = { type = \"enum\", values = [\"open\", \"done\"], default = \"open\"",
            ],
            vec!["entity.user", "remember", "user_path"],
            vec![],
        ),
        (
            &[("openapi.json", OPENAPI)][..],
            vec![
                "name = \"boat-rental-api\"",
                "prefix = \"/api/v1\"",
                "name = { type = \"text\", required = true",
                "length = { type = \"decimal\" }",
                "kind = { type = \"enum\", required = true, values = [\"sail\", \"motor\"]",
                "seats = { type = \"integer\", min = 1, max = 40 }",
                "contact = { type = \"email\" }",
                "min_length = 2, max_length = 80",
                "insured = { type = \"boolean\", default = false }",
                "tags = { type = \"json\" }",
                "boat = { type = \"reference\", to = \"boat\", required = true }",
                "starts_at = { type = \"datetime\", required = true",
            ],
            vec!["entity.kind", "http", "created_at", "detail"],
            vec![],
        ),
    ] {
        let reading = read(files).unwrap_or_else(|problems| panic!("{problems:?}"));
        let text = squeezed(&reading.blueprint);
        for has in has {
            assert!(text.contains(has), "no {has:?} in\n{text}");
        }
        for has_not in has_not {
            assert!(!text.contains(has_not), "{has_not:?} in\n{text}");
        }
        let told: Vec<&str> = reading.unplaced.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(told.len(), left.len(), "{told:?}");
        for left in left {
            assert!(told.iter().any(|one| one.contains(left)), "no {left:?} in {told:?}");
        }
        assert_eq!((reading.planner, read(files).unwrap().blueprint), ("spec", reading.blueprint));
    }
}

#[test]
fn what_is_missing_in_the_endpoints_is_told() {
    let reading = read(&[("schema.md", TABLES), ("api.md", ENDPOINTS)]).unwrap();
    let told: Vec<&str> = reading.assumptions.iter().map(|one| one.text.as_str()).collect();
    assert!(
        told.iter().any(|text| text.starts_with("GET, POST, PATCH, DELETE are served for projects too")),
        "{told:?}"
    );
    assert!(!told.iter().any(|text| text.contains("served for tasks")), "{told:?}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_try() {
    let row = |kind: &str| format!("### tasks\n\n| Field | Type |\n|---|---|\n| title | text |\n| x | {kind} |\n");
    for (name, text, place, what, hint) in [
        ("a.md", "# Nothing here".to_owned(), "a.md", "no table of fields", "### tasks"),
        ("a.md", String::new(), "a.md", "no table of fields", "### tasks"),
        ("a.md", row("wibble"), "a.md:6", "\"wibble\" is no type", "types are text"),
        ("a.md", row("enum"), "a.md:6", "an enum without values", "types are"),
        ("a.md", "| Field | Type |\n|---|---|\n| x | text |".to_owned(), "a.md:1", "without a name", "a heading"),
        ("a.md", "## tasks table\n| Field | Notes |\n|---|---|\n| x | text |".to_owned(), "a.md:2", "none for the type", "a column Type"),
        ("a.json", "{\"openapi\": \"3.1.0\",\n  \"paths\": oops }".to_owned(), "a.json:2", "is no JSON", "as JSON"),
        ("a.json", "{\"name\": \"package\"}".to_owned(), "a.json", "is no OpenAPI document", "openapi.json"),
        (
            "a.json",
            r#"{"openapi": "3.1.0", "paths": {"/boats": {"get": {}}}, "components": {"schemas": {"Cat": {"type": "object"}}}}"#.to_owned(),
            "a.json",
            "has no schema of an object",
            "Task for /tasks",
        ),
    ] {
        let problems = read(&[(name, &text)]).unwrap_err();
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.place, place, "{problem:?}");
        assert!(problem.what.contains(what) && problem.hint.contains(hint), "{problem:?}");
    }
}

#[test]
fn a_type_that_is_none_is_an_error_in_a_list_too() {
    for line in [
        "- `shade`: rainbow (not null)",
        "- `shade`: rainbow, unique",
        "* `shade`: `rainbow` (optional, default 1)",
        "- shade: rainbow (not null)",
    ] {
        let problems = read(&[("p.md", &format!("### paints\n- `name`: text (not null)\n{line}\n"))]).unwrap_err();
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.place, "p.md:3", "{problem:?}");
        assert!(problem.what.contains("rainbow") && problem.hint.contains("types are"), "{problem:?}");
    }
    for prose in ["- `shade`: what it looks like", "- shade: rainbow (optional)", "- `make dev`: starts (optional)"] {
        let reading = read(&[("p.md", &format!("### paints\n- `name`: text (not null)\n{prose}\n"))]).unwrap();
        assert!(!reading.blueprint.contains("shade"), "{}", reading.blueprint);
    }
}

#[test]
fn schemas_made_of_themselves_are_read_once() {
    let itself = [r##"{"$ref": "#/components/schemas/Boat"}"##; 40].join(", ");
    let boat =
        format!(r#"{{"allOf": [{itself}], "required": ["name"], "properties": {{"name": {{"type": "string"}}}}}}"#);
    let document = format!(r#"{{"openapi": "3.1.0", "components": {{"schemas": {{"Boat": {boat}}}}}}}"#);
    let text = squeezed(&read(&[("a.json", &document)]).unwrap().blueprint);
    assert!(text.contains("name = { type = \"text\", required = true"), "{text}");
}

#[test]
fn documents_of_too_many_properties_are_refused() {
    let properties: Vec<String> = (0..6_000).map(|at| format!(r#""x{at}": {{"type": "string"}}"#)).collect();
    let schema = format!(r#"{{"properties": {{{}}}}}"#, properties.join(","));
    let document =
        format!(r#"{{"openapi": "3.1.0", "components": {{"schemas": {{"Boat": {schema}, "Cat": {schema}}}}}}}"#);
    let problems = read(&[("a.json", &document)]).unwrap_err();
    assert!(problems[0].what.contains("more than 10000 properties"), "{problems:?}");
}

#[test]
fn every_problem_is_told_at_once() {
    let text = "### tasks\n| Field | Type |\n|---|---|\n| a | wibble |\n| b | text |\n| c | wobble |\n";
    let places: Vec<String> = read(&[("s.md", text)]).unwrap_err().into_iter().map(|problem| problem.place).collect();
    assert_eq!(places, ["s.md:4", "s.md:6"]);
}

const PARTS: &[&str] = &[
    "### tasks\n",
    "| Field | Type | Required |\n|---|---|---|\n",
    "| title | text | yes |\n",
    "| a | b\n",
    "|||\n",
    "- x: int\n",
    "| user | reference | |\n",
    "| status | enum(a, b) | |\n",
    "## team\n",
    "| limit | json | x |\n",
    "```\n",
    "GET /x\n",
    "### PATCH /api/tasks/{id}/close\n",
    "| Method | Path |\n|---|---|\n",
    "| GET | /a/b/{c} |\n",
    "- `boat_id`: fk -> tasks.id\n",
    "{\"openapi\": \"3\", \"components\": {\"schemas\": {\"A\": {\"$ref\": \"#/components/schemas/A\"}}}}",
    "é漢\n",
    "### staff\n",
];

/// Those of our own documents, edited; what they come to may be no blueprint, which the program tells.
const OURS: &[&str] = &[
    "<!-- supermaker specification 1 -->\n",
    "### `boats`\n- **One of them**: `boat`\n- **Soft delete**: yes\n",
    "| Setting | Value |\n|---|---|\n| api.prefix | `/x` |\n| auth.roles | a, b |\n| app.wibble | 1 |\n",
    "| Action | What it does |\n|---|---|\n| `go` | set `x` to `\"y\"`; wibble |\n",
    "| Method | Path | Who may |\n|---|---|---|\n| GET | /boats | the owner of the row, or `x` where `a = 'b'` |\n",
    "| id | uuid | PK, 1..5, max 3, default `, unique |\n",
    "| `x` | `enum(\"a, b\", \"c` | CHECK ((( |\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edit_of_our_own_is_survived(parts in prop::collection::vec(prop::sample::select([PARTS, OURS].concat()), 0..14), junk in ".{0,40}") {
        let text = format!("{}{junk}", parts.concat());
        let _ = read_spec(&[SpecFile { name: "a.md", text: &text }], "x", "x");
    }

    #[test]
    fn any_file_is_survived(parts in prop::collection::vec(prop::sample::select(PARTS), 0..14), junk in ".{0,40}") {
        let text = parts.concat();
        // What is read loads, or `read` panics.
        let _ = read(&[("a.md", &text), ("b", &junk)]);
        let table = format!("### boats\n\n| Field | Type |\n|---|---|\n| x | text |\n\n{}", text.replace('{', ""));
        if let Ok(reading) = read(&[("a.md", &table)]) {
            prop_assert!(reading.blueprint.contains("[entity.boat]"), "{}", reading.blueprint);
        }
    }
}

#[test]
fn columns_that_would_be_called_alike_are_named_apart() {
    let text = "### boats\n\n| Field | Type |\n|---|---|\n| name | text |\n\n### tasks\n\n| Field | Type | References |\n\
        |---|---|---|\n| user | uuid | boats.id |\n| user | uuid | boats.id |\n| user_id | uuid | boats.id |\n";
    let reading = read(&[("api.md", text)]).unwrap();
    for name in ["task_user ", "task_user_2 ", "task_user_3 "] {
        assert!(reading.blueprint.contains(name), "{}", reading.blueprint);
    }
    assert!(reading.assumptions.iter().any(|one| one.text.contains("another field")), "{:?}", reading.assumptions);
}

#[test]
fn what_is_sent_once_is_no_record_and_what_is_written_stays() {
    let text = "\
### tasks

| Field | Type | Default |
|---|---|---|
| title | varchar(80) | |
| state | enum(In Progress, Done) | done |

### POST /api/tasks

#### Request Body

| Field | Type |
|---|---|
| shout | text |

#### Query parameters
- page: integer

### Leave requests

| Field | Type |
|---|---|
| reason | text |

### PATCH /api/tasks/{id}/done
";
    let reading = read(&[("api.md", text)]).unwrap();
    let blueprint = &reading.blueprint;
    for words in [
        "title = { type = \"text\", max_length = 80",
        "values = [\"In Progress\", \"Done\"], default = \"Done\"",
        "[entity.leave_request]",
    ] {
        assert!(squeezed(blueprint).contains(words), "no {words} in {blueprint}");
    }
    assert!(!blueprint.contains("shout") && !blueprint.contains("page"), "{blueprint}");
    assert!(reading.unplaced.iter().any(|one| one.text.contains("Request Body")), "{:?}", reading.unplaced);
}

#[test]
fn documents_without_an_end_are_refused() {
    let table = |at: usize| format!("### thing{at}x\n\n| Field | Type |\n|---|---|\n| a | text |\n\n");
    let endpoint = |at: usize| format!("### GET /api/thing/{at}\n");
    let field = |at: usize| format!("| a{at} | text |\n");
    let fields = format!("### things\n\n| Field | Type |\n|---|---|\n{}", (0..600).map(field).collect::<String>());
    for (text, words) in [
        ((0..300).map(table).collect::<String>(), "more than 200 tables"),
        ((0..3000).map(endpoint).collect::<String>(), "more than 2000 endpoints"),
        (fields, "more than 500 fields"),
    ] {
        let problems = read(&[("s.md", &text)]).unwrap_err();
        assert!(problems.iter().any(|one| one.what.contains(words)), "{problems:?}");
    }
}
