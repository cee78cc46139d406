//! Tables that live as long as a page. Seeded by chance as those of the standard library, with a much quicker hash.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map.
pub(crate) type FastMap<K, V> = HashMap<K, V, RandomState>;
/// A set.
pub(crate) type FastSet<K> = HashSet<K, RandomState>;
