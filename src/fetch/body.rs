//! Reading a body under limits: media type, bytes before and after decompression, completeness.
//!
//! A body of 1.6 KB can decompress to a gibibyte, so decompression streams, and stops at the limit. It is done
//! here and not by reqwest, because only so both counts are known.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use futures::{StreamExt, TryStreamExt};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;

use super::archive::Ending;
use super::error::FetchErrorKind;
use super::options::FetchOptions;
use super::page::Wanted;
use super::wire;

/// What we tell servers that we can decompress.
pub(super) const ACCEPT_ENCODING: &str = "gzip, br, zstd, deflate";

/// Compressions one over the other that are undone; honest servers use one.
const MOST_CODINGS: usize = 2;

/// Pages compress to a fifth or a tenth, the most repetitive to a hundredth. What grows more than this, and to
/// more than [`RATIO_FREE_BYTES`], was made to fill memory.
const MOST_GROWTH: usize = 200;

/// Up to this size growth is not looked at.
const RATIO_FREE_BYTES: usize = 4 << 20;

/// Bodies of errors and redirects up to this size are read to the end, which saves the connection.
const WORTH_DRAINING: u64 = 16 << 10;

/// How long a connection is worth waiting for once the answer is known.
const PATIENCE: Duration = Duration::from_millis(500);

/// Of bodies of errors and redirects, bytes that an archive keeps, and how long it waits for them.
const KEPT_BYTES: usize = 1 << 20;
const KEPT_PATIENCE: Duration = Duration::from_secs(5);

/// Bytes read at a time.
const CHUNK_BYTES: usize = 16 << 10;

/// How many bytes to read, and what to do with more.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// More is an error.
    Refuse(usize),
    /// More is left unread.
    Cut(usize),
}

type Reader<'a> = Pin<Box<dyn AsyncRead + Send + 'a>>;
type BufferedReader<'a> = Pin<Box<dyn AsyncBufRead + Send + 'a>>;

/// A body that was read.
#[derive(Debug, PartialEq)]
pub(super) struct Body {
    /// Decompressed.
    pub(super) bytes: Vec<u8>,
    /// As it came, if that was asked for, and how much of it.
    pub(super) raw: Vec<u8>,
    pub(super) ending: Ending,
}

/// What came over the wire so far.
#[derive(Default)]
struct Received {
    bytes: AtomicUsize,
    /// Somebody wanted to read past the end.
    ended: AtomicBool,
    /// A copy of it, where somebody wants one.
    copy: Option<Mutex<Vec<u8>>>,
}

impl Received {
    /// Counts a chunk; returns the count before it.
    fn take(&self, chunk: &[u8]) -> usize {
        if let Some(copy) = &self.copy {
            copy.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(chunk);
        }
        self.bytes.fetch_add(chunk.len(), Ordering::Relaxed)
    }

    fn take_copy(&self) -> Vec<u8> {
        let copy = self.copy.as_ref().map(|copy| copy.lock().unwrap_or_else(PoisonError::into_inner));
        copy.map(|mut copy| std::mem::take(&mut *copy)).unwrap_or_default()
    }
}

/// Compressions of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Refuses media types that hold no text of the wanted kind, before the body is read.
pub(super) fn check_media_type(headers: &HeaderMap, wanted: Wanted) -> Result<(), FetchErrorKind> {
    // Without the header the bytes themselves will tell.
    let Some(header) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let header = String::from_utf8_lossy(header.as_bytes());
    let media_type = header.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let fits = match wanted {
        Wanted::Page => is_page(&media_type),
        Wanted::Source => is_page(&media_type) || is_source(&media_type),
        Wanted::Robots => true,
    };
    if fits { Ok(()) } else { Err(FetchErrorKind::MediaType { found: media_type }) }
}

fn is_page(media_type: &str) -> bool {
    let no_prose =
        matches!(media_type, "text/css" | "text/javascript" | "text/csv" | "text/calendar" | "text/vcard");
    let is_text = media_type.starts_with("text/") && !no_prose;
    is_text || matches!(media_type, "" | "application/xhtml+xml" | "application/xml" | "application/html")
}

fn is_source(media_type: &str) -> bool {
    let archive =
        matches!(media_type, "application/gzip" | "application/x-gzip" | "application/octet-stream");
    let json = media_type == "application/json" || media_type.ends_with("+json");
    archive || json || media_type.ends_with("+xml") || media_type.ends_with("/x-rss")
}

/// Reads the body, decompressed, and as it came if `keep` says so.
pub(super) async fn read(
    response: Response,
    limit: Limit,
    keep: bool,
    options: &FetchOptions,
) -> Result<Body, FetchErrorKind> {
    let codings = codings(response.headers())?;
    check_announced(&response, limit)?;
    let received = Arc::new(Received { copy: keep.then(Mutex::default), ..Received::default() });
    let mut raw = counted(response, limit, &received);
    let mut bytes = Vec::new();
    let unpacked = unpack(raw.as_mut(), &codings, limit, &received, &mut bytes).await;
    unpacked.map_err(|error| {
        let ended = received.ended.load(Ordering::Relaxed);
        wire::body_error(&error, ended, limit.bytes(), options)
    })?;
    if matches!(limit, Limit::Refuse(_)) {
        // What a decompressor leaves is the mark of the end; reading it saves the connection.
        let _ = tokio::time::timeout(PATIENCE, raw.as_mut().fill_buf()).await;
    }
    let cut = matches!(limit, Limit::Cut(most) if bytes.len() >= most);
    let ending = if cut { Ending::Cut } else { Ending::Whole };
    Ok(Body { bytes, raw: received.take_copy(), ending })
}

/// Reads a short body that nobody needs, so that the connection can be used again.
pub(super) async fn drain(response: Response) {
    if response.content_length().is_some_and(|length| length <= WORTH_DRAINING) {
        // A failure only costs the connection.
        let _ = tokio::time::timeout(PATIENCE, response.bytes()).await;
    }
}

/// Reads the body of an error or redirect for an archive, as it comes and as far as it comes.
pub(super) async fn keep(mut response: Response) -> (Vec<u8>, Ending) {
    let mut raw = Vec::new();
    let reading = async {
        while raw.len() <= KEPT_BYTES {
            match response.chunk().await {
                Ok(Some(chunk)) => raw.extend_from_slice(&chunk),
                Ok(None) => return Ending::Whole,
                Err(_) => break,
            }
        }
        Ending::Cut
    };
    let ending = tokio::time::timeout(KEPT_PATIENCE, reading).await.unwrap_or(Ending::Cut);
    raw.truncate(KEPT_BYTES);
    (raw, ending)
}

impl Limit {
    fn bytes(self) -> usize {
        match self {
            Limit::Refuse(bytes) | Limit::Cut(bytes) => bytes,
        }
    }
}

/// Refuses at once what announces more than the limit.
fn check_announced(response: &Response, limit: Limit) -> Result<(), FetchErrorKind> {
    let Limit::Refuse(limit) = limit else { return Ok(()) };
    match response.content_length() {
        Some(announced) if announced > limit as u64 => {
            Err(FetchErrorKind::TooLarge { limit, how: ", by its announced length" })
        }
        _ => Ok(()),
    }
}

/// The body as it comes, counted, and stopped when more arrives than the limit.
fn counted(response: Response, limit: Limit, received: &Arc<Received>) -> BufferedReader<'static> {
    let (counter, end) = (Arc::clone(received), Arc::clone(received));
    let chunks = response.bytes_stream().map_err(io::Error::other).and_then(move |chunk| {
        let before = counter.take(&chunk);
        let over = matches!(limit, Limit::Refuse(limit) if before + chunk.len() > limit);
        std::future::ready(if over { Err(io::Error::other(wire::OverLimit(""))) } else { Ok(chunk) })
    });
    let mark_end = futures::stream::poll_fn(move |_| {
        end.ended.store(true, Ordering::Relaxed);
        std::task::Poll::Ready(None)
    });
    let stream = chunks.chain(mark_end);
    Box::pin(StreamReader::new(stream))
}

/// Decompresses into `bytes` until the end or the limit.
async fn unpack(
    mut raw: Pin<&mut (dyn AsyncBufRead + Send)>,
    codings: &[Coding],
    limit: Limit,
    received: &Received,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    // Some servers name a compression and send nothing; that is an empty body, not a broken one.
    if raw.fill_buf().await?.is_empty() {
        return Ok(());
    }
    let mut reader = decoders(raw, codings).await?;
    while reader.as_mut().take(CHUNK_BYTES as u64).read_to_end(bytes).await? > 0 {
        match limit {
            Limit::Cut(most) if bytes.len() >= most => {
                bytes.truncate(most);
                return Ok(());
            }
            Limit::Refuse(most) if bytes.len() > most => return Err(over(" when decompressed")),
            Limit::Refuse(_) if is_bomb(bytes.len(), received.bytes.load(Ordering::Relaxed)) => {
                return Err(over(" when decompressed, by its growth"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn over(how: &'static str) -> io::Error {
    io::Error::other(wire::OverLimit(how))
}

fn is_bomb(unpacked: usize, received: usize) -> bool {
    unpacked > RATIO_FREE_BYTES && unpacked / MOST_GROWTH > received
}

/// The compressions in the order in which they were applied.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, FetchErrorKind> {
    let mut codings = Vec::new();
    for header in headers.get_all(CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(header.as_bytes()).split(',') {
            codings.extend(coding(name)?);
        }
    }
    if codings.len() > MOST_CODINGS {
        return Err(FetchErrorKind::BadResponse {
            detail: format!("it is compressed {} times over", codings.len()),
        });
    }
    Ok(codings)
}

fn coding(name: &str) -> Result<Option<Coding>, FetchErrorKind> {
    Ok(Some(match name.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Coding::Gzip,
        "deflate" => Coding::Deflate,
        "br" => Coding::Brotli,
        "zstd" => Coding::Zstd,
        "" | "identity" | "none" | "utf-8" => return Ok(None),
        other => {
            return Err(FetchErrorKind::BadResponse { detail: format!("unknown compression `{other}`") });
        }
    }))
}

/// Lays a decoder over the reader for each compression, the last applied first.
async fn decoders<'a>(
    raw: Pin<&'a mut (dyn AsyncBufRead + Send)>,
    codings: &[Coding],
) -> io::Result<Reader<'a>> {
    let mut buffered: BufferedReader<'a> = Box::pin(raw);
    for coding in codings.iter().rev() {
        let decoder = decoder(buffered, *coding).await?;
        buffered = Box::pin(BufReader::new(decoder));
    }
    Ok(Box::pin(buffered))
}

async fn decoder<'a>(mut reader: BufferedReader<'a>, coding: Coding) -> io::Result<Reader<'a>> {
    Ok(match coding {
        // Like browsers, the first member only: what follows it is usually garbage.
        Coding::Gzip => Box::pin(GzipDecoder::new(reader)),
        Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
        Coding::Zstd => Box::pin(ZstdDecoder::new(reader)),
        // The standard means zlib; some servers send the bare stream.
        Coding::Deflate if is_zlib(reader.fill_buf().await?) => Box::pin(ZlibDecoder::new(reader)),
        Coding::Deflate => Box::pin(DeflateDecoder::new(reader)),
    })
}

/// Whether the first byte is that of zlib: method 8, a window of at most 32 KiB.
fn is_zlib(start: &[u8]) -> bool {
    start.first().is_some_and(|first| first & 0x8f == 0x08)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(name: reqwest::header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn media_types_are_taken_by_what_is_wanted() {
        for (media_type, page, source) in [
            ("text/html; charset=utf-8", true, true),
            ("TEXT/HTML", true, true),
            ("application/xhtml+xml", true, true),
            ("text/plain", true, true),
            ("application/xml", true, true),
            ("application/rss+xml", false, true),
            ("application/feed+json", false, true),
            ("application/json", false, true),
            ("application/x-gzip", false, true),
            ("application/pdf", false, false),
            ("image/svg+xml", false, true),
            ("image/jpeg", false, false),
            ("video/mp4", false, false),
            ("text/css", false, false),
            ("", true, true),
        ] {
            let headers = headers(CONTENT_TYPE, &[media_type]);
            assert_eq!(check_media_type(&headers, Wanted::Page).is_ok(), page, "{media_type}");
            assert_eq!(check_media_type(&headers, Wanted::Source).is_ok(), source, "{media_type}");
            assert_eq!(check_media_type(&headers, Wanted::Robots), Ok(()), "{media_type}");
        }
        assert_eq!(check_media_type(&HeaderMap::new(), Wanted::Page), Ok(()));
    }

    #[test]
    fn compressions_are_read_from_one_or_more_headers() {
        let read = |values| codings(&headers(CONTENT_ENCODING, values));
        assert_eq!(read(&[]), Ok(vec![]));
        assert_eq!(read(&["GZIP"]), Ok(vec![Coding::Gzip]));
        assert_eq!(read(&["identity, br"]), Ok(vec![Coding::Brotli]));
        assert_eq!(read(&["deflate", "gzip"]), Ok(vec![Coding::Deflate, Coding::Gzip]));
        assert_eq!(read(&["gzip, gzip, gzip"]).expect_err("three").status(), "bad-response");
        assert_eq!(read(&["compress"]).expect_err("unknown").status(), "bad-response");
    }

    #[test]
    fn growth_beyond_measure_is_a_bomb() {
        assert!(!is_bomb(RATIO_FREE_BYTES, 100), "small enough to be looked at");
        assert!(!is_bomb(10 << 20, 100 << 10), "a hundredfold");
        assert!(is_bomb(10 << 20, 10 << 10), "a thousandfold");
    }

    #[test]
    fn zlib_is_told_from_a_bare_stream() {
        assert!(is_zlib(&[0x78, 0x9c]));
        assert!(!is_zlib(&[0x4b]));
        assert!(!is_zlib(&[]));
    }
}
