//! Targets that take settings, rules, lists and archives.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tamis::clean::rules::GenericRules;
use tamis::clean::text::Phrases;
use tamis::sink::name::Names;
use tamis::source::{discover, feed, list, normal, sitemap, warc::Warc};
use tamis::{Config, Rules};
use url::Url;

static BASE: LazyLock<Url> =
    LazyLock::new(|| Url::parse("https://www.news.example/flux/une.xml").expect("an address"));

/// A file that is written anew for every input; in memory where the system has such a place.
static SCRATCH: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = folder.join(format!("tamis-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("sites")).expect("a folder");
    folder
});

/// Rules of all three kinds; the first byte says which.
pub fn rules(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    match kind {
        b'g' => drop(GenericRules::parse(text, "generic.toml")),
        b'p' => {
            if let Ok(phrases) = Phrases::load(&[("fr.toml", text)]) {
                phrases.check_examples();
            }
        }
        _ => {
            std::fs::write(SCRATCH.join("sites/one.toml"), text).expect("written");
            drop(Rules::builtin().overlay_dir(&SCRATCH));
        }
    }
}

/// Settings; what is shown of them can be read again.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(config) = Config::from_toml(text, "config.toml") {
        let _ = config.check();
        let shown = config.shown();
        toml::from_str::<toml::Table>(&shown).expect("settings are shown as TOML");
    }
}

/// A feed.
pub fn feed(data: &[u8]) {
    for entry in feed::parse(data, &BASE).into_iter().flatten() {
        assert!(entry.url.scheme().starts_with("http"));
    }
}

/// A sitemap, and a page that names feeds.
pub fn sitemap(data: &[u8]) {
    drop(sitemap::parse(data, &BASE));
    drop(discover::links(&String::from_utf8_lossy(data), &BASE));
}

/// A robots.txt; the last line is the address that is asked for.
pub fn robots(data: &[u8]) {
    let at = data.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
    let (text, path) = data.split_at(at);
    let rules = robotxt::Robots::parse(text, "tamis");
    if let Ok(url) = BASE.join(&String::from_utf8_lossy(path)) {
        let _ = rules.is_url_allowed(&url);
        drop(robotxt::robots_url(&url));
    }
    let _ = rules.crawl_delay();
}

/// A web archive.
pub fn warc(data: &[u8]) {
    let path = SCRATCH.join("one.warc");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(data)).expect("written");
    let Ok(archive) = Warc::open(&path, 1 << 20) else { return };
    for page in archive.flatten() {
        assert!(page.body.is_err() || page.body.is_ok_and(|body| body.len() <= 1 << 20));
    }
}

/// A list of addresses, each in its normal form.
pub fn list(data: &[u8]) {
    drop(list::parse(&String::from_utf8_lossy(data), "urls.txt"));
    for line in String::from_utf8_lossy(data).lines() {
        let Ok(url) = list::parse_url(line) else { continue };
        let once = normal::normalized(&url);
        assert_eq!(normal::normalized(&once), once, "of {url}");
        normal::identity(&url, Some(line));
    }
}

/// Sources, one a line: no name leaves its folder, and none is another's on any file system.
pub fn name(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (mut names, mut owners) = (Names::default(), HashMap::new());
    for source in text.split('\n') {
        let stem = names.claim(source);
        assert!(!stem.is_empty() && stem.len() <= 200 && stem != "." && stem != "..", "{stem:?}");
        assert!(!stem.contains(|c: char| c.is_control() || "/\\:*?\"<>|".contains(c)), "{stem:?}");
        assert!(!stem.starts_with(['.', ' ', '-']) && !stem.ends_with(['.', ' ']), "{stem:?}");
        let owner = owners.entry(stem.to_lowercase()).or_insert(source);
        assert_eq!(*owner, source, "both are {stem:?}");
    }
}
