//! What specifications say of who may, of limits and of types, in the words of people and of OpenAPI: a row is what is written and
//! what must come of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod specification;

use specification::{read, squeezed};

/// Endpoints of a record with who may, in a column of a name.
fn endpoints(head: &str, rows: &[(&str, &str, &str)]) -> String {
    let rows: String = rows.iter().map(|(method, path, who)| format!("| {method} | {path} | {who} |\n")).collect();
    let rule = "---|".repeat(3 + head.matches('|').count());
    format!("| Method | Path | {head} |\n|{rule}\n{rows}")
}

const OWNED: &str = "### tasks\n\n| Field | Type |\n|---|---|\n| title | text |\n| user_id | uuid |\n\n";
const SHARED: &str = "### tasks\n\n| Field | Type |\n|---|---|\n| title | text |\n\n";

const NOBODY_READS: &str = "owner = true; read = [\"nobody\"]; update = [\"nobody\"]; delete = [\"nobody\"]";
const CLERK_DECLARED: &str =
    "roles = [\"clerk\"]; owner = true; read = [\"nobody\"]; update = [\"nobody\"]; delete = [\"nobody\"]";

/// The rules of a blueprint, without what stands around them.
fn rules(blueprint: &str) -> String {
    let lines = blueprint.lines().filter(|line| {
        let word = line.split_whitespace().next().unwrap_or_default();
        ["owner", "read", "create", "update", "delete", "roles", "soft_delete", "complete", "id"].contains(&word)
    });
    squeezed(&lines.collect::<Vec<_>>().join("\n")).trim().replace('\n', "; ")
}

#[test]
fn who_may_is_read_as_people_write_it() {
    for (table, head, rows, expected, told) in [
        // Of an owner's rows, who is signed in reaches his own.
        (
            OWNED,
            "Auth",
            &[("GET", "/tasks", "authenticated"), ("POST", "/tasks", "yes"), ("DELETE", "/tasks/{id}", "JWT")][..],
            "owner = true",
            "",
        ),
        (
            OWNED,
            "Roles allowed",
            &[("GET", "/tasks", "owner, manager"), ("DELETE", "/tasks/{id}", "admin only")],
            "roles = [\"manager\"]; owner = true; read = [\"owner\", \"role:manager\", \"role:admin\"]; delete = [\"role:admin\"]",
            "",
        ),
        (
            SHARED,
            "Access",
            &[
                ("GET", "/tasks", "Public"),
                ("POST", "/tasks", "Manager, Admin"),
                ("PUT", "/tasks/{id}", "managers / admins"),
            ],
            "roles = [\"manager\"]; owner = false; read = [\"anyone\"]; create = [\"role:manager\", \"role:admin\"]; \
             update = [\"role:manager\", \"role:admin\"]",
            "",
        ),
        (
            SHARED,
            "Permission",
            &[("GET", "/tasks", "any authenticated user"), ("POST", "/tasks", "-")],
            "owner = true; read = [\"signed_in\"]",
            "",
        ),
        // Whoever is signed in makes them: of the rows of others nothing is said.
        (
            SHARED,
            "Auth",
            &[("GET", "/tasks", "yes"), ("POST", "/tasks", "yes"), ("DELETE", "/tasks/{id}", "yes")],
            "owner = true",
            "",
        ),
        (SHARED, "Auth", &[("GET", "/tasks", "yes"), ("POST", "/tasks", "admin")], "owner = false", ""),
        (SHARED, "Role", &[("GET", "/tasks", "-")], "owner = true", ""),
        (
            SHARED,
            "Who may",
            &[("GET", "/tasks", "the owner of the row"), ("POST", "/tasks", "anyone who is signed in")],
            "owner = true",
            "",
        ),
        // A row that a stranger makes would belong to nobody.
        (OWNED, "Auth", &[("POST", "/tasks", "none")], "owner = true", "POST task: anyone"),
        (OWNED, "Scope", &[("GET", "/tasks", "read:tasks")], "owner = true", ""),
        (
            OWNED,
            "Permissions",
            &[("GET", "/tasks", "read:tasks")],
            NOBODY_READS,
            "\"read:tasks\", who may GET /tasks (s.md:10)",
        ),
        (OWNED, "Auth", &[("GET", "/tasks", "public"), ("GET", "/tasks/{id}", "owner")], "owner = true", ""),
        (OWNED, "Auth", &[("GET", "/tasks", "clerk"), ("GET", "/tasks/{id}", "owner")], CLERK_DECLARED, "who may read"),
        // "none" lets strangers in only where signing in is the matter, and never to change anything.
        (
            SHARED,
            "Access",
            &[("GET", "/tasks", "public"), ("POST", "/tasks", "admin"), ("DELETE", "/tasks/{id}", "none")],
            "owner = false; read = [\"anyone\"]; delete = [\"nobody\"]",
            "\"none\", who may DELETE /tasks/{id} (s.md:11): nobody",
        ),
        (
            SHARED,
            "Auth required",
            &[("GET", "/tasks", "No"), ("POST", "/tasks", "admin"), ("PATCH", "/tasks/{id}", "❌")],
            "owner = false; read = [\"anyone\"]; update = [\"nobody\"]",
            "\"no sign-in\", who may PATCH /tasks/{id} (s.md:11): nobody",
        ),
        (SHARED, "Who may", &[("GET", "/tasks", "no")], NOBODY_READS, "\"no\", who may GET /tasks (s.md:9)"),
        // All columns that say who may count: what they say together.
        (
            SHARED,
            "Auth | Role",
            &[
                ("GET", "/tasks", "yes | -"),
                ("POST", "/tasks", "JWT | admin"),
                ("DELETE", "/tasks/{id}", "yes | clerk"),
            ],
            "roles = [\"clerk\"]; owner = false; delete = [\"role:clerk\"]",
            "",
        ),
        (
            SHARED,
            "Roles | Access",
            &[("GET", "/tasks", "clerk | owner")],
            NOBODY_READS,
            "two that say different things",
        ),
        // What is said and not known gives nothing, and neither does a default.
        (
            SHARED,
            "Permissions",
            &[("GET", "/tasks", "tasks:read"), ("POST", "/tasks", "manager")],
            "roles = [\"manager\"]; owner = false; read = [\"nobody\"]; create = [\"role:manager\"]; update = [\"nobody\"]; \
             delete = [\"nobody\"]",
            "\"tasks:read\", who may GET /tasks (s.md:9): nobody",
        ),
        (
            OWNED,
            "Permissions",
            &[("POST", "/tasks", "tasks:write")],
            "owner = true; create = [\"nobody\"]",
            "\"tasks:write\", who may POST /tasks (s.md:10): nobody",
        ),
        (
            SHARED,
            "Role",
            &[("GET", "/tasks", "manager"), ("GET", "/tasks/{id}", "clerk"), ("POST", "/tasks", "admin")],
            "roles = [\"manager\", \"clerk\"]; owner = false; read = [\"nobody\"]; update = [\"nobody\"]; delete = [\"nobody\"]",
            "so that nobody may (s.md:10)",
        ),
        (
            OWNED,
            "Auth",
            &[("POST", "/tasks/{id}/restore", "admin")],
            "owner = true; soft_delete = true; read = [\"owner\", \"role:admin\"]; delete = [\"role:admin\"]",
            "",
        ),
    ] {
        let text = format!("{table}{}", endpoints(head, rows));
        let reading = read(&[("s.md", &text)]).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        assert_eq!(rules(&reading.blueprint), expected, "{text}");
        let left: Vec<&str> = reading.unplaced.iter().map(|one| one.text.as_str()).collect();
        match told {
            "" => assert!(left.is_empty(), "{text}\n{left:?}"),
            told => assert!(left.iter().any(|one| one.contains(told)), "{text}\n{left:?}"),
        }
    }
    let text = format!("{OWNED}- `GET /api/tasks` (admin only)\n- DELETE /api/tasks/{{id}} (soft)\n");
    let reading = read(&[("s.md", &text)]).unwrap();
    let expected = "owner = true; read = [\"role:admin\"]; update = [\"role:admin\"]; delete = [\"role:admin\"]";
    assert_eq!(rules(&reading.blueprint), expected, "{}", reading.blueprint);
}

#[test]
fn constraints_are_read_as_people_write_them() {
    let row = |kind: &str, said: &str| {
        format!("### tasks\n\n| Column | Type | Constraints |\n|---|---|---|\n| x | {kind} | {said} |\n")
    };
    for (kind, said, expected, told) in [
        ("varchar(80)", "NOT NULL, UNIQUE", "type = \"text\", required = true, unique = true, max_length = 80", ""),
        ("text", "max 120, searchable", "type = \"text\", max_length = 120, search = true", ""),
        ("int", "1..5", "type = \"integer\", min = 1, max = 5", ""),
        ("int", "CHECK (x > 0), default 3", "type = \"integer\", min = 1, default = 3", ""),
        (
            "int",
            "between 1 and 9, default 10",
            "type = \"integer\", min = 1, max = 9",
            "\"default 10\" of `x` (s.md:5)",
        ),
        (
            "decimal(10, 3)",
            ">= 0.5; default 1.25",
            "type = \"decimal\", scale = 3, min = \"0.5\", default = \"1.25\"",
            "",
        ),
        ("text", "pattern `[A-Z]{3}`", "type = \"text\", pattern = \"[A-Z]{3}\"", ""),
        ("text", "regex: (?=x)y", "type = \"text\"", "the pattern (?=x)y"),
        (
            "date",
            "default CURRENT_DATE, wibbled daily",
            "type = \"date\", default = \"now\"",
            "\"wibbled daily\" of `x` (s.md:5)",
        ),
        (
            "string",
            "default 'in progress', sensitive",
            "type = \"text\", sensitive = true, default = \"in progress\"",
            "",
        ),
        ("boolean", "required, default: yes", "type = \"boolean\", required = true, default = true", ""),
        (
            "enum('a, b', \"c\")",
            "default 'a, b'",
            "type = \"enum\", values = [\"a, b\", \"c\"], default = \"a, b\"",
            "",
        ),
        (
            "text",
            "required, read-only",
            "type = \"text\", read_only = true",
            "\"required, because it is read only and has no default\" of `x` (s.md:5)",
        ),
        (
            "text",
            "required, read-only, default 'a'",
            "type = \"text\", required = true, read_only = true, default = \"a\"",
            "",
        ),
        ("text", "not sensitive", "type = \"text\"", "\"not sensitive\" of `x` (s.md:5)"),
        ("text", "unique, not read only", "type = \"text\", unique = true", "\"not read only\" of `x` (s.md:5)"),
        ("text", "never written by clerks", "type = \"text\"", "\"never written by clerks\" of `x` (s.md:5)"),
        ("text", "hidden (isn't searchable)", "type = \"text\", hidden = true", "\"isn't searchable)\" of `x`"),
        ("text", "is never sensitive", "type = \"text\"", "\"is never sensitive\" of `x`"),
        ("json", "read-only", "type = \"json\", read_only = true", ""),
        ("text", "visible to admin", "type = \"text\", read = [\"role:admin\"]", ""),
        ("text", "visible to hr:all", "type = \"text\", read = [\"nobody\"]", "\"hr:all\" of `x` (s.md:5)"),
    ] {
        let text = row(kind, said);
        let reading = read(&[("s.md", &text)]).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        let line = reading.blueprint.lines().find(|line| line.starts_with("x ")).unwrap_or_default();
        // Which words stand first is nobody's matter, and what lists are sorted by is completed.
        let words = |text: &str| {
            let mut words: Vec<String> =
                text.split(", ").map(str::to_owned).filter(|word| word != "index = true").collect();
            words.sort();
            words
        };
        let found = line.trim_start_matches(['x', ' ', '=', '{']).trim_end_matches(" }");
        assert_eq!(words(found), words(expected), "{text}");
        let left: Vec<&str> = reading.unplaced.iter().map(|one| one.text.as_str()).collect();
        match told {
            "" => assert!(left.is_empty(), "{text}\n{left:?}"),
            told => assert!(left.iter().any(|one| one.contains(told)), "{text}\n{left:?}"),
        }
    }
    let uuid = "### tasks\n\n| Column | Type | Key |\n|---|---|---|\n| id | uuid | PK |\n| title | text | |\n\n### users\n\n\
        | Column | Type |\n|---|---|\n| email | text |\n| nickname | text |\n";
    let reading = read(&[("s.md", uuid)]).unwrap();
    assert_eq!(rules(&reading.blueprint), "owner = true; id = \"uuid\"");
    assert!(reading.unplaced.iter().any(|one| one.text.contains("nickname of `user`")), "{:?}", reading.unplaced);
}

const GUARDED: &str = r##"{
  "openapi": "3.0.3", "info": { "title": "Shop" }, "security": [{ "bearer": [] }],
  "paths": {
    "/items": { "get": { "security": [] }, "post": { "x-roles": ["manager"] } },
    "/items/{id}": { "get": { "security": [{}, { "bearer": [] }] }, "patch": { "description": "Who may: a user with the role `clerk`, or nobody." },
      "delete": { "security": [{ "oauth": ["items:delete"] }] } }
  },
  "components": { "schemas": {
    "Name": { "type": "string", "pattern": "^[A-Z]+$", "maxLength": 9 },
    "Item": { "type": "object", "required": ["name", "size", "note"], "properties": {
      "id": { "type": "string", "format": "uuid" },
      "name": { "allOf": [{ "$ref": "#/components/schemas/Name" }], "default": "A" },
      "size": { "type": "integer", "minimum": 0, "exclusiveMinimum": true, "exclusiveMaximum": 9, "default": 3 },
      "note": { "type": "string", "nullable": true },
      "rank": { "type": "number", "minimum": 0.5, "multipleOf": 0.5, "default": "1.5" },
      "kind": { "type": "string", "enum": ["a, b", "c|d"], "default": "a, b" },
      "state": { "type": "string", "readOnly": true }, "token": { "type": "string", "writeOnly": true },
      "code": { "type": "string", "pattern": "^a|b$" } } }
  } }
}"##;

#[test]
fn an_openapi_document_says_who_may_and_within_which_limits() {
    let reading = read(&[("o.json", GUARDED)]).unwrap();
    let text = squeezed(&reading.blueprint);
    for has in [
        "owner = false\nid = \"uuid\"",
        "name = { type = \"text\", required = true, max_length = 9, index = true, pattern = \"[A-Z]+\"",
        "size = { type = \"integer\", required = true, min = 1, max = 8, default = 3",
        "note = { type = \"text\" }",
        "rank = { type = \"decimal\", min = \"0.5\", default = \"1.5\"",
        "values = [\"a, b\", \"c|d\"], default = \"a, b\"",
        "read_only = true",
        "hidden = true",
        "read = [\"anyone\"]",
        "create = [\"role:manager\"]",
        "update = [\"role:clerk\"]",
        "delete = [\"nobody\"]",
    ] {
        assert!(text.contains(has), "no {has:?} in\n{text}");
    }
    let told: Vec<&str> = reading.unplaced.iter().map(|one| one.text.as_str()).collect();
    for place in [
        "\"items:delete\", who may DELETE /items/{id} (o.json#/paths/~1items~1{id}/delete)",
        "\"multipleOf 0.5\" of `rank` (o.json#/components/schemas/Item/properties/rank)",
        "\"pattern ^a|b$\" of `code`",
    ] {
        assert!(told.iter().any(|one| one.contains(place)), "no {place} in {told:#?}");
    }
}

#[test]
fn what_an_operation_says_of_who_may_is_never_made_wider() {
    let of = |path: &str, read: &str| {
        format!(
            r#"{{"openapi": "3.0.3", "paths": {{"/tasks": {{{path} "get": {{{read}}}, "post": {{"x-roles": ["admin"]}}}}}},
            "components": {{"schemas": {{"Task": {{"properties": {{"title": {{"type": "string"}}}}}}}}}}}}"#
        )
    };
    let nobody = "owner = false; read = [\"nobody\"]; update = [\"nobody\"]; delete = [\"nobody\"]";
    let admin = "owner = false; read = [\"role:admin\"]";
    for (path, read_by, expected, told) in [
        ("", r#""x-roles": [{"name": "admin"}]"#, nobody, "{\"name\":\"admin\"}"),
        ("", r#""x-roles": {"any": ["admin"]}"#, nobody, "{\"any\":[\"admin\"]}"),
        ("", r#""x-access": "none""#, nobody, "\"none\", who may GET /tasks"),
        ("", r#""x-roles": ["admin", 3]"#, nobody, "[\"admin\",3]"),
        (r#""x-roles": ["admin"],"#, "", admin, ""),
        (r#""x-roles": {"any": 1},"#, "", nobody, "{\"any\":1}"),
        (r#""x-roles": ["clerk"],"#, r#""x-roles": ["admin"]"#, admin, ""),
        ("", r#""x-access": "authenticated", "x-roles": ["admin"]"#, admin, ""),
        ("", r#""security": [{"bearer": [], "oauth": ["admin"]}]"#, admin, ""),
        ("", r#""security": [{"oauth": ["user", "admin"]}]"#, admin, ""),
        ("", r#""security": [{"oauth": ["clerk", "admin"]}]"#, nobody, "two that say different things"),
        ("", r#""security": [{"oauth": ["admin", "tasks:read"]}]"#, nobody, "\"tasks:read\", who may GET /tasks"),
        ("", r#""security": [{"key": []}, {"oauth": ["tasks:read"]}]"#, nobody, "\"tasks:read\", who may GET /tasks"),
        ("", r#""security": [{"key": []}, {"bearer": []}]"#, "owner = false", ""),
    ] {
        let text = of(path, read_by);
        let reading = read(&[("o.json", &text)]).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        assert_eq!(rules(&reading.blueprint), expected, "{text}");
        let left: Vec<&str> = reading.unplaced.iter().map(|one| one.text.as_str()).collect();
        match told {
            "" => assert!(left.is_empty(), "{text}\n{left:?}"),
            told => assert!(left.iter().any(|one| one.contains(told)), "{text}\n{left:?}"),
        }
    }
}

#[test]
fn a_form_of_a_later_version_is_refused() {
    let text = format!("<!-- supermaker specification 2 -->\n{OWNED}");
    let problems = read(&[("s.md", &text)]).unwrap_err();
    assert!(problems[0].what.contains("form 2") && problems[0].hint.contains("newer"), "{problems:?}");
}

#[test]
fn what_is_added_to_a_specification_of_our_own_is_read_in_any_words() {
    let text = "<!-- supermaker specification 1 -->\n\n### `tasks`\n\n- **One of them**: `task`\n\n| Field | Type | Constraints |\n|---|---|---|\n\
        | user_id | uuid | |\n| title | VARCHAR(80) | NOT NULL |\n| status | enum(new, done) | |\n\n### Posts\n\n\
        | Field | Type | References |\n|---|---|---|\n| body | text | |\n| task_id | integer | tasks(id) |\n";
    let reading = read(&[("schema.md", text)]).unwrap();
    let found = squeezed(&reading.blueprint);
    for has in [
        "[entity.task]\nowner = true",
        "title = { type = \"text\", required = true, max_length = 80 }",
        // Nothing is completed: no index, and no first value.
        "status = { type = \"enum\", values = [\"new\", \"done\"] }",
        "[entity.post]\nowner = false",
        "task = { type = \"reference\", to = \"task\" }",
    ] {
        assert!(found.contains(has), "no {has:?} in\n{found}");
    }
}
