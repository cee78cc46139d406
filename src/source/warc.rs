//! Reads web archives (WARC 1.0 and 1.1), plain, with gzip by record, or with zstd.
//!
//! - record: headers (`WARC-Type`, `WARC-Target-URI`...) and a block of `Content-Length` bytes
//! - answer: a record of type `response` that holds what a server sent; `resource` holds the file alone, and
//!   `conversion` what a browser made of it
//!
//! One record is held at a time, and of that no more than the limit. Behind a damaged record the reader looks
//! for the next line that starts a record. Answers that are no HTML, redirects and other types of records are
//! passed over; an answer with an error status is given, so that its page is accounted for. An archive that tamis
//! wrote says of each answer whether a page was asked for, and that counts instead. Zstd archives with a dictionary
//! of their own are not understood.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::members::Members;
use super::message::{self, Message};
use super::open::{Compression, Raw, compression, open, unpacked};
use crate::decode::{Content, content_of};
use crate::error::Rejection;

/// How every record starts.
const START: &[u8] = b"WARC/";

/// Longest header block of a record that is believed.
const MAX_HEADER_BYTES: usize = 256 << 10;

/// What the HTTP head and the compression of a page may add to the page's limit.
const HEAD_ALLOWANCE: usize = 1 << 20;

/// Damaged records in a row after which a file is no archive.
const MAX_DAMAGES: usize = 100;

/// An HTML page from an archive.
#[derive(Debug, PartialEq)]
pub struct ArchivedPage {
    /// The page's address.
    pub url: Option<String>,
    /// When it was fetched, as the archive says.
    pub date: Option<String>,
    /// The record's id.
    pub id: Option<String>,
    /// Status of the HTTP answer; 200 for a file alone.
    pub status: u16,
    /// Content type of the HTTP answer.
    pub content_type: Option<String>,
    /// The page, or why it is not to be had.
    pub body: Result<Vec<u8>, Rejection>,
}

/// A damaged record: what is wrong, and whose page it was where that is known.
#[derive(Debug, PartialEq)]
pub struct Damage {
    /// The page's address.
    pub url: Option<String>,
    /// What is wrong, as a sentence.
    pub reason: String,
}

/// The pages of an archive.
pub struct Warc {
    stream: BufReader<Box<dyn Read + Send>>,
    max_bytes: usize,
    /// Set while the last record was whole, so that the next must start where it ended.
    in_step: bool,
    damages_in_a_row: usize,
    ended: bool,
}

/// Headers of a record.
#[derive(Default)]
struct Headers {
    fields: Vec<(String, String)>,
}

impl Headers {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a page was asked for, or else a feed, a sitemap, robots.txt. Only archives of tamis say so.
    fn says_page(&self) -> Option<bool> {
        self.get("tamis-wanted").map(|wanted| wanted == "page")
    }

    /// The address; old tools wrote it in angle brackets.
    fn url(&self) -> Option<String> {
        let url = self.get("warc-target-uri")?;
        Some(url.trim_start_matches('<').trim_end_matches('>').to_owned())
    }
}

impl Warc {
    /// Opens an archive, or standard input for `-`.
    pub fn open(path: &Path, max_bytes: usize) -> io::Result<Warc> {
        Warc::read(open(path)?, max_bytes)
    }

    pub(super) fn read(mut raw: Raw, max_bytes: usize) -> io::Result<Warc> {
        let stream: Box<dyn Read + Send> = match compression(&mut raw)? {
            Compression::Gzip => Box::new(Members::new(raw)),
            _ => Box::new(unpacked(raw)?),
        };
        Ok(Warc {
            stream: BufReader::new(stream),
            max_bytes,
            in_step: true,
            damages_in_a_row: 0,
            ended: false,
        })
    }

    /// The next record that is a page; `Ok(None)` at the end.
    fn next_page(&mut self) -> Result<Option<ArchivedPage>, Damage> {
        loop {
            let Some(headers) = self.headers()? else { return Ok(None) };
            let url = headers.url();
            let length = headers.get("content-length").and_then(|length| length.parse::<u64>().ok());
            let Some(length) = length else {
                return Err(self.damage(url, "it has no Content-Length"));
            };
            let block = self.block(&headers, length).map_err(|error| self.damage(url, &error.to_string()))?;
            if let Some(page) = block.and_then(|block| self.page(&headers, block)) {
                return Ok(Some(page));
            }
        }
    }

    fn damage(&mut self, url: Option<String>, what: &str) -> Damage {
        self.in_step = false;
        Damage {
            url,
            reason: format!("a record of the archive is damaged: {what}; the rest of the archive was read"),
        }
    }

    /// Headers of the next record; `None` at the end of the archive.
    fn headers(&mut self) -> Result<Option<Headers>, Damage> {
        let found = self.find_start().map_err(|error| self.damage(None, &error.to_string()))?;
        match found {
            Start::End => Ok(None),
            Start::Here => {
                self.read_headers().map(Some).map_err(|error| self.damage(None, &error.to_string()))
            }
            Start::AfterNoise => {
                // reported once; the record that was found is read by the next call
                self.in_step = true;
                Err(Damage {
                    url: None,
                    reason: "bytes between the records of the archive are damaged; the rest was read"
                        .to_owned(),
                })
            }
        }
    }

    /// Steps to the line that starts a record.
    fn find_start(&mut self) -> io::Result<Start> {
        let mut noise = false;
        loop {
            let buffer = self.stream.fill_buf()?;
            if buffer.is_empty() {
                return Ok(Start::End);
            }
            if starts_record(&mut self.stream)? {
                let reported = !self.in_step;
                self.in_step = true;
                return Ok(if noise && !reported { Start::AfterNoise } else { Start::Here });
            }
            noise |= !skip_line(&mut self.stream)?;
        }
    }

    fn read_headers(&mut self) -> io::Result<Headers> {
        let mut headers = Headers::default();
        let mut limited = (&mut self.stream).take(MAX_HEADER_BYTES as u64);
        let mut line = Vec::new();
        limited.read_until(b'\n', &mut line)?;
        loop {
            line.clear();
            if limited.read_until(b'\n', &mut line)? == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its headers do not end"));
            }
            let text = String::from_utf8_lossy(line.trim_ascii()).into_owned();
            if text.is_empty() {
                return Ok(headers);
            }
            headers.fields.extend(message::header(&text).map(|(name, value)| (name, value.to_owned())));
        }
    }

    /// The block of a record that may hold a page; others are read over.
    fn block(&mut self, headers: &Headers, length: u64) -> io::Result<Option<Vec<u8>>> {
        let wanted = match headers.get("warc-type") {
            Some("response" | "resource") => headers.says_page() != Some(false),
            // Of other programs' conversions, nobody knows what they are.
            Some("conversion") => headers.says_page() == Some(true),
            _ => false,
        };
        let limit = if wanted { (self.max_bytes + HEAD_ALLOWANCE) as u64 } else { 0 };
        let mut bytes = Vec::new();
        let held = (&mut self.stream).take(length.min(limit)).read_to_end(&mut bytes)? as u64;
        let rest = message::drain((&mut self.stream).take(length - held))?;
        if held + rest < length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends in the middle of it"));
        }
        Ok(wanted.then_some(bytes))
    }

    fn page(&self, headers: &Headers, block: Vec<u8>) -> Option<ArchivedPage> {
        let message = if matches!(headers.get("warc-type"), Some("resource" | "conversion")) {
            let content_type = headers.get("content-type").map(str::to_owned);
            Ok(Message { status: 200, content_type, body: block })
        } else {
            message::parse(&block, self.max_bytes)?
        };
        let known = ArchivedPage {
            url: headers.url(),
            date: headers.get("warc-date").map(str::to_owned),
            id: headers.get("warc-record-id").map(str::to_owned),
            status: 200,
            content_type: None,
            body: Ok(Vec::new()),
        };
        Some(match message {
            Err(rejection) => ArchivedPage { body: Err(rejection), ..known },
            Ok(message) if is_redirect(&message) => return None,
            // an answer to who asked for a page is accounted for, whatever it is
            Ok(message) if headers.says_page().is_none() && !is_page(&message) => return None,
            Ok(message) => ArchivedPage {
                status: message.status,
                content_type: message.content_type,
                body: within(message.body, self.max_bytes),
                ..known
            },
        })
    }
}

enum Start {
    Here,
    AfterNoise,
    End,
}

fn within(body: Vec<u8>, max: usize) -> Result<Vec<u8>, Rejection> {
    if body.len() > max { Err(Rejection::TooLarge { bytes: body.len(), max }) } else { Ok(body) }
}

/// Redirects have no page of their own.
fn is_redirect(message: &Message) -> bool {
    (300..400).contains(&message.status)
}

/// Pictures and scripts are none.
fn is_page(message: &Message) -> bool {
    matches!(content_of(&message.body, message.content_type.as_deref()), Content::Html)
}

/// Whether the stream stands at the start of a record. The buffer may end within the word.
fn starts_record(stream: &mut impl BufRead) -> io::Result<bool> {
    let buffer = stream.fill_buf()?;
    let common = buffer.len().min(START.len());
    Ok(buffer[..common] == START[..common])
}

/// Steps over a line; `true` when it was empty.
fn skip_line(stream: &mut impl BufRead) -> io::Result<bool> {
    let mut empty = true;
    loop {
        let buffer = stream.fill_buf()?;
        if buffer.is_empty() {
            return Ok(empty);
        }
        let end = memchr::memchr(b'\n', buffer);
        let used = end.map_or(buffer.len(), |end| end + 1);
        empty &= buffer[..used].trim_ascii().is_empty();
        stream.consume(used);
        if end.is_some() {
            return Ok(empty);
        }
    }
}

impl Iterator for Warc {
    type Item = Result<ArchivedPage, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_page();
        self.damages_in_a_row = if next.is_err() { self.damages_in_a_row + 1 } else { 0 };
        self.ended = matches!(next, Ok(None)) || self.damages_in_a_row == MAX_DAMAGES;
        next.transpose()
    }
}

#[cfg(test)]
#[path = "warc_tests.rs"]
mod tests;
