//! One run at a time: a lock that ends with its process, however that ends.
//!
//! The lock is the operating system's on an open file. The file itself stays, since taking it away would let two
//! runs hold locks on two files of one name; between runs it is empty.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::error::Error;
use crate::sink::atomic;

/// More than this a holder never writes; the file may be anything when the lock's path is mistyped.
const HOLDER_BYTES: u64 = 200;

/// The lock of this run; dropping it lets the next one start.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub fn take(path: &Path) -> Result<Lock, Error> {
        atomic::make_folder(atomic::folder_of(path))?;
        let mut file = open(path).map_err(Error::io("cannot open the lock", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { path: path.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("cannot lock", path)(source)),
        }
        let mut lock = Lock { file, path: path.to_owned() };
        lock.sign().map_err(Error::io("cannot write the lock", path))?;
        Ok(lock)
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn sign(&mut self) -> std::io::Result<()> {
        let text = format!("process {} since {}\n", std::process::id(), now());
        if self.file.metadata()?.len() > HOLDER_BYTES {
            let message = "the file holds something else; choose another path for the lock";
            return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, message));
        }
        self.file.set_len(0)?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody is told when this fails: the next run overwrites the file anyway.
        if self.file.metadata().is_ok_and(|data| data.len() <= HOLDER_BYTES) {
            let _ = self.file.set_len(0);
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(HOLDER_BYTES).read_to_string(&mut text));
    match read {
        Ok(length) if length > 0 && text.starts_with("process ") => format!(" ({})", text.trim()),
        _ => String::new(),
    }
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_learns_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/lock");
        let first = Lock::take(&path).unwrap();
        let error = Lock::take(&path).unwrap_err();
        assert!(matches!(error, Error::Locked { .. }));
        let me = format!("(process {} since 2", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        drop(first);
        Lock::take(&path).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_in_the_file_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::fs::write(&path, "process 1 since 2020-01-01T00:00:00Z\n").unwrap();
        drop(Lock::take(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn a_file_with_other_content_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("urls.txt");
        let content = "https://a.example/\n".repeat(50);
        std::fs::write(&path, &content).unwrap();
        assert!(Lock::take(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}
