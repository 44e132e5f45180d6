//! The two bytes that end every answer of a card (ISO/IEC 7816-4 §5.6).

use core::fmt;

/// What a card says about the command it was given. Every one of the 65,536 words converts here and back unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusWord {
    /// `9000`: done.
    Success,
    /// `61xx`: done, that many bytes wait (0 stands for 256 or more).
    MoreData(u8),
    /// `6282`: the file ended before the expected length.
    EndOfFile,
    /// `6300`: verification failed, the card does not say how many tries are left.
    VerificationFailed,
    /// `63Cx`: that many tries are left (0 to 15).
    TriesLeft(u8),
    /// `6700`: wrong length.
    WrongLength,
    /// `6881`: logical channels are not supported.
    ChannelUnsupported,
    /// `6981`: the command does not fit the structure of the file.
    IncompatibleFile,
    /// `6982`: a PIN is wanted first.
    SecurityStatus,
    /// `6983`: the PIN is blocked.
    Blocked,
    /// `6984`: the reference data is unusable; My Number Cards say so of a blocked PIN.
    ReferenceDataUnusable,
    /// `6985`: conditions of use are not satisfied.
    ConditionsOfUse,
    /// `6986`: no current file.
    NoCurrentFile,
    /// `6A80`: wrong data.
    WrongData,
    /// `6A82`: no such file or application.
    FileNotFound,
    /// `6A83`: no such record.
    RecordNotFound,
    /// `6A86`: wrong P1 or P2.
    WrongParameters,
    /// `6A88`: no such reference data.
    ReferenceDataNotFound,
    /// `6B00`: the offset lies past the end of the file.
    OffsetPastEnd,
    /// `6Cxx`: the expected length is wrong, `xx` is right (0 stands for 256).
    WrongExpected(u8),
    /// `6D00`: unknown instruction.
    UnknownInstruction,
    /// `6E00`: unknown class.
    UnknownClass,
    /// `6F00`: no diagnosis.
    NoDiagnosis,
    /// Any other word, intact.
    Other(u16),
}

impl StatusWord {
    /// Whether this is `9000`.
    pub const fn is_success(self) -> bool {
        matches!(self, StatusWord::Success)
    }

    /// The word as a number.
    pub const fn value(self) -> u16 {
        match self {
            StatusWord::Success => 0x9000,
            StatusWord::MoreData(n) => 0x6100 | n as u16,
            StatusWord::EndOfFile => 0x6282,
            StatusWord::VerificationFailed => 0x6300,
            StatusWord::TriesLeft(n) => 0x63C0 | (n & 0x0F) as u16,
            StatusWord::WrongLength => 0x6700,
            StatusWord::ChannelUnsupported => 0x6881,
            StatusWord::IncompatibleFile => 0x6981,
            StatusWord::SecurityStatus => 0x6982,
            StatusWord::Blocked => 0x6983,
            StatusWord::ReferenceDataUnusable => 0x6984,
            StatusWord::ConditionsOfUse => 0x6985,
            StatusWord::NoCurrentFile => 0x6986,
            StatusWord::WrongData => 0x6A80,
            StatusWord::FileNotFound => 0x6A82,
            StatusWord::RecordNotFound => 0x6A83,
            StatusWord::WrongParameters => 0x6A86,
            StatusWord::ReferenceDataNotFound => 0x6A88,
            StatusWord::OffsetPastEnd => 0x6B00,
            StatusWord::WrongExpected(n) => 0x6C00 | n as u16,
            StatusWord::UnknownInstruction => 0x6D00,
            StatusWord::UnknownClass => 0x6E00,
            StatusWord::NoDiagnosis => 0x6F00,
            StatusWord::Other(word) => word,
        }
    }

    /// What the word means, as a lower-case phrase in English.
    pub const fn meaning(self) -> &'static str {
        match self {
            StatusWord::Success => "done",
            StatusWord::MoreData(_) => "more data waits",
            StatusWord::EndOfFile => "end of file reached",
            StatusWord::VerificationFailed => "verification failed",
            StatusWord::TriesLeft(_) => "tries left",
            StatusWord::WrongLength => "wrong length",
            StatusWord::ChannelUnsupported => "logical channel not supported",
            StatusWord::IncompatibleFile => "command does not fit the file",
            StatusWord::SecurityStatus => "security status not satisfied",
            StatusWord::Blocked => "authentication method blocked",
            StatusWord::ReferenceDataUnusable => "reference data unusable",
            StatusWord::ConditionsOfUse => "conditions of use not satisfied",
            StatusWord::NoCurrentFile => "no current file",
            StatusWord::WrongData => "wrong data",
            StatusWord::FileNotFound => "file or application not found",
            StatusWord::RecordNotFound => "record not found",
            StatusWord::WrongParameters => "wrong parameters",
            StatusWord::ReferenceDataNotFound => "reference data not found",
            StatusWord::OffsetPastEnd => "offset past the end",
            StatusWord::WrongExpected(_) => "wrong expected length",
            StatusWord::UnknownInstruction => "unknown instruction",
            StatusWord::UnknownClass => "unknown class",
            StatusWord::NoDiagnosis => "no diagnosis",
            StatusWord::Other(_) => "unknown status word",
        }
    }
}

impl From<u16> for StatusWord {
    fn from(word: u16) -> Self {
        let [first, second] = word.to_be_bytes();
        match (first, second) {
            (0x90, 0x00) => StatusWord::Success,
            (0x61, n) => StatusWord::MoreData(n),
            (0x62, 0x82) => StatusWord::EndOfFile,
            (0x63, 0x00) => StatusWord::VerificationFailed,
            (0x63, n @ 0xC0..=0xCF) => StatusWord::TriesLeft(n & 0x0F),
            (0x67, 0x00) => StatusWord::WrongLength,
            (0x68, 0x81) => StatusWord::ChannelUnsupported,
            (0x69, 0x81) => StatusWord::IncompatibleFile,
            (0x69, 0x82) => StatusWord::SecurityStatus,
            (0x69, 0x83) => StatusWord::Blocked,
            (0x69, 0x84) => StatusWord::ReferenceDataUnusable,
            (0x69, 0x85) => StatusWord::ConditionsOfUse,
            (0x69, 0x86) => StatusWord::NoCurrentFile,
            (0x6A, 0x80) => StatusWord::WrongData,
            (0x6A, 0x82) => StatusWord::FileNotFound,
            (0x6A, 0x83) => StatusWord::RecordNotFound,
            (0x6A, 0x86) => StatusWord::WrongParameters,
            (0x6A, 0x88) => StatusWord::ReferenceDataNotFound,
            (0x6B, 0x00) => StatusWord::OffsetPastEnd,
            (0x6C, n) => StatusWord::WrongExpected(n),
            (0x6D, 0x00) => StatusWord::UnknownInstruction,
            (0x6E, 0x00) => StatusWord::UnknownClass,
            (0x6F, 0x00) => StatusWord::NoDiagnosis,
            _ => StatusWord::Other(word),
        }
    }
}

impl From<StatusWord> for u16 {
    fn from(status: StatusWord) -> u16 {
        status.value()
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} ({})", self.value(), self.meaning())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_the_way_there_and_back() {
        for word in 0..=u16::MAX {
            let status = StatusWord::from(word);
            assert_eq!(u16::from(status), word);
            assert_eq!(status.is_success(), word == 0x9000);
            if let StatusWord::Other(inner) = status {
                assert_eq!(inner, word);
            }
        }
    }

    #[test]
    fn a_named_word_never_hides_in_other() {
        for word in 0..=u16::MAX {
            // A word with a name must be found by its name: no second spelling through `Other`.
            if StatusWord::from(word).meaning() != "unknown status word" {
                assert_ne!(
                    StatusWord::from(word),
                    StatusWord::Other(word),
                    "{word:04X}"
                );
            }
        }
        assert_eq!(StatusWord::from(0x63C2), StatusWord::TriesLeft(2));
        assert_eq!(StatusWord::from(0x6B01), StatusWord::Other(0x6B01));
    }
}
