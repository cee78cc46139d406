//! The browser's process: started for one page with a profile of its own, and gone afterwards in every case.
//!
//! A shell, the *keeper*, starts the browser and waits for the end of its standard input, which we hold. That end
//! comes when the page is done, when its task is given up, and when tamis itself is killed; then the keeper kills the
//! browser and takes the profile away.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::super::options::FetchOptions;

/// Names under which Chromium and Chrome are installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What the keeper does; `$0` is the profile, the arguments are the browser. Children of the browser may hold the
/// profile for some moments after it, and end with the process group at the latest.
const KEEPER: &str = r#"
"$@" &
exec >&-
read -r _
kill -KILL $!
wait
for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" && break; sleep 0.1; done
kill -KILL 0
"#;

/// Where the browser writes its port and the path of its socket.
const PORT_FILE: &str = "DevToolsActivePort";

/// What the browser said, in its profile.
const LOG_FILE: &str = "browser.log";

/// How often the port is looked for.
const STEP: Duration = Duration::from_millis(20);

/// How long a browser may take to end once it is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Switches of every browser. Together the first four keep it off the network: a proxy for everything, loopback
/// included, whose name resolves to nothing, and no way around it for sound and pictures.
const SWITCHES: [&str; 24] = [
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
];

/// The browser of the settings, or the first in `PATH`; else what to do, as a sentence.
pub(super) fn find(named: Option<&Path>) -> Result<PathBuf, String> {
    match named {
        Some(path) if path.is_file() => Ok(path.to_owned()),
        Some(path) => Err(format!(
            "fetch.chromium: {} is no file; name the program of Chromium or Chrome, or leave the key out",
            path.display()
        )),
        None => in_path().ok_or_else(|| {
            "fetch.render asks for a browser, and none is in PATH; install Chromium (Debian: apt install chromium), \
             name its program in fetch.chromium, or set fetch.render (--render) to never"
                .to_owned()
        }),
    }
}

fn in_path() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|path| path.is_file())
}

/// A browser that runs.
pub(super) struct Browser {
    /// Address of its DevTools socket.
    pub(super) address: String,
    keeper: Child,
    hold: ChildStdin,
    /// Kept open: a program that writes to a closed output may end.
    _output: ChildStdout,
}

impl Browser {
    /// Starts a browser and waits until it listens.
    pub(super) async fn start(program: &Path, options: &FetchOptions) -> Result<Browser, String> {
        let profile = tempfile::Builder::new().prefix("tamis-chromium-").tempdir();
        let profile = profile.map_err(|error| format!("no folder for its profile: {error}"))?;
        let (keeper, hold, mut output) = spawn(program, profile.path(), options).map_err(|error| {
            format!("it cannot be started by way of `sh`: {error}; rendering needs a Unix system")
        })?;
        // From here on the profile is the keeper's.
        let profile = profile.keep();
        match listening(&mut output, &profile).await {
            Some(address) => Ok(Browser { address, keeper, hold, _output: output }),
            None => Err(last_words(&profile)),
        }
    }

    /// Ends the browser, and waits until its profile is gone.
    pub(super) async fn end(self) {
        let Browser { mut keeper, hold, .. } = self;
        drop(hold);
        // A keeper that takes longer goes on by itself.
        let _ = tokio::time::timeout(PATIENCE, keeper.wait()).await;
    }
}

fn spawn(
    program: &Path,
    profile: &Path,
    options: &FetchOptions,
) -> std::io::Result<(Child, ChildStdin, ChildStdout)> {
    let log = File::create(profile.join(LOG_FILE))?;
    let mut command = Command::new("sh");
    command.arg("-c").arg(KEEPER).arg(profile).arg(program).args(SWITCHES);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.arg(format!("--user-agent={}", options.full_user_agent()));
    if is_root() {
        tracing::warn!(
            "Chromium runs without its sandbox, because tamis runs as root; run it as another user"
        );
        command.arg("--no-sandbox");
    }
    command.arg("about:blank");
    // Whatever it keeps in a home or in the folder of temporary files goes with the profile.
    command.env("HOME", profile).env("TMPDIR", profile);
    for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DISPLAY"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
    #[cfg(unix)]
    command.process_group(0);
    let mut keeper = command.spawn()?;
    match (keeper.stdin.take(), keeper.stdout.take()) {
        (Some(hold), Some(output)) => Ok((keeper, hold, output)),
        _ => Err(std::io::Error::other("no pipe")),
    }
}

/// Chromium's sandbox does not work for root, and Chromium then refuses to start.
fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let probe = tempfile::tempfile().and_then(|file| file.metadata());
        probe.is_ok_and(|data| data.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}

/// The address of the socket once the browser has written it; none if the browser ended before.
async fn listening(output: &mut ChildStdout, profile: &Path) -> Option<String> {
    let written = async {
        loop {
            let text = std::fs::read_to_string(profile.join(PORT_FILE)).unwrap_or_default();
            if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
                return format!("ws://127.0.0.1:{port}{}", path.trim());
            }
            tokio::time::sleep(STEP).await;
        }
    };
    // Only the browser and its children hold the other end.
    let mut nowhere = tokio::io::sink();
    let ended = tokio::io::copy(output, &mut nowhere);
    tokio::select! {
        address = written => Some(address),
        _ = ended => None,
    }
}

/// Why a browser did not start: the last line that it wrote.
fn last_words(profile: &Path) -> String {
    let log = std::fs::read(profile.join(LOG_FILE)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let last = log.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
    format!("it ended at once: {last}; try `chromium --headless --dump-dom about:blank` as this user")
}
