//! The wish to stop: Ctrl-C in a terminal, SIGTERM from systemd or cron's `timeout`.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears each wish to stop from [`Stop::listen`] on, also while nobody waits for one.
pub struct Stop {
    /// `None` where no handler could be set: the system's own way of stopping stays in force.
    #[cfg(unix)]
    signals: [Option<Signal>; 2],
}

impl Stop {
    /// Begins to listen. To be called within the runtime.
    #[cfg(unix)]
    pub fn listen() -> Stop {
        Stop { signals: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    /// Begins to listen.
    #[cfg(not(unix))]
    pub fn listen() -> Stop {
        Stop {}
    }

    /// Completes when the process is asked to stop, and again when it is asked again.
    #[cfg(unix)]
    pub async fn requested(&mut self) {
        let [interrupted, terminated] = &mut self.signals;
        tokio::select! {
            () = raised(interrupted) => {}
            () = raised(terminated) => {}
        }
    }

    /// Completes when the process is asked to stop, and again when it is asked again.
    #[cfg(not(unix))]
    pub async fn requested(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn raised(signal: &mut Option<Signal>) {
    let heard = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Has a write past the limit on file sizes (`ulimit -f`) fail like any other, where it would kill the program.
/// To be called within the runtime.
pub fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        /// SIGXFSZ on Linux, macOS and the BSDs.
        const FILE_SIZE_LIMIT: i32 = 25;
        // The handler stays for the life of the program, as tokio documents. Without it, all is as before.
        let _ = signal(SignalKind::from_raw(FILE_SIZE_LIMIT));
    }
}
