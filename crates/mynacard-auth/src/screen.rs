//! The result screen: at most one answer, and not for long. It keeps no history.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::audit::{Audit, AuditEvent, AuditKind, DropReason, not_kept};
use crate::home::RequeryAnswer;
use crate::{CheckedAnswer, Error, Evidence};

/// Holds the one answer that staff see, until they close it (閉じる), it stood too long, or the next card comes.
///
/// Showing and dropping are audited. What cannot be audited is not shown.
pub struct Screen {
    shown: Option<Shown>,
    keep: Duration,
    audit: Box<dyn Audit>,
    last_seen: SystemTime,
}

struct Shown {
    what: What,
    since: SystemTime,
}

/// The one answer: of a card at this desk, or of a requery without one.
enum What {
    Checked(Box<CheckedAnswer>),
    Requeried(Box<RequeryAnswer>),
}

impl Screen {
    /// An empty screen that drops an answer after `keep`.
    #[must_use]
    pub fn new(keep: Duration, audit: Box<dyn Audit>) -> Self {
        Self {
            shown: None,
            keep,
            audit,
            last_seen: SystemTime::UNIX_EPOCH,
        }
    }

    /// Shows an answer; one that still stands there is dropped first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit) when the trail cannot be kept: the answer is dropped unseen.
    pub fn show(
        &mut self,
        answer: CheckedAnswer,
        now: SystemTime,
    ) -> Result<&CheckedAnswer, Error> {
        self.tap(now)?;
        let (tap, evidence) = (answer.tap(), answer.evidence());
        let check_id = answer.check_id().to_owned();
        self.record(
            now,
            AuditKind::Shown {
                tap,
                check_id,
                evidence,
            },
        )?;
        let what = What::Checked(Box::new(answer));
        let shown = self.shown.insert(Shown { what, since: now });
        Ok(shown.checked().expect("it was put there just now"))
    }

    /// Shows the insurance of a visited patient (再照会), under the same rules as an answer to a card.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit) when the trail cannot be kept: the answer is dropped unseen.
    pub fn show_requery(
        &mut self,
        answer: RequeryAnswer,
        now: SystemTime,
    ) -> Result<&RequeryAnswer, Error> {
        self.tap(now)?;
        let check_id = answer.check_id().to_owned();
        self.record(now, AuditKind::RequeryShown { check_id })?;
        let what = What::Requeried(Box::new(answer));
        let shown = self.shown.insert(Shown { what, since: now });
        Ok(shown.requeried().expect("it was put there just now"))
    }

    /// The answer, while it may be seen. A clock that was set back ends it too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit) when it was just dropped and the trail cannot be kept.
    pub fn answer(&mut self, now: SystemTime) -> Result<Option<&CheckedAnswer>, Error> {
        self.last_seen = now;
        let keep = self.keep;
        let stands = |shown: &Shown| now.duration_since(shown.since).is_ok_and(|age| age < keep);
        if !self.shown.as_ref().is_some_and(stands) {
            self.drop_answer(now, DropReason::TimedOut)?;
        }
        Ok(self.shown.as_ref().and_then(Shown::checked))
    }

    /// The insurance of a visited patient, while it may be seen; as [`Screen::answer`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn requeried(&mut self, now: SystemTime) -> Result<Option<&RequeryAnswer>, Error> {
        self.answer(now)?;
        Ok(self.shown.as_ref().and_then(Shown::requeried))
    }

    /// Staff close the answer (閉じる).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit); the answer is gone all the same.
    pub fn close(&mut self, now: SystemTime) -> Result<(), Error> {
        self.end(now, DropReason::Closed)
    }

    /// The next card came, or the next check is prepared: the answer before it goes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit); the answer is gone all the same.
    pub fn tap(&mut self, now: SystemTime) -> Result<(), Error> {
        self.end(now, DropReason::AnotherTap)
    }

    /// The program ends, by staff or by the system: the answer goes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit); the answer is gone all the same.
    pub fn leave(&mut self, now: SystemTime) -> Result<(), Error> {
        self.end(now, DropReason::Ended)
    }

    /// Audits a check that did not come to an answer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit).
    pub fn refused(&mut self, error: &Error, now: SystemTime) -> Result<(), Error> {
        self.refused_with(error.code(), now)
    }

    /// As [`Screen::refused`], for what failed outside this crate: a reader, a program's own refusal.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit).
    pub fn refused_with(&mut self, code: &'static str, now: SystemTime) -> Result<(), Error> {
        self.record(now, AuditKind::Refused { code })
    }

    /// Audits that staff established the insurance without a check at this desk, and by what.
    ///
    /// What a check here established is audited when it is shown.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Audit`](crate::ErrorKind::Audit).
    pub fn proven(&mut self, evidence: Evidence, now: SystemTime) -> Result<(), Error> {
        self.record(now, AuditKind::Proven { evidence })
    }

    /// Ends what stands there, for its time if that is over and otherwise for `why`.
    fn end(&mut self, now: SystemTime, why: DropReason) -> Result<(), Error> {
        self.answer(now)?;
        self.drop_answer(now, why)
    }

    fn drop_answer(&mut self, now: SystemTime, why: DropReason) -> Result<(), Error> {
        match self.shown.take() {
            None => Ok(()),
            Some(shown) => {
                let dropped = match shown.what {
                    What::Checked(answer) => AuditKind::Dropped {
                        tap: answer.tap(),
                        why,
                    },
                    What::Requeried(answer) => AuditKind::RequeryDropped {
                        check_id: answer.check_id().to_owned(),
                        why,
                    },
                };
                self.record(now, dropped)
            }
        }
    }

    fn record(&mut self, now: SystemTime, what: AuditKind) -> Result<(), Error> {
        self.last_seen = now;
        self.audit
            .record(&AuditEvent::new(now, what))
            .map_err(not_kept)
    }
}

impl Shown {
    fn checked(&self) -> Option<&CheckedAnswer> {
        match &self.what {
            What::Checked(answer) => Some(answer),
            What::Requeried(_) => None,
        }
    }

    fn requeried(&self) -> Option<&RequeryAnswer> {
        match &self.what {
            What::Requeried(answer) => Some(answer),
            What::Checked(_) => None,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let at = self.last_seen;
        if let Err(error) = self.drop_answer(at, DropReason::Ended) {
            log::error!("{error}");
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen")
            .field("shows", &self.shown.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
