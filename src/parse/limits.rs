//! How large a page may be, and how far its markup may be followed.

use crate::error::Rejection;

/// Limits of one parse. A page past `max_bytes` or `max_nodes` is rejected; past the other limits it is
/// flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of markup; 256 MiB at most.
    pub max_bytes: usize,
    /// Nodes of the tree; 50 million at most.
    pub max_nodes: usize,
    /// Open elements besides formatting elements; 2,000 at most. Start tags beyond it are dropped together
    /// with as many end tags; their text stays.
    pub max_depth: usize,
    /// Open formatting elements (`b`, `font`, `i`...), which the standard reopens in every later paragraph;
    /// 500 at most.
    pub max_formatting: usize,
    /// Attributes of one element, 1,000 at most; later ones are dropped.
    pub max_attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 32 << 20,
            max_nodes: 1_000_000,
            max_depth: 512,     // as in Chromium; the deepest of 2,970 real pages has 68 levels
            max_formatting: 64, // each costs a node in every later paragraph
            max_attributes: 256,
        }
    }
}

/// What the arena and the selectors can take.
///
/// The arena links by `u32`: text takes at most three times its bytes in markup (NUL becomes U+FFFD), copied
/// attributes twice the page, and text that grew out of order is stored again; all of it stays below 4 GiB.
/// Each attribute is compared with those
/// before it. The `selectors` crate recurses for `:has()` as deep as the tree is.
const MOST: Limits = Limits {
    max_bytes: 256 << 20,
    max_nodes: 50_000_000,
    max_depth: 2_000,
    max_formatting: 500,
    max_attributes: 1_000,
};

impl Limits {
    /// The limits in force.
    pub(super) fn clamped(&self) -> Limits {
        Limits {
            max_bytes: self.max_bytes.min(MOST.max_bytes),
            max_nodes: self.max_nodes.min(MOST.max_nodes),
            max_depth: self.max_depth.min(MOST.max_depth),
            max_formatting: self.max_formatting.min(MOST.max_formatting),
            max_attributes: self.max_attributes.min(MOST.max_attributes),
        }
    }

    /// Rejects markup of more bytes than allowed.
    pub(super) fn check_bytes(&self, bytes: usize) -> Result<(), Rejection> {
        let max = self.max_bytes;
        if bytes > max { Err(Rejection::TooLarge { bytes, max }) } else { Ok(()) }
    }

    /// Rejects a tree of more nodes than allowed.
    pub(super) fn check_nodes(&self, nodes: usize) -> Result<(), Rejection> {
        let max = self.max_nodes;
        if nodes > max { Err(Rejection::TooManyNodes { max }) } else { Ok(()) }
    }
}
