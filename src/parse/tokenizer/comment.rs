//! Comments (13.2.5.43-52).

use memchr::memchr_iter;

use super::{Consumer, Tokenizer};

/// Where a comment's text ends and where the page goes on, both counted from the first byte after `<!--`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct CommentEnd {
    text: usize,
    next: usize,
}

impl<C: Consumer> Tokenizer<'_, C> {
    /// All comment states, from the first byte after `<!--`.
    ///
    /// A comment ends at the first `>` that follows `--` or `--!`, or that comes right at the start (`<!-->`,
    /// `<!--->`). The states for `<!` inside of a comment only tell which parse errors to report.
    pub(super) fn comment_state(&mut self) {
        let start = self.input.position();
        let end = find_end(self.input.rest());
        self.input.move_to(start + end.next);
        self.emit_comment(start..start + end.text);
    }
}

fn find_end(rest: &[u8]) -> CommentEnd {
    for at in memchr_iter(b'>', rest) {
        let before = &rest[..at];
        if matches!(before, b"" | b"-") {
            return CommentEnd { text: 0, next: at + 1 };
        }
        for closing in [b"--!".as_slice(), b"--"] {
            if let Some(text) = before.strip_suffix(closing) {
                return CommentEnd { text: text.len(), next: at + 1 };
            }
        }
    }
    CommentEnd { text: text_len_at_end_of_file(rest), next: rest.len() }
}

/// End of file in the comment end, comment end bang and comment end dash states: the dashes so far are no
/// text.
fn text_len_at_end_of_file(rest: &[u8]) -> usize {
    let closing = [b"--!".as_slice(), b"--", b"-"].into_iter().find(|closing| rest.ends_with(closing));
    rest.len() - closing.map_or(0, <[u8]>::len)
}
