use std::io::{Cursor, Write};

use super::*;

/// A record as archives hold it.
fn record(kind: &str, url: &str, block: &str) -> Vec<u8> {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n\
         WARC-Record-ID: <urn:uuid:1>\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
    .into_bytes()
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n\r\n{body}")
}

fn page(url: &str) -> Vec<u8> {
    record("response", url, &answer("200 OK", "text/html; charset=utf-8", &format!("<p>{url}</p>")))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(bytes: Vec<u8>) -> Vec<Result<ArchivedPage, Damage>> {
    Warc::read(Cursor::new(bytes), 10_000).unwrap().collect()
}

/// The addresses of the pages, `!` for each damage.
fn urls(bytes: Vec<u8>) -> Vec<String> {
    let name =
        |item: Result<ArchivedPage, Damage>| item.map_or("!".to_owned(), |page| page.url.unwrap_or_default());
    read(bytes).into_iter().map(name).collect()
}

#[test]
fn gives_the_pages_with_what_is_known_of_them() {
    let archive = [record("warcinfo", "", "software: x"), page("http://a.example/1")].concat();
    let pages = read(archive);
    let page = pages[0].as_ref().unwrap();
    assert_eq!((pages.len(), page.status), (1, 200));
    assert_eq!(page.url.as_deref(), Some("http://a.example/1"));
    assert_eq!(page.date.as_deref(), Some("2024-05-06T07:08:09Z"));
    assert_eq!(page.id.as_deref(), Some("<urn:uuid:1>"));
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert_eq!(page.body, Ok(b"<p>http://a.example/1</p>".to_vec()));
}

#[test]
fn passes_over_what_is_no_page_and_keeps_error_answers() {
    let archive = [
        record("request", "u:request", "GET / HTTP/1.1\r\n\r\n"),
        record("response", "u:image", &answer("200 OK", "image/png", "\u{fffd}PNG")),
        record("response", "u:moved", &answer("301 Moved", "text/html", "<p>moved</p>")),
        record("response", "u:missing", &answer("404 Not Found", "text/html", "<p>no</p>")),
        record("resource", "u:file", "<p>file</p>"),
        record("response", "dns:a", "20240506 127.0.0.1"),
    ]
    .concat();
    let pages: Vec<(Option<String>, u16)> =
        read(archive).into_iter().map(Result::unwrap).map(|page| (page.url, page.status)).collect();
    assert_eq!(pages, [(Some("u:missing".to_owned()), 404), (Some("u:file".to_owned()), 200)]);
}

#[test]
fn reads_gzip_by_record_and_zstd() {
    let (one, two) = (page("u:1"), page("u:2"));
    assert_eq!(urls([gzip(&one), gzip(&two)].concat()), ["u:1", "u:2"]);
    assert_eq!(urls(gzip(&[one.clone(), two.clone()].concat())), ["u:1", "u:2"]);
    let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    assert_eq!(urls([frame(&one), frame(&two)].concat()), ["u:1", "u:2"]);
}

#[test]
fn a_damaged_record_costs_that_record_only() {
    let wrong_length =
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: u:x\r\nContent-Length: lots\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    assert_eq!(urls([page("u:1"), wrong_length.to_vec(), page("u:2")].concat()), ["u:1", "!", "u:2"]);

    let short_length =
        String::from_utf8(page("u:x")).unwrap().replace("Content-Length: ", "Content-Length: 1");
    let found = urls([page("u:1"), short_length.into_bytes(), page("u:2"), page("u:3")].concat());
    assert_eq!((found.first().unwrap().as_str(), found.last().unwrap().as_str()), ("u:1", "u:3"));

    let noise = [page("u:1"), b"some bytes\r\nthat are lost\r\n".to_vec(), page("u:2")].concat();
    assert_eq!(urls(noise), ["u:1", "!", "u:2"]);
}

#[test]
fn a_damaged_gzip_member_costs_that_record_only() {
    let mut damaged = gzip(&page("u:x"));
    let middle = damaged.len() / 2;
    damaged.drain(middle..middle + 20);
    let found = urls([gzip(&page("u:1")), damaged, gzip(&page("u:2")), gzip(&page("u:3"))].concat());
    assert_eq!(found.first().unwrap(), "u:1");
    assert_eq!(found[found.len() - 2..], ["u:2", "u:3"]);
    assert!(found.contains(&"!".to_owned()));
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

#[test]
fn a_damaged_zstd_frame_costs_that_record_only() {
    let mut damaged = zstd(&page("u:x"));
    let middle = damaged.len() / 2;
    damaged.drain(middle..middle + 20);
    let found = urls([zstd(&page("u:1")), damaged, zstd(&page("u:2")), zstd(&page("u:3"))].concat());
    assert_eq!((found[0].as_str(), &found[found.len() - 2..]), ("u:1", &["u:2".into(), "u:3".into()][..]));
    assert!(found.contains(&"!".to_owned()));
}

#[test]
fn an_archive_goes_on_behind_the_offset_of_any_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.warc");
    let records: Vec<Vec<u8>> = (0..5).map(|number| page(&format!("u:{number}"))).collect();
    for pack in [gzip as fn(&[u8]) -> Vec<u8>, zstd, <[u8]>::to_vec] {
        std::fs::write(&path, records.iter().flat_map(|record| pack(record)).collect::<Vec<u8>>()).unwrap();
        let all: Vec<ArchivedPage> = Warc::open(&path, 10_000).unwrap().map(Result::unwrap).collect();
        assert_eq!(all.len(), records.len());
        for (index, page) in all.iter().enumerate() {
            let rest = Warc::open_after(&path, page.offset.unwrap(), 10_000).unwrap();
            assert_eq!(rest.map(Result::unwrap).collect::<Vec<_>>(), all[index + 1..]);
        }
        let wrong = Warc::open_after(&path, all[1].offset.unwrap() + 1, 10_000).err().unwrap();
        assert!(wrong.to_string().contains("no record starts at byte"), "{wrong}");
    }
}

#[test]
fn an_archive_compressed_as_one_piece_has_an_offset_at_its_start_only() {
    let pages = read(gzip(&[page("u:1"), page("u:2")].concat()));
    let offsets: Vec<Option<u64>> = pages.into_iter().map(|page| page.unwrap().offset).collect();
    assert_eq!(offsets, [Some(0), None]);
}

#[test]
fn an_archive_that_ends_early_says_so() {
    let whole = page("u:1");
    let cut = whole[..whole.len() - 20].to_vec();
    let items = read([page("u:0"), cut].concat());
    assert!(items[0].is_ok());
    let damage = items[1].as_ref().unwrap_err();
    assert_eq!(damage.url.as_deref(), Some("u:1"));
    assert!(damage.reason.contains("ends in the middle"), "{}", damage.reason);
    assert_eq!(items.len(), 2);
}

#[test]
fn a_page_over_the_limit_is_rejected_and_the_next_one_read() {
    let large = record(
        "response",
        "u:large",
        &answer("200 OK", "text/html", &format!("<p>{}</p>", "a".repeat(10_001))),
    );
    let items = read([large, page("u:1")].concat());
    assert!(matches!(items[0].as_ref().unwrap().body, Err(Rejection::TooLarge { max: 10_000, .. })));
    assert!(items[1].as_ref().unwrap().body.is_ok());
}

#[test]
fn what_is_no_archive_ends() {
    assert_eq!(urls(b"".to_vec()), [""; 0]);
    assert!(urls(b"no archive\n".repeat(1000)).len() <= 1);
    assert!(read(b"WARC/1.0\r\n\r\n".repeat(1000)).len() <= MAX_DAMAGES);
    let given_up = read(b"\x1f\x8b\x08".repeat(1000));
    assert!(given_up.len() <= MAX_DAMAGES);
    assert!(given_up.last().unwrap().as_ref().unwrap_err().reason.contains("given up"));
}
