//! `tamis config`, from outside.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::{Command, Output};

fn tamis(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(arguments).current_dir(folder).output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn shows_the_default_where_no_file_is() {
    let folder = tempfile::tempdir().unwrap();
    let output = tamis(folder.path(), &["config", "--show"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let shown = tamis::Config::from_toml(&String::from_utf8(output.stdout).unwrap(), "shown").unwrap();
    assert_eq!(shown, tamis::Config::default());
}

#[test]
fn an_empty_file_that_a_shell_has_just_made_is_filled_with_the_default() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "").unwrap();
    let output = tamis(folder.path(), &["config", "--show"]);
    let shown = tamis::Config::from_toml(&String::from_utf8(output.stdout).unwrap(), "shown").unwrap();
    assert_eq!(shown.sources, tamis::Config::default().sources);
}

#[test]
fn shows_the_settings_in_force_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "[fetch]\nproxy = \"http://anna:hush@proxy.example:3128\"\n[fetch.headers]\nCookie = \"hush\"\n";
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    let output = tamis(folder.path(), &["config", "--show"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("proxy.example:3128") && shown.contains("Cookie = \"***\""), "{shown}");
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn a_mistyped_key_ends_with_code_2_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, "[sources]\nurls = []\n[job]\ntime_budget_second = 3\n").unwrap();
    for command in [&["config", "--check", "-c", "my.toml"][..], &["run", "-c", "my.toml"]] {
        let output = tamis(folder.path(), command);
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(message.contains("my.toml, line 4: unknown key `time_budget_second` in [job]"), "{message}");
        assert!(message.contains("did you mean `time_budget_seconds`?"), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}

#[test]
fn checking_finds_what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "[sources]\nlists = [\"urls.txt\"]\n").unwrap();
    let output = tamis(folder.path(), &["config", "--check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("urls.txt is not there"), "{}", stderr(&output));
    std::fs::write(folder.path().join("urls.txt"), "").unwrap();
    let output = tamis(folder.path(), &["config", "--check"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_missing_file_and_a_file_without_sources_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let output = tamis(folder.path(), &["run", "-c", "missing.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot read the configuration missing.toml"), "{}", stderr(&output));
    std::fs::write(folder.path().join("config.toml"), "[job]\n").unwrap();
    let output = tamis(folder.path(), &["run"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no source is named"), "{}", stderr(&output));
}

#[test]
fn checking_looks_at_deployment_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "[sources]\nlists = [\"urls.txt\"]\n").unwrap();
    std::fs::write(folder.path().join("urls.txt"), "").unwrap();
    let home = folder.path().display();
    let fit = format!("17 * * * * cd {home} && /usr/local/bin/tamis run -c config.toml --quiet\n");
    for (line, code) in [(fit.as_str(), 0), ("17 * * * * tamis run -c /srv/other.toml\n", 2)] {
        std::fs::write(folder.path().join("my-crontab"), line).unwrap();
        let output = tamis(folder.path(), &["config", "--check", "--deploy", "my-crontab"]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!(stderr(&output).contains("my-crontab: line 1: it runs with"), code == 2);
    }
    let shipped = format!("{}/deploy", env!("CARGO_MANIFEST_DIR"));
    let output = tamis(folder.path(), &["config", "--check", "--deploy", &shipped]);
    assert_eq!(output.status.code(), Some(2), "the shipped service has another configuration");
    let message = stderr(&output);
    assert!(message.contains("ExecStart runs with /etc/tamis/config.toml"), "{message}");
    assert!(message.contains("job.state is"), "{message}");
}

#[test]
fn checking_finds_a_damaged_state_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "[sources]\nurls = [\"https://a.example/\"]\n")
        .unwrap();
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/tamis.sqlite"), "garbage ".repeat(1000)).unwrap();
    let output = tamis(folder.path(), &["config", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("damaged"), "{}", stderr(&output));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
