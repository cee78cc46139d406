//! The command `tamis`. What it can do is in the library; here is only the command line.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
