//! How an answer gets into `res`: as it should, or as it does on a bad day.

use std::time::Duration;

/// What goes wrong with an answer; set by [`Running::set_faults`](super::Running::set_faults).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing.
    None,
    /// It is written in so many pieces, with a pause after each.
    Slow {
        /// Pieces; 0 counts as 1.
        pieces: usize,
        /// The pause.
        pause: Duration,
    },
    /// Half of it is visible for a while, cut in the middle of a character where there is one.
    Half {
        /// How long.
        pause: Duration,
    },
    /// It comes so much later.
    Late(Duration),
    /// It is written, and after a while written again.
    Twice {
        /// How much later.
        pause: Duration,
    },
    /// The request fails: SegmentOfResult 9, with an error code.
    ErrorFile,
    /// It repeats another 任意のファイル識別子 than the request had.
    OtherIdentifier,
    /// Half of it is written, and no more ever comes.
    Cut,
    /// It never comes.
    Silent,
}

/// A part of an answer file: so much later than the answer was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) after: Duration,
    pub(super) bytes: Vec<u8>,
    /// Whether the file begins anew.
    pub(super) anew: bool,
}

impl Fault {
    /// Every fault under its name, with times that a person can watch.
    pub const NAMED: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        (
            "slow",
            Self::Slow {
                pieces: 10,
                pause: Duration::from_millis(100),
            },
        ),
        (
            "half",
            Self::Half {
                pause: Duration::from_secs(1),
            },
        ),
        ("late", Self::Late(Duration::from_secs(10))),
        (
            "twice",
            Self::Twice {
                pause: Duration::from_secs(1),
            },
        ),
        ("error", Self::ErrorFile),
        ("other-identifier", Self::OtherIdentifier),
        ("cut", Self::Cut),
        ("silent", Self::Silent),
    ];

    /// The fault of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        found.map(|(_, fault)| *fault)
    }

    /// The answer in parts, in the order of their times.
    pub(super) fn parts(self, bytes: &[u8]) -> Vec<Part> {
        let part = |after, bytes: &[u8], anew| Part {
            after,
            bytes: bytes.to_vec(),
            anew,
        };
        let now = Duration::ZERO;
        let (first, rest) = bytes.split_at(middle(bytes));
        match self {
            Self::Slow { pieces, pause } => {
                let size = bytes.len().div_ceil(pieces.max(1)).max(1);
                let mut after = now;
                let mut parts = Vec::new();
                for piece in bytes.chunks(size) {
                    parts.push(part(after, piece, parts.is_empty()));
                    after += pause;
                }
                parts
            }
            Self::Half { pause } => vec![part(now, first, true), part(pause, rest, false)],
            Self::Late(after) => vec![part(after, bytes, true)],
            Self::Twice { pause } => vec![part(now, bytes, true), part(pause, bytes, true)],
            Self::Cut => vec![part(now, first, true)],
            Self::Silent => Vec::new(),
            Self::None | Self::ErrorFile | Self::OtherIdentifier => vec![part(now, bytes, true)],
        }
    }
}

/// Where to cut: after the first byte of a text that begins with a wide character, the nearest to the middle.
fn middle(bytes: &[u8]) -> usize {
    let half = bytes.len() / 2;
    let cuts = bytes
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| matches!(pair, [b'>', wide] if !wide.is_ascii()))
        .map(|(at, _)| at + 2);
    cuts.min_by_key(|cut| cut.abs_diff(half)).unwrap_or(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_whole_answer_are_the_answer() {
        let bytes = "<XmlMsg>医療　太郎</XmlMsg>".repeat(20).into_bytes();
        for (name, fault) in Fault::NAMED {
            assert_eq!(Fault::parse(name), Some(*fault));
            let parts = fault.parts(&bytes);
            assert!(parts.windows(2).all(|two| two[0].after <= two[1].after));
            let mut written = Vec::new();
            for part in &parts {
                if part.anew {
                    written.clear();
                }
                written.extend_from_slice(&part.bytes);
            }
            match fault {
                Fault::Silent => assert_eq!(parts, []),
                Fault::Cut => assert!(written.len() < bytes.len() && bytes.starts_with(&written)),
                _ => assert_eq!(written, bytes, "{name}"),
            }
        }
        assert_eq!(Fault::parse("other"), None);
    }

    #[test]
    fn half_an_answer_ends_inside_a_character() {
        let bytes = "<Name>医療　太郎</Name>".as_bytes();
        let half = &bytes[..middle(bytes)];
        assert!(std::str::from_utf8(half).is_err());
        assert_eq!(middle(b"<Name/>"), 3);
    }
}
