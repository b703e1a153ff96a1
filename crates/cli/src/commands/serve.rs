//! `supermaker serve`: a blueprint as a running backend, until Ctrl-C or SIGTERM.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blueprint::Blueprint;
use clap::Args;
use serde::Serialize;
use server::process::{Environment, is_exposed_development, stop_signals};
use server::settings::Settings;
use server::{Server, StartError, process};

use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::{LonePlace, Source};
use crate::watch::{Follower, Saves};
use crate::{interrupts, logs, ports};

/// Serve a blueprint: HTTP API, accounts, database, documentation
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker serve
  supermaker serve --file lead-tracker
  supermaker serve --file lead-tracker/blueprint.toml --port 9000
  supermaker serve --watch       (serves every save of the blueprint at once)
  supermaker serve --json        (prints one line of JSON with the address)

Settings come from the environment and from the .env file beside the blueprint; the environment wins. Relative database paths start at the blueprint's folder.

A database whose tables were made for another blueprint is left as it is, and what differs is told: `supermaker migrate` brings
them along.

With --watch a blueprint that is saved is checked and served without a pause: connections, sessions and limits go on. One
with problems, or that asks for other tables, is shown with what to try, and the one before is served on.

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 could not start")]
pub struct Serve {
    #[command(flatten)]
    place: LonePlace,
    /// The address to listen on [default: HOST, or 127.0.0.1]
    #[arg(long)]
    host: Option<IpAddr>,
    /// The port to listen on; 0 takes a free one [default: PORT, or 8000]
    #[arg(long)]
    port: Option<u16>,
    /// Let other machines reach a server in development
    #[arg(long)]
    allow_remote: bool,
    /// Serve the blueprint anew whenever it is saved
    #[arg(long)]
    watch: bool,
}

/// What `--json` prints once it listens.
#[derive(Serialize)]
struct Listening {
    url: String,
    docs: String,
    api: String,
    /// Where the mail of a server that is tried out can be read.
    mail: Option<String>,
    database: String,
    pid: u32,
    warnings: Vec<String>,
}

impl Serve {
    /// For a folder that was just made.
    pub fn of(folder: PathBuf, host: Option<IpAddr>, port: Option<u16>) -> Serve {
        Serve { place: LonePlace::of(folder), host, port, allow_remote: false, watch: false }
    }

    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let environment = Environment::beside(&source.folder)?;
        let (blueprint, settings) = self.prepare(screen, &source, &environment)?;
        if screen.manner.dry_run {
            let address = SocketAddr::new(settings.host, settings.port);
            return screen.would(&format!("serve {} at {}", source.path.display(), url(address, scheme(&settings))));
        }
        let _export = logs::start_exporting(screen, &environment, &blueprint.app.name)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::new)?;
        // Before the server starts, so that no save is missed.
        let saves = if self.watch { Some(Saves::of(&source)?) } else { None };
        runtime.block_on(serve(screen, Arc::new(blueprint), settings, saves.map(|saves| (source, saves))))
    }

    /// Blueprint and settings, or all that is wrong with either.
    fn prepare(
        &self,
        screen: &Screen,
        source: &Source,
        environment: &Environment,
    ) -> Result<(Blueprint, Settings), Failure> {
        let color = screen.color_err();
        let settings = self.settings(&source.folder, environment);
        match (source.load(), settings) {
            (Ok(blueprint), Ok(settings)) => Ok((blueprint, settings)),
            (Err(problems), Ok(_)) => Err(source.explain(&problems, color)),
            (Ok(_), Err(failure)) => Err(failure),
            (Err(problems), Err(failure)) => {
                let both = format!("{}\n\n{}", source.explain(&problems, color).message, failure.message);
                Err(Failure { message: both, ..failure })
            }
        }
    }

    fn settings(&self, folder: &Path, environment: &Environment) -> Result<Settings, Failure> {
        let settings = process::read_settings(folder, environment, |name| match name {
            "HOST" => self.host.map(|host| host.to_string()),
            "PORT" => self.port.map(|port| port.to_string()),
            _ => None,
        })?;
        if is_exposed_development(&settings) && !self.allow_remote {
            let message = format!("HOST: {} lets other machines reach a server in development", settings.host);
            return Err(Failure::new(message)
                .hint("serve real users with ENV=production, or add --allow-remote if that is what you want"));
        }
        Ok(settings)
    }
}

async fn serve(
    screen: &Screen,
    blueprint: Arc<Blueprint>,
    settings: Settings,
    watched: Option<(Source, Saves)>,
) -> Result<(), Failure> {
    let server = start(screen, &blueprint, settings.clone()).await?;
    // Heard from here on, so that whoever reads the address may stop the server at once.
    let stops = stop_signals().map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
    interrupts::leave();
    tell(screen, &blueprint, &settings, &server)?;
    server.live().now().tell_self_written();
    let Some((source, saves)) = watched else {
        server.run(stops).await;
        return screen.say("Stopped.");
    };
    let follower = Follower::new(&source, server.live().clone());
    tokio::select! {
        () = server.run(stops) => {}
        // It ends only when nothing more can be heard of the folder, which is no reason to stop serving.
        () = async { follower.follow(screen, saves).await; std::future::pending().await } => {}
    }
    screen.say("Stopped.")
}

async fn start(screen: &Screen, blueprint: &Arc<Blueprint>, settings: Settings) -> Result<Server, Failure> {
    match Server::start(blueprint.clone(), settings.clone()).await {
        Ok(server) => Ok(server),
        Err(StartError::Bind { address, source }) if source.kind() == io::ErrorKind::AddrInUse => {
            let Some(free) = ports::next_free(address.ip(), address.port()) else {
                return Err(Failure::new(StartError::Bind { address, source }));
            };
            let taken = format!("port {} is taken", address.port());
            if screen.ask(&format!("{taken}; use {free} instead?")) {
                let settings = Settings { port: free, ..settings };
                return Server::start(blueprint.clone(), settings).await.map_err(Failure::new);
            }
            Err(Failure::new(taken).hint(format!("port {free} is free: add --port {free}")))
        }
        Err(error) => Err(Failure::new(error.to_string().trim_end())),
    }
}

fn tell(screen: &Screen, blueprint: &Blueprint, settings: &Settings, server: &Server) -> Result<(), Failure> {
    let url = url(server.address(), scheme(settings));
    let mail = server.live().now().mailbox().map(|path| format!("{url}{path}"));
    let mut warnings: Vec<String> = blueprint.warnings.iter().map(|warning| warning.message.clone()).collect();
    warnings.extend(settings.unheeded.iter().cloned());
    if settings.secret_is_temporary {
        warnings.push("SECRET_KEY is not set: one was made for this run, and log-ins end with it".to_owned());
    }
    let (docs, api) = (format!("{url}/docs"), format!("{url}{}", blueprint.api.prefix));
    if screen.manner.json {
        let (database, pid) = (settings.database.to_string(), std::process::id());
        return screen.json(&Listening { url, docs, api, mail, database, pid, warnings });
    }
    let name = screen.paint(Ink::Bold, &blueprint.app.name);
    screen.say(&format!("Serving {name} at {}", screen.paint(Ink::Good, &url)))?;
    let database = &settings.database;
    let mail = mail.map_or_else(String::new, |mail| format!("\n  mail      {mail}"));
    screen.say(&format!("  API       {api}\n  docs      {docs}{mail}\n  database  {database}\n"))?;
    warnings.iter().for_each(|warning| screen.warn(warning));
    screen.say("Ctrl-C stops it.")
}

fn scheme(settings: &Settings) -> &'static str {
    if settings.tls.is_some() { "https" } else { "http" }
}

/// What to type into a browser on this machine.
fn url(address: SocketAddr, scheme: &str) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn an_address_for_all_is_shown_as_one_that_can_be_opened() {
        for (address, expected) in [
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
        ] {
            assert_eq!(address.parse().map(|address| url(address, "http")).as_deref(), Ok(expected));
        }
    }
}
