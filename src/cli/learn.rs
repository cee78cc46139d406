//! `tamis learn`: rules from pairs of pages and wanted texts, proposed with evidence, written with `--apply`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use tamis::CleanOptions;
use tamis::learn::{self, Learned, Proposal, pairs};
use tamis::source::saved::InputKind;

use super::options::input;
use super::shell::{Exit, Shell, Usage};

/// Arguments of `tamis learn`.
#[derive(Debug, Args)]
pub struct LearnArgs {
    /// Pages or dirty texts: a file, a folder (walked) or a glob
    #[arg(value_name = "RAW")]
    raw: String,
    /// The texts that are wanted, of the same names (a.html and a.txt): a file or a folder
    #[arg(value_name = "CLEAN")]
    clean: PathBuf,
    /// What RAW holds; auto tells by extension and content, a folder of texts needs text
    #[arg(long, value_parser = input(), default_value = "auto", value_name = "KIND")]
    input: InputKind,
    /// Folder with rules of your own, which proposals are made in addition to
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Write the proposals that hold into the folder of --rules
    #[arg(long, requires = "rules")]
    apply: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Learns, tells, and writes if asked to.
pub fn execute(args: LearnArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let found = pairs::read(&args.raw, &args.clean, args.input, CleanOptions::default().max_bytes)?;
    found.left_out.iter().for_each(|reason| tracing::warn!("left out: {reason}"));
    if found.pairs.is_empty() {
        let hint = "hint: a.html goes with a.txt, a.dirty.txt with a.gold.txt";
        return Err(
            Usage(format!("no page has a text of its name in {}\n{hint}", args.clean.display())).into()
        );
    }
    let folder = args.rules.as_deref().filter(|folder| folder.exists());
    let learned = learn::learn(&found.pairs, folder)?;
    let text = if args.json { serde_json::to_string_pretty(&learned)? + "\n" } else { table(&learned) };
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    match (&args.rules, args.apply) {
        (Some(folder), true) => {
            let applied = learn::apply(&learned, folder)?;
            tracing::info!("{applied} rules written into {}", folder.display());
        }
        _ => tracing::info!("nothing was written; --rules DIR --apply writes the rules that hold"),
    }
    Ok(Exit::Done)
}

fn table(learned: &Learned) -> String {
    let Learned { pairs, before, after, proposals, missing } = learned;
    let mut text = format!(
        "{pairs} pairs: lines kept and not wanted {} -> {}, wanted and not kept {} -> {}\n",
        before.extra, after.extra, before.missing, after.missing
    );
    proposals.iter().for_each(|proposal| text.push_str(&entry(proposal)));
    if !missing.is_empty() {
        text.push_str("\nwanted lines that are removed, by rule:\n");
    }
    for (rule, (count, line)) in missing {
        text.push_str(&format!("  {count:>4} {rule}: {}\n", start(line)));
    }
    text
}

fn entry(proposal: &Proposal) -> String {
    let Proposal { what, file, hits, pages, false_hits, lines, refused, .. } = proposal;
    let verdict = match refused {
        None => format!("+ {file}"),
        Some(reason) => format!("- refused: {reason}"),
    };
    let mut text = format!(
        "\n{what}\n  {hits} hits on {pages} pages, {false_hits} false hits on all pages\n  {verdict}\n"
    );
    lines.iter().for_each(|line| text.push_str(&format!("    {}\n", start(line))));
    text
}

/// Characters of a line that are shown.
const SHOWN_CHARS: usize = 100;

fn start(line: &str) -> String {
    let line = line.replace('\n', " ");
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
