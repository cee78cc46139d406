//! Opens saved files and reads them through their compression, never more than a limit.
//!
//! Compression is told by the first bytes, not by the name: a browser saves `page.html.gz` unpacked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::error::Rejection;

/// First bytes of gzip.
pub(super) const GZIP: &[u8] = b"\x1F\x8B";

/// First bytes of a zstd frame.
const ZSTD: &[u8] = b"\x28\xB5\x2F\xFD";

/// Why a file gave no bytes.
#[derive(Debug)]
pub enum ReadFailure {
    /// It cannot be read or unpacked.
    Io(io::Error),
    /// It is larger than the limit.
    TooLarge(Rejection),
}

impl std::fmt::Display for ReadFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadFailure::Io(error) => error.fmt(formatter),
            ReadFailure::TooLarge(rejection) => rejection.fmt(formatter),
        }
    }
}

impl From<io::Error> for ReadFailure {
    fn from(error: io::Error) -> ReadFailure {
        ReadFailure::Io(error)
    }
}

/// The compression of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

/// A stream of raw bytes: a file or standard input.
pub(super) type Raw = Box<dyn BufRead + Send>;

/// Opens a file, or standard input for `-`.
pub(super) fn open(path: &Path) -> io::Result<Raw> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::with_capacity(64 << 10, File::open(path)?)))
}

/// Opens a file at one of its bytes.
pub(super) fn open_at(path: &Path, offset: u64) -> io::Result<Raw> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(BufReader::with_capacity(64 << 10, file)))
}

/// The compression that the first bytes of a stream announce.
pub(super) fn compression(raw: &mut Raw) -> io::Result<Compression> {
    let start = raw.fill_buf()?;
    Ok(if start.starts_with(GZIP) {
        Compression::Gzip
    } else if start.starts_with(ZSTD) {
        Compression::Zstd
    } else {
        Compression::Plain
    })
}

/// A stream without its compression.
pub(super) fn unpacked(mut raw: Raw) -> io::Result<Raw> {
    Ok(match compression(&mut raw)? {
        Compression::Plain => raw,
        Compression::Gzip => Box::new(BufReader::new(MultiGzDecoder::new(raw))),
        Compression::Zstd => Box::new(BufReader::new(zstd::stream::read::Decoder::with_buffer(raw)?)),
    })
}

/// Reads a file through its compression.
pub fn read(path: &Path, max_bytes: usize) -> Result<Vec<u8>, ReadFailure> {
    read_limited(unpacked(open(path)?)?, max_bytes)
}

/// Reads all of a stream, and stops one byte past the limit: what unpacks to a gigabyte is never held.
pub(super) fn read_limited(stream: impl Read, max_bytes: usize) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = Vec::new();
    stream.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        return Err(ReadFailure::TooLarge(Rejection::TooLarge { bytes: bytes.len(), max: max_bytes }));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_through_compression_whatever_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let zstd = zstd::encode_all(b"page".as_slice(), 1).unwrap();
        let two_members = [gzip(b"pa"), gzip(b"ge")].concat();
        for (name, bytes) in
            [("a.html", gzip(b"page")), ("b.gz", zstd), ("c.zst", b"page".to_vec()), ("d", two_members)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path, 100).unwrap(), b"page", "{name}");
        }
    }

    #[test]
    fn a_bomb_is_refused_without_being_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("a.gz", gzip(&vec![b' '; 4 << 20])),
            ("a.zst", zstd::encode_all(vec![b' '; 4 << 20].as_slice(), 1).unwrap()),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let failure = read(&path, 1000).unwrap_err();
            assert!(
                matches!(failure, ReadFailure::TooLarge(Rejection::TooLarge { bytes: 1001, max: 1000 })),
                "{name}"
            );
        }
    }

    #[test]
    fn a_damaged_archive_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gz");
        let whole = gzip(b"a page of some length, and more");
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(matches!(read(&path, 1000).unwrap_err(), ReadFailure::Io(_)));
    }
}
