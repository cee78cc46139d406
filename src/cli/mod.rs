//! The command line: a thin layer that turns arguments into the library's options once, at the edge.
//!
//! - shell: what all commands share: how to talk to people (stderr), exit codes ([`shell`])
//! - output: where records go, stdout or a folder ([`output`])
//!
//! Each command is a file with its arguments and a function `execute`.

mod accept;
mod accepted;
mod clean;
mod config;
mod deploy;
mod difference;
mod discover;
mod eval;
mod explain;
mod explain_html;
mod fetch;
mod gather;
#[cfg(feature = "serve")]
mod learn;
mod manual;
mod network;
mod options;
mod output;
mod rules;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod shell;
mod state;
mod stop;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use shell::{Exit, LogFormat, Shell, Volume};

/// Text below the help of every command line.
const AFTER_HELP: &str = "\
Examples:
  tamis clean page.html                       clean text on stdout
  tamis clean saved/ --format jsonl           one JSON record a page
  tamis fetch --list urls.txt -o articles/    fetch politely, one file an article
  tamis run -c config.toml                    one unattended run, for cron
  tamis serve saved/ --rules my-rules/        see why in a browser, and teach rules

Exit codes: 0 done (rejected pages included), 1 unexpected, or a figure of eval below its floor,
2 usage or configuration, 3 some pages failed for good, 4 verify found differences, 75 another run holds the lock.";

/// Turns web article pages into clean article text.
#[derive(Debug, Parser)]
#[command(name = "tamis", version, about, after_help = AFTER_HELP, propagate_version = true)]
#[command(arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say nothing but errors on stderr
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say also what becomes of every page of a run
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// How lines on stderr look
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch pages politely and clean them
    Fetch(Box<fetch::FetchArgs>),
    /// Print the feeds and sitemaps that sites name, as sources for `fetch` and `run`
    Discover(discover::DiscoverArgs),
    /// Clean saved pages or dirty text
    Clean(clean::CleanArgs),
    /// Do one unattended run, as cron does: what is new, politely, under a lock
    Run(run::RunArgs),
    /// Show what became of every page over all runs, have pages tried again, or forget them
    State(state::StateArgs),
    /// Show or check the settings of a run
    Config(config::ConfigArgs),
    /// List, check and import rules, and see how they fare over runs
    Rules(rules::RulesArgs),
    /// Say of every block of a page why it was kept or removed
    Explain(explain::ExplainArgs),
    /// Propose rules from pairs of pages and the texts that are wanted of them
    #[cfg(feature = "serve")]
    Learn(learn::LearnArgs),
    /// Store today's output of saved pages, for `verify`
    Accept(accept::AcceptArgs),
    /// Compare today's output with what was accepted; exit code 4 if it differs
    Verify(accept::VerifyArgs),
    /// Open the workbench: look at pages in a browser, and teach rules by a click
    #[cfg(feature = "serve")]
    Serve(Box<serve::ServeArgs>),
    /// Measure the cleaner on labelled pages
    Eval(eval::EvalArgs),
    /// Print the completion script of a shell
    Completions(manual::CompletionsArgs),
    /// Print the manual page, or that of a command
    Man(manual::ManArgs),
}

impl Cli {
    fn volume(&self) -> Volume {
        match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Usual,
        }
    }
}

/// Runs the command line and says how it ended.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let shell = Shell::new(cli.volume(), cli.log_format);
    tamis::outcome::quiet_guarded_panics();
    match execute(cli.command, &shell) {
        Ok(exit) => exit.into(),
        Err(error) => shell.fail(&error).into(),
    }
}

fn execute(command: Command, shell: &Shell) -> anyhow::Result<Exit> {
    match command {
        Command::Fetch(args) => fetch::execute(*args, shell),
        Command::Discover(args) => discover::execute(args, shell),
        Command::Clean(args) => clean::execute(args, shell),
        Command::Run(args) => run::execute(args, shell),
        Command::State(args) => state::execute(args, shell),
        Command::Config(args) => config::execute(args, shell),
        Command::Rules(args) => rules::execute(args, shell),
        Command::Explain(args) => explain::execute(args, shell),
        #[cfg(feature = "serve")]
        Command::Learn(args) => learn::execute(args, shell),
        Command::Accept(args) => accept::accept(args, shell),
        Command::Verify(args) => accept::verify(args, shell),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::execute(*args, shell),
        Command::Eval(args) => eval::execute(args, shell),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::manual(args),
    }
}

/// The whole command line as data, for completions and manual pages.
fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_has_no_contradictions() {
        super::definition().debug_assert();
    }
}
