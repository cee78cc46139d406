//! Bodies that are small on the wire and huge when decompressed, made in memory as they are needed.

use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use std::io::Write;
use tokio::io::AsyncWriteExt;

/// One mebibyte of spaces.
static MEBIBYTE: [u8; 1 << 20] = [b' '; 1 << 20];

/// A gzip stream as a beginning and a piece that stands for one mebibyte and may be repeated at will, because
/// a full flush makes each piece independent of what came before.
pub fn gzip_pieces() -> (Vec<u8>, Vec<u8>) {
    let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
    let mut piece = Vec::with_capacity(1 << 20);
    let done = compress.compress_vec(&MEBIBYTE, &mut piece, flate2::FlushCompress::Full);
    assert!(done.is_ok() && compress.total_in() == MEBIBYTE.len() as u64);
    let header = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    (header, piece)
}

/// So many mebibytes in brotli.
pub async fn brotli(mebibytes: usize) -> Vec<u8> {
    let mut encoder = BrotliEncoder::with_quality(Vec::new(), async_compression::Level::Fastest);
    for _ in 0..mebibytes {
        encoder.write_all(&MEBIBYTE).await.expect("to memory");
    }
    encoder.shutdown().await.expect("to memory");
    encoder.into_inner()
}

/// So many mebibytes in zstd.
pub async fn zstd(mebibytes: usize) -> Vec<u8> {
    let mut encoder = ZstdEncoder::with_quality(Vec::new(), async_compression::Level::Fastest);
    for _ in 0..mebibytes {
        encoder.write_all(&MEBIBYTE).await.expect("to memory");
    }
    encoder.shutdown().await.expect("to memory");
    encoder.into_inner()
}

/// A text in each compression, with the name of the coding.
pub async fn every_coding(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut gzip = GzipEncoder::new(Vec::new());
    let mut brotli = BrotliEncoder::new(Vec::new());
    let mut zstd = ZstdEncoder::new(Vec::new());
    gzip.write_all(text).await.expect("to memory");
    brotli.write_all(text).await.expect("to memory");
    zstd.write_all(text).await.expect("to memory");
    gzip.shutdown().await.expect("to memory");
    brotli.shutdown().await.expect("to memory");
    zstd.shutdown().await.expect("to memory");
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(text).expect("to memory");
    let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    bare.write_all(text).expect("to memory");
    vec![
        ("gzip", gzip.into_inner()),
        ("br", brotli.into_inner()),
        ("zstd", zstd.into_inner()),
        ("deflate", zlib.finish().expect("to memory")),
        ("deflate", bare.finish().expect("to memory")),
    ]
}
