//! The rules in force: the built-in ones, overlaid by the user's own folder.
//!
//! A folder of rules has the layout of `rules/` in the source: `generic.toml`, `phrases/<lang>.toml` and
//! `sites/<name>.toml`, each optional.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use url::Url;

use crate::article::Article;
use crate::clean::rules::GenericRules;
use crate::clean::sites::{SITE_RULES, SiteRules, SiteTest};
use crate::clean::text::Phrases;
use crate::error::{Error, Rejection};
use crate::explain::ExplainedBlock;
use crate::options::CleanOptions;
use crate::pipeline::Cleaner;

/// All rules. Cheap to clone for phrases, and shared by the pages that a [`crate::Cleaner`] cleans.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Tags, roles and names.
    pub(crate) generic: GenericRules,
    /// Phrases by language.
    pub(crate) phrases: Phrases,
    /// Selectors for single sites; none are built in.
    pub(crate) sites: Vec<SiteRules>,
}

/// One rule, as far as people want to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleEntry {
    /// Its name in decisions and counts.
    pub rule: String,
    /// The kind of boilerplate that it removes; `body`, `strip` or `keep` for those of sites.
    pub kind: String,
    /// Whether it comes from a user's folder.
    pub own: bool,
}

impl RuleEntry {
    fn new(rule: String, kind: &str, own: bool) -> RuleEntry {
        RuleEntry { rule, kind: kind.to_owned(), own }
    }
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::builtin()
    }
}

impl Rules {
    /// The rules that are built in.
    pub fn builtin() -> Rules {
        Rules { generic: GenericRules::builtin(), phrases: Phrases::builtin(), sites: Vec::new() }
    }

    /// Adds the rules of a folder. A rule of the folder wins over the built-in one of the same id.
    pub fn overlay_dir(mut self, folder: &Path) -> Result<Rules, Error> {
        if !folder.is_dir() {
            let advice = "name one that is there ([rules] folder, --rules)";
            return Err(Error::Config(format!("{} is no folder of rules; {advice}", folder.display())));
        }
        let generic = folder.join("generic.toml");
        if generic.exists() {
            self.generic = self.generic.overlay(&read(&generic)?, &generic.to_string_lossy())?;
        }
        let files = toml_files(&folder.join("phrases"))?;
        let texts: Vec<(String, String)> = files
            .iter()
            .map(|path| Ok((path.to_string_lossy().into_owned(), read(path)?)))
            .collect::<Result<_, Error>>()?;
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        if !texts.is_empty() {
            self.phrases = self.phrases.overlay(&texts)?;
        }
        let first = self.sites.len();
        for path in toml_files(&folder.join("sites"))? {
            self.sites.push(SiteRules::parse(&read(&path)?, &path.to_string_lossy())?);
        }
        self.check_sites(first)?;
        Ok(self)
    }

    /// Adds the rules of one site, as a file of `sites/` has them, if their tests hold.
    pub fn with_site(mut self, text: &str, origin: &str) -> Result<Rules, Error> {
        let first = self.sites.len();
        self.sites.push(SiteRules::parse(text, origin)?);
        self.check_sites(first)?;
        Ok(self)
    }

    /// Every rule by the name that decisions and counts have for it.
    pub fn catalogue(&self) -> Vec<RuleEntry> {
        let boxes = self.generic.marked();
        let boxes = boxes.map(|(id, rule)| RuleEntry::new(id, rule.kind.name(), rule.own));
        let phrases = self.phrases.rules().filter(|rule| !rule.off);
        let phrases = phrases.map(|rule| RuleEntry::new(rule.id.clone(), rule.kind.name(), rule.own));
        let of_site = |site: &SiteRules| {
            let host = site.host.clone();
            let named = site.named().into_iter();
            named.map(move |(rule, what)| RuleEntry::new(format!("{rule}@{host}"), what, true))
        };
        boxes.chain(phrases).chain(self.sites.iter().flat_map(of_site)).collect()
    }

    /// Runs the examples of all phrase rules and describes each that fails.
    pub fn check_examples(&self) -> Vec<String> {
        self.phrases.check_examples()
    }

    /// Runs the tests that the rules of sites bring along, from one of them on.
    fn check_sites(&self, first: usize) -> Result<(), Error> {
        let options = CleanOptions { min_chars: 1, ..CleanOptions::default() };
        let cleaner = (first < self.sites.len()).then(|| Cleaner::new(self.clone(), options));
        for site in &self.sites[first..] {
            let wrong = |message: String| Error::Rules { origin: site.origin.clone(), message };
            let url = Url::parse(&format!("https://{}/", site.host))
                .map_err(|error| wrong(format!("`{}` is no host: {error}", site.host)))?;
            for (index, test) in site.tests.iter().enumerate() {
                let found = cleaner.as_ref().and_then(|cleaner| run_test(cleaner, test, &url));
                if let Some(difference) = found {
                    return Err(wrong(format!("[[test]] number {} fails: {difference}", index + 1)));
                }
            }
        }
        Ok(())
    }
}

/// What a test expects and does not get.
fn run_test(cleaner: &Cleaner, test: &SiteTest, url: &Url) -> Option<String> {
    let inspection = match cleaner.inspect(&test.html, Some(url)) {
        Ok(inspection) => inspection,
        Err(rejection) => return Some(rejection.to_string()),
    };
    let blocks = inspection.explanation().blocks;
    let of_text = |text: &String| blocks.iter().find(|block| block.text == text.trim());
    let by_site = |block: &ExplainedBlock| !block.kept && block.rule.starts_with(SITE_RULES);
    let stays = test.removes.iter().find(|text| of_text(text).is_none_or(|block| block.kept));
    let goes = test.keeps.iter().find(|text| of_text(text).is_none_or(by_site));
    match (stays, goes) {
        (Some(text), _) => Some(format!("the block {text:?} should be removed")),
        (None, Some(text)) => Some(format!("the rules of the site should leave the block {text:?}")),
        (None, None) => difference(test, inspection.outcome),
    }
}

/// What a test expects of the article and does not get.
fn difference(test: &SiteTest, cleaned: Result<Article, Rejection>) -> Option<String> {
    let is_open =
        test.text.is_none() && test.title.is_none() && test.authors.is_none() && test.date.is_none();
    if is_open {
        return None;
    }
    let article = match cleaned {
        Ok(article) => article,
        Err(rejection) => return Some(rejection.to_string()),
    };
    let differs = |what: &str, wanted: &str, found: &str| {
        (wanted != found).then(|| format!("{what} should be {wanted:?} and is {found:?}"))
    };
    let found = &article.metadata;
    let date = found.date.as_deref().unwrap_or("");
    let text = test.text.as_deref().and_then(|wanted| differs("text", wanted.trim(), &article.to_text()));
    text.or_else(|| differs("title", test.title.as_deref()?, found.title.as_deref().unwrap_or("")))
        .or_else(|| differs("authors", &test.authors.as_ref()?.join(", "), &found.authors.join(", ")))
        .or_else(|| {
            test.date
                .as_deref()
                .filter(|wanted| !date.starts_with(wanted))
                .and_then(|wanted| differs("date", wanted, date))
        })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io("cannot read", path))
}

/// The files of a folder of rules.
#[cfg(feature = "job")]
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let generic = Some(folder.join("generic.toml")).filter(|path| path.exists());
    let mut files: Vec<PathBuf> = generic.into_iter().collect();
    for part in ["phrases", "sites"] {
        files.extend(toml_files(&folder.join(part))?);
    }
    Ok(files)
}

/// The `.toml` files of a folder in the order of their names; none without the folder.
pub(crate) fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("cannot read", folder))? {
        let path = entry.map_err(Error::io("cannot read", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_adds_names_and_phrases() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("generic.toml"),
            "[[name]]\nid = \"mine\"\nkind = \"advert\"\nwords = [\"zzz-box\"]\nmax_share = 0.5\n",
        )
        .unwrap();
        fs::create_dir(folder.path().join("phrases")).unwrap();
        let phrase = "language = \"fr\"\n[[rule]]\nid = \"fr.other.mine\"\nkind = \"other\"\nscope = \"line\"\npatterns = [\"abracadabra\"]\nremove = [\"Abracadabra\"]\nkeep = [\"Abracadabra est un mot.\"]\n";
        fs::write(folder.path().join("phrases/fr.toml"), phrase).unwrap();
        let rules = Rules::builtin().overlay_dir(folder.path()).unwrap();
        let html = "<article><h1>T</h1><p>Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes.</p>\
                    <div class=zzz-box><p>Le vendeur a des prix pour tous ceux qui passent.</p></div><p>Abracadabra</p></article>";
        let cleaner = crate::Cleaner::new(rules, crate::CleanOptions::default());
        let article = cleaner.clean(html, None).unwrap();
        assert_eq!(
            article.to_text(),
            "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes."
        );
    }

    const SITE: &str = "host = \"example.org\"\nbody = [\".corps\"]\nstrip = [\".promo\"]\ntitle = [\"h2.titre\"]\n\
        author = [\".qui\"]\ndate = [\"time\"]\n[[test]]\nhtml = \"<h2 class=titre>T</h2><p class=corps>Un.</p><p>Deux.</p>\"\n";

    fn overlay_site(text: &str) -> Result<Rules, Error> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sites")).unwrap();
        fs::write(folder.path().join("sites/example.toml"), format!("{SITE}{text}")).unwrap();
        Rules::builtin().overlay_dir(folder.path())
    }

    #[test]
    fn rules_of_a_site_win_over_everything() {
        let rules = overlay_site("text = \"Un.\"\ntitle = \"T\"\n").unwrap();
        let html = "<article><p>Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes.</p></article>\
            <h2 class=titre>Sec</h2><span class=qui>Ana Lys</span><time datetime=2024-05-03>x</time>\
            <footer class=corps><p>Oui.</p><p class=promo>Non.</p></footer>";
        let cleaner = crate::Cleaner::new(rules, CleanOptions { min_chars: 1, ..CleanOptions::default() });
        let url = "https://www.example.org/a".parse().unwrap();
        let article = cleaner.clean(html, Some(&url)).unwrap();
        assert_eq!(article.to_text(), "Oui.");
        let found = article.metadata;
        assert_eq!(
            (found.title.unwrap(), found.authors, found.date.unwrap()),
            ("Sec".into(), vec!["Ana Lys".into()], "2024-05-03".into())
        );
        let elsewhere = cleaner.clean(html, None).unwrap().to_text();
        assert!(elsewhere.starts_with("Le préfet"), "{elsewhere}");
    }

    #[test]
    fn a_rule_whose_test_fails_is_refused() {
        let error = overlay_site("text = \"Deux.\"\n").unwrap_err().to_string();
        assert!(error.contains("number 1 fails: text should be \"Deux.\" and is \"Un.\""), "{error}");
    }

    #[test]
    fn a_kept_part_of_a_stripped_box_stays_and_examples_ask_of_the_sites_rules_alone() {
        let site = |examples: &str| {
            overlay_site(&format!(
                "text = \"Un.\"\n[[test]]\nhtml = \"<p class=corps>Un.</p><div class=promo>Non.<p class=oui>Si.</p></div>\"\n{examples}"
            ))
        };
        let error = |examples: &str| site(examples).unwrap_err().to_string();
        assert!(site("removes = [\"Non.\", \"Si.\"]\nkeeps = [\"Un.\"]").is_ok());
        assert!(error("removes = [\"Un.\"]").contains("the block \"Un.\" should be removed"));
        assert!(error("keeps = [\"Si.\"]").contains("should leave the block \"Si.\""));
        assert!(error("keeps = [\"Nulle part.\"]").contains("Nulle part."));
        let rules = SITE.replacen("title", "keep = [\".oui\"]\ntitle", 1);
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sites")).unwrap();
        let test = "text = \"Un.\"\n[[test]]\nhtml = \"<div class=promo>Non.<p class=oui>Si.</p></div>\"\nkeeps = [\"Si.\"]\nremoves = [\"Non.\"]";
        fs::write(folder.path().join("sites/example.toml"), format!("{rules}{test}")).unwrap();
        Rules::builtin().overlay_dir(folder.path()).unwrap();
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Rules::builtin().overlay_dir(Path::new("no/such/rules")).unwrap_err();
        assert!(error.to_string().contains("no/such/rules"), "{error}");
    }
}
