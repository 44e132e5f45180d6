//! What a check asks for, and the service's challenge to it.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::home::ConsentKinds;
use crate::{Error, Purpose};

/// How the person's identity is established (本人認証の方法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// The four-digit PIN of the user authentication certificate, on a keyboard or a pin pad.
    Pin,
    /// Staff compare photo and person (目視確認).
    Visual,
}

/// What the patient agreed to have shown beside the insurance itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extra {
    /// 限度額適用認定証等.
    LimitApplication,
    /// 特定疾病療養受療証.
    SpecificDiseases,
}

/// Which of them are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extras {
    limit_application: bool,
    specific_diseases: bool,
}

impl Extras {
    pub(crate) const NONE: Self = Self {
        limit_application: false,
        specific_diseases: false,
    };

    pub(crate) const fn with(mut self, extra: Extra) -> Self {
        match extra {
            Extra::LimitApplication => self.limit_application = true,
            Extra::SpecificDiseases => self.specific_diseases = true,
        }
        self
    }

    pub(crate) const fn contains(self, extra: Extra) -> bool {
        match extra {
            Extra::LimitApplication => self.limit_application,
            Extra::SpecificDiseases => self.specific_diseases,
        }
    }
}

/// A check as the receipt computer asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckContext {
    purpose: Purpose,
    method: Method,
    extras: Extras,
    consents: Option<ConsentKinds>,
}

/// The service's challenge: random, short-lived, for one terminal and one check.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    parts: ChallengeParts,
    context: CheckContext,
}

/// What a service adapter fills a [`Challenge`] from.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeParts {
    /// The service's name for this challenge.
    pub id: String,
    /// 16 to 64 random bytes.
    pub nonce: Vec<u8>,
    /// Which service, as the adapter was told to expect it.
    pub service: String,
    /// Which environment, as the adapter was told to expect it.
    pub environment: String,
    /// The day in Japan, `YYYYMMDD`.
    pub date: String,
    /// How long the challenge lives, by the service's own clock.
    pub life: Duration,
    /// When the challenge was asked for, by the caller's clock.
    pub asked_at: SystemTime,
    /// What the service's clock said, where it says so.
    pub service_time: Option<SystemTime>,
}

impl CheckContext {
    /// A check for `purpose` by PIN that shows the insurance alone.
    #[must_use]
    pub const fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            method: Method::Pin,
            extras: Extras::NONE,
            consents: None,
        }
    }

    /// The same by another method.
    #[must_use]
    pub const fn by(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The same, showing `extra` too.
    #[must_use]
    pub const fn with(mut self, extra: Extra) -> Self {
        self.extras = self.extras.with(extra);
        self
    }

    /// The same with the patient's consents (居宅同意取得型), which the card signs with the rest.
    #[must_use]
    pub const fn consenting(mut self, kinds: ConsentKinds) -> Self {
        self.consents = Some(kinds);
        self
    }

    /// What further information the patient agrees to.
    #[must_use]
    pub const fn consents(&self) -> Option<ConsentKinds> {
        self.consents
    }

    /// What the check is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// How identity is established.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Says whether `extra` is asked for.
    #[must_use]
    pub const fn asks_for(&self, extra: Extra) -> bool {
        self.extras.contains(extra)
    }

    pub(crate) fn permitted(&self) -> Result<(), Error> {
        self.purpose.permitted().map(drop)
    }
}

impl From<Purpose> for CheckContext {
    fn from(purpose: Purpose) -> Self {
        Self::new(purpose)
    }
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Visual => "visual",
        }
    }
}

impl Challenge {
    /// The challenge to `context`, or what is wrong with the parts (a phrase for the adapter's error).
    ///
    /// # Errors
    ///
    /// The name of the part that no service may send: empty or overlong id, nonce outside 16 to 64 bytes, a date that
    /// is not eight digits, a life of zero or beyond one hour.
    pub fn new(context: CheckContext, parts: ChallengeParts) -> Result<Self, &'static str> {
        let digits = parts.date.len() == 8 && parts.date.bytes().all(|b| b.is_ascii_digit());
        match () {
            () if parts.id.is_empty() || parts.id.len() > 256 => Err("challenge_id"),
            () if !(16..=64).contains(&parts.nonce.len()) => Err("nonce"),
            () if !digits => Err("date"),
            () if parts.life.is_zero() || parts.life > Duration::from_secs(3600) => {
                Err("expires_at")
            }
            () => Ok(Self { parts, context }),
        }
    }

    /// What was asked for.
    #[must_use]
    pub const fn context(&self) -> &CheckContext {
        &self.context
    }

    /// The service's name for this challenge.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.parts.id
    }

    /// The random bytes.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.parts.nonce
    }

    /// Which service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.parts.service
    }

    /// Which environment, for example `sandbox`.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.parts.environment
    }

    /// The day in Japan, `YYYYMMDD`.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.parts.date
    }

    /// When the challenge ends, by the caller's clock.
    #[must_use]
    pub fn ends_at(&self) -> SystemTime {
        self.parts.asked_at + self.parts.life
    }

    /// How far the caller's clock is ahead of the service's, in seconds (negative: behind), up to the round trip's length;
    /// `None` when the service did not tell its time.
    #[must_use]
    pub fn clock_offset(&self) -> Option<i64> {
        let (ours, theirs) = (self.parts.asked_at, self.parts.service_time?);
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Some(match ours.duration_since(theirs) {
            Ok(ahead) => seconds(ahead),
            Err(behind) => -seconds(behind.duration()),
        })
    }

    /// Says whether at least `margin` of its life is left at `now`; a clock that went back before the question says no.
    #[must_use]
    pub fn lives(&self, now: SystemTime, margin: Duration) -> bool {
        now >= self.parts.asked_at
            && now
                .checked_add(margin)
                .is_some_and(|then| then < self.ends_at())
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("service", &self.parts.service)
            .field("environment", &self.parts.environment)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ChallengeParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChallengeParts")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
