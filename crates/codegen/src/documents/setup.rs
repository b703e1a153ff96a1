//! `docs/database_setup.md`: which database for what, and what to type.

use blueprint::Blueprint;

use super::table::{code, table};
use crate::words;

/// The document.
pub(crate) fn setup(blueprint: &Blueprint) -> String {
    let app = &blueprint.app.name;
    // A role or database whose name needs no quotes.
    let role = app.replace('-', "_");
    let tables: Vec<String> = blueprint.entities.iter().map(|entity| code(&entity.plural)).collect();
    let links = blueprint.entities.iter().flat_map(|entity| &entity.links).map(|link| code(&link.table));
    let tables: Vec<String> = tables.into_iter().chain(links).collect();
    let rows = [
        ["trying it, one server, most apps", "SQLite", "`sqlite:data/app.db` (the default)", ""],
        ["Postgres on your machine", "local Postgres", "`postgres://ROLE:PASSWORD@localhost:5432/ROLE`", ""],
        [
            "Supabase",
            "session pooler, port 5432",
            "`postgres://postgres.PROJECT:PASSWORD@…pooler.supabase.com:5432/postgres?sslmode=verify-full&sslrootcert=FILE`",
            "",
        ],
        [
            "Supabase, many instances",
            "transaction pooler, port 6543",
            "the same with `:6543`",
            "the direct address, or the session pooler",
        ],
        [
            "Neon",
            "the string that the console shows",
            "`postgres://…neon.tech/…?sslmode=require&channel_binding=require`",
            "",
        ],
        [
            "Neon, many instances",
            "the host with `-pooler`",
            "the string with `-pooler` in the host",
            "the one without `-pooler`",
        ],
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.replace("ROLE", &role)).collect()).collect();
    format!(
        "# {}: setting up the database\n\n{HEAD}\n\n{}\n{PASSWORDS}\n\nAt its first start the server makes the tables of the engine and {}{}, all or none of \
         them. `supermaker doctor` says what stands between a database and real users; `GET /readyz` is 200 once it can be used.\n{}",
        words::sentence(&words::human(app)),
        table(&["for", "which", "`DATABASE_URL`", "`DIRECT_URL`"], &rows),
        words::list(&tables, "and"),
        " ([schema.md](schema.md))",
        SECTIONS.replace("ROLE", &role)
    )
}

const HEAD: &str = "The app is the same on SQLite and on Postgres 14 or later; `DATABASE_URL` says which. It stands in `.env` beside the blueprint,
or in the environment, which wins. In production keep it out of every file.";

const PASSWORDS: &str = "In a password write `@` as `%40`, `/` as `%2F`, `?` as `%3F`, `#` as `%23`, `%` as `%25`. `postgresql://` and\n`postgresql+psycopg://` mean the \
     same as `postgres://`. `DIRECT_URL` is how tables are made where that is another way; leave it out where the last column is empty.";

const SECTIONS: &str = "
## SQLite

Nothing to do: `supermaker serve` makes `data/app.db`. Relative paths start at the blueprint's folder; the file must be on a disk of the
same machine. A copy while the server runs, which nobody else can read:

```sh
(umask 077 && sqlite3 data/app.db \".backup data/copy.db\")
```

To go back to it, stop the server and put the copy in the place of all that belongs to the database (what `app.db-wal` holds belongs to no
other file):

```sh
cp -p data/copy.db data/app.new && rm -f data/app.db-wal data/app.db-shm && mv data/app.new data/app.db
```

Keep the `SECRET_KEY` of that time too, elsewhere than the copies: without it the seals of the audit cannot be checked, and in production the
server does not start. `supermaker audit verify` says whether a copy is whole.

## Postgres on your machine

```sh
createuser --pwprompt ROLE
createdb --owner ROLE --encoding UTF8 --template template0 ROLE
```

```sh
DATABASE_URL=postgres://ROLE:PASSWORD@localhost:5432/ROLE supermaker serve
```

Tables are made in the schema `app` (`DATABASE_SCHEMA`), never in `public`. A copy:
`pg_dump --schema app ROLE > copy.sql`; back into an empty database with `psql --single-transaction -v ON_ERROR_STOP=1 -d ROLE -f copy.sql`.

## Supabase

1. Project settings, Database, Connection string: take the session pooler. From the same page take the certificate, and name its file in
   `sslrootcert`.
2. Many instances: the transaction pooler (6543) as `DATABASE_URL`, the session pooler or the direct address as `DIRECT_URL`.
3. Settings, API: leave `app` out of the exposed schemas. Supabase's data API asks no rule of this backend; the server takes its
   rights away by itself at each start, and `supermaker doctor` looks whether any are left.

Back-ups are Supabase's: see that your plan has them, and try a restore.

## Neon

1. Take the connection string from the console as it is.
2. Many instances: the one with `-pooler` as `DATABASE_URL`, the one without as `DIRECT_URL`.
3. A branch of Neon is a database of its own: give each environment its own URL.

Back-ups are Neon's (point in time): see how far back your plan goes, and try a restore.

## When the blueprint changes

Rights and words are served at the next start. Where it asks for other tables, a start says what differs and changes nothing:

1. Stop all instances that serve the blueprint of before: they know the former tables only.
2. Make a back-up.
3. `supermaker migrate`, which brings the tables to the blueprint, with their rows, in one transaction: what is new is added, what
   says `renamed_from` is renamed, types and limits are changed. Where values would have no place any more, or would not fit, it says
   how many rows are in the way and what to try, and changes nothing; what may go for good goes with `--allow-loss`.
4. Start the instances again.

No other command changes tables that exist. Data does not move from SQLite to Postgres by itself: choose before real users come.
";
