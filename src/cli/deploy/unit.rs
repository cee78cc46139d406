//! Units of systemd: a service and its timer.

use std::path::{Path, PathBuf};

use tamis::fetch::RenderMode;

use super::{Installed, config_of};

/// Exit codes that are no failure of the service: some pages failed, another run is under way.
const NO_FAILURES: [&str; 2] = ["3", "75"];
/// How long systemd waits by default before it kills (DefaultTimeoutStopSec).
const USUAL_STOP_SECONDS: u64 = 90;
/// Settings of a unit that name folders it may write, with the folder that they are below.
const FOLDERS: [(&str, &str); 4] = [
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("RuntimeDirectory", "/run"),
];

/// The settings of a unit, in order; a key may come more than once.
struct Unit<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Unit<'a> {
    fn parse(text: &'a str) -> Unit<'a> {
        let settings = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
        let pairs = settings.filter_map(|line| line.split_once('='));
        Unit(pairs.map(|(key, value)| (key.trim(), value.trim())).collect())
    }

    fn last(&self, key: &str) -> Option<&'a str> {
        self.all(key).last()
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(theirs, _)| *theirs == key).map(|(_, value)| *value)
    }

    fn is_on(&self, key: &str) -> bool {
        self.last(key).is_some_and(|value| !matches!(value, "no" | "false" | "off" | "0"))
    }
}

/// What is wrong with a service.
pub(super) fn service(text: &str, installed: &Installed) -> Vec<String> {
    let unit = Unit::parse(text);
    let mut found = Vec::new();
    found.extend(command(&unit, installed));
    found.extend(exit_codes(&unit));
    found.extend(times(&unit, installed));
    found.extend(folders(&unit, installed));
    found.extend(homes(&unit, installed));
    found.extend(browser(&unit, installed));
    found
}

fn command(unit: &Unit, installed: &Installed) -> Vec<String> {
    let Some(line) = unit.last("ExecStart") else {
        return vec!["ExecStart is missing; write `ExecStart=/usr/local/bin/tamis run -c FILE`".to_owned()];
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut found = Vec::new();
    let program = words.first().copied().unwrap_or_default().trim_start_matches(['-', '@', ':', '+', '!']);
    if !Path::new(program).is_file() {
        found.push(format!("ExecStart: there is no program {program}; install tamis there"));
    }
    match config_of(&words) {
        Some(path) if installed.is_file(Path::new(&path)) => {}
        Some(path) => found.push(format!(
            "ExecStart runs with {path}, but {} is checked; install it there, or check that file with -c",
            installed.file.display()
        )),
        None => found.push("ExecStart names no configuration; add `-c FILE` with a whole path".to_owned()),
    }
    found
}

fn exit_codes(unit: &Unit) -> Option<String> {
    let listed: Vec<&str> = unit.all("SuccessExitStatus").flat_map(str::split_whitespace).collect();
    let missing: Vec<&str> = NO_FAILURES.into_iter().filter(|code| !listed.contains(code)).collect();
    (!missing.is_empty()).then(|| {
        "SuccessExitStatus lacks 3 or 75: pages that failed, or a run under way, would count as failures of the \
         service; write `SuccessExitStatus=3 75`"
            .to_owned()
    })
}

fn times(unit: &Unit, installed: &Installed) -> Vec<String> {
    let mut found = Vec::new();
    let (grace, budget) = (installed.config.job.grace_seconds, installed.config.job.time_budget_seconds);
    let stop = match unit.last("TimeoutStopSec") {
        Some(text) => seconds(text),
        None => Some(USUAL_STOP_SECONDS),
    };
    if stop.is_some_and(|stop| stop <= grace) {
        let stop = stop.unwrap_or_default();
        found.push(format!(
            "TimeoutStopSec is {stop} s, not more than job.grace_seconds = {grace}: a run would be killed while \
             pages end; raise it"
        ));
    }
    let start = unit.last("TimeoutStartSec").and_then(seconds);
    if let Some(start) = start.filter(|start| budget == 0 || *start <= budget + grace) {
        found.push(format!(
            "TimeoutStartSec is {start} s, but a run may take longer (job.time_budget_seconds = {budget}, 0 for no \
             limit); write `TimeoutStartSec=infinity`"
        ));
    }
    found
}

fn folders(unit: &Unit, installed: &Installed) -> Vec<String> {
    let strict = unit.last("ProtectSystem") == Some("strict") || unit.is_on("DynamicUser");
    if !strict {
        return Vec::new();
    }
    let writable = writable(unit);
    let outside = |path: &Path| !writable.iter().any(|folder| path.starts_with(folder));
    let written = installed.written().into_iter().filter(|(_, path)| outside(path));
    let advice = writable.first().map_or("name a StateDirectory".to_owned(), |folder| {
        format!("choose a path below {}, or add a ReadWritePaths", folder.display())
    });
    written
        .map(|(key, path)| format!("{key} is {}, which the service may not write; {advice}", path.display()))
        .collect()
}

fn writable(unit: &Unit) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (key, above) in FOLDERS {
        let names = unit.all(key).flat_map(str::split_whitespace);
        folders.extend(names.map(|name| Path::new(above).join(name.split(':').next().unwrap_or(name))));
    }
    let free = unit.all("ReadWritePaths").flat_map(str::split_whitespace);
    folders.extend(free.map(|path| PathBuf::from(path.trim_start_matches(['-', '+']))));
    folders
}

/// What is read from people's homes cannot be read by a service that does not see them.
fn homes(unit: &Unit, installed: &Installed) -> Vec<String> {
    if !unit.is_on("ProtectHome") && !unit.is_on("DynamicUser") {
        return Vec::new();
    }
    let sources = &installed.config.sources;
    let lists = sources.lists.iter().map(|path| super::absolute(path));
    let read = lists.chain([installed.file.clone()]);
    let at_home =
        read.filter(|path| ["/home", "/root", "/run/user"].iter().any(|home| path.starts_with(home)));
    at_home
        .map(|path| {
            format!("{} cannot be seen by the service (ProtectHome); move it to /etc/tamis", path.display())
        })
        .collect()
}

/// A browser compiles scripts into memory that it then runs.
fn browser(unit: &Unit, installed: &Installed) -> Option<String> {
    let fetch = &installed.config.fetch;
    let modes = fetch.hosts.values().filter_map(|host| host.render).chain([fetch.render]);
    let wanted = modes.into_iter().any(|mode| mode != RenderMode::Never);
    (wanted && unit.is_on("MemoryDenyWriteExecute")).then(|| {
        "fetch.render asks for Chromium, which MemoryDenyWriteExecute keeps from running scripts; write \
         `MemoryDenyWriteExecute=no` (see the service file for the other lines)"
            .to_owned()
    })
}

/// What is wrong with a timer.
pub(super) fn timer(text: &str, file: &Path) -> Vec<String> {
    let unit = Unit::parse(text);
    let mut found = Vec::new();
    if !unit.0.iter().any(|(key, value)| key.starts_with("On") && !value.is_empty()) {
        found.push("the timer has no time; write `OnCalendar=hourly`".to_owned());
    }
    let service = match unit.last("Unit") {
        Some(name) => file.with_file_name(name),
        None => file.with_extension("service"),
    };
    if !service.is_file() {
        found.push(format!("it starts {}, which is not there", service.display()));
    }
    if unit.last("WantedBy").is_none() {
        found.push("it cannot be enabled; write `WantedBy=timers.target` under [Install]".to_owned());
    }
    found
}

/// A time of systemd in seconds, as in `90`, `2min` or `1h 30s`; none for `infinity` and what is not understood.
fn seconds(text: &str) -> Option<u64> {
    text.split_whitespace().map(one_time).sum()
}

fn one_time(word: &str) -> Option<u64> {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = word[..word.len() - unit.len()].parse().ok()?;
    let factor = match unit {
        "" | "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hr" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 24 * 3600,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tamis::Config;

    const SHIPPED: &str = include_str!("../../../deploy/tamis.service");

    /// The findings about a unit, those that depend on this machine left out.
    fn found(text: &str, settings: &str) -> Vec<String> {
        let config = Config::from_toml(settings, "").unwrap();
        let installed = Installed { config: &config, file: "/etc/tamis/config.toml".into() };
        let all = service(text, &installed).into_iter();
        all.filter(|finding| !finding.contains("there is no program")).collect()
    }

    const SETTINGS: &str = "[output]\npath = \"/var/lib/tamis/articles\"\n[job]\nstate = \"/var/lib/tamis/s\"\n\
                            lock = \"/var/lib/tamis/l\"\nreport = \"/var/lib/tamis/r.json\"\n";

    #[test]
    fn the_shipped_service_fits_the_settings_that_it_asks_for() {
        assert_eq!(found(SHIPPED, SETTINGS), Vec::<String>::new());
    }

    #[test]
    fn every_misfit_is_found() {
        for (change, to, settings, finding) in [
            ("/etc/tamis/config.toml", "/etc/other.toml", SETTINGS, "runs with /etc/other.toml"),
            (" -c /etc/tamis/config.toml", "", SETTINGS, "names no configuration"),
            ("SuccessExitStatus=3 75", "SuccessExitStatus=3", SETTINGS, "lacks 3 or 75"),
            ("TimeoutStopSec=90", "TimeoutStopSec=30", SETTINGS, "job.grace_seconds = 30"),
            ("TimeoutStartSec=infinity", "TimeoutStartSec=10min", SETTINGS, "TimeoutStartSec is 600 s"),
            ("StateDirectory=tamis", "StateDirectory=other", SETTINGS, "job.lock is /var/lib/tamis/l"),
            ("", "", "[output]\npath = \"/srv/articles\"\n", "output.path is /srv/articles"),
            ("", "", "[fetch]\nrender = \"fallback\"\n", "MemoryDenyWriteExecute=no"),
            ("", "", "[fetch]\nwarc = \"/srv/a.warc.gz\"\n", "fetch.warc is /srv/a.warc.gz"),
            ("", "", "[sources]\nlists = [\"/home/me/urls.txt\"]\n", "/home/me/urls.txt cannot be seen"),
        ] {
            let findings = found(&SHIPPED.replace(change, to), settings);
            assert!(findings.iter().any(|found| found.contains(finding)), "{finding}: {findings:?}");
        }
    }

    #[test]
    fn times_are_understood() {
        for (text, expected) in
            [("90", Some(90)), ("1h 30s", Some(3630)), ("5min", Some(300)), ("infinity", None), ("", Some(0))]
        {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
