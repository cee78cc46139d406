//! `tamis completions` and `tamis man`: made from the definition of the command line, so that they are never behind.

use std::io::{self, Write};

use clap::Args;
use clap_complete::Shell as CompletionShell;

use super::shell::{Exit, Usage};

/// Arguments of `tamis completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: CompletionShell,
}

/// Arguments of `tamis man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A command, as in `tamis man clean` or `tamis man rules import`; the overview without it
    command: Vec<String>,
}

/// Prints a completion script.
pub fn completions(args: CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "tamis", &mut script);
    print(&script)
}

/// Prints a manual page in roff, for `man -l -`.
pub fn manual(args: ManArgs) -> anyhow::Result<Exit> {
    let mut whole = super::definition();
    // global options become part of each command
    whole.build();
    let page = find(&whole, &args.command)?;
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    print(&text)
}

fn find(whole: &clap::Command, names: &[String]) -> anyhow::Result<clap::Command> {
    let mut page = whole;
    for name in names {
        page = page
            .find_subcommand(name)
            .ok_or_else(|| Usage(format!("there is no command `{name}`\nhint: `tamis --help` lists them")))?;
    }
    let names = [whole.get_name()].into_iter().chain(names.iter().map(String::as_str));
    Ok(page.clone().display_name(names.collect::<Vec<_>>().join("-")))
}

fn print(bytes: &[u8]) -> anyhow::Result<Exit> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(Exit::Done)
}
