//! `docs/backend_rules.md` and `AGENTS.md`: the rules for whoever extends this backend, above all for coding agents.

use blueprint::{Blueprint, Entity, ErrorShape};

use super::table::{code, table};
use crate::{checklist, words};

/// `AGENTS.md`: what an agent must know before the first command.
pub(crate) fn agents(blueprint: &Blueprint) -> String {
    let records: Vec<String> = blueprint.entities.iter().map(|entity| code(&entity.name)).collect();
    let summary = if blueprint.app.summary.is_empty() {
        String::new()
    } else {
        format!("{} ", words::prose(&blueprint.app.summary))
    };
    format!(
        "# For coding agents\n\n{summary}This folder is a backend that Supermaker serves from `blueprint.toml`: records {}, an API at `{}`. Everything follows from \
         that file: do not write a second server beside it.\n{AGENTS}",
        words::list(&records, "and"),
        blueprint.api.prefix
    )
}

const AGENTS: &str = "
| do | command | exit code |
| --- | --- | --- |
| see what is wrong with the blueprint | `supermaker check --json` | 0 it loads, 1 it does not |
| change it by a sentence | `supermaker change \"…\" --yes --json` | 0 done, 1 not, 2 not understood (nothing is changed) |
| see who may do what | `supermaker access --json` | 0 |
| see why a request is answered so | `supermaker explain --as user:ana@example.com GET /… --json` | 0 |
| bring a database to a changed blueprint, its servers stopped | `supermaker migrate --json`; `--dry-run` changes nothing | 0, 1 if rows are in the way (nothing is changed) |
| write the documents anew | `supermaker docs --json`; `--check` changes nothing | 0, with `--check` 1 if one is not current |
| see what is done and what is left | `supermaker todos --json`; `--check` changes nothing | 0, 1 if a check fails |
| serve it | `supermaker serve --port 0 --json` prints a line with the address; SIGTERM stops it | 0 |

* Edit `blueprint.toml` and nothing else: tables, API, OpenAPI and documents follow from it. Editors check it by `blueprint.schema.json`.
* Read `docs/backend_rules.md` before you change anything, `docs/access.md` before you touch a rule, `specs/api/rest-endpoints.md` before
  you call the API.
* Finish with `supermaker check`, `supermaker docs` and `supermaker todos`; tell people every sentence of `supermaker access` that is another than before.
* Never print, commit or send what stands in `.env`.
";

/// The rules.
pub(crate) fn rules(blueprint: &Blueprint) -> String {
    let name = words::sentence(&words::human(&blueprint.app.name));
    let example = blueprint.entities.first().map_or("task", |entity| &entity.name);
    let errors = match blueprint.api.errors {
        ErrorShape::Problem => "`application/problem+json`: tell cases apart by `code`, never by `detail`",
        ErrorShape::FastApi => "FastAPI's shapes (`[api] errors = \"fastapi\"`): tell cases apart by the status",
    };
    let mut text = format!(
        "# {name}: rules for extending this backend\n\nFor people and coding agents. Written from `blueprint.toml`.\n"
    );
    text += &format!("\n## Names\n\n{}", names(blueprint));
    let rules = RULES.replace("ENTITY", example).replace("ERRORS", errors).replace("PREFIX", &blueprint.api.prefix);
    text + &rules.replace("CHECKLIST", &checklist::path(blueprint))
}

/// What each record is called where.
fn names(blueprint: &Blueprint) -> String {
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    let row = |entity: &Entity| {
        let path = format!("{}{user}/{}", blueprint.api.prefix, entity.path);
        let server = entity.fields.iter().filter(|field| field.read_only).map(|field| code(&field.column));
        let owner = entity.owned.then(|| "`user_id`".to_owned());
        let engines = ["`id`".to_owned()].into_iter().chain(owner).chain(server);
        let engines = engines.chain(["`created_at`".to_owned(), "`updated_at`".to_owned()]);
        vec![code(&entity.name), code(&entity.plural), code(&path), engines.collect::<Vec<_>>().join(", ")]
    };
    let rows: Vec<Vec<String>> = blueprint.entities.iter().map(row).collect();
    table(&["in the blueprint", "table", "path", "set by the server: in a body a 422"], &rows)
}

const RULES: &str = "
A reference `project` in the blueprint is `project_id` in JSON and in SQL; `tags` with `many = true` is a list, `tag_ids`, and a join
table. Names are snake_case, in paths kebab-case.

## What must hold

1. **`blueprint.toml` is the source.** Never edit a table, `blueprint.schema.json`, or anything that begins with \"Written from\": change the
   blueprint and run `supermaker docs`.
2. **Access is in the blueprint alone.** The engine adds the owner and the rules to every query. Do not filter by `user_id` in a client and call
   it safe; do not open the database beside the API to let somebody in. Nothing is allowed that no rule allows.
3. **404 means \"not there, or not yours to see\".** Do not turn it into a 403: that would tell that it is there.
4. **Wider is asked first.** `\"anyone\"`, `\"signed_in\"` and a role on `read`, `update` or `delete` show rows to others: say which sentence of
   `supermaker access` changes, and let a person decide.
5. **Secrets stay in the environment.** No key, password or URL with a password in the blueprint, in documents, logs or tests.
6. **Tables that begin with `_`, and `users`, are the engine's.** Read them if you must; write to them through the API and `supermaker user`.
7. **The audit is append-only.** Every change leaves a row; a change by hand in SQL leaves none.
8. **Another name says what it was**: `renamed_from = \"phone\"` beside it, for as long as a database has the former one. Without it the next
   `supermaker serve` finds values without a place, and refuses. `supermaker change` writes it by itself.

## How to

| wish | how |
| --- | --- |
| a field | `[entity.ENTITY.field]`: `due_on = { type = \"date\", index = true }` |
| a choice | `{ type = \"enum\", values = [\"new\", \"done\"], default = \"new\" }` |
| a link to another record | `{ type = \"reference\", to = \"…\", required = true, on_delete = \"cascade\" }`; `many = true` for many-to-many |
| a rule | `[entity.ENTITY.access]`: `read = [\"owner\", \"role:manager\"]`; the role stands in `[auth] roles` |
| a change with a name | `[entity.ENTITY.action.finish]`: `set = { status = \"done\" }`, `when = \"status = 'new'\"` |
| only some may see a field | `read = [\"role:manager\"]`, `write = [\"role:manager\"]` on the field |
| search by words | `search = true` on a text field, then `?q=` |
| sort by a field | `index = true` on it |
| a trash | `soft_delete = true` under `[entity.ENTITY]` |
| code of one's own | an action with `call = \"service.…\"`: 501 until the function is there |

A word that this version does not enforce does not load. `supermaker check` names the line and the nearest word that does.

## Calling the API

* Base path `PREFIX`; errors are ERRORS.
* Money and decimals are strings (`\"12.50\"`), times are RFC 3339 in UTC, unknown fields are refused with 422, never dropped.
* Send `Idempotency-Key` with every POST that may be sent twice, and `If-Match` with the `ETag` that was read where two may write at once.
* Page with `next_cursor`; there is no offset. `expand=…` shows what a record refers to, where the caller may see that too.
* 429 and 503 carry `Retry-After`: wait that long.

## Before you say it is done

1. `supermaker check` is fine, and its warnings are told.
2. `supermaker access` says what was asked for, and no more.
3. `supermaker docs --check` and `supermaker todos --check` end with 0.
4. What is left in the checklist `CHECKLIST` for a person is told to a person.
";
