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
