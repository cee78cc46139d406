//! `tamis rules`: which rules there are, whether they hold, how they fare over runs, and rules from elsewhere.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};

use tamis::import::{self, Imported};
use tamis::job::health::{self, Finding};
use tamis::job::memory::RuleCount;
use tamis::job::state::State;
use tamis::rules::RuleEntry;
use tamis::sink::atomic;
use tamis::{Config, Error, Rules, job};

use super::shell::{Exit, Shell, Usage};

/// Arguments of `tamis rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    action: Action,
    /// The configuration; else `config.toml` of this folder, else the built-in default
    #[arg(short, long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Folder with rules of your own, in the place of the configured one
    #[arg(long, value_name = "DIR", global = true)]
    rules: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all rules with what they did over runs
    List {
        /// Only rules of your own
        #[arg(long)]
        own: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Run the examples and tests of all rules
    Check,
    /// Name rules that never decide anything (dead) or take too much (greedy), by the counts of earlier runs
    Health {
        /// Name dead rules that are built in, too
        #[arg(long)]
        all: bool,
    },
    /// Make site rules of files in the public ftr-site-config format, and list the lines that have no exact CSS
    Import {
        /// Folder with files such as example.org.txt
        #[arg(value_name = "DIR")]
        from: PathBuf,
        /// Folder of rules to write into; without it, the rules are only printed
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
        /// Replace rules of the same site
        #[arg(long)]
        force: bool,
    },
}

/// Does what was asked.
pub fn execute(args: RulesArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let mut config = Config::find(args.config.as_deref())?;
    if let Some(folder) = args.rules {
        config.rules.folder = folder;
    }
    match args.action {
        Action::List { own, json } => list(&config, own, json),
        Action::Check => check(&config),
        Action::Health { all } => health(&config, all),
        Action::Import { from, into, force } => import_all(&from, into.as_deref(), force),
    }
}

fn counts(config: &Config) -> Result<Vec<RuleCount>, Error> {
    match State::open_to_read(config)? {
        Some(state) => state.rule_counts(),
        None => Ok(Vec::new()),
    }
}

fn list(config: &Config, own: bool, json: bool) -> anyhow::Result<Exit> {
    let catalogue = job::rules(config)?.catalogue();
    let counts = counts(config)?;
    let by_rule: HashMap<&str, &RuleCount> =
        counts.iter().map(|count| (count.rule.as_str(), count)).collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    if !json {
        writeln!(out, "{:<44} {:<12} {:<8} {:>7} {:>7} last hit", "rule", "kind", "from", "pages", "blocks")?;
    }
    for rule in catalogue.iter().filter(|rule| rule.own || !own) {
        let none = RuleCount::default();
        let count = by_rule.get(rule.rule.as_str()).copied().unwrap_or(&none);
        let line = if json { json_line(rule, count) } else { row(rule, count) };
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn row(rule: &RuleEntry, count: &RuleCount) -> String {
    let from = if rule.own { "own" } else { "built in" };
    let last = count.last_hit.as_deref().unwrap_or("-");
    format!("{:<44} {:<12} {from:<8} {:>7} {:>7} {last}", rule.rule, rule.kind, count.pages, count.blocks)
}

fn json_line(rule: &RuleEntry, count: &RuleCount) -> String {
    let RuleCount { pages, blocks, removed_chars, last_hit, .. } = count;
    let value = serde_json::json!({
        "rule": rule.rule, "kind": rule.kind, "own": rule.own, "pages": pages, "blocks": blocks,
        "removed_chars": removed_chars, "last_hit": last_hit,
    });
    value.to_string()
}

/// Reading the rules runs the tests of sites.
fn check(config: &Config) -> anyhow::Result<Exit> {
    let rules = job::rules(config)?;
    let failures = rules.check_examples();
    failures.iter().for_each(|failure| tracing::error!("{failure}"));
    if failures.is_empty() {
        let own = rules.catalogue().iter().filter(|rule| rule.own).count();
        tracing::info!("all rules hold ({own} of your own)");
        return Ok(Exit::Done);
    }
    Ok(Exit::Usage)
}

fn health(config: &Config, all: bool) -> anyhow::Result<Exit> {
    let counts = counts(config)?;
    let articles = health::articles(&counts);
    if articles == 0 {
        tracing::info!(
            "nothing is known yet: `tamis run` counts what rules do, into {}",
            config.job.state.display()
        );
        return Ok(Exit::Done);
    }
    let catalogue = job::rules(config)?.catalogue();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut unnamed = 0;
    for (rule, finding) in health::examine(&catalogue, &counts) {
        match finding {
            Finding::Dead { .. } if !rule.own && !all => unnamed += 1,
            Finding::Dead { articles } => {
                writeln!(out, "dead    {}: 0 hits in {articles} articles", rule.rule)?
            }
            Finding::Greedy { share, pages } => {
                let percent = share * 100.0;
                writeln!(out, "greedy  {}: takes {percent:.0} % of the text of {pages} pages", rule.rule)?;
            }
        }
    }
    out.flush()?;
    match articles < health::MIN_ARTICLES {
        true => tracing::info!(
            "{articles} articles counted; which rules never hit is told from {} on (`tamis rules list` has the hits \
             so far)",
            health::MIN_ARTICLES
        ),
        false => tracing::info!(
            "{articles} articles counted; {unnamed} built-in rules without a hit{}",
            if all { "" } else { " (--all names them)" }
        ),
    }
    Ok(Exit::Done)
}

fn import_all(from: &Path, into: Option<&Path>, force: bool) -> anyhow::Result<Exit> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(from)
        .map_err(Error::io("cannot read", from))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()
        .map_err(Error::io("cannot read", from))?;
    files.sort();
    let (mut sites, mut converted, mut left) = (0, 0, 0);
    for path in files {
        let Some(host) = path.file_name().and_then(|name| import::host_of(&name.to_string_lossy())) else {
            continue;
        };
        let bytes = std::fs::read(&path).map_err(Error::io("cannot read", &path))?;
        let imported = import::import(&host, &String::from_utf8_lossy(&bytes));
        print_left(&path, &imported)?;
        left += imported.left.len();
        if save(&path, &imported, into, force)? {
            sites += 1;
            converted += imported.converted();
        }
    }
    tracing::info!("{sites} sites: {converted} lines became rules, {left} could not be converted (listed)");
    if sites == 0 && left == 0 {
        bail!(Usage(format!("{} has no files named for a host, as example.org.txt is", from.display())));
    }
    Ok(Exit::Done)
}

/// What was not converted goes to stdout: it is the list that was asked for.
fn print_left(path: &Path, imported: &Imported) -> io::Result<()> {
    let mut out = io::stdout().lock();
    imported.left.iter().try_for_each(|left| writeln!(out, "{}:{left}", path.display()))
}

/// Writes the rules with the first specimen that they hold for; whether there was anything to write.
fn save(path: &Path, imported: &Imported, into: Option<&Path>, force: bool) -> anyhow::Result<bool> {
    if imported.is_empty() {
        return Ok(false);
    }
    let holds = |rule: &String| Rules::builtin().with_site(rule, &imported.host).is_ok();
    let Some(rule) = imported.site_rules().find(holds) else {
        tracing::warn!("{}: left out: its rules leave nothing of a page made for them", path.display());
        return Ok(false);
    };
    let Some(into) = into else {
        writeln!(io::stdout().lock(), "# sites/{}.toml\n{rule}", imported.host)?;
        return Ok(true);
    };
    let target = into.join("sites").join(format!("{}.toml", imported.host));
    if target.exists() && !force {
        tracing::warn!(
            "{}: left out: {} is there already (--force replaces it)",
            path.display(),
            target.display()
        );
        return Ok(false);
    }
    atomic::make_folder(atomic::folder_of(&target))?;
    let text = format!("# from {}, by `tamis rules import`\n{rule}", path.display());
    atomic::write(&target, text.as_bytes())?;
    Ok(true)
}
