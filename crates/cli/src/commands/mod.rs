//! The commands, each in its file.

mod access;
mod check;
mod new;
mod plan;
mod seed;
mod serve;
mod user;

use clap::Subcommand;

use crate::failure::Failure;
use crate::screen::Screen;

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    New(new::New),
    Plan(plan::Plan),
    Serve(serve::Serve),
    Check(check::Check),
    Access(access::Access),
    Seed(seed::Seed),
    User(user::User),
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
            Command::Serve(serve) => serve.run(screen),
            Command::Check(check) => check.run(screen),
            Command::Access(access) => access.run(screen),
            Command::Seed(seed) => seed.run(screen),
            Command::User(user) => user.run(screen),
        }
    }
}
