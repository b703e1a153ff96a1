//! Where connections live: a socket belongs to the runtime in which it was opened, and stands still whenever that does.
//!
//! A caller who blocks his only thread (the command line, a test) would wait for ever for a connection of his own runtime,
//! so those get a runtime of ours. A server's runtime of several threads is taken as it is, which saves a change of thread
//! for each message.

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

use crate::wait::wait;

/// The runtime of all connections of one store.
pub(super) struct Home {
    handle: Handle,
    own: Option<Runtime>,
}

impl Home {
    pub(super) fn find() -> std::io::Result<Home> {
        match Handle::try_current() {
            Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => Ok(Home { handle, own: None }),
            _ => {
                let own =
                    Builder::new_multi_thread().worker_threads(1).thread_name("store-postgres").enable_all().build()?;
                Ok(Home { handle: own.handle().clone(), own: Some(own) })
            }
        }
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Blocks the thread until a future is done, which runs elsewhere. `None` if it panicked.
    pub(super) fn block<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let running = self.handle.spawn(future);
        match (&self.own, Handle::try_current()) {
            // One of the very threads that are to run it: lets another take its place.
            (None, Ok(_)) => tokio::task::block_in_place(|| wait(running)).ok(),
            _ => wait(running).ok(),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Waiting for a runtime is forbidden inside of another one.
        if let Some(own) = self.own.take() {
            own.shutdown_background();
        }
    }
}
