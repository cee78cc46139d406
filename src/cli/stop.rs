//! The wish to stop: Ctrl-C in a terminal, SIGTERM from systemd or cron's `timeout`.

/// Completes when the process is asked to stop.
pub async fn requested() {
    let interrupted = async {
        // without a handler there is nothing to wait for, and the system's own way of stopping stays in force
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

/// Has a write past the limit on file sizes (`ulimit -f`) fail like any other, where it would kill the program.
/// To be called within the runtime.
pub fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        /// SIGXFSZ on Linux, macOS and the BSDs.
        const FILE_SIZE_LIMIT: i32 = 25;
        use tokio::signal::unix::{SignalKind, signal};
        // The handler stays for the life of the program, as tokio documents. Without it, all is as before.
        let _ = signal(SignalKind::from_raw(FILE_SIZE_LIMIT));
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
