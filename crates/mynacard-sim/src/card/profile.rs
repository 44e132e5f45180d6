//! Kinds of cards, and habits in which cards of one kind differ.

/// What kind of card lies on the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// A plastic card through contacts, as issued from 2016.
    #[default]
    Plastic2016,
    /// A plastic card without contact, type B, as read since 2023.
    Plastic2023,
    /// An Android phone: JPKI only, and its authentication certificate opens with the PIN.
    Android,
    /// An iPhone: JPKI only. It authenticates its holder itself; **assumed** here: counters answer 9000, VERIFY is refused with 6985,
    /// keys sign.
    IPhone,
    /// A 住基カード of before 2016 with its JPKI application.
    OldCard,
    /// The next card as far as it is announced: today's files with keys on P-384. Its commands are not public; the key takes a SHA-384
    /// digest and gives r and s back, **a guess**.
    P384Preview,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 6] = [
        Self::Plastic2016,
        Self::Plastic2023,
        Self::Android,
        Self::IPhone,
        Self::OldCard,
        Self::P384Preview,
    ];

    /// The name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plastic2016 => "plastic-2016",
            Self::Plastic2023 => "plastic-2023",
            Self::Android => "android",
            Self::IPhone => "iphone",
            Self::OldCard => "old-card",
            Self::P384Preview => "p384-preview",
        }
    }

    /// The profile of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    pub(crate) fn atr(self) -> &'static [u8] {
        match self {
            Self::Plastic2016 => &[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14],
            Self::Plastic2023 | Self::P384Preview => &[
                0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F,
            ],
            Self::Android => &[
                0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x41, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x3B,
            ],
            Self::IPhone => &[
                0x3B, 0x88, 0x80, 0x01, 0x00, 0x4B, 0x51, 0xFF, 0x00, 0x81, 0xD1, 0x00, 0xBC,
            ],
            Self::OldCard => &[
                0x3B, 0xDA, 0x13, 0xFF, 0x81, 0x31, 0xFB, 0x46, 0x80, 0x12, 0x39, 0x2F, 0x31, 0xC1,
                0x73, 0xC6, 0x01, 0xC0, 0x3B,
            ],
        }
    }

    pub(crate) fn token_label(self) -> &'static str {
        match self {
            Self::Plastic2016 | Self::Plastic2023 | Self::P384Preview => "JPKIAPICCTOKEN2",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::IPhone => "JPKIAPIOSTOKEN",
            Self::OldCard => "JPKIAPICCTOKEN",
        }
    }

    /// Whether the 券面 applications are on it.
    pub(crate) fn has_face(self) -> bool {
        matches!(
            self,
            Self::Plastic2016 | Self::Plastic2023 | Self::P384Preview
        )
    }
}

/// A habit of some cards and readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A VERIFY on a blocked PIN answers 63C0 (6984 otherwise).
    BlockedAs63C0,
    /// A VERIFY on a blocked PIN answers 6983.
    BlockedAs6983,
    /// A counter query in an open session answers 9000.
    OpenCounter,
    /// Every answer with data waits for GET RESPONSE behind a 61xx.
    GetResponse,
    /// A READ past the end of a file is refused with 6Cxx and the right length.
    ExactLe,
    /// Refuses extended lengths with 6700 and says so in its basic data, whatever its reader carries.
    RefusesExtended,
    /// What opens with a PIN answers 6985 before it, where other cards answer 6982.
    ConditionsForPin,
    /// A reset without loss of power ends its session as well. Whether real cards differ in this is not known; others keep it.
    ForgetsAtReset,
    /// Not a My Number Card at all: every SELECT answers 6A82, as on a transit or bank card.
    Foreign,
}

impl Quirk {
    /// Every quirk; with all but [`Quirk::Foreign`] a card does what a My Number Card does.
    pub const ALL: [Self; 9] = [
        Self::BlockedAs63C0,
        Self::BlockedAs6983,
        Self::OpenCounter,
        Self::GetResponse,
        Self::ExactLe,
        Self::RefusesExtended,
        Self::ConditionsForPin,
        Self::ForgetsAtReset,
        Self::Foreign,
    ];

    /// The name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockedAs63C0 => "blocked-63c0",
            Self::BlockedAs6983 => "blocked-6983",
            Self::OpenCounter => "open-counter",
            Self::GetResponse => "get-response",
            Self::ExactLe => "exact-le",
            Self::RefusesExtended => "refuses-extended",
            Self::ConditionsForPin => "conditions-for-pin",
            Self::ForgetsAtReset => "forgets-at-reset",
            Self::Foreign => "foreign",
        }
    }

    /// The quirk of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quirk| quirk.name() == name)
    }
}
