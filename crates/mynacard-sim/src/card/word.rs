//! Status words that the card answers, ISO/IEC 7816-4 clause 5.6.

/// SW1 and SW2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word(u16);

impl Word {
    pub(crate) const DONE: Self = Self(0x9000);
    pub(crate) const END_OF_FILE: Self = Self(0x6282);
    pub(crate) const NOT_AUTHENTICATED: Self = Self(0x6300);
    pub(crate) const LENGTH: Self = Self(0x6700);
    pub(crate) const CHANNEL: Self = Self(0x6881);
    pub(crate) const CHAINING: Self = Self(0x6884);
    pub(crate) const FILE_STRUCTURE: Self = Self(0x6981);
    pub(crate) const SECURITY_STATUS: Self = Self(0x6982);
    pub(crate) const BLOCKED: Self = Self(0x6983);
    pub(crate) const REFERENCE_UNUSABLE: Self = Self(0x6984);
    pub(crate) const CONDITIONS: Self = Self(0x6985);
    pub(crate) const NO_CURRENT_EF: Self = Self(0x6986);
    pub(crate) const DATA: Self = Self(0x6A80);
    pub(crate) const FILE_NOT_FOUND: Self = Self(0x6A82);
    pub(crate) const RECORD_NOT_FOUND: Self = Self(0x6A83);
    pub(crate) const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    pub(crate) const P1_P2: Self = Self(0x6A86);
    pub(crate) const OFFSET: Self = Self(0x6B00);
    pub(crate) const INSTRUCTION: Self = Self(0x6D00);
    pub(crate) const CLASS: Self = Self(0x6E00);
    pub(crate) const UNDIAGNOSED: Self = Self(0x6F00);

    /// `63Cx`: this many tries left.
    pub(crate) fn tries(left: u8) -> Self {
        Self(0x63C0 | u16::from(left.min(15)))
    }

    /// `61xx`: this many bytes wait, 00 for 256 and more.
    pub(crate) fn more(waiting: usize) -> Self {
        Self(
            0x6100
                | u16::try_from(waiting)
                    .ok()
                    .filter(|waiting| *waiting < 256)
                    .unwrap_or(0),
        )
    }

    /// `6Cxx`: repeat with this Le; 256 is written 00.
    pub(crate) fn wrong_le(right: usize) -> Self {
        Self(0x6C00 | u16::from(right.to_le_bytes()[0]))
    }

    pub(crate) fn bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

impl From<Word> for u16 {
    fn from(word: Word) -> Self {
        word.0
    }
}
