//! What becomes of an article's earlier text when it has changed.
//!
//! In a folder, the earlier file is set aside as `versions/NAME.TIME.EXTENSION`, TIME being when it was written.
//! Setting aside is one step of the file system (a hard link) and comes before the new file takes the place, so
//! that at every instant the article is there, and doing it twice changes nothing.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::atomic;
use crate::error::Error;

/// What becomes of the earlier text of an article that has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Earlier {
    /// It is kept: in the folder `versions`, or in the table `versions`.
    #[default]
    Keep,
    /// The new text takes its place.
    Drop,
}

/// The folder inside of the output folder.
const FOLDER: &str = "versions";

/// Sets the file of an article aside, unless it holds what is going to be written.
pub(super) fn set_aside(folder: &Path, place: &str, content: &[u8]) -> Result<(), Error> {
    let file = folder.join(place);
    match fs::read(&file) {
        Ok(earlier) if earlier == content => Ok(()),
        Ok(earlier) => {
            let versions = folder.join(FOLDER);
            atomic::make_folder(&versions)?;
            link(&file, &versions, place, &earlier).map_err(Error::io("cannot set aside", &file))?;
            atomic::sync_folder(&versions)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("cannot read", &file)(error)),
    }
}

/// Links the file to the first of its names in the folder that is free or holds the same.
fn link(file: &Path, versions: &Path, place: &str, earlier: &[u8]) -> io::Result<()> {
    let written = fs::metadata(file)?.modified()?;
    for name in names(place, written.try_into().unwrap_or(Timestamp::UNIX_EPOCH)) {
        let aside = versions.join(name);
        match fs::hard_link(file, &aside) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read(&aside)? == earlier {
                    return Ok(());
                }
            }
            // Some file systems (FAT, network shares) have no links.
            Err(_) => return copy(&aside, earlier),
        }
    }
    Ok(())
}

fn copy(aside: &Path, earlier: &[u8]) -> io::Result<()> {
    atomic::write(aside, earlier).map_err(|error| match error {
        Error::Io { source, .. } => source,
        other => io::Error::other(other),
    })
}

/// `a.2026-01-02T03-04-05Z.txt`, then `a.2026-01-02T03-04-05Z-2.txt` and so on: colons are no good in file names.
fn names(place: &str, written: Timestamp) -> impl Iterator<Item = String> {
    let time = written.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let (stem, extension) = place.rsplit_once('.').unwrap_or((place, ""));
    let (stem, extension) = (stem.to_owned(), extension.to_owned());
    (1u64..).map(move |number| match number {
        1 => format!("{stem}.{time}.{extension}"),
        _ => format!("{stem}.{time}-{number}.{extension}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aside(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder.join(FOLDER)).into_iter().flatten();
        let mut texts: Vec<String> =
            entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        texts.sort();
        texts
    }

    #[test]
    fn the_earlier_file_is_set_aside_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| atomic::write(&folder.path().join("a.txt"), text.as_bytes()).unwrap();
        set_aside(folder.path(), "a.txt", b"one").unwrap();
        write("one");
        set_aside(folder.path(), "a.txt", b"one").unwrap();
        assert_eq!(aside(folder.path()), Vec::<String>::new());
        for _ in 0..2 {
            set_aside(folder.path(), "a.txt", b"two").unwrap();
            assert_eq!(aside(folder.path()), ["one"]);
        }
        write("two");
        set_aside(folder.path(), "a.txt", b"three").unwrap();
        assert_eq!(aside(folder.path()), ["one", "two"]);
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "two");
    }

    #[test]
    fn names_tell_when_the_version_was_written() {
        let written = "2026-01-02T03:04:05.6Z".parse().unwrap();
        let names: Vec<String> = names("a.b.txt", written).take(2).collect();
        assert_eq!(names, ["a.b.2026-01-02T03-04-05Z.txt", "a.b.2026-01-02T03-04-05Z-2.txt"]);
    }
}
