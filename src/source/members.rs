//! A gzip file of many members, read so that a damaged member costs no more than itself.
//!
//! - member: one gzip stream; a compressed WARC has one for each record
//!
//! A damaged member gives one error of kind `InvalidData`; the read after it goes on with the next member. The decoder
//! may notice damage only behind the member's end, having taken the next members for its data; what it consumed is
//! therefore kept and searched again.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::open::Raw;

/// Start of a member: the two bytes of gzip and its only compression method.
const MEMBER: [u8; 3] = [0x1F, 0x8B, 0x08];

/// Compressed bytes of a member that are kept for a second search; a page has some hundred kilobytes.
const MAX_KEPT: usize = 8 << 20;

/// Where the reader stands.
enum State {
    /// Inside of a member.
    Inside(Box<GzDecoder<Replay>>),
    /// Before a member, or at the end.
    Between(Replay),
    /// Behind a damaged member: the next start has to be looked for.
    Lost(Replay),
    /// The file itself failed.
    Broken,
}

/// Reads the members of a gzip file one after the other.
pub(super) struct Members {
    state: State,
}

impl Members {
    pub(super) fn new(raw: Raw) -> Members {
        Members { state: State::Between(Replay::new(raw)) }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Broken) {
                State::Inside(mut member) => match member.read(buffer) {
                    Ok(0) => State::Between(member.into_inner()),
                    Ok(read) => {
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
                    raw.start_keeping();
                    State::Inside(Box::new(GzDecoder::new(raw)))
                }
                State::Lost(mut raw) => {
                    find_member(&mut raw)?;
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

/// Goes to the next start of a member behind the start of the damaged one, or to the end. The three bytes can stand
/// inside of compressed data by chance; what follows then fails, and the search goes on behind it.
fn find_member(raw: &mut Replay) -> io::Result<()> {
    raw.rewind();
    let mut matched = 0;
    while matched < MEMBER.len() {
        let Some(&byte) = raw.fill_buf()?.first() else { return Ok(()) };
        raw.consume(1);
        matched = match byte {
            byte if byte == MEMBER[matched] => matched + 1,
            byte if byte == MEMBER[0] => 1,
            _ => 0,
        };
    }
    raw.give_back(&MEMBER);
    Ok(())
}

/// A stream that can go back to where the last member started.
struct Replay {
    raw: Raw,
    /// What the decoder has consumed of the member, up to [`MAX_KEPT`].
    kept: Vec<u8>,
    /// Bytes to be read again before those of the stream.
    again: io::Cursor<Vec<u8>>,
}

impl Replay {
    fn new(raw: Raw) -> Replay {
        Replay { raw, kept: Vec::new(), again: io::Cursor::default() }
    }

    fn left(&self) -> &[u8] {
        let at = (self.again.position() as usize).min(self.again.get_ref().len());
        &self.again.get_ref()[at..]
    }

    fn start_keeping(&mut self) {
        self.kept.clear();
    }

    /// Goes back to the byte behind the start of the member.
    fn rewind(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        self.give_back(kept.get(1..).unwrap_or(&[]));
    }

    fn give_back(&mut self, bytes: &[u8]) {
        self.again = io::Cursor::new([bytes, self.left()].concat());
        self.kept.clear();
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
        if self.kept.len() < MAX_KEPT {
            // buffered already, so that this neither reads nor fails
            let buffered = if again { self.again.fill_buf() } else { self.raw.fill_buf() };
            self.kept.extend_from_slice(buffered.map_or(&[], |bytes| &bytes[..used.min(bytes.len())]));
        }
        if again { self.again.consume(used) } else { self.raw.consume(used) }
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

    fn read_all(bytes: Vec<u8>) -> (String, usize) {
        let mut members = Members::new(Box::new(io::Cursor::new(bytes)));
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
        assert_eq!(read_all(bytes), ("one two three".to_owned(), 0));
    }

    #[test]
    fn a_damaged_member_costs_only_itself() {
        let text: Vec<u8> =
            (0..4000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut damaged = gzip(&text);
        let middle = damaged.len() / 2;
        damaged.drain(middle..middle + 40);
        let (read, errors) = read_all([gzip(b"first "), damaged, gzip(b"<last>")].concat());
        assert!(read.starts_with("first ") && read.ends_with("<last>"));
        assert!(errors > 0);
    }

    #[test]
    fn noise_and_a_cut_file_end() {
        let (_, errors) = read_all(b"no gzip at all".to_vec());
        assert_eq!(errors, 1);
        let whole = gzip(b"a text that is cut");
        let (_, errors) = read_all(whole[..whole.len() - 9].to_vec());
        assert_eq!(errors, 1);
    }
}
