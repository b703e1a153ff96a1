//! `serve --watch`: a blueprint that is saved is checked and served, or said to be wrong while the one before goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use blueprint::Blueprint;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use serde::Serialize;
use server::{Live, StartError};
use store::OpenError;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::Source;

/// An editor writes a file in several steps; what it leaves after this long without another is what was meant.
const QUIET: Duration = Duration::from_millis(50);

/// How often it is looked whether the tables are those of a blueprint that was saved before they were.
const LOOK: Duration = Duration::from_secs(1);

/// A blueprint on disk and the server that is to follow it.
pub struct Follower {
    file: PathBuf,
    /// The text that was looked at last, good or not.
    seen: String,
    live: Live,
    /// Waits for `supermaker migrate`, which brings the tables to it.
    waiting: Option<Arc<Blueprint>>,
}

/// What `--json` prints of one that is served from now on.
#[derive(Serialize)]
struct Reloaded<'a> {
    reloaded: &'a str,
    warnings: Vec<&'a str>,
}

/// Saves of one file. It is watched as long as this lives.
pub struct Saves {
    _watcher: RecommendedWatcher,
    events: Receiver<()>,
}

impl Saves {
    /// Watches the folder and not the file, in whose place many editors put another.
    ///
    /// # Errors
    /// The system cannot watch it.
    pub fn of(source: &Source) -> Result<Saves, Failure> {
        let name = source.path.file_name().map(ToOwned::to_owned);
        // One is enough: whoever hears it reads the file as it is then.
        let (sender, events) = channel(1);
        let heard = move |event: notify::Result<notify::Event>| {
            let is_ours = |event: &notify::Event| event.paths.iter().any(|path| path.file_name() == name.as_deref());
            if event.is_ok_and(|event| !event.kind.is_access() && is_ours(&event)) {
                // A full channel has one waiting already.
                let _ = sender.try_send(());
            }
        };
        let failed = |error: notify::Error| Failure::new(format!("cannot watch {}: {error}", source.folder.display()));
        let mut watcher = notify::recommended_watcher(heard).map_err(failed)?;
        watcher.watch(&source.folder, RecursiveMode::NonRecursive).map_err(failed)?;
        Ok(Saves { _watcher: watcher, events })
    }

    /// Waits for the next one, and until the editor is done.
    async fn next(&mut self) -> Option<()> {
        self.events.recv().await?;
        self.quiet().await;
        Some(())
    }

    async fn quiet(&mut self) {
        while let Ok(Some(())) = timeout(QUIET, self.events.recv()).await {}
    }
}

impl Follower {
    pub fn new(source: &Source, live: Live) -> Follower {
        Follower { file: source.path.clone(), seen: source.text.clone(), live, waiting: None }
    }

    /// Follows every save, and says what came of it. Ends when nothing more can be heard.
    pub async fn follow(mut self, screen: &Screen, mut saves: Saves) {
        // First of all: what was saved while the server started.
        loop {
            match self.reload(screen).await {
                Ok(None) => {}
                Ok(Some(blueprint)) => self.tell(screen, &blueprint),
                Err(failure) => {
                    screen.failure(&failure);
                    screen.warn("the blueprint before this one is still served");
                }
            }
            if !self.next(screen, &mut saves).await {
                break;
            }
        }
    }

    /// Waits for the next save, and serves meanwhile what waits for its tables as soon as they are there.
    async fn next(&mut self, screen: &Screen, saves: &mut Saves) -> bool {
        while let Some(blueprint) = self.waiting.clone() {
            if let Ok(next) = timeout(LOOK, saves.events.recv()).await {
                saves.quiet().await;
                return next.is_some();
            }
            if self.live.reload(blueprint.clone()).await.is_ok() {
                self.waiting = None;
                self.tell(screen, &blueprint);
            }
        }
        saves.next().await.is_some()
    }

    /// Serves the file as it is now; nothing if that is what is served already.
    async fn reload(&mut self, screen: &Screen) -> Result<Option<Arc<Blueprint>>, Failure> {
        let source = Source::read(Some(&self.file))?;
        if source.text == self.seen {
            return Ok(None);
        }
        self.seen.clone_from(&source.text);
        self.waiting = None;
        let blueprint = Arc::new(source.load_or_explain(screen.color_err())?);
        match self.live.reload(blueprint.clone()).await {
            Ok(()) => Ok(Some(blueprint)),
            Err(error) => {
                let tables = matches!(error, StartError::Database(OpenError::Changed { .. }));
                self.waiting = Some(blueprint).filter(|_| tables);
                Err(Failure::new(error.to_string().trim_end()))
            }
        }
    }

    fn tell(&self, screen: &Screen, blueprint: &Blueprint) {
        let warnings: Vec<&str> = blueprint.warnings.iter().map(|warning| warning.message.as_str()).collect();
        // Where stdout is closed the server goes on all the same.
        let _ = if screen.manner.json {
            screen.json(&Reloaded { reloaded: &blueprint.app.name, warnings })
        } else {
            warnings.iter().for_each(|warning| screen.warn(warning));
            screen.say(&format!("{} {}", screen.paint(Ink::Good, "Reloaded"), self.file.display()))
        };
    }
}
