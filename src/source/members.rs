//! A file of many compressed members, read so that a damaged member costs no more than itself.
//!
//! - member: one gzip stream or zstd frame; a compressed WARC has one for each record. A file without compression
//!   is one member.
//!
//! A damaged member gives one error of kind `InvalidData`; the read after it goes on with the next member. The decoder
//! may notice damage only behind the member's end, having taken the next members for its data; what it consumed is
//! therefore kept and searched again.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::open::{Compression, Raw};

/// Start of a gzip member: its two bytes and its only compression method.
const GZIP_MEMBER: &[u8] = &[0x1F, 0x8B, 0x08];
/// Start of a zstd frame.
const ZSTD_FRAME: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// Compressed bytes of a member that are kept for a second search; a page has some hundred kilobytes.
const MAX_KEPT: usize = 8 << 20;

/// Where the reader stands.
enum State {
    /// Inside of a member.
    Inside(Box<Decoder>),
    /// Before a member, or at the end.
    Between(Replay),
    /// Behind a damaged member: the next start has to be looked for.
    Lost(Replay),
    /// The file itself failed.
    Broken,
}

/// Unpacks one member.
enum Decoder {
    Plain(Replay),
    Gzip(GzDecoder<Replay>),
    Zstd(zstd::stream::read::Decoder<'static, Replay>),
}

impl Decoder {
    fn new(compression: Compression, mut raw: Replay) -> io::Result<Decoder> {
        raw.keep(compression != Compression::Plain);
        Ok(match compression {
            Compression::Plain => Decoder::Plain(raw),
            Compression::Gzip => Decoder::Gzip(GzDecoder::new(raw)),
            Compression::Zstd => Decoder::Zstd(zstd::stream::read::Decoder::with_buffer(raw)?.single_frame()),
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Decoder::Plain(raw) => raw.read(buffer),
            Decoder::Gzip(member) => member.read(buffer),
            Decoder::Zstd(frame) => frame.read(buffer),
        }
    }

    fn into_inner(self) -> Replay {
        match self {
            Decoder::Plain(raw) => raw,
            Decoder::Gzip(member) => member.into_inner(),
            Decoder::Zstd(frame) => frame.finish(),
        }
    }
}

/// Reads the members of a file one after the other.
pub(super) struct Members {
    state: State,
    compression: Compression,
    /// Where the member starts in the file.
    start: u64,
    /// Bytes that it gave.
    given: u64,
}

impl Members {
    /// Reads a stream that starts at this byte of its file.
    pub(super) fn new(raw: Raw, compression: Compression, start: u64) -> Members {
        Members { state: State::Between(Replay::new(raw, start)), compression, start, given: 0 }
    }

    /// The place in the file of the byte that comes next, when the caller holds so many bytes unread. Inside of a
    /// compressed member there is none.
    pub(super) fn offset(&self, unread: usize) -> Option<u64> {
        let taken = self.given.checked_sub(unread as u64)?;
        match self.compression {
            Compression::Plain => Some(self.start + taken),
            _ => (taken == 0).then_some(self.start),
        }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Broken) {
                State::Inside(mut member) => match member.read(buffer) {
                    Ok(0) => State::Between(member.into_inner()),
                    Ok(read) => {
                        self.given += read as u64;
                        self.state = State::Inside(member);
                        return Ok(read);
                    }
                    Err(error) => {
                        self.state = State::Lost(member.into_inner());
                        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                    }
                },
                State::Between(mut raw) => {
                    if !skip_padding(&mut raw)? {
                        self.state = State::Between(raw);
                        return Ok(0);
                    }
                    (self.start, self.given) = (raw.position(), 0);
                    State::Inside(Box::new(Decoder::new(self.compression, raw)?))
                }
                State::Lost(mut raw) => {
                    find_member(&mut raw, self.compression)?;
                    State::Between(raw)
                }
                State::Broken => return Ok(0),
            }
        }
    }
}

/// Steps over the zero bytes that some tools pad with; `false` at the end of the file.
fn skip_padding(raw: &mut Replay) -> io::Result<bool> {
    loop {
        let buffer = raw.fill_buf()?;
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        let (all, empty) = (zeros == buffer.len(), buffer.is_empty());
        if !all || empty {
            raw.consume(zeros);
            return Ok(!empty);
        }
        raw.consume(zeros);
    }
}

/// Goes to the next start of a member behind the start of the damaged one, or to the end. Its bytes can stand
/// inside of compressed data by chance; what follows then fails, and the search goes on behind it.
fn find_member(raw: &mut Replay, compression: Compression) -> io::Result<()> {
    let wanted = match compression {
        Compression::Plain => return Ok(()), // what failed was the file; it is read on
        Compression::Gzip => GZIP_MEMBER,
        Compression::Zstd => ZSTD_FRAME,
    };
    raw.rewind();
    let mut matched = 0;
    while matched < wanted.len() {
        let Some(&byte) = raw.fill_buf()?.first() else { return Ok(()) };
        raw.consume(1);
        matched = match byte {
            byte if byte == wanted[matched] => matched + 1,
            byte if byte == wanted[0] => 1,
            _ => 0,
        };
    }
    raw.give_back(wanted, raw.position() - wanted.len() as u64);
    Ok(())
}

/// A stream that can go back to where the last member started.
struct Replay {
    raw: Raw,
    /// Place in the file of the stream's next byte.
    raw_position: u64,
    /// What the decoder has consumed of the member, up to [`MAX_KEPT`].
    kept: Vec<u8>,
    keeps: bool,
    /// Place in the file of the first byte kept.
    kept_start: u64,
    /// Bytes to be read again before those of the stream.
    again: io::Cursor<Vec<u8>>,
    /// Place in the file of the first of them.
    again_start: u64,
}

impl Replay {
    fn new(raw: Raw, position: u64) -> Replay {
        Replay {
            raw,
            raw_position: position,
            kept: Vec::new(),
            keeps: false,
            kept_start: position,
            again: io::Cursor::default(),
            again_start: position,
        }
    }

    fn left(&self) -> &[u8] {
        let at = (self.again.position() as usize).min(self.again.get_ref().len());
        &self.again.get_ref()[at..]
    }

    /// Place in the file of the next byte.
    fn position(&self) -> u64 {
        if self.left().is_empty() { self.raw_position } else { self.again_start + self.again.position() }
    }

    /// Keeps what is consumed from now on, or no longer.
    fn keep(&mut self, keeps: bool) {
        self.kept.clear();
        (self.keeps, self.kept_start) = (keeps, self.position());
    }

    /// Goes back to the byte behind the start of the member.
    fn rewind(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        if kept.len() > 1 {
            self.give_back(&kept[1..], self.kept_start + 1);
        }
        self.keeps = false;
    }

    /// Bytes to be read again, and their place in the file.
    fn give_back(&mut self, bytes: &[u8], start: u64) {
        self.again = io::Cursor::new([bytes, self.left()].concat());
        self.again_start = start;
    }
}

impl Read for Replay {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let read = there.len().min(buffer.len());
        buffer[..read].copy_from_slice(&there[..read]);
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Replay {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left().is_empty() { self.raw.fill_buf() } else { self.again.fill_buf() }
    }

    fn consume(&mut self, used: usize) {
        let again = !self.left().is_empty();
        if self.keeps && self.kept.len() < MAX_KEPT {
            // buffered already, so that this neither reads nor fails
            let buffered = if again { self.again.fill_buf() } else { self.raw.fill_buf() };
            self.kept.extend_from_slice(buffered.map_or(&[], |bytes| &bytes[..used.min(bytes.len())]));
        }
        if again {
            self.again.consume(used);
        } else {
            self.raw.consume(used);
            self.raw_position += used as u64;
        }
    }
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

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 1).unwrap()
    }

    fn read_all(compression: Compression, bytes: Vec<u8>) -> (String, usize) {
        let mut members = Members::new(Box::new(io::Cursor::new(bytes)), compression, 0);
        let (mut text, mut errors) = (Vec::new(), 0);
        let mut buffer = [0; 16];
        loop {
            match members.read(&mut buffer) {
                Ok(0) => return (String::from_utf8_lossy(&text).into_owned(), errors),
                Ok(read) => text.extend_from_slice(&buffer[..read]),
                Err(_) => errors += 1,
            }
            assert!(errors < 100, "no end");
        }
    }

    #[test]
    fn joins_members_and_skips_padding() {
        let bytes = [gzip(b"one "), vec![0; 700], gzip(b"two "), gzip(b"three")].concat();
        assert_eq!(read_all(Compression::Gzip, bytes), ("one two three".to_owned(), 0));
        let bytes = [zstd(b"one "), zstd(b"two "), zstd(b"three")].concat();
        assert_eq!(read_all(Compression::Zstd, bytes), ("one two three".to_owned(), 0));
        assert_eq!(read_all(Compression::Plain, b"one two three".to_vec()), ("one two three".to_owned(), 0));
    }

    /// Bytes that hardly compress.
    fn noise() -> Vec<u8> {
        (0..4000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
    }

    #[test]
    fn a_damaged_member_costs_only_itself() {
        for (compression, pack) in
            [(Compression::Gzip, gzip as fn(&[u8]) -> Vec<u8>), (Compression::Zstd, zstd)]
        {
            let mut damaged = pack(&noise());
            let middle = damaged.len() / 2;
            damaged.drain(middle..middle + 40);
            let (read, errors) = read_all(compression, [pack(b"first "), damaged, pack(b"<last>")].concat());
            assert!(read.starts_with("first ") && read.ends_with("<last>"), "{compression:?}");
            assert!(errors > 0, "{compression:?}");
        }
    }

    #[test]
    fn the_offset_of_a_member_is_known_at_its_first_byte_also_behind_damage() {
        let mut damaged = gzip(&noise());
        damaged.drain(5000..5040);
        let (first, last) = (gzip(b"first"), gzip(b"last"));
        let start = (first.len() + damaged.len()) as u64;
        let bytes = [first, damaged, last].concat();
        let mut members = Members::new(Box::new(io::Cursor::new(bytes)), Compression::Gzip, 100);
        let mut buffer = [0; 4];
        assert_eq!(members.read(&mut buffer).unwrap(), 4);
        assert_eq!((members.offset(4), members.offset(3)), (Some(100), None));
        while !matches!(members.read(&mut buffer), Ok(4) if &buffer == b"last") {}
        assert_eq!(members.offset(4), Some(100 + start));
    }

    #[test]
    fn noise_and_a_cut_file_end() {
        let (_, errors) = read_all(Compression::Gzip, b"no gzip at all".to_vec());
        assert_eq!(errors, 1);
        for (compression, whole) in [
            (Compression::Gzip, gzip(b"a text that is cut")),
            (Compression::Zstd, zstd(b"a text that is cut")),
        ] {
            let (_, errors) = read_all(compression, whole[..whole.len() - 9].to_vec());
            assert_eq!(errors, 1, "{compression:?}");
        }
    }
}
