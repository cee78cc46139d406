//! What a run tells while it is under way, for a progress bar.

/// Is told how a run gets on. Called from several threads, so it must be quick.
pub trait Watch: Send + Sync {
    /// So many pages are to be tried.
    fn planned(&self, pages: usize);
    /// A page was tried and what it brought is saved.
    fn tried(&self, page: &str);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn planned(&self, _: usize) {}

    fn tried(&self, _: &str) {}
}
