use super::*;

fn problem(text: &str) -> String {
    Config::from_toml(text, "my.toml").unwrap_err().to_string()
}

#[test]
fn the_shipped_file_is_the_default() {
    let shipped: toml::Table = DEFAULT_TOML.parse().unwrap();
    let default = toml::Table::try_from(Config::default()).unwrap();
    assert_eq!(shipped, default, "config.toml differs from the defaults in the code");
    assert_eq!(Config::from_toml(DEFAULT_TOML, "config.toml").unwrap(), Config::default());
}

#[test]
fn the_shipped_file_names_every_key() {
    for section in message::known_keys("") {
        assert!(DEFAULT_TOML.contains(&format!("\n[{section}]\n")), "[{section}]");
        for key in message::known_keys(&section) {
            let forms = [format!("\n{key} = "), format!("\n# {key} = "), format!("\n[{section}.{key}]\n")];
            assert!(forms.iter().any(|form| DEFAULT_TOML.contains(form)), "{section}.{key}");
        }
    }
}

#[test]
fn the_examples_in_the_shipped_file_are_valid() {
    let example = |line: &&str| line.starts_with("# ") && (line.contains(" = ") || line.starts_with("# ["));
    let live = |line: &str| if example(&line) { line[2..].to_owned() } else { line.to_owned() };
    let text = DEFAULT_TOML.lines().map(live).collect::<Vec<_>>().join("\n");
    let mut config = Config::from_toml(&text, "examples").unwrap();
    config.sources.sitemaps.extend(config.sources.places.keys().cloned());
    assert!(config.fetch.proxy.is_some() && config.fetch.contact.is_some());
    assert_eq!(config.fetch.hosts["www.site.example"].headers.len(), 1);
    config.check().unwrap();
}

#[test]
fn a_mistyped_key_is_named_with_its_line_and_the_nearest_key() {
    let message = problem("[job]\n\n[fetch]\ndelya_seconds = 2\n");
    assert!(message.starts_with("my.toml, line 4: unknown key `delya_seconds` in [fetch]"), "{message}");
    assert!(message.contains("did you mean `delay_seconds`?"), "{message}");
    assert!(message.ends_with("4 | delya_seconds = 2"), "{message}");
}

#[test]
fn mistyped_sections_and_host_keys_are_named_too() {
    assert!(problem("[outptu]\n").contains("line 1: unknown key `outptu`; did you mean `output`?"));
    let host = problem("[fetch.hosts.\"a.example\"]\nper-host = 2\n");
    assert!(host.contains("line 2") && host.contains("did you mean `per_host`?"), "{host}");
}

#[test]
fn a_key_in_the_wrong_section_is_sent_home() {
    let message = problem("[job]\nuser_agent = \"x\"\n");
    assert!(message.contains("unknown key `user_agent` in [job]; it belongs into [fetch]"), "{message}");
}

#[test]
fn a_key_like_no_other_gets_the_list() {
    let message = problem("[output]\nquux = 1\n");
    assert!(message.contains("use one of kind, path, format"), "{message}");
}

#[test]
fn a_wrong_type_is_named_with_what_is_expected() {
    for (text, expected) in [
        (
            "[fetch]\ndelay_seconds = \"two\"",
            "line 2: `delay_seconds` must be a number, not the text \"two\"",
        ),
        (
            "[fetch]\nper_host = 1.5",
            "line 2: `per_host` must be a whole number, 0 or more, not the number `1.5`",
        ),
        (
            "[fetch]\nper_host = -1",
            "line 2: `per_host` must be a whole number, 0 or more, not the number `-1`",
        ),
        ("[sources]\nlists = \"a.txt\"", "line 2: `lists` must be a list, as in"),
        ("[sources]\nurls = [\n\"a\",\n3]", "line 4: `urls` must be a text in quotes, not the number `3`"),
        ("[fetch]\nallow_private = 1", "must be true or false"),
        ("job = 3", "line 1: `job` must be a section"),
    ] {
        let message = problem(text);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_wrong_choice_is_named_with_the_choices() {
    let message = problem("[output]\nkind = \"sqllite\"\n");
    assert!(message.contains("did you mean \"sqlite\"?") && message.contains("\"folder\""), "{message}");
}

#[test]
fn broken_toml_names_the_line() {
    assert!(problem("[job]\nstate = state.db\n").starts_with("my.toml, line 2: "));
    assert!(problem("[job]\nstate = \"a\"\nstate = \"b\"\n").contains("line 3: duplicate key"));
    assert!(problem("[é\n").contains("line 1"));
}

#[test]
fn messages_do_not_show_secrets() {
    let message = problem("[fetch]\nproxi = \"http://anna:hush@proxy.example\"\n");
    assert!(message.contains("did you mean `proxy`?") && !message.contains("hush"), "{message}");
    let message = problem("[fetch.hosts.\"a.example\"]\nheader = { Cookie = \"hush\" }\n");
    assert!(!message.contains("hush"), "{message}");
}

#[test]
fn sources_that_are_not_named_are_empty() {
    let config = Config::from_toml("[sources]\nurls = [\"https://a.example/\"]\n", "").unwrap();
    assert!(config.sources.saved.is_empty());
    assert_eq!(Config::from_toml("", "").unwrap().sources, Sources::default());
}

#[test]
fn relative_paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let feeds = "feeds = [\"f.xml\", \"https://a.example/f.xml\"]";
    std::fs::write(
        &path,
        format!("[sources]\n{feeds}\nlists = [\"u.txt\"]\n[job]\nlock = \"/var/lock/t\"\n"),
    )
    .unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.output.path, folder.path().join("articles"));
    assert_eq!(config.sources.lists, [folder.path().join("u.txt")]);
    assert_eq!(config.sources.feeds[0], folder.path().join("f.xml").to_string_lossy());
    assert_eq!(config.sources.feeds[1], "https://a.example/f.xml");
    assert_eq!(config.job.lock, Path::new("/var/lock/t"));
    assert_eq!(config.rules.folder, Path::new(""));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refused = |text: &str| Config::from_toml(text, "").unwrap().check().unwrap_err().to_string();
    assert!(refused("[job]\nmax_attempts = 0").contains("job.max_attempts"));
    assert!(refused("[job]\nlock = \"x\"\nstate = \"x\"").contains("job.state and job.lock are both x"));
    assert!(refused("[job]\nstate = \"\"").contains("job.state is empty"));
    assert!(refused("[sources]\nurls = [\"ftp://a.example/\"]").contains("`ftp:` addresses"));
    assert!(refused("[sources]\nurls = [\"a page\"]").contains("is no address"));
    assert!(refused("[fetch]\ndelay_seconds = -1").contains("delay_seconds"));
}

#[test]
fn a_file_output_gets_the_extension_of_its_kind() {
    let path = |text: &str| Config::from_toml(text, "").unwrap().output.full_path();
    assert_eq!(path(""), Path::new("articles"));
    assert_eq!(path("[output]\nkind = \"jsonl\""), Path::new("articles.jsonl"));
    assert_eq!(path("[output]\nkind = \"sqlite\"\npath = \"a.db\""), Path::new("a.db"));
}

#[test]
fn what_is_shown_is_valid_and_holds_no_secret() {
    let text = "[sources]\nurls = [\"https://anna:hush@a.example/\"]\n\
        [fetch]\nproxy = \"http://anna:hush@proxy.example:3128\"\n[fetch.headers]\nAuthorization = \"hush\"\n\
        [fetch.hosts.\"a.example\".headers]\nCookie = \"hush\"\n";
    let config = Config::from_toml(text, "").unwrap();
    let shown = config.shown();
    assert!(!shown.contains("hush") && shown.contains("proxy.example:3128"), "{shown}");
    assert_eq!(shown.matches(mask::MASK).count(), 4, "{shown}");
    Config::from_toml(&shown, "shown").unwrap();
    assert_eq!(Config::from_toml(&Config::default().shown(), "").unwrap(), Config::default());
}
