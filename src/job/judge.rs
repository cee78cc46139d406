//! From what a try brought to where the page stands and what there is to write.

use std::time::Duration;

use jiff::Timestamp;

use super::page::{News, Outcome, Reading, Tools};
use super::page_state::PageState;
use super::prints;
use super::state::{Copy, Standing, Verdict};
use super::verdict::{Failure, after_asking_in_vain, after_failure, after_no_change, after_reading, iso};
use crate::outcome::INTERNAL_ERROR;
use crate::record::Record;

impl Tools {
    /// Where the page stands after this, and what there is to write.
    pub fn judge(&self, outcome: Outcome, before: Option<&Standing>, published: Option<Timestamp>) -> Judged {
        let now = Timestamp::now();
        let known = before.filter(|before| before.state.was_read());
        match (outcome, known) {
            (Outcome::Read(reading), _) if reading.record.status == INTERNAL_ERROR => {
                self.judge_failure(Box::new(reading.record), Failure::ForGood, before, now)
            }
            (Outcome::Read(reading), known) => self.judge_reading(*reading, known, published, now),
            (Outcome::Same { not_modified, copy }, known) => {
                let fetched = known.filter(|_| copy.stamp.is_none());
                let next = fetched.and_then(|known| self.next_check(Some(known), published, now));
                let verdict = before.map(|before| after_no_change(before, next)).unwrap_or_default();
                Judged { copy: *copy, ..Judged::new(verdict, News::Same { not_modified }) }
            }
            (Outcome::Failed(record, failure), Some(known)) => {
                let next = match known.is_to_be_rewritten() {
                    true => self.patience.next_try(known.attempts, now),
                    false => self.next_check(Some(known), published, now),
                };
                let verdict = after_asking_in_vain(known, &record, Some(failure), next);
                Judged::new(verdict, News::InVain(record))
            }
            (Outcome::Failed(record, failure), None) => self.judge_failure(record, failure, before, now),
        }
    }

    fn judge_failure(
        &self,
        record: Box<Record>,
        failure: Failure,
        before: Option<&Standing>,
        now: Timestamp,
    ) -> Judged {
        let verdict = after_failure(&record, failure, before, &self.patience, now);
        Judged::new(verdict, News::First(record))
    }

    /// A page that gave an article keeps it when it gives none any more, as behind a wall.
    fn judge_reading(
        &self,
        reading: Reading,
        known: Option<&Standing>,
        published: Option<Timestamp>,
        now: Timestamp,
    ) -> Judged {
        let Reading { record, mut copy, bytes, network } = reading;
        let dated = record.date.as_deref().and_then(|date| prints::moment(date, now));
        copy.published = dated.map(iso);
        // A saved page has a stamp, and shows by it that it has changed.
        let fetched = copy.stamp.is_none();
        let next = self.next_check(known, published.or(dated), now).filter(|_| fetched);
        let same_text = known.is_some_and(|known| {
            known.text_hash.is_some() && known.text_hash == copy.print.as_ref().map(|p| p.text_hash.clone())
        });
        let judged = match known {
            Some(known) if known.state == PageState::Done && !record.is_ok() => {
                let verdict = after_asking_in_vain(known, &record, None, next);
                copy = Copy { stamp: copy.stamp, ..Copy::default() };
                Judged::new(verdict, News::InVain(Box::new(record)))
            }
            Some(known) if record.is_ok() && same_text && known.is_to_be_rewritten() => {
                Judged::new(after_reading(&record, next), News::Again(Box::new(record)))
            }
            Some(known)
                if same_text || (!record.is_ok() && known.status.as_ref() == Some(&record.status)) =>
            {
                Judged::new(after_no_change(known, next), News::Same { not_modified: false })
            }
            Some(known) if known.state == PageState::Done => {
                Judged::new(after_reading(&record, next), News::Changed(Box::new(record)))
            }
            _ => Judged::new(after_reading(&record, next), News::First(Box::new(record))),
        };
        Judged { copy, bytes, network, ..judged }
    }

    fn next_check(
        &self,
        known: Option<&Standing>,
        published: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let stored = known.map(|known| known.published.as_deref().unwrap_or(&known.first_seen));
        let birth = published.or_else(|| stored.and_then(|time| time.parse().ok())).unwrap_or(now);
        self.refresh.next_check(birth, now)
    }
}

/// Where a page stands, and what there is to write.
pub(super) struct Judged {
    pub verdict: Verdict,
    pub copy: Copy,
    pub news: News,
    pub bytes: usize,
    pub network: Duration,
}

impl Judged {
    fn new(verdict: Verdict, news: News) -> Judged {
        Judged { verdict, copy: Copy::default(), news, bytes: 0, network: Duration::ZERO }
    }
}
