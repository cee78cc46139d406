//! Where the last whole record of an archive ends. What follows it was torn by a crash and is cut off.
//!
//! A compressed archive is looked at from its end, where the last members are, so that a large one opens as fast as
//! a small one. A plain one is gone through from record to record by their lengths, because the end of a page may
//! look like anything. A file that does not begin like an archive is refused and left alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::GzDecoder;

use super::seek;

/// How every record starts.
const START: &[u8] = b"WARC/";

/// How our members start: gzip, deflate, no flags.
const MEMBER: [u8; 4] = [0x1f, 0x8b, 8, 0];

/// Bytes that are searched at a time.
const WINDOW: u64 = 1 << 20;

/// What ends a record.
const END: &[u8] = b"\r\n\r\n";

/// Longest line of a record's head that is believed.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Cuts off what is torn; returns the length of the rest.
pub(super) fn repair(file: &mut File, gzip: bool) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(0);
    }
    let whole = if gzip { whole_members(file, length)? } else { whole_records(file, length)? };
    if whole == 0 {
        let reason = "it is no web archive, or none with a whole record; move it away or name another file";
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    if whole < length {
        tracing::warn!(bytes = length - whole, "the archive ended in a torn record, which was cut off");
        file.set_len(whole)?;
    }
    file.seek(SeekFrom::End(0))?;
    Ok(whole)
}

/// The end of the last whole member that holds a record, searched from the end.
fn whole_members(file: &mut File, length: u64) -> io::Result<u64> {
    let mut upper = length;
    while upper > 0 {
        let lower = upper.saturating_sub(WINDOW);
        // a start may stand across the border of two windows
        let bytes = bytes_at(file, lower, (upper + MEMBER.len() as u64 - 1).min(length) - lower)?;
        for at in memchr::memmem::rfind_iter(&bytes, &MEMBER) {
            if let Some(end) = member_end(file, lower + at as u64)? {
                return Ok(end);
            }
        }
        upper = lower;
    }
    Ok(0)
}

fn bytes_at(file: &mut File, start: u64, count: u64) -> io::Result<Vec<u8>> {
    seek(file, start)?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the member that starts here ends, if it is whole and holds a record.
fn member_end(file: &mut File, start: u64) -> io::Result<Option<u64>> {
    seek(file, start)?;
    let mut reader = BufReader::new(&mut *file);
    let mut member = GzDecoder::new(&mut reader);
    let mut first = [0; START.len()];
    let is_record = member.read_exact(&mut first).is_ok() && first == *START;
    if !is_record || io::copy(&mut member, &mut io::sink()).is_err() {
        return Ok(None);
    }
    reader.stream_position().map(Some)
}

/// The end of the last whole record, by the lengths of the records.
fn whole_records(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = 0;
    while let Some(next) = record_end(file, end)?.filter(|next| *next <= length) {
        end = next;
    }
    Ok(end)
}

/// Where the record that starts here ends, if it is a record and has its end.
fn record_end(file: &mut File, start: u64) -> io::Result<Option<u64>> {
    seek(file, start)?;
    let mut reader = BufReader::new(&mut *file);
    let (mut line, mut block, mut first) = (Vec::new(), None, true);
    loop {
        line.clear();
        (&mut reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") || (first && !line.starts_with(START)) {
            return Ok(None);
        }
        first = false;
        let text = String::from_utf8_lossy(line.trim_ascii()).to_ascii_lowercase();
        if text.is_empty() {
            break;
        }
        if let Some(value) = text.strip_prefix("content-length:") {
            block = value.trim().parse::<i64>().ok();
        }
    }
    let Some(block) = block.filter(|block| *block >= 0) else { return Ok(None) };
    reader.seek_relative(block)?;
    let mut end = [0; END.len()];
    if reader.read_exact(&mut end).is_err() || end != *END {
        return Ok(None);
    }
    reader.stream_position().map(Some)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::packed;
    use super::*;

    fn record(body: &str) -> Vec<u8> {
        format!("WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n", body.len())
            .into_bytes()
    }

    /// The length that is left of a file with these bytes, and whether more than that is left in the file.
    fn repaired(bytes: &[u8], gzip: bool) -> io::Result<u64> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        let left = repair(&mut file, gzip)?;
        assert_eq!((file.metadata()?.len(), file.stream_position()?), (left, left));
        Ok(left)
    }

    #[test]
    fn a_torn_record_is_cut_off_wherever_it_is_torn() {
        for gzip in [false, true] {
            let whole = [packed(&record("one"), gzip), packed(&record(&"two ".repeat(500)), gzip)].concat();
            let last = packed(
                &record("a page\r\n\r\nWARC/1.1\r\nContent-Length: 2\r\n\r\nxy\r\n\r\nof its own"),
                gzip,
            );
            for torn in 0..last.len() {
                let bytes = [whole.as_slice(), &last[..torn]].concat();
                assert_eq!(repaired(&bytes, gzip).expect("an archive"), whole.len() as u64, "{torn} {gzip}");
            }
            let all = [whole.as_slice(), &last].concat();
            assert_eq!(repaired(&all, gzip).expect("an archive"), all.len() as u64);
            let zeros = [all.as_slice(), &[0; 5000]].concat();
            assert_eq!(repaired(&zeros, gzip).expect("an archive"), all.len() as u64);
        }
    }

    #[test]
    fn starts_across_the_border_of_two_windows_are_found() {
        let whole = packed(&record("one"), true);
        for noise in [WINDOW as usize - 1, WINDOW as usize, WINDOW as usize + 2, 3 * WINDOW as usize] {
            for shift in 0..4 {
                let bytes = [whole.as_slice(), &vec![7; noise + shift - whole.len()]].concat();
                assert_eq!(repaired(&bytes, true).expect("an archive"), whole.len() as u64);
            }
        }
    }

    #[test]
    fn a_file_that_is_no_archive_is_refused_and_left_alone() {
        let gzip_of_another = packed(b"a tar file or anything", true);
        for (bytes, gzip) in [
            (b"my diary".as_slice(), false),
            (b"my diary".as_slice(), true),
            (&gzip_of_another, true),
            (&record("plain"), true),
            (&packed(&record("compressed"), true), false),
            (b"WARC/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", false),
            (b"WARC/1.1\r\nContent-Length: -5\r\n\r\n\r\n\r\n", false),
        ] {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(bytes).expect("to disk");
            assert!(repair(&mut file, gzip).is_err());
            assert_eq!(file.metadata().expect("a file").len(), bytes.len() as u64);
        }
    }
}
