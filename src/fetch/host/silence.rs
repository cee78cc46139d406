//! A host that does not answer is not asked for all of its pages: after some addresses in a row without any answer it
//! is let alone for a while.

use std::time::Duration;

use tokio::time::Instant;

use crate::fetch::error::FetchErrorKind;

/// Addresses in a row, each with its repetitions, after which a host is taken for silent: more than a restart takes.
const MOST_SILENT: u32 = 5;
/// How long it is let alone: shorter than the time between two runs, as a rule.
const REST: Duration = Duration::from_secs(15 * 60);

/// What is known of a host's silence.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Addresses in a row that it gave no answer for.
    in_a_row: u32,
    until: Option<Instant>,
}

impl Silence {
    /// Fails while the host is let alone.
    pub fn check(&self) -> Result<(), FetchErrorKind> {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        match left.filter(|left| !left.is_zero()) {
            Some(wait) => Err(FetchErrorKind::HostSilent { addresses: self.in_a_row, wait }),
            None => Ok(()),
        }
    }

    /// Notes that an address got no answer at all.
    pub fn note(&mut self) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        if self.in_a_row >= MOST_SILENT {
            self.until = Some(Instant::now() + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_host_is_let_alone_and_then_asked_once_more() {
        let mut silence = Silence::default();
        for _ in 1..MOST_SILENT {
            silence.note();
            assert_eq!(silence.check(), Ok(()));
        }
        silence.note();
        assert_eq!(silence.check().unwrap_err().status(), "host-silent");
        tokio::time::sleep(REST).await;
        assert_eq!(silence.check(), Ok(()));
        silence.note();
        assert!(silence.check().is_err(), "it is still silent");
    }
}
