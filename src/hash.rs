//! A small hash whose values are the same on every machine, in every version of tamis.
//!
//! File names and the state database keep its values for years, so the standard library's hasher, which may
//! change, will not do. It tells accidents apart, not attacks.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325; // FNV-1a, 64 bits
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Characters of [`short`]: 50 bits, so that even 100,000 names with one and the same slug do not meet by chance.
pub const SHORT_CHARS: usize = 10;

/// FNV-1a over the bytes, then mixed so that every bit of the result depends on every byte.
pub fn stable(bytes: &[u8]) -> u64 {
    let folded = bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    mix(folded)
}

/// The hash as 16 hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    format!("{:016x}", stable(bytes))
}

/// The first 50 bits of the hash as ten lower-case letters and digits.
pub fn short(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let hash = stable(text.as_bytes());
    (0..SHORT_CHARS).map(|place| ALPHABET[(hash >> (59 - 5 * place)) as usize & 31] as char).collect()
}

/// The finaliser of MurmurHash3: FNV alone leaves the high bits of short texts alike.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_change() {
        assert_eq!(hex(b""), "efd01f60ba992926");
        assert_eq!(short("https://a.example/"), short("https://a.example/"));
        assert_ne!(short("https://a.example/1"), short("https://a.example/2"));
        assert_eq!(short("x").len(), SHORT_CHARS);
    }
}
