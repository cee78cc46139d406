//! The paths of a configuration: where they start, and that no file is taken for another.
//!
//! - written: a file, or the folder of the articles, that a run makes or changes

use std::path::{Path, PathBuf};

use super::{Config, OutputKind, is_address};
use crate::error::Error;
use crate::source::saved::is_pattern;

impl Config {
    /// A path as the file has it, whatever the folder is that tamis was called in.
    pub fn as_written(&self, path: &Path) -> String {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        path.strip_prefix(folder).unwrap_or(path).display().to_string()
    }

    fn written(&self) -> Vec<(&'static str, PathBuf)> {
        let job = &self.job;
        let files = [
            ("output.path", self.output.full_path()),
            ("job.state", job.state.clone()),
            ("job.lock", job.lock.clone()),
            ("job.report", job.report.clone()),
            ("job.report_html", job.report_html.clone()),
            ("job.metrics", job.metrics.clone()),
        ];
        files.into_iter().chain(self.fetch.warc.clone().map(|path| ("fetch.warc", path))).collect()
    }

    /// Finds files that have no name, or one and the same.
    pub(super) fn check_paths(&self) -> Result<(), Error> {
        let files = self.written();
        for (index, (key, path)) in files.iter().enumerate() {
            if path.as_os_str().is_empty() {
                match *key {
                    "job.report" | "job.report_html" | "job.metrics" => continue,
                    _ => return Err(Error::Config(format!("{key} is empty; name a path"))),
                }
            }
            if let Some((other, _)) = files[..index].iter().find(|(_, earlier)| earlier == path) {
                let path = path.display();
                return Err(Error::Config(format!("{other} and {key} are both {path}; give them two paths")));
            }
        }
        Ok(())
    }

    /// Finds sources that are not there, and files that a run would write over or cannot write because of what is there.
    pub(super) fn check_places(&self) -> Result<(), Error> {
        self.check_some_source()?;
        let read = self.read_only();
        for (key, path) in self.written() {
            let shown = path.display();
            if let Some((other, _)) = read.iter().find(|(_, other)| is_same(other, &path)) {
                return wrong(format!("{key} is {shown}, which is {other}; give it a path of its own"));
            }
            let is_output = key == "output.path";
            if is_output && self.output.kind == OutputKind::Postgres {
                continue;
            }
            match is_output && self.output.kind == OutputKind::Folder {
                true if path.is_file() => {
                    return wrong(format!(
                        "{key} is {shown}, which is a file; name a folder, or another output.kind"
                    ));
                }
                false if path.is_dir() => {
                    return wrong(format!("{key} is {shown}, which is a folder; name a file"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Files that a run reads and must not change.
    fn read_only(&self) -> Vec<(&'static str, PathBuf)> {
        let sources = &self.sources;
        let lists = sources.lists.iter().map(|path| ("a list of [sources]", path.clone()));
        let places = sources.feeds.iter().chain(&sources.sitemaps).filter(|place| !is_address(place));
        let places = places.chain(&sources.saved).map(|place| ("a source", PathBuf::from(place)));
        let own = std::iter::once(("the configuration itself", self.file.clone()));
        own.chain(lists).chain(places).filter(|(_, path)| path.is_file()).collect()
    }

    /// In a wrong folder, nothing is to be made.
    fn check_some_source(&self) -> Result<(), Error> {
        let sources = &self.sources;
        let has_address = !sources.urls.is_empty() || !sources.discover.is_empty();
        let web = sources.feeds.iter().chain(&sources.sitemaps);
        let may_be_there =
            |place: &String| is_address(place) || is_pattern(place) || Path::new(place).exists();
        let is_there =
            web.chain(&sources.saved).any(may_be_there) || sources.lists.iter().any(|list| list.exists());
        if has_address || is_there {
            return Ok(());
        }
        let lists = sources.lists.iter().map(|list| list.display().to_string());
        let web = sources.feeds.iter().chain(&sources.sitemaps).chain(&sources.saved).cloned();
        let missing = lists.chain(web).collect::<Vec<_>>().join(", ");
        let advice = "check [sources] and the folder that you are in, or name a configuration (-c FILE)";
        wrong(format!("{missing} is not there, nor any other source; {advice}"))
    }

    /// Makes relative paths relative to the folder of the file.
    pub(super) fn resolve(&mut self) {
        let folder = &self.file.parent().unwrap_or(Path::new("")).to_owned();
        let (sources, job) = (&mut self.sources, &mut self.job);
        let paths = [
            &mut self.rules.folder,
            &mut self.output.path,
            &mut job.state,
            &mut job.lock,
            &mut job.report,
            &mut job.report_html,
            &mut job.metrics,
        ];
        let fetch = &mut self.fetch;
        let fetch = fetch.warc.iter_mut().chain(&mut fetch.root_certificates).chain(&mut fetch.chromium);
        for path in paths.into_iter().chain(&mut sources.lists).chain(fetch) {
            if !path.as_os_str().is_empty() {
                *path = folder.join(&*path);
            }
        }
        let local =
            sources.feeds.iter_mut().chain(&mut sources.sitemaps).filter(|source| !is_address(source));
        for place in local.chain(&mut sources.saved) {
            *place = folder.join(&*place).to_string_lossy().into_owned();
        }
        sources.resolve_places(folder);
    }
}

fn wrong(message: String) -> Result<(), Error> {
    Err(Error::Config(message))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    whole(one).ok().zip(whole(other).ok()).is_some_and(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a configuration in a folder with a list, a file and a folder.
    fn problem(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        for name in ["urls.txt", "file"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("[sources]\nlists = [\"urls.txt\"]\n{text}")).unwrap();
        let config = Config::load(&path).unwrap();
        config.check_for_run().map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_run_writes_over_nothing_that_it_reads() {
        assert_eq!(problem(""), "");
        assert!(problem("[job]\nreport = \"config.toml\"").contains("is the configuration itself"));
        assert!(problem("[job]\nmetrics = \"folder/../urls.txt\"").contains("is a list of [sources]"));
        assert!(problem("[fetch]\nwarc = \"urls.txt\"").contains("fetch.warc"));
    }

    #[test]
    fn what_is_there_must_be_of_the_kind_that_is_written() {
        assert!(problem("[output]\npath = \"file\"").contains("which is a file; name a folder"));
        assert!(problem("[output]\npath = \"folder\"").is_empty());
        assert!(problem("[job]\nreport = \"folder\"").contains("which is a folder; name a file"));
        let sqlite = "[output]\nkind = \"sqlite\"\npath = \"a.b\"";
        assert_eq!(problem(sqlite), "");
    }

    #[test]
    fn a_run_without_any_source_is_refused() {
        let config = Config::from_toml("[sources]\nsaved = [\"nowhere/pages\"]", "").unwrap();
        let message = config.check_for_run().unwrap_err().to_string();
        assert!(message.contains("nowhere/pages is not there, nor any other source"), "{message}");
    }

    #[test]
    fn names_do_not_depend_on_the_folder_of_the_call() {
        let named = |file: &str, path: &str| {
            let config = Config { file: file.into(), ..Config::default() };
            config.as_written(Path::new(path))
        };
        assert_eq!(named("sq/config.toml", "sq/../p/a.html"), "../p/a.html");
        assert_eq!(named("config.toml", "../p/a.html"), "../p/a.html");
        assert_eq!(named("sq/config.toml", "/srv/p/a.html"), "/srv/p/a.html");
    }
}
