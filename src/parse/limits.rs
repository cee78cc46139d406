//! How large a page may be, and how far its markup may be followed.

use crate::error::Rejection;

/// Limits of one parse. A page past `max_bytes` or `max_nodes` is rejected; past the other limits it is flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of markup; 256 MiB at most.
    pub max_bytes: usize,
    /// Nodes of the tree.
    pub max_nodes: usize,
    /// Open elements. Start tags beyond it are dropped together with their end tags; their text stays.
    pub max_depth: usize,
    /// Open formatting elements (`b`, `font`, `i`...), which the standard reopens in every later paragraph.
    pub max_formatting: usize,
    /// Attributes of one element; later ones are dropped.
    pub max_attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 32 << 20,
            max_nodes: 1_000_000,
            max_depth: 512, // what Chromium allows; the deepest page seen in real corpora has under 100
            max_formatting: 64, // each costs a node in every later paragraph
            max_attributes: 256,
        }
    }
}

/// The arena links by `u32`. Text takes at most three times its bytes in markup (NUL becomes U+FFFD), copied attributes
/// twice the page, and text that grew out of order is stored again: all of it stays below 4 GiB.
const MOST_BYTES: usize = 256 << 20;

impl Limits {
    /// Rejects markup of more bytes than allowed.
    pub(super) fn check_bytes(&self, bytes: usize) -> Result<(), Rejection> {
        let max = self.max_bytes.min(MOST_BYTES);
        if bytes > max { Err(Rejection::TooLarge { bytes, max }) } else { Ok(()) }
    }

    /// Rejects a tree of more nodes than allowed.
    pub(super) fn check_nodes(&self, nodes: usize) -> Result<(), Rejection> {
        if nodes > self.max_nodes { Err(Rejection::TooManyNodes { max: self.max_nodes }) } else { Ok(()) }
    }
}
