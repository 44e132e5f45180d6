//! From a tapped My Number Card to confirmed insurance: terminal, vault, challenge, proof, check.
//!
//! The crate holds the *flow* of オンライン資格確認 (限定型). It knows neither PC/SC nor HTTP: a card is
//! anything that implements [`mynacard_card`]'s `Transport`, a service anything that implements
//! [`EligibilityService`]. No function reads the clock: `now` is an argument. Every function blocks; an asynchronous
//! program calls it on a thread of its own and stops it with [`Cancel`].
//!
//! ```
//! use mynacard_auth::{Cancel, Purpose};
//!
//! let stop = Cancel::new();
//! let other_thread = stop.clone();
//! other_thread.cancel();
//! assert!(stop.is_cancelled());
//! assert!("identity-only".parse::<Purpose>()?.permitted().is_err());
//! # Ok::<(), mynacard_auth::Error>(())
//! ```
//!
//! The order of a check: [`Desk::prepare`] fetches a [`Challenge`] and warms the connection before the patient taps; [`Ready::check`]
//! reads the certificate, judges it, verifies the PIN, lets the card sign the [`Message`] that our code built, powers the
//! card down, verifies the signature, and only then speaks to the service.
//!
//! | for | look at |
//! |---|---|
//! | the first start: terms, activation, renewal, removal | [`Terminal`], [`TerminalService`] |
//! | where the terminal's key lives | [`vault`] |
//! | a check by PIN, by keypad or by sight | [`Desk`], [`Identity`], [`OperatorConfirmation`] |
//! | what came of it, or what can be delivered again | [`CheckedAnswer`], [`Undelivered`] |
//! | a service of one's own | [`EligibilityService`], [`service`] |
//! | what the card signs | [`CheckMessage`] |
//! | PIN-less authentication and the guard around it | [`pinless`] |
//! | 居宅同意取得型: consents and requeries | [`home`] |
//! | who was checked by whom, when | [`audit`] |
//! | answers that leave the screen | [`Screen`] |
//! | a button that stops it | [`Cancel`] |

mod cancel;
mod context;
mod desk;
mod digits;
mod error;
mod message;
mod proof;
mod purpose;
mod request;
mod screen;
mod terminal;

/// What [`Cancel`] is made of.
mod sync {
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
    pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
}

pub mod audit;
pub mod home;
pub mod pinless;
pub mod service;
pub mod vault;

pub use audit::{Asked, Audit, AuditEvent, AuditKind, AuditTrail, DropReason};
pub use cancel::{Cancel, Subscription};
pub use context::{Challenge, ChallengeParts, CheckContext, Extra, Method};
pub use desk::{
    CheckedAnswer, Desk, DeskSettings, ExpiredCertificate, Identity, Ready, Step, Tap, Times,
    Undelivered, UnknownIssuer, VisualSetting, Warning,
};
pub use digits::PinDigits;
pub use error::{CODES, Error, ErrorKind, PinTries};
pub use message::{CheckMessage, Message};
pub use mynacard_eligibility::evidence::{Evidence, Query};
pub use pinless::{GuardedCard, PinlessProvider};
pub use proof::{Grant, Proof};
pub use purpose::Purpose;
pub use request::{OperatorConfirmation, Request, TapId};
pub use screen::Screen;
pub use service::{
    ActivationService, EligibilityService, ServiceError, ServiceErrorKind, TerminalService,
};
pub use terminal::{Activation, Institution, Terminal, TerminalKey, TermsAccepted, UserSettings};
