//! Options that several commands share, and how their values are read.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use tamis::article::Normalize;
use tamis::clean::Kind;
use tamis::format::Format;
use tamis::source::saved::InputKind;
use tamis::{CleanOptions, Cleaner, Focus, Rules};

/// What decides which blocks are kept.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cleaning")]
pub struct DecidingArgs {
    /// What to prefer where the evidence is thin
    #[arg(long, value_parser = focus(), default_value = "balanced", value_name = "FOCUS")]
    focus: Focus,
    /// Keep this kind of boilerplate, marked in md and html (repeat, or part by commas)
    #[arg(long, value_parser = kind(), value_delimiter = ',', value_name = "KIND")]
    keep: Vec<Kind>,
    /// Folder with rules of your own; they win over the built-in ones
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

impl DecidingArgs {
    /// The cleaner with these rules.
    pub fn cleaner(&self, options: CleanOptions) -> Result<Cleaner, tamis::Error> {
        let rules = match &self.rules {
            Some(folder) => Rules::builtin().overlay_dir(folder)?,
            None => Rules::builtin(),
        };
        Ok(Cleaner::new(rules, options))
    }

    /// The options of the cleaner.
    pub fn options(&self) -> CleanOptions {
        CleanOptions { focus: self.focus, keep: self.keep.clone(), ..CleanOptions::default() }
    }
}

/// How to clean.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cleaning")]
pub struct CleaningArgs {
    #[command(flatten)]
    deciding: DecidingArgs,
    /// Keep readers' comments apart from the article, in the field `comments` of json and jsonl
    #[arg(long)]
    comments: bool,
    /// Typography: none (as found), french or plain
    #[arg(long, value_parser = normalize(), default_value = "none", value_name = "STYLE")]
    normalize: Normalize,
}

impl CleaningArgs {
    /// The cleaner that was asked for.
    pub fn cleaner(&self) -> Result<Cleaner, tamis::Error> {
        self.deciding.cleaner(self.options())
    }

    /// The folder with rules of the user's own.
    pub fn rules_folder(&self) -> Option<PathBuf> {
        self.deciding.rules.clone()
    }

    /// The options of the cleaner.
    pub fn options(&self) -> CleanOptions {
        CleanOptions { comments: self.comments, normalize: self.normalize, ..self.deciding.options() }
    }
}

/// Where results go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Folder for one file an article, written atomically; stdout without it
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Format of the results
    #[arg(short, long, value_parser = format(), default_value = "txt", value_name = "FORMAT")]
    pub format: Format,
}

/// A value among known names; clap lists them and finds the nearest to a mistyped one.
fn named<T>(names: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>().map_err(std::io::Error::other))
}

fn format() -> impl TypedValueParser<Value = Format> {
    named(Format::NAMES)
}

/// `--input`
pub fn input() -> impl TypedValueParser<Value = InputKind> {
    named(InputKind::NAMES)
}

fn focus() -> impl TypedValueParser<Value = Focus> {
    PossibleValuesParser::new(["precision", "balanced", "recall"]).map(|name| match name.as_str() {
        "precision" => Focus::Precision,
        "recall" => Focus::Recall,
        _ => Focus::Balanced,
    })
}

fn normalize() -> impl TypedValueParser<Value = Normalize> {
    PossibleValuesParser::new(["none", "french", "plain"]).map(|name| match name.as_str() {
        "french" => Normalize::French,
        "plain" => Normalize::Plain,
        _ => Normalize::None,
    })
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(|(_, name)| name)).map(|name| {
        let known = Kind::ALL.into_iter().find(|(_, known)| *known == name);
        known.map_or(Kind::Other, |(kind, _)| kind)
    })
}

/// A number of threads; 0 for all cores, as rayon has it.
pub fn pool(threads: Option<usize>) -> anyhow::Result<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build()?)
}
