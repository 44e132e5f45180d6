//! The counters of a card, by name.

use std::fmt;

use super::{VirtualCard, card_face, common, input_support, jpki};

/// A key with a counter of tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Counter {
    /// The user authentication PIN (利用者証明用).
    Authentication,
    /// The signature password (署名用).
    Signature,
    /// The PIN of 券面入力補助AP.
    InputSupport,
    /// 照合番号A there.
    InputSupportA,
    /// 照合番号B there.
    InputSupportB,
    /// The birth date as a key of 券面事項確認AP.
    CardFaceBirth,
    /// 照合番号A there.
    CardFaceA,
    /// 照合番号B there.
    CardFaceB,
    /// The PIN of 共通カードAP.
    Common,
    /// The PIN of 住基AP.
    Registry,
}

impl Counter {
    /// Every counter.
    pub const ALL: [Self; 10] = [
        Self::Authentication,
        Self::Signature,
        Self::InputSupport,
        Self::InputSupportA,
        Self::InputSupportB,
        Self::CardFaceBirth,
        Self::CardFaceA,
        Self::CardFaceB,
        Self::Common,
        Self::Registry,
    ];

    /// The name in a file of counters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Signature => "signature",
            Self::InputSupport => "input-support",
            Self::InputSupportA => "input-support-a",
            Self::InputSupportB => "input-support-b",
            Self::CardFaceBirth => "card-face-birth",
            Self::CardFaceA => "card-face-a",
            Self::CardFaceB => "card-face-b",
            Self::Common => "common",
            Self::Registry => "registry",
        }
    }

    /// The counter of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counter| counter.name() == name)
    }

    /// Application and file.
    pub(crate) fn place(self) -> (&'static [u8], u16) {
        match self {
            Self::Authentication => (&jpki::AID, jpki::AUTHENTICATION_PIN),
            Self::Signature => (&jpki::AID, jpki::SIGNATURE_PASSWORD),
            Self::InputSupport => (&input_support::AID, input_support::PIN),
            Self::InputSupportA => (&input_support::AID, input_support::CODE_A),
            Self::InputSupportB => (&input_support::AID, input_support::CODE_B),
            Self::CardFaceBirth => (&card_face::AID, card_face::BIRTH_DATE),
            Self::CardFaceA => (&card_face::AID, card_face::CODE_A),
            Self::CardFaceB => (&card_face::AID, card_face::CODE_B),
            Self::Common => (&common::COMMON_AID, common::PIN),
            Self::Registry => (&common::REGISTRY_AID, common::PIN),
        }
    }
}

/// The line of a text of counters that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotCounters {
    /// Its number, from 1.
    pub line: usize,
}

impl VirtualCard {
    /// All counters as text, one a line: a name, a space and the tries left.
    #[must_use]
    pub fn counters(&self) -> String {
        Counter::ALL
            .into_iter()
            .map(|counter| format!("{} {}\n", counter.name(), self.tries(counter)))
            .collect()
    }

    /// Sets counters as such a text says, none above what its key has; those that it leaves out stay.
    ///
    /// # Errors
    ///
    /// The first line that is none; nothing is set then.
    pub fn set_counters(&mut self, text: &str) -> Result<(), NotCounters> {
        let read = |(line, number)| parse(line).ok_or(NotCounters { line: number });
        let counters: Vec<_> = text.lines().zip(1..).map(read).collect::<Result<_, _>>()?;
        for (counter, left) in counters {
            self.set_tries(counter, left);
        }
        Ok(())
    }
}

impl fmt::Display for NotCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is not a line of counters", self.line)
    }
}

impl std::error::Error for NotCounters {}

fn parse(line: &str) -> Option<(Counter, u8)> {
    let (name, left) = line.split_once(' ')?;
    Some((Counter::by_name(name)?, left.parse().ok()?))
}
