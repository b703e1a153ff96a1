//! The commands, each in its file.

mod access;
mod audit;
mod change;
mod check;
mod docs;
mod doctor;
mod explain;
mod key;
mod migrate;
mod new;
mod plan;
mod seed;
mod serve;
mod todos;
mod user;
mod user_import;

use clap::Subcommand;

use crate::failure::Failure;
use crate::screen::Screen;

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    New(new::New),
    Plan(plan::Plan),
    Change(change::Change),
    Migrate(migrate::Migrate),
    Serve(serve::Serve),
    Check(check::Check),
    Access(access::Access),
    Explain(explain::Explain),
    Docs(docs::Docs),
    Doctor(doctor::Doctor),
    Todos(todos::Todos),
    Seed(seed::Seed),
    User(user::User),
    Key(key::Key),
    Audit(audit::Audit),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong and what to try.
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        match self {
            Command::New(new) => new.run(screen),
            Command::Plan(plan) => plan.run(screen),
            Command::Change(change) => change.run(screen),
            Command::Migrate(migrate) => migrate.run(screen),
            Command::Serve(serve) => serve.run(screen),
            Command::Check(check) => check.run(screen),
            Command::Access(access) => access.run(screen),
            Command::Explain(explain) => explain.run(screen),
            Command::Docs(docs) => docs.run(screen),
            Command::Doctor(doctor) => doctor.run(screen),
            Command::Todos(todos) => todos.run(screen),
            Command::Seed(seed) => seed.run(screen),
            Command::User(user) => user.run(screen),
            Command::Key(key) => key.run(screen),
            Command::Audit(audit) => audit.run(screen),
        }
    }
}
