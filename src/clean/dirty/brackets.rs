//! Images and links of Markdown in a line. Each bracket is matched once, so that a line of open ones takes no longer than
//! another.

use memchr::memchr;

/// Longest text of a link or image that is read, in bytes; beyond it an open bracket is just a bracket.
const MAX_LABEL: usize = 600;
/// Longest address.
const MAX_ADDRESS: usize = 3000;
/// Longest address that holds the image itself.
const MAX_DATA: usize = 1 << 20;

/// A line and its brackets.
pub(super) struct Brackets<'t> {
    source: &'t str,
    /// For each byte that opens a bracket how far behind it is closed; zero for all others. Empty without any.
    lengths: Vec<u32>,
}

impl Brackets<'_> {
    pub fn of(source: &str) -> Brackets<'_> {
        let mut lengths = Vec::new();
        if memchr(b'[', source.as_bytes()).is_some() {
            lengths.resize(source.len(), 0);
            match_all(source, [b'[', b']'], &mut lengths);
            match_all(source, [b'(', b')'], &mut lengths);
        }
        Brackets { source, lengths }
    }

    /// The end of `![alt](address)` or `[![alt](address)](target)` that starts here.
    pub fn image(&self, at: usize) -> Option<usize> {
        let rest = &self.source[at..];
        if rest.starts_with("![") {
            let text = self.closing(at + 1, MAX_LABEL)?;
            return self.target(text + 1).map(|(_, end)| end);
        }
        if rest.starts_with("[![") {
            let end = self.image(at + 1)?;
            let close = self.source[end..].starts_with(']').then_some(end + 1)?;
            return self.target(close).map(|(_, end)| end);
        }
        None
    }

    /// Text, target and end of `[text](target)` that starts here.
    pub fn link(&self, at: usize) -> Option<(&str, &str, usize)> {
        if !self.source[at..].starts_with('[') {
            return None;
        }
        let close = self.closing(at, MAX_LABEL)?;
        let (target, end) = self.target(close + 1)?;
        let is_address = target.contains("://")
            || target.starts_with(['/', '#', '.', '?'])
            || target.starts_with("mailto:");
        is_address.then(|| (&self.source[at + 1..close], target, end))
    }

    /// The target in `(target "title")` and where it ends.
    fn target(&self, at: usize) -> Option<(&str, usize)> {
        if !self.source.get(at..)?.starts_with('(') {
            return None;
        }
        let most = if self.source[at + 1..].starts_with("data:") { MAX_DATA } else { MAX_ADDRESS };
        let close = self.closing(at, most)?;
        let target = self.source[at + 1..close].split_whitespace().next().unwrap_or_default();
        Some((target.trim_start_matches('<').trim_end_matches('>'), close + 1))
    }

    /// The bracket that closes the one at `at`, not farther away than `most` bytes.
    fn closing(&self, at: usize, most: usize) -> Option<usize> {
        let length = *self.lengths.get(at)? as usize;
        (1..most).contains(&length).then_some(at + length)
    }
}

/// Notes for each open bracket of a kind how far away its other one is.
fn match_all(source: &str, [open, close]: [u8; 2], lengths: &mut [u32]) {
    let mut waiting: Vec<u32> = Vec::new();
    for (at, byte) in (0..=u32::MAX).zip(source.bytes()) {
        if byte == open {
            waiting.push(at);
        } else if byte == close
            && let Some(start) = waiting.pop()
        {
            lengths[start as usize] = at - start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest_and_what_stays_open_has_no_end() {
        let brackets = Brackets::of("![[Photo] a](x_(1).webp) ] [b [c](/d)");
        assert_eq!(brackets.image(0), Some(24));
        assert_eq!(brackets.link(27), None);
        assert_eq!(brackets.link(30), Some(("c", "/d", 37)));
    }

    #[test]
    fn a_label_has_no_more_bytes_than_are_read() {
        let line = |length: usize| format!("[{}](/a)", "b".repeat(length));
        assert!(Brackets::of(&line(MAX_LABEL - 2)).link(0).is_some());
        assert_eq!(Brackets::of(&line(MAX_LABEL - 1)).link(0), None);
    }
}
