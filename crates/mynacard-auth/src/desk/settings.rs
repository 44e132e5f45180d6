//! What a desk lets pass and what it refuses.

use std::time::Duration;

use mynacard_card::app::jpki;
use mynacard_cert::TrustStore;

use crate::service::VisualCheck;
use crate::{Error, ErrorKind, Terminal};

/// A desk's policies; the defaults are what the official service expects.
#[derive(Debug, Clone)]
pub struct DeskSettings {
    pub(super) trust: TrustStore,
    pub(super) expired: ExpiredCertificate,
    pub(super) unknown_issuer: UnknownIssuer,
    pub(super) visual: VisualSetting,
    pub(super) card: jpki::Options,
    pub(super) confirmation_life: Duration,
    pub(super) patience: Duration,
}

/// What becomes of a certificate that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpiredCertificate {
    /// Passed on with a warning: the service confirms insurance for some three months more, and decides.
    #[default]
    PassOn,
    /// Refused before the PIN.
    Refuse,
}

/// What becomes of a certificate whose authority is not among the roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownIssuer {
    /// Passed on with a warning: a new generation of roots may have come, and the service decides.
    #[default]
    PassOn,
    /// Refused before the PIN.
    Refuse,
}

/// The setting 「目視確認で本人認証」.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VisualSetting {
    /// PIN only.
    #[default]
    Off,
    /// Staff may compare photo and person.
    On,
}

impl VisualSetting {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
        }
    }

    /// The setting, if this terminal's institution may have it so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VisualCheckNotAllowed`].
    pub fn permitted(self, terminal: &Terminal) -> Result<Self, Error> {
        match (self, terminal.visual_check()) {
            (Self::On, VisualCheck::NotAllowed) => Err(ErrorKind::VisualCheckNotAllowed.into()),
            _ => Ok(self),
        }
    }
}

impl DeskSettings {
    /// The default policies over these roots: PIN only, counter read first, ended and unknown certificates passed on.
    #[must_use]
    pub fn new(trust: TrustStore) -> Self {
        Self {
            trust,
            expired: ExpiredCertificate::default(),
            unknown_issuer: UnknownIssuer::default(),
            visual: VisualSetting::default(),
            card: jpki::Options::default(),
            confirmation_life: Duration::from_secs(60),
            patience: Duration::from_secs(90),
        }
    }

    /// Another policy for certificates that have ended.
    #[must_use]
    pub fn with_expired(mut self, policy: ExpiredCertificate) -> Self {
        self.expired = policy;
        self
    }

    /// Another policy for certificates of an unknown authority.
    #[must_use]
    pub fn with_unknown_issuer(mut self, policy: UnknownIssuer) -> Self {
        self.unknown_issuer = policy;
        self
    }

    /// Switches the visual check for a terminal; where its institution may not use it, it stays off.
    #[must_use]
    pub fn with_visual(mut self, setting: VisualSetting, terminal: &Terminal) -> Self {
        self.visual = match terminal.visual_check() {
            VisualCheck::Allowed => setting,
            VisualCheck::NotAllowed => VisualSetting::Off,
        };
        self
    }

    /// Switches the visual check and leaves it to the service to refuse.
    #[must_use]
    pub fn with_visual_unchecked(mut self, setting: VisualSetting) -> Self {
        self.visual = setting;
        self
    }

    /// Other conduct of the card dialogue: counter and lengths.
    #[must_use]
    pub fn with_card_options(mut self, options: jpki::Options) -> Self {
        self.card = options;
        self
    }

    /// How long an operator's confirmation is good for; 60 seconds by default.
    #[must_use]
    pub fn with_confirmation_life(mut self, life: Duration) -> Self {
        self.confirmation_life = life;
        self
    }

    /// How long a whole check may take, from [`Ready::check`](crate::Ready::check) to the answer, card and network together; 90
    /// seconds by default. The limits of each part hold beside it.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The setting 「目視確認で本人認証」.
    #[must_use]
    pub fn visual(&self) -> VisualSetting {
        self.visual
    }
}
