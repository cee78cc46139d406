//! The states of a page over all runs.
//!
//! | state | meaning | asked again |
//! |---|---|---|
//! | `new` | seen in a source, never tried | in the next run |
//! | `done` | gave an article | while it is young, as `[refresh]` says; a saved page: when it changes |
//! | `rejected` | was read and is no article, or doubles one | as `done`; a double: never |
//! | `failing` | failed in a way that may pass | after `next_try`, each time later |
//! | `failed` | failed for good, or too often | never; a saved page: when it changes |
//! | `gone` | the server says that it is gone: 410, or 404 twice | never |
//!
//! A page that gave an article keeps it: when it is asked again in vain it stays `done` (or becomes `gone`), and
//! its `reason` says what happened.

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PageState {
    /// Seen in a source, never tried.
    #[default]
    New,
    /// Gave an article.
    Done,
    /// Was read and is no article, or doubles one.
    Rejected,
    /// Failed in a way that may pass.
    Failing,
    /// Failed for good, or too often.
    Failed,
    /// The server says that it is gone.
    Gone,
}

impl PageState {
    /// Every state with its name.
    pub const ALL: [(PageState, &'static str); 6] = [
        (PageState::New, "new"),
        (PageState::Done, "done"),
        (PageState::Rejected, "rejected"),
        (PageState::Failing, "failing"),
        (PageState::Failed, "failed"),
        (PageState::Gone, "gone"),
    ];

    /// The name in the database and in reports.
    pub fn name(self) -> &'static str {
        PageState::ALL[self as usize].1
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<PageState> {
        PageState::ALL.iter().find(|(_, theirs)| *theirs == name).map(|(state, _)| *state)
    }

    /// Whether the page was read, so that a later try asks only whether it has changed.
    pub fn was_read(self) -> bool {
        matches!(self, PageState::Done | PageState::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_states_are_those_of_the_table() {
        for (state, name) in PageState::ALL {
            assert_eq!((state.name(), PageState::named(name)), (name, Some(state)));
        }
    }
}
