//! Prepares the phrase rules of `rules/phrases`: reads the files, fills in placeholders and works out the literals of each
//! pattern (see `src/clean/text/prepared.rs`). At run time that would take longer than some dozens of pages do.

#![allow(dead_code, reason = "the modules are those of the library, which uses the rest of them")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../src/clean/text/fold.rs"]
mod fold;
#[path = "../src/clean/text/frame.rs"]
mod frame;
#[path = "../src/clean/kind.rs"]
mod kind;
#[path = "../src/clean/text/literals.rs"]
mod literals;
#[path = "../src/clean/text/prepared.rs"]
mod prepared;
#[path = "../src/clean/text/rule.rs"]
mod rule;

/// What the modules name by its place in the library.
mod clean {
    pub use crate::kind::Kind;
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules/phrases");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = files(&folder)?;
    let mut code = format!("pub(super) const FILES: [(&str, &str); {}] = [\n", files.len());
    let mut written = rule::Written::default();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file =
            rule::RuleFile::parse(&fs::read_to_string(path)?).map_err(|error| format!("{name}: {error}"))?;
        written.add(file, false);
        writeln!(code, "    ({name:?}, include_str!({path:?})),")?;
    }
    writeln!(code, "];\nconst PREPARED: [(&str, &[u8]); {}] = [", written.rules.len())?;
    for (language, rules) in &written.rules {
        let prepare = |rule| prepared::Prepared::of(rule, &written.definitions);
        let prepared: Vec<prepared::Prepared> = rules.iter().map(prepare).collect();
        let path = out.join(format!("{language}.bin"));
        fs::write(&path, postcard::to_allocvec(&prepared)?)?;
        writeln!(code, "    ({language:?}, include_bytes!({path:?})),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("phrases.rs"), code)?;
    Ok(())
}

/// The rule files. Rules hold in their order, and `fr.toml` comes before `fr-notes.toml`.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort_by(|a, b| a.file_stem().cmp(&b.file_stem()));
    Ok(files)
}
