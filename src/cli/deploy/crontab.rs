//! Lines of a crontab.

use std::path::PathBuf;

use super::{Installed, config_of};

/// Fields of time before the command.
const TIME_FIELDS: usize = 5;

const NO_PATH: &str = "cron looks for `tamis` in /usr/bin and /bin alone; put a line \
                       `PATH=/usr/local/bin:/usr/bin:/bin` before it, or write the whole path of tamis";

/// What is wrong with the lines that run tamis.
pub(super) fn lines(text: &str, installed: &Installed) -> Vec<String> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let live = lines.filter(|(_, line)| !line.starts_with('#') && line.contains("tamis"));
    let runs: Vec<(usize, &str)> = live.filter(|(_, line)| !is_variable(line)).collect();
    if runs.is_empty() {
        return vec!["no line runs tamis; see deploy/crontab for one".to_owned()];
    }
    let has_path = text.lines().any(|line| line.trim().starts_with("PATH="));
    let found = runs.into_iter().flat_map(|(number, line)| {
        let findings = of_line(line, has_path, installed).into_iter();
        findings.map(move |finding| format!("line {number}: {finding}"))
    });
    found.collect()
}

/// `MAILTO=me` and the like.
fn is_variable(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| name.trim().chars().all(|c| c.is_alphanumeric() || c == '_'))
}

fn of_line(line: &str, has_path: bool, installed: &Installed) -> Vec<String> {
    let Some(command) = command(line) else {
        return vec!["it has no command after the five fields of time".to_owned()];
    };
    let mut found = Vec::new();
    if command.replace("\\%", "").contains('%') {
        found.push("cron ends a command at `%`; write `\\%`".to_owned());
    }
    let words: Vec<&str> = command
        .split([' ', '\t', ';', '&', '|', '{', '}', '(', ')', '<', '>'])
        .filter(|word| !word.is_empty())
        .collect();
    let Some(call) = words.windows(2).find(|pair| pair[0].ends_with("tamis") && pair[1] == "run") else {
        found.push("it does not call `tamis run`".to_owned());
        return found;
    };
    if call[0] == "tamis" && !has_path {
        found.push(NO_PATH.to_owned());
    }
    let folder = words.windows(2).find(|pair| pair[0] == "cd").map(|pair| expanded(pair[1]));
    let config = config_of(&words).map_or_else(|| PathBuf::from("config.toml"), |path| expanded(&path));
    let config = folder.unwrap_or_else(|| expanded("$HOME")).join(config);
    if !installed.is_file(&config) {
        found.push(format!("it runs with {}, but {} is checked", config.display(), installed.file.display()));
    }
    found
}

/// The command of a line: what follows five fields, or one such as `@hourly`.
fn command(line: &str) -> Option<&str> {
    let fields = if line.starts_with('@') { 1 } else { TIME_FIELDS };
    let mut rest = line;
    for _ in 0..fields {
        let end = rest.find(char::is_whitespace)?;
        rest = rest[end..].trim_start();
    }
    (!rest.is_empty()).then_some(rest)
}

/// A path of a command line, with the home folder put in; quotes go.
fn expanded(path: &str) -> PathBuf {
    let bare = path.replace(['"', '\''], "");
    let home = std::env::var("HOME").unwrap_or_default();
    let bare = bare.replace("${HOME}", &home).replace("$HOME", &home);
    match bare.strip_prefix("~/") {
        Some(rest) => PathBuf::from(home).join(rest),
        None => PathBuf::from(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tamis::Config;

    const SHIPPED: &str = include_str!("../../../deploy/crontab");

    fn found(text: &str, file: &str) -> Vec<String> {
        lines(text, &Installed { config: &Config::default(), file: file.into() })
    }

    #[test]
    fn the_shipped_line_fits_the_folder_that_it_names() {
        let home = std::env::var("HOME").unwrap_or_default();
        assert_eq!(found(SHIPPED, &format!("{home}/tamis/config.toml")), Vec::<String>::new());
    }

    #[test]
    fn every_misfit_is_found() {
        let line = "17 * * * * cd /srv/news && /usr/local/bin/tamis run -c config.toml";
        assert_eq!(found(line, "/srv/news/config.toml"), Vec::<String>::new());
        let hourly = "PATH=/opt/bin:/usr/bin:/bin\n@hourly tamis run -c /a.toml";
        assert_eq!(found(hourly, "/a.toml"), Vec::<String>::new());
        for (text, finding) in [
            (line, "it runs with /srv/news/config.toml, but /a.toml is checked"),
            ("17 * * * * tamis run -c /a.toml >log-$(date +%F)", "line 1: cron ends a command at `%`"),
            ("17 * * * * tamis clean -c /a.toml", "does not call `tamis run`"),
            ("@hourly tamis run -c /a.toml", "cron looks for `tamis` in /usr/bin and /bin alone"),
            ("17 * * tamis", "no command after the five fields"),
            ("# 17 * * * * tamis run -c /a.toml\nMAILTO=tamis\n", "no line runs tamis"),
        ] {
            let findings = found(text, "/a.toml");
            assert!(findings.iter().any(|found| found.contains(finding)), "{finding}: {findings:?}");
        }
    }
}
