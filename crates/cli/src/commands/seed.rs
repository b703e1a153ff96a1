//! `supermaker seed`: sample rows in the database of a blueprint, so that there is something to look at.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blueprint::Blueprint;
use clap::Args;
use serde::Serialize;
use server::auth::users::{self, Listed, NewAccount};
use server::seed::{self, Seeded, Wanted};
use server::settings::{Environment as Stage, Settings};
use store::Store;

use crate::counts::counted;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;
use crate::{logs, report};
use server::process::{Environment, read_settings};

/// The account that owns sample rows, unless another one is named.
const SAMPLE_USER: &str = "sample@example.com";
const MAX_ROWS: u32 = 100_000;

/// Fill the database with sample rows: names, dates, amounts, references
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker seed --file lead-tracker
  supermaker seed --file lead-tracker --rows 500 --seed 7
  supermaker seed --user ana@example.com
  supermaker seed --dry-run

The rows go through the same checks as requests and stand in the audit like any other. The same seed gives the same rows of
an empty database, but for ids and times of making; on one with rows it adds others where values must be unique.

They belong to sample@example.com, which is made if it is not there, with a password that is shown once and with the roles
without which some entity could not be filled or seen. With --user they belong to that account, whose roles stay as they
are: what it may not make is left out, and told.

Refused in production. Works beside a running server.

Exit codes: 0 done, with notes on what was left out; 1 failed")]
pub struct Seed {
    #[command(flatten)]
    place: LonePlace,
    /// Rows of each entity
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ROWS)))]
    rows: u32,
    /// The e-mail address of the account that is to own them; it must be there
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Another number gives other rows
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told {
    seed: u64,
    dry_run: bool,
    user: Owner,
    rows: usize,
    entities: Vec<Seeded>,
}

/// Whose the rows are.
#[derive(Serialize)]
struct Owner {
    email: String,
    roles: Vec<String>,
    /// Of an account that was just made: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip)]
    user: query::User,
}

impl Seed {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = Arc::new(source.load_or_explain(screen.color_err())?);
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        if settings.environment == Stage::Production {
            return Err(Failure::new("sample rows do not belong into production (ENV=production)")
                .hint("fill a database of your own: ENV=development DATABASE_URL=sqlite:sample.db supermaker seed"));
        }
        if screen.manner.dry_run {
            return self.sow(screen, &blueprint, None, self.imagined(&blueprint));
        }
        logs::start(screen, &environment)?;
        let store = server::open_database(&blueprint, &settings);
        let store = store.map_err(|error| Failure::new(error.to_string().trim_end()))?;
        let owner = self.owner(&store, &blueprint, &settings)?;
        let done = self.sow(screen, &blueprint, Some(&store), owner);
        store.close_blocking();
        done
    }

    fn sow(
        &self,
        screen: &Screen,
        blueprint: &Arc<Blueprint>,
        store: Option<&Store>,
        owner: Owner,
    ) -> Result<(), Failure> {
        let rows = usize::try_from(self.rows).map_err(Failure::new)?;
        let wanted = Wanted { rows, seed: self.seed };
        let mut progress = Progress::new(screen, rows * blueprint.entities.len(), "rows");
        let entities = seed::seed(blueprint, store, &owner.user, wanted, &mut |rows| progress.tell(rows));
        progress.end();
        let entities = entities.map_err(|error| Failure::new(format!("the database does not answer: {error}")))?;
        let rows = entities.iter().map(|seeded| seeded.rows).sum();
        tell(screen, &Told { seed: self.seed, dry_run: store.is_none(), user: owner, rows, entities })
    }

    /// Who owns the rows: the account that was named, or the sample user, who may need to be made or given roles.
    fn owner(&self, store: &Store, blueprint: &Blueprint, settings: &Settings) -> Result<Owner, Failure> {
        let email = self.user.as_deref().unwrap_or(SAMPLE_USER);
        if let Some(found) = find(store, email)? {
            return self.known(store, blueprint, found);
        }
        if self.user.is_some() {
            return Err(Failure::new(format!("there is no account for {email}"))
                .hint(format!("make it: supermaker user add {email}")));
        }
        let (password, roles) = (random()?, seed::needed(blueprint));
        let password_min_length = settings.password_min_length;
        let new = NewAccount { email, password: Some(&password), roles: &roles, password_min_length };
        users::add(store, blueprint, new).map_err(Failure::new)?;
        let made = find(store, email)?.ok_or_else(|| Failure::new(format!("{email} was made and is gone again")))?;
        Ok(Owner { password: Some(password), ..Owner::of(made.into()) })
    }

    /// Roles are given to the sample user alone.
    fn known(&self, store: &Store, blueprint: &Blueprint, found: Listed) -> Result<Owner, Failure> {
        let email = found.email.clone().unwrap_or_default();
        if found.disabled {
            return Err(Failure::new(format!("{email} is disabled"))
                .hint(format!("let it sign in again: supermaker user enable {email}")));
        }
        let mut user = query::User::from(found);
        let missing: Vec<String> =
            seed::needed(blueprint).into_iter().filter(|role| !user.roles.contains(role)).collect();
        if self.user.is_none() && !missing.is_empty() {
            user.roles.extend(missing);
            users::set_roles(store, blueprint, &user.id, &user.roles).map_err(Failure::new)?;
        }
        Ok(Owner::of(user))
    }

    /// Without a database it is not known who is there: somebody who may do everything that is needed.
    fn imagined(&self, blueprint: &Blueprint) -> Owner {
        let id = "00000000-0000-7000-8000-000000000000".to_owned();
        let email = Some(self.user.as_deref().unwrap_or(SAMPLE_USER).to_owned());
        let roles = seed::needed(blueprint);
        Owner::of(query::User {
            sub: id.clone(),
            id,
            iss: "own".to_owned(),
            email,
            roles,
            fields: query::Fields::default(),
            session: None,
            key: None,
        })
    }
}

impl Owner {
    fn of(user: query::User) -> Owner {
        Owner { email: user.email.clone().unwrap_or_default(), roles: user.roles.clone(), password: None, user }
    }
}

fn find(store: &Store, email: &str) -> Result<Option<Listed>, Failure> {
    let wanted = email.trim().to_lowercase();
    let everybody = users::list(store).map_err(Failure::new)?;
    Ok(everybody.into_iter().find(|user| user.iss == "own" && user.email.as_ref() == Some(&wanted)))
}

fn random() -> Result<String, Failure> {
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn tell(screen: &Screen, told: &Told) -> Result<(), Failure> {
    if screen.manner.json {
        return screen.json(told);
    }
    let Owner { email, roles, password, .. } = &told.user;
    let verb = if told.dry_run { "Would make" } else { "Made" };
    let with = if roles.is_empty() { String::new() } else { format!(" with {}", roles.join(", ")) };
    let headline = format!("{verb} {} as {email}{with}, seed {}", counted(told.rows, "row"), told.seed);
    screen.say(&screen.paint(Ink::Bold, &headline))?;
    let lines = told.entities.iter().map(|seeded| vec![seeded.entity.clone(), seeded.rows.to_string()]).collect();
    for (line, seeded) in report::table(lines).iter().zip(&told.entities) {
        screen.say(&format!("  {line}"))?;
        for note in &seeded.notes {
            screen.say(&format!("    {note}"))?;
        }
    }
    match password {
        Some(password) => screen.say(&format!("\n{email} is new. Its password, shown only now: {password}")),
        None => Ok(()),
    }
}
