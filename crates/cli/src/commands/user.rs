//! `supermaker user`: accounts, as the operator manages them, also beside a running server.

use std::io::{self, BufRead, IsTerminal};

use blueprint::Blueprint;
use clap::{Args, Subcommand};

use serde::Serialize;
use serde_json::json;
use server::auth::caller_fields;
use server::auth::self_written;
use server::auth::users::{self, Listed, NewAccount};
use store::Store;

use super::user_import::Import;
use crate::counts::counted;
use crate::failure::{Failure, shell_word};
use crate::logs;
use crate::report::listed;
use crate::screen::Screen;
use crate::source::{Place, Source};
use server::Whereto;
use server::process::{Environment, read_settings};

/// Make, invite, import, list, disable accounts, change their roles and passwords
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker user add ana@example.com --role admin
  printf %s \"$PASSWORD\" | supermaker user add ana@example.com --password-stdin
  supermaker user role ana@example.com --add manager --remove agent
  supermaker user set ana@example.com team=blue
  supermaker user list --json
  supermaker user import accounts.csv

It works on the database of the blueprint, also while a server runs on it.")]
pub struct User {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum Action {
    /// Make an account
    #[command(after_help = "Example:\n  supermaker user add ana@example.com --role admin")]
    Add {
        /// Its e-mail address
        #[arg(required_unless_present = "former")]
        email: Option<String>,
        /// As it was said before the others took it as an argument.
        #[arg(long = "email", hide = true, value_name = "EMAIL", conflicts_with = "email", id = "former")]
        former: Option<String>,
        /// A role it gets; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Read the password from the first line of standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Invite an address to make an account, where the blueprint says sign_up = "invite"
    #[command(
        after_help = "Example:\n  supermaker user invite ana@example.com --role agent\n\nNo mail is sent: hand the link on yourself."
    )]
    Invite {
        /// The e-mail address
        email: String,
        /// A role that the account gets; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
    },
    /// Give and take roles
    #[command(after_help = "Example:\n  supermaker user role ana@example.com --add manager --remove agent")]
    Role {
        /// E-mail address or id
        who: String,
        #[arg(hide = true, value_name = "ROLE")]
        bare: Option<String>,
        /// A role to give; may be given several times
        #[arg(long, value_name = "ROLE", required_unless_present_any = ["remove", "bare"])]
        add: Vec<String>,
        /// A role to take; may be given several times
        #[arg(long, value_name = "ROLE")]
        remove: Vec<String>,
    },
    /// Give a field of a user another value, or none
    #[command(after_help = "\
Examples:
  supermaker user set ana@example.com team=blue
  supermaker user set ana@example.com team=

Rules look at such fields as `caller.team`; it counts within a second.")]
    Set {
        /// E-mail address or id
        who: String,
        /// The field and its value; nothing after the `=` empties it
        #[arg(value_name = "FIELD=VALUE", value_parser = assignment)]
        field: (String, String),
    },
    /// Take what users wrote themselves into a field that rules look at, before it became read_only
    #[command(after_help = "\
Example:
  supermaker user clear team

Rules trust `caller.team`. Whoever registered while everybody could write it may have given himself what is not his: `serve` says how
many did. Each gets the field's default; values that you gave (`user set`, `user import`) stay.")]
    Clear {
        /// The field
        field: String,
    },
    /// Give an account another password and end all its sessions
    #[command(
        after_help = "Example:\n  printf %s \"$PASSWORD\" | supermaker user password ana@example.com --password-stdin"
    )]
    Password {
        /// E-mail address or id
        who: String,
        /// Read the password from the first line of standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take over the accounts of another system with the hashes of their passwords: all of a file, or nothing of it
    #[command(after_help = "\
Examples:
  supermaker user import accounts.csv --dry-run
  supermaker user import accounts.jsonl --json

Columns: email; hash (bcrypt, argon2id, scrypt, pbkdf2, Better Auth's salt:key); roles; verified; fields of [user]. Who has an account
already is left as he is. Each gets a hash of this server at his first log-in. Supermaker's docs/import-users.md has more.")]
    Import(Import),
    /// Show all accounts
    #[command(after_help = "Example:\n  supermaker user list --file lead-tracker --json")]
    List,
    /// End all sessions of a user and let him sign in no more
    #[command(after_help = "Example:\n  supermaker user disable ana@example.com")]
    Disable {
        /// E-mail address or id
        who: String,
    },
    /// Let a disabled user sign in again
    #[command(after_help = "Example:\n  supermaker user enable ana@example.com")]
    Enable {
        /// E-mail address or id
        who: String,
    },
}

/// A user as he is printed.
#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    email: Option<&'a str>,
    roles: &'a [String],
    disabled: bool,
    issuer: &'a str,
    created_at: &'a str,
}

/// An open database with its blueprint.
struct Desk {
    store: Store,
    blueprint: Blueprint,
    password_min_length: usize,
    /// Where an invitation leads; looked for where there is one.
    whereto: Whereto,
}

impl User {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        if let Action::Role { who, bare: Some(role), .. } = &self.action {
            let failure = Failure::usage(format!("is `{role}` to be given or taken?"));
            let command = format!("supermaker user role {} ", shell_word(who));
            let role = shell_word(role);
            return Err(failure.hint(format!("{command}--add {role} gives it, {command}--remove {role} takes it")));
        }
        let source = self.place.read()?;
        if let Action::Import(import) = &self.action {
            return import.run(screen, &source);
        }
        if screen.manner.dry_run {
            source.load_or_explain(screen.color_err())?;
            return screen.would(&self.action.described());
        }
        // Before the database is opened: whoever waits at a prompt should hold up nobody.
        let password = match &self.action {
            Action::Add { password_stdin, .. } | Action::Password { password_stdin, .. } => {
                Some(password(screen, *password_stdin)?)
            }
            _ => None,
        };
        let desk = Desk::open(screen, &source, &self.action)?;
        desk.act(screen, &self.action, password.as_deref())
    }
}

impl Action {
    fn described(&self) -> String {
        match self {
            Action::Add { email, former, roles, .. } if roles.is_empty() => format!("add {}", address(email, former)),
            Action::Add { email, former, roles, .. } => {
                format!("add {} as {}", address(email, former), roles.join(", "))
            }
            Action::Role { who, add, remove, .. } => {
                format!("give {who} [{}] and take [{}]", add.join(", "), remove.join(", "))
            }
            Action::Set { who, field: (name, _) } => format!("set {name} of {who}"),
            Action::Clear { field } => format!("take what users wrote themselves into {field}"),
            Action::Invite { email, roles } if roles.is_empty() => format!("invite {email}"),
            Action::Invite { email, roles } => format!("invite {email} as {}", roles.join(", ")),
            Action::Password { who, .. } => format!("give {who} another password"),
            Action::Import(import) => format!("import {}", import.name()),
            Action::List => "list all users".to_owned(),
            Action::Disable { who } => format!("disable {who}"),
            Action::Enable { who } => format!("enable {who}"),
        }
    }
}

/// The address in whichever way it was said; the command line has one of them.
fn address<'a>(email: &'a Option<String>, former: &'a Option<String>) -> &'a str {
    email.as_deref().or(former.as_deref()).unwrap_or_default()
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE, such as team=blue")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Desk {
    fn open(screen: &Screen, source: &Source, action: &Action) -> Result<Desk, Failure> {
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        logs::start(screen, &environment)?;
        let password_min_length = settings.password_min_length;
        let invites = matches!(action, Action::Invite { .. });
        let store = server::open_database(&blueprint, &settings);
        let store = store.map_err(|error| Failure::new(error.to_string().trim_end()))?;
        let whereto = if invites { Whereto::find(&store, &settings) } else { Whereto::Unknown };
        Ok(Desk { store, blueprint, password_min_length, whereto })
    }

    fn act(&self, screen: &Screen, action: &Action, password: Option<&str>) -> Result<(), Failure> {
        match action {
            Action::Add { email, former, roles, .. } => self.add(screen, address(email, former), roles, password),
            Action::Role { who, add, remove, .. } => self.roles(screen, who, add, remove),
            Action::Set { who, field: (name, text) } => self.set(screen, who, name, text),
            Action::Clear { field } => self.clear(screen, field),
            // That needs no desk: `User::run`.
            Action::Import(_) => Ok(()),
            Action::Invite { email, roles } => self.invite(screen, email, roles),
            Action::Password { who, .. } => self.password(screen, who, password.unwrap_or_default()),
            Action::List => self.list(screen),
            Action::Disable { who } => self.disable(screen, who, true),
            Action::Enable { who } => self.disable(screen, who, false),
        }
    }

    fn add(&self, screen: &Screen, email: &str, roles: &[String], password: Option<&str>) -> Result<(), Failure> {
        let new = NewAccount { email, password, roles, password_min_length: self.password_min_length };
        let id = users::add(&self.store, &self.blueprint, new).map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"id": id, "email": email, "roles": roles}));
        }
        screen.say(&format!("Added {email}{}, id {id}", with_roles(roles)))
    }

    fn set(&self, screen: &Screen, who: &str, name: &str, text: &str) -> Result<(), Failure> {
        caller_fields::set(&self.store, &self.blueprint, who, name, text).map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"user": who, "field": name}));
        }
        screen.say(&format!("{name} of {who} is {}", if text.is_empty() { "empty" } else { text }))
    }

    fn clear(&self, screen: &Screen, field: &str) -> Result<(), Failure> {
        let cleared = self_written::clear(&self.store, &self.blueprint, field).map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"field": field, "cleared": cleared}));
        }
        screen.say(&format!("Took {field} from {} who had written it", counted(cleared, "user")))
    }

    fn roles(&self, screen: &Screen, who: &str, add: &[String], remove: &[String]) -> Result<(), Failure> {
        let everybody = self.everybody()?;
        let user = everybody.iter().find(|user| is(user, who));
        let held = user.map(|user| user.roles.clone()).unwrap_or_default();
        let mut roles: Vec<String> = held.into_iter().filter(|role| !remove.contains(role)).collect();
        for role in add.iter().filter(|role| !remove.contains(role)) {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        users::set_roles(&self.store, &self.blueprint, who, &roles).map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"user": who, "roles": roles}));
        }
        screen.say(&format!("{who} now has {}", if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") }))
    }

    fn invite(&self, screen: &Screen, email: &str, roles: &[String]) -> Result<(), Failure> {
        let invited = users::invite(&self.store, &self.blueprint, email, roles).map_err(Failure::new)?;
        let link = invited.link(self.whereto.links());
        let is_known = !matches!(self.whereto, Whereto::Guessed(_));
        if !is_known {
            screen.warn(
                "no server is known to run on this database: the link leads to the HOST and PORT of the settings, and holds where \
                 `serve` listens there; PUBLIC_URL says where it is for everybody",
            );
        }
        if screen.manner.json {
            let token = &invited.token;
            let link = json!({"email": email, "roles": roles, "token": token, "link": link, "link_is_known": is_known});
            return screen.json(&link);
        }
        let with = with_roles(roles);
        screen.say(&format!("Invited {email}{with} for {} days; this is shown only now:", invited.days))?;
        let register = "the `invitation` of POST /auth/register";
        match link {
            Some(link) => screen.result(&format!("{link}\nWhat stands after `token=` is {register}.")),
            None => screen.result(&format!("{}\nThat is {register}.", invited.token)),
        }
    }

    fn password(&self, screen: &Screen, who: &str, password: &str) -> Result<(), Failure> {
        users::set_password(&self.store, &self.blueprint, who, password, self.password_min_length)
            .map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"user": who}));
        }
        screen.say(&format!("{who} has another password; all sessions are ended"))
    }

    fn list(&self, screen: &Screen) -> Result<(), Failure> {
        let everybody = self.everybody()?;
        if screen.manner.json {
            return screen.json(&everybody.iter().map(View::of).collect::<Vec<_>>());
        }
        // The same address at two issuers is two people.
        let is_one_issuer = everybody.iter().all(|user| user.iss == "own");
        fn row([email, issuer, rest @ ..]: [&str; 6], is_one_issuer: bool) -> Vec<&str> {
            let issuer = (!is_one_issuer).then_some(issuer);
            [email].into_iter().chain(issuer).chain(rest).collect()
        }
        let head = row(["email", "issuer", "roles", "state", "since", "id"], is_one_issuer);
        let rows = everybody.iter().map(|user| {
            let state = if user.disabled { "disabled" } else { "active" };
            let since: String = user.created_at.chars().take(10).collect();
            let email = user.email.as_deref().unwrap_or_default();
            let roles = user.roles.join(", ");
            let cells = row([email, &user.iss, &roles, state, &since, &user.id], is_one_issuer);
            cells.into_iter().map(str::to_owned).collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() {
            return screen.result("There are no users yet.");
        }
        screen.result(&listed(screen, &head, &rows))
    }

    fn disable(&self, screen: &Screen, who: &str, disabled: bool) -> Result<(), Failure> {
        users::set_disabled(&self.store, who, disabled).map_err(Failure::new)?;
        if screen.manner.json {
            return screen.json(&json!({"user": who, "disabled": disabled}));
        }
        let text = if disabled { "may not sign in any more; all sessions are ended" } else { "may sign in again" };
        screen.say(&format!("{who} {text}"))
    }

    fn everybody(&self) -> Result<Vec<Listed>, Failure> {
        users::list(&self.store).map_err(Failure::new)
    }
}

impl View<'_> {
    fn of(user: &Listed) -> View<'_> {
        View {
            id: &user.id,
            email: user.email.as_deref(),
            roles: &user.roles,
            disabled: user.disabled,
            issuer: &user.iss,
            created_at: &user.created_at,
        }
    }
}

fn is(user: &Listed, who: &str) -> bool {
    let same_address = user.email.as_ref().is_some_and(|email| *email == who.trim().to_lowercase());
    user.id == who || user.iss == "own" && same_address
}

fn with_roles(roles: &[String]) -> String {
    if roles.is_empty() { String::new() } else { format!(" as {}", roles.join(", ")) }
}

/// From standard input or a prompt, never from an argument, which every process on the machine can read.
fn password(screen: &Screen, from_stdin: bool) -> Result<String, Failure> {
    if from_stdin {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|error| Failure::new(format!("no password: {error}")))?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !io::stdin().is_terminal() || screen.manner.json {
        return Err(Failure::usage("no password, and no terminal to ask for one")
            .hint("printf %s \"$PASSWORD\" | supermaker user … --password-stdin"));
    }
    let prompt = |text| rpassword::prompt_password(text).map_err(|error| Failure::new(format!("no password: {error}")));
    let (first, second) = (prompt("Password: ")?, prompt("Once more: ")?);
    if first == second { Ok(first) } else { Err(Failure::new("the two passwords differ; nothing was done")) }
}
