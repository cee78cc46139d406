//! The stored HTTP answer in a WARC record: status, headers, body without its transfer and content encodings.
//!
//! Archives differ: some keep the encoded bytes, some store them decoded and leave the headers. A body that
//! does not decode is therefore taken as it is.

use std::io::Read;

use super::open::{ReadFailure, read_limited};
use crate::error::Rejection;

/// An HTTP answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Message {
    /// The status code.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

/// Reads a stored answer; `None` when it does not start like one.
pub(super) fn parse(bytes: &[u8], max_bytes: usize) -> Option<Result<Message, Rejection>> {
    let (head, body) = split_head(bytes)?;
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = status_of(lines.next()?)?;
    let headers: Vec<(String, &str)> = lines.filter_map(header).collect();
    let value = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let chunked =
        value("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    let body = if chunked { unchunked(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    let body = match decoded(body, value("content-encoding").unwrap_or(""), max_bytes) {
        Ok(body) => body,
        Err(rejection) => return Some(Err(rejection)),
    };
    Some(Ok(Message { status, content_type: value("content-type").map(str::to_owned), body }))
}

/// `HTTP/1.1 200 OK`
fn status_of(line: &str) -> Option<u16> {
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

/// Name in lower case, and value.
pub(super) fn header(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim()))
}

/// The head up to the first empty line, and what follows it. Lines end with LF or CR LF.
fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut start = 0;
    loop {
        let end = start + memchr::memchr(b'\n', &bytes[start..])?;
        if bytes[start..end].trim_ascii().is_empty() {
            return Some((&bytes[..start], &bytes[end + 1..]));
        }
        start = end + 1;
    }
}

/// Joins the chunks of a chunked body; a body cut in the middle keeps what there is, one that does not start
/// with a chunk is none.
fn unchunked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((size, after)) = chunk_size(rest) {
        let there = size.min(after.len());
        body.extend_from_slice(&after[..there]);
        rest = &after[there..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if size == 0 || there < size {
            return Some(body);
        }
    }
    (!body.is_empty()).then_some(body)
}

fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = memchr::memchr(b'\n', bytes)?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    Some((usize::from_str_radix(digits, 16).ok()?, &bytes[end + 1..]))
}

/// Takes the content encodings off, the last one applied first.
fn decoded(body: Vec<u8>, encodings: &str, max_bytes: usize) -> Result<Vec<u8>, Rejection> {
    encodings.split(',').rev().try_fold(body, |body, name| {
        let name = name.trim().to_ascii_lowercase();
        match decode_one(&body, &name, max_bytes) {
            Some(Err(ReadFailure::TooLarge(rejection))) => Err(rejection),
            Some(Ok(decoded)) if !decoded.is_empty() => Ok(decoded),
            _ => Ok(body),
        }
    })
}

fn decode_one(body: &[u8], name: &str, max_bytes: usize) -> Option<Result<Vec<u8>, ReadFailure>> {
    Some(match name {
        "gzip" | "x-gzip" => read_limited(flate2::read::MultiGzDecoder::new(body), max_bytes),
        // "deflate" means zlib, but many servers send the bare stream
        "deflate" => {
            read_limited(flate2::read::ZlibDecoder::new(body), max_bytes).or_else(|failure| match failure {
                ReadFailure::Io(_) => read_limited(flate2::read::DeflateDecoder::new(body), max_bytes),
                too_large => Err(too_large),
            })
        }
        "br" => read_limited(brotli_decompressor::Decompressor::new(body, 4096), max_bytes),
        "zstd" => match zstd::stream::read::Decoder::with_buffer(body) {
            Ok(decoder) => read_limited(decoder, max_bytes),
            Err(error) => Err(error.into()),
        },
        _ => return None,
    })
}

/// Reads what is left of a stream and throws it away.
pub(super) fn drain(mut stream: impl Read) -> std::io::Result<u64> {
    std::io::copy(&mut stream, &mut std::io::sink())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn body(head: &str, body: &[u8]) -> Vec<u8> {
        let bytes = [b"HTTP/1.1 200 OK\r\n".as_slice(), head.as_bytes(), b"\r\n\r\n", body].concat();
        parse(&bytes, 1000).expect("an answer").expect("within the limit").body
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn takes_off_chunks_and_encodings() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"page").unwrap();
        let gzip = gzip.finish().unwrap();
        let chunked = [format!("{:x};x=y\r\n", gzip.len()).as_bytes(), &gzip, b"\r\n0\r\n\r\n"].concat();
        assert_eq!(body("Transfer-Encoding: Chunked\r\ncontent-encoding: GZIP", &chunked), b"page");
        assert_eq!(body("Content-Encoding: deflate", &zlib(b"page")), b"page");
        assert_eq!(body("Content-Encoding: deflate", &zlib(b"page")[2..]), b"page");
        assert_eq!(
            body("Content-Encoding: zstd", &zstd::encode_all(b"page".as_slice(), 1).unwrap()),
            b"page"
        );
        // "page" as brotli: one uncompressed meta-block and the last, empty one
        assert_eq!(body("Content-Encoding: br", b"\x8b\x01\x80page\x03"), b"page");
    }

    #[test]
    fn takes_a_body_as_it_is_when_the_archive_decoded_it_already() {
        let head = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip, br";
        assert_eq!(body(head, b"<p>page</p>"), b"<p>page</p>");
    }

    #[test]
    fn reads_status_and_type_and_refuses_what_is_no_answer() {
        let message = parse(b"HTTP/1.0 404 Not Found\nContent-Type : text/html\n\nx", 10).unwrap().unwrap();
        assert_eq!((message.status, message.content_type.as_deref()), (404, Some("text/html")));
        assert!(parse(b"<html>\n\n", 10).is_none());
        assert!(parse(b"", 10).is_none());
    }

    #[test]
    fn a_bomb_is_refused() {
        let bytes =
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n".as_slice(), &zlib(&[0; 5000])].concat();
        assert!(matches!(parse(&bytes, 1000), Some(Err(Rejection::TooLarge { max: 1000, .. }))));
    }
}
