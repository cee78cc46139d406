//! Files that are there whole or not at all.
//!
//! The steps: a temporary file in the same folder (a rename does not cross file systems), write, fsync, rename,
//! fsync of the folder. The temporary file is locked as long as its writer lives, so what a killed run left
//! behind can be told from what another process is writing at this moment.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;

/// Ending of temporary files.
pub const TEMPORARY_SUFFIX: &str = ".tamis-tmp";

/// Whether a file outlives a power cut from the moment that it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It is forced to the disk.
    Forced,
    /// The system takes its time. Until then the file is there whole for all who read it.
    Left,
}

/// Writes a file whole. The rename is durable only after [`sync_folder`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_as(path, bytes, Durability::Forced)
}

/// Writes a file whole.
pub fn write_as(path: &Path, bytes: &[u8], durability: Durability) -> Result<(), Error> {
    write_in_steps(path, bytes, durability).map_err(Error::io("cannot write", path))
}

fn write_in_steps(path: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
    let mut file = temporary_beside(path)?;
    // Without locks on this file system the write goes on; only the telling-apart is lost.
    let _ = file.as_file().try_lock();
    file.write_all(bytes)?;
    if durability == Durability::Forced {
        file.as_file().sync_all()?;
    }
    file.persist(path)?;
    Ok(())
}

fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // the umask takes its share
    builder.tempfile_in(folder_of(path))
}

/// The folder that a path stands in; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the renames in a folder durable. Windows has no such call and needs none.
pub fn sync_folder(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io("cannot save", folder))?;
    }
    Ok(())
}

/// Makes a folder and those above it.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::io("cannot make the folder", folder))
}

/// Finds out whether files can be written in a folder, before an hour's work is done for it.
pub fn check_writable(folder: &Path) -> Result<(), Error> {
    let probe = temporary_beside(&folder.join("probe")).and_then(NamedTempFile::close);
    probe.map_err(Error::io("cannot write into the folder", folder))
}

/// Takes away the temporary files in a folder whose writers are gone; says how many there were.
pub fn remove_leftovers(folder: &Path) -> Result<usize, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("cannot read the folder", folder))?;
    let leftovers = entries.flatten().filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with('.') && name.ends_with(TEMPORARY_SUFFIX)
    });
    Ok(leftovers.filter(|entry| remove_if_abandoned(&entry.path())).count())
}

fn remove_if_abandoned(path: &Path) -> bool {
    let abandoned = File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    abandoned && fs::remove_file(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn writes_and_replaces_whole_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn files_can_be_read_by_others_as_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        write(&ours, b"").unwrap();
        fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[test]
    fn a_failed_write_leaves_nothing_and_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"").unwrap();
        let message = write(&path, b"x").unwrap_err().to_string();
        assert!(message.contains("cannot write") && message.contains("taken"), "{message}");
        assert_eq!(names_in(folder.path()), ["taken"]);
    }

    #[test]
    fn removes_what_a_killed_run_left_but_not_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".abc.tamis-tmp"), b"torn").unwrap();
        fs::write(folder.path().join("kept.tamis-tmp"), b"not ours").unwrap();
        let writing = temporary_beside(&folder.path().join("b")).unwrap();
        writing.as_file().try_lock().unwrap();
        assert_eq!(remove_leftovers(folder.path()).unwrap(), 1);
        assert!(writing.path().exists() && folder.path().join("kept.tamis-tmp").exists());
    }
}
