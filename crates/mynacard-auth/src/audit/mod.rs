//! What happened at the desk, without anybody's data: for the audit trail that the field's guideline asks for.
//!
//! [`AuditTrail`] keeps it in files that show what was removed, cut off, rewritten or moved; [`Audit`] lets a vendor keep it elsewhere.
//!
//! ```
//! use std::time::SystemTime;
//! use mynacard_auth::vault::{Passcode, Stretching, Unlock, Vault};
//! use mynacard_auth::{Audit as _, AuditEvent, AuditTrail, ErrorKind};
//!
//! let folder = tempfile::tempdir()?;
//! let passcode = Passcode::new("correct horse")?;
//! let unlock = Unlock::Passcode(&passcode, Stretching::FLOOR);
//! let mut vault = Vault::create(&folder.path().join("terminal.vault"), &unlock)?;
//!
//! let now = SystemTime::now();
//! let mut trail = AuditTrail::open(&mut vault, &folder.path().join("audit"), now)?;
//! trail.record(&AuditEvent::refused(&ErrorKind::CardChanged.into(), now))?;
//! assert!(trail.verify()?.is_whole());
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```

mod chain;
mod closed;
mod files;
mod head;
mod trail;
mod verify;

pub use closed::ClosedTrail;
pub use trail::{AuditTrail, Rotation};
pub use verify::{Damage, Finding, Note, Report};

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::home::RequeryAnswer;
use crate::{CheckedAnswer, Error, ErrorKind, Evidence, Query, TapId, VisualSetting};

/// Where audit events go: a file, the vendor's own log.
pub trait Audit: Send {
    /// Keeps the event, or says that it could not: then nothing is shown.
    ///
    /// # Errors
    ///
    /// Whatever keeping failed with; it becomes the source of [`ErrorKind::Audit`]. The trail's own
    /// [`ErrorKind::AuditHead`] stays what it is: it wants another mend.
    fn record(
        &mut self,
        event: &AuditEvent,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// One event. It names a tap and a check, never a person, a card, a PIN or an insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    at: SystemTime,
    what: AuditKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditKind {
    /// An answer came up on the screen.
    Shown {
        /// The tap that it answers.
        tap: TapId,
        /// The service's name for the check.
        check_id: String,
        /// How the insurance was established.
        evidence: Evidence,
    },
    /// An answer left the screen and the memory.
    Dropped {
        /// The tap that it answered.
        tap: TapId,
        /// Why.
        why: DropReason,
    },
    /// The insurance of a visited patient came up on the screen, without a card (再照会).
    RequeryShown {
        /// The service's name for the query.
        check_id: String,
    },
    /// It left the screen and the memory.
    RequeryDropped {
        /// The service's name for the query.
        check_id: String,
        /// Why.
        why: DropReason,
    },
    /// A check did not come to an answer.
    Refused {
        /// The error's code.
        code: &'static str,
    },
    /// Staff established the insurance without a check at this desk: a certificate, a notice, a screen, a requery.
    Proven {
        /// By what.
        evidence: Evidence,
    },
    /// Consents, or insurance without a card, were asked for (居宅同意取得型). The patients' references are not written down.
    Asked {
        /// What.
        what: Asked,
        /// The service's name for the check, where there was one.
        check_id: Option<String>,
        /// How many patients the answer is about, where that is known.
        patients: Option<u64>,
    },
    /// 「目視確認で本人認証」 was switched.
    VisualSwitched {
        /// To what.
        to: VisualSetting,
    },
    /// The terminal is one no longer: its trail's last event.
    Removed,
}

/// What was asked for without a card in the reader (居宅同意取得型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asked {
    /// A consent was registered.
    Registration,
    /// One patient's consent.
    Inquiry,
    /// A consent was narrowed.
    Change,
    /// A consent was ended.
    Cancellation,
    /// The consented patients of a period.
    List,
    /// A visited patient's insurance.
    Requery,
    /// A bulk query was handed in.
    BulkQuery,
    /// A bulk answer, before its first patient.
    BulkAnswer,
    /// A bulk answer, after its last patient.
    BulkAnswerEnd,
}

/// Why an answer left the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// Staff closed it (閉じる).
    Closed,
    /// It stood too long.
    TimedOut,
    /// The next card came.
    AnotherTap,
    /// The program ended.
    Ended,
}

impl AuditEvent {
    pub(crate) const fn new(at: SystemTime, what: AuditKind) -> Self {
        Self { at, what }
    }

    /// A check that did not come to an answer.
    #[must_use]
    pub fn refused(error: &Error, at: SystemTime) -> Self {
        Self::new(at, AuditKind::Refused { code: error.code() })
    }

    /// An answer comes up on the screen of a program that has its own, and no [`Screen`](crate::Screen).
    #[must_use]
    pub fn shown(answer: &CheckedAnswer, at: SystemTime) -> Self {
        let shown = AuditKind::Shown {
            tap: answer.tap(),
            check_id: answer.check_id().to_owned(),
            evidence: answer.evidence(),
        };
        Self::new(at, shown)
    }

    /// It left that screen and the memory.
    #[must_use]
    pub fn dropped(answer: &CheckedAnswer, why: DropReason, at: SystemTime) -> Self {
        let tap = answer.tap();
        Self::new(at, AuditKind::Dropped { tap, why })
    }

    /// The insurance of a visited patient comes up there (再照会).
    #[must_use]
    pub fn requery_shown(answer: &RequeryAnswer, at: SystemTime) -> Self {
        let check_id = answer.check_id().to_owned();
        Self::new(at, AuditKind::RequeryShown { check_id })
    }

    /// It left that screen and the memory.
    #[must_use]
    pub fn requery_dropped(answer: &RequeryAnswer, why: DropReason, at: SystemTime) -> Self {
        let check_id = answer.check_id().to_owned();
        Self::new(at, AuditKind::RequeryDropped { check_id, why })
    }

    /// 「目視確認で本人認証」 is switched: written down before it is.
    #[must_use]
    pub const fn visual_switched(to: VisualSetting, at: SystemTime) -> Self {
        Self::new(at, AuditKind::VisualSwitched { to })
    }

    /// When, by the caller's clock.
    #[must_use]
    pub const fn at(&self) -> SystemTime {
        self.at
    }

    /// What.
    #[must_use]
    pub const fn what(&self) -> &AuditKind {
        &self.what
    }

    /// The event as one line of JSON, without the line's end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let at = self
            .at
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        match &self.what {
            AuditKind::Shown {
                tap,
                check_id,
                evidence,
            } => json!({
                "at": at, "event": "shown", "tap": tap.to_string(), "check_id": check_id,
                "evidence": evidence.as_str(),
            }),
            AuditKind::Dropped { tap, why } => {
                json!({ "at": at, "event": "dropped", "tap": tap.to_string(), "why": why.as_str() })
            }
            AuditKind::RequeryShown { check_id } => json!({
                "at": at, "event": "shown", "check_id": check_id,
                "evidence": Evidence::Online(Query::Requery).as_str(),
            }),
            AuditKind::RequeryDropped { check_id, why } => json!({
                "at": at, "event": "dropped", "check_id": check_id, "why": why.as_str(),
            }),
            AuditKind::Refused { code } => json!({ "at": at, "event": "refused", "code": code }),
            AuditKind::Proven { evidence } => {
                json!({ "at": at, "event": "proven", "evidence": evidence.as_str() })
            }
            AuditKind::Asked {
                what,
                check_id,
                patients,
            } => {
                let mut asked = json!({ "at": at, "event": "asked", "what": what.as_str() });
                if let Some(members) = asked.as_object_mut() {
                    members.extend(
                        check_id
                            .as_ref()
                            .map(|id| ("check_id".to_owned(), json!(id))),
                    );
                    members.extend(patients.map(|n| ("patients".to_owned(), json!(n))));
                }
                asked
            }
            AuditKind::VisualSwitched { to } => {
                json!({ "at": at, "event": "setting", "setting": "visual-check", "to": to.as_str() })
            }
            AuditKind::Removed => json!({ "at": at, "event": "removed" }),
        }
        .to_string()
    }
}

impl Asked {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Inquiry => "inquiry",
            Self::Change => "change",
            Self::Cancellation => "cancellation",
            Self::List => "list",
            Self::Requery => "requery",
            Self::BulkQuery => "bulk-query",
            Self::BulkAnswer => "bulk-answer",
            Self::BulkAnswerEnd => "bulk-answer-end",
        }
    }
}

impl DropReason {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::TimedOut => "timed-out",
            Self::AnotherTap => "another-tap",
            Self::Ended => "ended",
        }
    }
}

/// Why an event could not be kept: the trail's own error where it is one, so that a missing head is named.
pub(crate) fn not_kept(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(own) if matches!(own.kind(), ErrorKind::AuditHead) => *own,
        Ok(own) => Error::from(ErrorKind::Audit).with_source(own),
        Err(other) => Error::from(ErrorKind::Audit).with_source(other),
    }
}

#[cfg(test)]
mod tests;
